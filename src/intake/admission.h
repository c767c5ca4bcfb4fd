/* Admission: a parcel that an intake made becomes an issue of the queue, and its original leaves
 * the outbox. In this order, so that a crash at any point neither loses an issue nor queues it
 * twice. */
#pragma once
#include "conf/conf.h"
#include "outbox/outbox.h"
#include "queue/queue.h"

struct admission_order { /* borrowed, the queue and the item till the end */
    const struct conf *conf;
    struct queue *queue;
    const struct outbox *outbox;
    const struct outbox_item *item;
    const char *parcel; /* the path where the intake put it */
};

enum admission_result {
    ADMISSION_GOES_ON, /* there is more to do */
    ADMITTED,
    ADMISSION_REFUSED, /* the problems say why: it was accepted before */
    ADMISSION_STALE, /* what lies in the outbox is no longer what was read, or was filed just now */
    ADMISSION_FAILED,   /* for now */
    ADMISSION_IN_DOUBT, /* the queue failed, perhaps in its commit: it must be opened anew, and only
                           then it says whether the issue is in it */
};

struct admission; /* opaque */

/* Takes the parcel into the spool. *admission is then the caller's where it goes on. */
enum admission_result admission_begin(struct admission **admission,
                                      const struct admission_order *order,
                                      struct problems *problems, struct error *error);
/* Works for about `most` microseconds, until it does not go on any more. *issue: ADMITTED as that. */
enum admission_result admission_step(struct admission *admission, const struct conf *conf,
                                     usec_t most, int64_t *issue, struct error *error);
void admission_free(struct admission *admission); /* NULL is fine */
AUTO_DEFINE(admission, struct admission, admission_free)

/* Moves the originals of admitted issues to sending/ that a crash, or a share that was away, left
 * in the outbox, and writes their previews. False: the queue failed; what the folders refuse is
 * logged. */
MUST bool admission_file_all(const struct conf *conf, struct queue *queue, struct error *error);

/* Takes away parcels that no issue of the queue has: an intake's that was never admitted. */
MUST bool admission_sweep(const struct conf *conf, struct queue *queue, struct error *error);
