/* How much may go through a relay, or to some recipients' domains: what is configured, and what was
 * learnt from answers. Times are monotonic and passed in. */
#pragma once
#include "conf/conf.h"
#include "queue/claim.h"

struct valve {
    struct limits limits; /* configured */

    double recipients, messages; /* that may go now, of the rates */
    usec_t filled_at;            /* 0: never */

    double learnt; /* recipients a second; 0: nothing was learnt */
    double well;   /* what went well when that was learnt */
    usec_t lowered_at, raised_at;
    unsigned connections; /* learnt; 0: nothing */
    usec_t connections_at;
    size_t lot;          /* learnt recipients a message; 0: nothing */
    unsigned lots_taken; /* full ones in a row */

    double seen; /* recipients that went since … */
    usec_t seen_since;
    bool is_dirty; /* since it was saved */
};

/* Takes the configured limits; what was learnt stays, as far as it is less. */
void valve_set_limits(struct valve *valve, const struct limits *limits);

/* How many recipients may go in one message now, at most `wanted`; takes nothing. */
size_t valve_room(struct valve *valve, size_t wanted, usec_t now);
/* When there is room again, at the earliest; 0: there is now. */
usec_t valve_opens(struct valve *valve, usec_t now);
void valve_take(struct valve *valve, size_t recipients);
/* How many connections may carry for it; UINT_MAX: any. */
unsigned valve_connections(struct valve *valve, usec_t now);

/* A message was taken with so many recipients. */
void valve_went_well(struct valve *valve, size_t recipients, usec_t now);
/* "Too fast": half of what went, at once, with a pause; a quarter more each minute after. Several
 * such answers of the same moment count once. */
void valve_too_fast(struct valve *valve, usec_t now);
/* "Too many connections" while `open` others were: not more than those; one more every minute. */
void valve_too_many_connections(struct valve *valve, unsigned open, usec_t now);
/* "Too many recipients" after `taken`: smaller lots, growing again after full ones were taken. */
void valve_too_many_recipients(struct valve *valve, size_t taken);

/* What was learnt, in recipients a minute; 0: nothing. */
double valve_learnt(const struct valve *valve);

/* To the queue and back, over a restart: `wall` is the same moment as `now`. */
struct queue_valve valve_save(struct valve *valve, const char *name, usec_t now, usec_t wall);
void valve_load(struct valve *valve, const struct queue_valve *saved, usec_t now, usec_t wall);
