/* The states of issues and deliveries, and the one table by which deliveries change. */
#pragma once
#include "base/error.h"

enum delivery_state { /* stored as numbers: append only */
    QUEUED,
    SENDING,
    SENT,
    DEFERRED,
    UNKNOWN,
    FAILED,
    SUPPRESSED,
    CANCELLED,
    DELIVERY_STATES /* how many */
};

enum issue_state { /* stored as numbers: append only */
    ISSUE_ADMITTING, /* not yet visible */
    ISSUE_HELD,
    ISSUE_SENDING,
    ISSUE_SENT,
    ISSUE_FINISHED,
    ISSUE_CANCELLED,
};

enum hold_reason { /* stored as numbers: append only */
    HOLD_NONE,
    HOLD_APPROVAL,
    HOLD_GUARD,
    HOLD_SCHEDULED,
    HOLD_RELAY,
    HOLD_LISTS,
    HOLD_UNKNOWN,
    HOLD_BY_HAND,
};

enum delivery_event { /* stored as numbers: append only */
    ON_CLAIMED,          /* handed to a sender after the commit */
    ON_TAKEN,            /* 2xx at the end of data */
    ON_REFUSED_FOR_NOW,  /* will be tried again by the schedule */
    ON_REFUSED_FOR_GOOD,
    ON_PUT_BACK,         /* surely not sent, nobody's attempt: due again, as it was before */
    ON_PUT_BACK_DEFERRED,
    ON_PUT_BACK_UNKNOWN,
    ON_LOST_AFTER_END,   /* RFC 1047 */
    ON_GIVEN_UP,         /* too old */
    ON_RETRY_BY_HAND,
    ON_SETTLED_SENT,
    ON_SETTLED_FAILED,
    ON_CANCELLED,
    ON_SUPPRESSED, /* its address came to the stop list */
    DELIVERY_EVENTS
};

enum give_up_reason { /* stored as numbers: append only */
    GAVE_UP_NOT,
    GAVE_UP_TOO_OLD, /* retry.give_up_after */
    GAVE_UP_TOO_LATE, /* the publication's not_after */
    GAVE_UP_SETTLED, /* a person found out that it did not arrive */
};

/* The contract's words: "queued", "sending" … Static. */
const char *delivery_state_name(enum delivery_state state);
const char *issue_state_name(enum issue_state state);
const char *hold_reason_name(enum hold_reason why); /* NULL for HOLD_NONE */
/* -1: none has this name. */
int delivery_state_named(const char *name);

/* *to is the state that follows; EX_SOFTWARE and false where the table has none: whoever sees that
 * must stop guessing. */
MUST bool delivery_change(enum delivery_state from, enum delivery_event on,
                          enum delivery_state *to, struct error *error);
