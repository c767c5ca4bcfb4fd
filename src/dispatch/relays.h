/* The relays' health, rate and lot size. */
#pragma once
#include "dispatch/dispatch.h"

struct relay_state {
    char *name;
    const struct relay *conf; /* NULL: no longer configured */
    char *trouble;            /* its last one */
    unsigned failures;        /* in a row */
    unsigned soft_failures;   /* whole transactions refused for now, in a row */
    unsigned ours_streak, content_streak;
    usec_t rests_until; /* monotonic; 0: does not */
    bool is_probing;    /* half open: one connection until a transaction goes well */
    double tokens;      /* recipients that may go now */
    usec_t filled_at;   /* monotonic */
    size_t lot;         /* recipients a transaction, at most */
    unsigned senders;
};

/* Of struct relay_state, in the configuration's order; the health of those that stay is kept. */
GPtrArray *relays_new(const struct conf *conf);
void relays_reconfigure(GPtrArray *relays, const struct conf *conf);

bool relay_rests(const struct relay_state *relay, usec_t monotonic);
/* It failed: it rests, longer each time, up to five minutes. */
void relay_failed(struct relay_state *relay, const char *trouble, usec_t monotonic);
/* A whole transaction was refused for now, or lost at its end: rests if that is repeated. */
void relay_failed_softly(struct relay_state *relay, const char *trouble, usec_t monotonic);
/* A transaction went well. */
void relay_went_well(struct relay_state *relay);
/* Took too many at once: smaller lots, growing again slowly. */
void relay_lot_was_too_large(struct relay_state *relay, size_t taken);

/* How many recipients may go now, at most `wanted`; takes nothing. */
size_t relay_room(struct relay_state *relay, size_t wanted, usec_t monotonic);
void relay_take(struct relay_state *relay, size_t recipients);
/* When there is room again; 0: there is no limit. */
usec_t relay_room_at(const struct relay_state *relay, usec_t monotonic);
/* How many senders it may have now. */
unsigned relay_connections(const struct relay_state *relay);
