/* The relays' health and limits. */
#pragma once
#include "dispatch/dispatch.h"
#include "dispatch/valve.h"

struct relay_state {
    char *name;
    const struct relay *conf; /* NULL: no longer configured */
    char *trouble;            /* its last one */
    unsigned failures;        /* in a row */
    unsigned soft_failures;   /* whole transactions refused for now, in a row */
    unsigned ours_streak, content_streak;
    usec_t rests_until;   /* monotonic; 0: does not */
    bool is_probing;      /* half open: one connection until a transaction goes well */
    unsigned rate_streak; /* recipients in a row whose answer was "too fast" */
    struct valve valve;
    unsigned senders;
};

/* Of struct relay_state, in the configuration's order; the health of those that stay is kept. */
GPtrArray *relays_new(const struct conf *conf);
void relays_reconfigure(GPtrArray *relays, const struct conf *conf);

enum circuit relay_circuit(const struct relay_state *relay, usec_t monotonic);
bool relay_rests(const struct relay_state *relay, usec_t monotonic);
/* It failed: it rests, longer each time, up to five minutes. */
void relay_failed(struct relay_state *relay, const char *trouble, usec_t monotonic);
/* A whole transaction was refused for now, or lost at its end: rests if that is repeated. */
void relay_failed_softly(struct relay_state *relay, const char *trouble, usec_t monotonic);
/* A transaction went well. */
void relay_went_well(struct relay_state *relay);
/* How many senders it may have now. */
unsigned relay_connections(struct relay_state *relay, usec_t monotonic);
