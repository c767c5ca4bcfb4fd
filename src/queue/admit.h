/* The inside of an admission, for what happens to it from without. */
#pragma once
#include "queue/admission.h"
#include "queue/compare.h"
#include "queue/sql.h"

enum admission_phase { CLEARING, READING, COMPARING, ADMITTED_ALL };

struct queue_admission {
    struct queue *queue;
    const struct parcel_facts *facts; /* the parcel's */
    char *parcel_name;
    unsigned guard; /* in percent, or UNGUARDED */
    usec_t now;
    enum admission_phase phase;
    int64_t issue;             /* 0: not yet in the queue */
    int64_t first, next, last; /* delivery ids */
    bool is_stored;            /* a part of it was committed */
    struct parcel_reader *reader;
    struct census *census;     /* the expansion's promise, each once, is checked here */
    GHashTable *sorts;         /* as an open issue's */
    GPtrArray *by_number;      /* the same, by the census's numbers */
    GHashTable *suppressed;    /* addresses */
    struct comparing *comparing;
    struct comparison *comparison; /* the numbers alone, then with names; NULL: not yet */
    char *alarm;                   /* NULL: there is none */
    struct error failure;      /* why it is being taken away; {0}: it is not */
};

/* Takes away what admissions left that did not come to their end, for about so long. *clear: there
 * is nothing more of it. */
MUST bool leftovers_clear(struct queue *queue, usec_t until, bool *clear, struct error *error);
/* An address came to the stop list while the admission goes on. */
MUST bool admission_stop(struct queue_admission *admission, const char *address,
                         struct error *error);
/* … or left it. */
void admission_unstop(struct queue_admission *admission, const char *address);
