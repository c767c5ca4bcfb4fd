/* From the outbox to the queue: an intake process for each settled item, its parcel admitted, the
 * original filed; or why.txt. Runs on the daemon's event loop. */
#pragma once
#include "conf/conf.h"
#include "outbox/outbox.h"
#include "queue/queue.h"

#include <systemd/sd-event.h>

struct reception; /* opaque */

struct reception_parts { /* borrowed */
    const struct conf *conf;
    struct queue *queue;
    /* An issue was admitted: there is something to send. */
    void (*admitted)(void *user, int64_t issue);
    /* The queue failed: the loop must end with this error's class. */
    void (*failed)(void *user, struct error *error);
    void *user;
};

/* Makes the spool and sweeps what a former daemon left half made in it. */
MUST bool reception_start(struct reception **reception, sd_event *loop,
                          const struct reception_parts *parts, struct error *error);
void reception_set_conf(struct reception *reception, const struct conf *conf);
/* Ends the intakes that run; what they read stays in the outbox. */
void reception_stop(struct reception *reception);

/* For struct outbox_calls; `user` is the reception. */
void reception_settled(void *user, struct outbox *outbox, const struct outbox_item *item);
void reception_refused(void *user, struct outbox *outbox, const char *name,
                       const struct error *why);
/* The outbox is closed: what was taken from it is forgotten. */
void reception_forget(struct reception *reception, const struct outbox *outbox);

/* Files the originals of admitted issues that are not yet in sending/ (after a crash, or while the
 * share was away). What can't be filed now is logged and tried at the next call. */
MUST bool reception_file_admitted(struct reception *reception, struct error *error);
