/* Which relay and which sender get the next lot. */
#include "base/log.h"
#include "dispatch/parts.h"

#include <limits.h>

/* So many jobs wait at a sender behind the one that it sends, so that it never waits for us. */
#define JOBS_AHEAD_PERSONAL 4
#define JOBS_AHEAD_MOST     8
#define JOBS_AHEAD_BATCHED  2

/* --- relays --- */

static bool has_jobs(const struct dispatch *dispatch, const struct relay_state *relay)
{
    for (guint i = 0; i < dispatch->senders->len; i++) {
        const struct sender *sender = dispatch->senders->pdata[i];
        if (sender->relay == relay && sender->jobs.length)
            return true;
    }
    return false;
}

/* Half open, one lot probes; the others go where they went until it is through. */
static bool is_being_probed(const struct dispatch *dispatch, const struct relay_state *relay)
{
    return relay->is_probing && has_jobs(dispatch, relay);
}

bool pick_relay(struct dispatch *dispatch, int64_t issue, struct relay_state **chosen,
                enum relay_choice *choice, usec_t *next, struct error *error)
{
    usec_t now = clock_monotonic();
    *choice = CHOICE_ALL_BARRED;
    for (guint i = 0; i < dispatch->relays->len; i++) {
        struct relay_state *relay = dispatch->relays->pdata[i];
        bool barred;
        if (!relay->conf)
            continue;
        if (!queue_is_barred(dispatch->queue, issue, relay->name, &barred, error))
            return false;
        if (barred)
            continue;
        bool rests = relay_rests(relay, now);
        if (!rests && !is_being_probed(dispatch, relay)) {
            *chosen = relay;
            *choice = CHOICE_FOUND;
            return true;
        }
        *choice = CHOICE_ALL_REST;
        if (rests && (!*next || relay->rests_until < *next))
            *next = relay->rests_until;
    }
    return true;
}

/* --- senders --- */

static bool carries(const struct sender *sender, const struct lane *lane)
{
    for (const GList *link = sender->jobs.head; link; link = link->next)
        if (((const struct handed *)link->data)->lane == lane)
            return true;
    return false;
}

unsigned lane_senders(const struct dispatch *dispatch, const struct lane *lane)
{
    unsigned count = 0;
    for (guint i = 0; i < dispatch->senders->len; i++)
        count += carries(dispatch->senders->pdata[i], lane);
    return count;
}

/* It has carried as many messages for this lane as one connection may. */
static bool is_full(const struct sender *sender, const struct lane *lane)
{
    unsigned most = lane->valve.limits.messages_per_connection;
    return most && GPOINTER_TO_UINT(g_hash_table_lookup(sender->carried, lane)) >= most;
}

struct wanted {
    struct relay_state *relay;
    struct lane *lane;
    bool personal;
    bool no_more_lane; /* as many senders as may carry for the lane */
};

/* A sender that has nothing left forces a commit, so a fast one gets what lasts for two. A slow one
 * gets little: what it has can't wait for another connection, nor another issue for it. */
static size_t jobs_ahead(const struct sender *sender, bool personal)
{
    return personal ? CLAMP(2 * sender->pace, JOBS_AHEAD_PERSONAL, JOBS_AHEAD_MOST)
                    : JOBS_AHEAD_BATCHED;
}

/* It has got as many as it may carry, and ends by itself after the last. */
static bool is_used_up(const struct sender *sender)
{
    const struct relay *conf = sender->relay->conf;
    return conf && (sender->given >= conf->limits.messages_per_connection ||
                    sender->recipients >= CONNECTION_RECIPIENTS_MOST);
}

static bool may_take(const struct sender *sender, const struct wanted *wanted)
{
    if (sender->relay != wanted->relay || sender->is_ending || is_used_up(sender) ||
        sender->jobs.length >= jobs_ahead(sender, wanted->personal))
        return false;
    if (!wanted->lane)
        return true;
    return !is_full(sender, wanted->lane) &&
           (!wanted->no_more_lane || carries(sender, wanted->lane));
}

/* The one with the fewest jobs that takes another; NULL: none. */
static struct sender *idlest_sender(struct dispatch *dispatch, const struct wanted *wanted)
{
    struct sender *idlest = NULL;
    for (guint i = 0; i < dispatch->senders->len; i++) {
        struct sender *sender = dispatch->senders->pdata[i];
        if (may_take(sender, wanted) && (!idlest || sender->jobs.length < idlest->jobs.length))
            idlest = sender;
    }
    return idlest;
}

/* It has still to get its last job, which would come back if it ended now. */
static bool waits_for_job(const struct sender *sender)
{
    const struct handed *last = g_queue_peek_tail((GQueue *)&sender->jobs);
    return last && !last->was_sent_to_sender;
}

/* All connections are there, and those that could take it have carried enough for the lane: one of
 * them ends, so that a new one can take its place. */
static void end_full_sender(struct dispatch *dispatch, const struct wanted *wanted)
{
    struct sender *full = NULL;
    for (guint i = 0; i < dispatch->senders->len; i++) {
        struct sender *sender = dispatch->senders->pdata[i];
        if (sender->relay != wanted->relay)
            continue;
        if (sender->is_ending)
            return;
        if (is_full(sender, wanted->lane) && !waits_for_job(sender) &&
            (!full || sender->jobs.length < full->jobs.length))
            full = sender;
    }
    if (full)
        sender_end(full);
}

static struct sender *start_sender(struct dispatch *dispatch, struct relay_state *relay)
{
    AUTO(error) struct error error = {0};
    if (sender_start(dispatch, relay, &error))
        return dispatch->senders->pdata[dispatch->senders->len - 1];
    log_error(LOG_ERR, (struct log_about){.relay = relay->name}, &error);
    relay_failed(relay, error.what.english, clock_monotonic());
    return NULL;
}

struct sender *pick_sender(struct dispatch *dispatch, struct relay_state *relay, bool personal,
                           struct lane *lane)
{
    usec_t now = clock_monotonic();
    struct wanted wanted = {.relay = relay, .lane = lane, .personal = personal};
    wanted.no_more_lane =
        lane && lane_senders(dispatch, lane) >= valve_connections(&lane->valve, now);
    struct sender *idlest = idlest_sender(dispatch, &wanted);
    if (idlest && idlest->jobs.length == 0)
        return idlest;
    if (relay->senders >= relay_connections(relay, now)) {
        if (!idlest && lane && !wanted.no_more_lane)
            end_full_sender(dispatch, &wanted);
        return idlest;
    }
    if (wanted.no_more_lane)
        return idlest;
    struct sender *fresh = start_sender(dispatch, relay);
    return fresh ? fresh : idlest;
}
