#include "dispatch/hand_out.h"
#include "base/log.h"
#include "queue/schedule.h"

/* So many jobs wait at a sender behind the one that it sends, so that it never waits for us. */
#define JOBS_AHEAD_PERSONAL 4
#define JOBS_AHEAD_BATCHED 2

static void sooner(usec_t *next, usec_t time)
{
    if (time && (!*next || time < *next))
        *next = time;
}

/* --- relays for an issue --- */

enum relay_choice { CHOICE_FOUND, CHOICE_ALL_REST, CHOICE_ALL_BARRED };

/* The first healthy one that has not refused this issue. */
static bool choose_relay(struct dispatch *dispatch, int64_t issue, struct relay_state **chosen,
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
        if (!relay_rests(relay, now)) {
            *chosen = relay;
            *choice = CHOICE_FOUND;
            return true;
        }
        *choice = CHOICE_ALL_REST;
        sooner(next, relay->rests_until);
    }
    return true;
}

/* --- senders --- */

static size_t jobs_ahead(bool personal)
{
    return personal ? JOBS_AHEAD_PERSONAL : JOBS_AHEAD_BATCHED;
}

/* The one with the fewest jobs that takes another; NULL: none. */
static struct sender *idlest_sender(struct dispatch *dispatch, const struct relay_state *relay,
                                    bool personal)
{
    struct sender *idlest = NULL;
    for (guint i = 0; i < dispatch->senders->len; i++) {
        struct sender *sender = dispatch->senders->pdata[i];
        if (sender->relay != relay || sender->is_ending ||
            sender->jobs.length >= jobs_ahead(personal))
            continue;
        if (!idlest || sender->jobs.length < idlest->jobs.length)
            idlest = sender;
    }
    return idlest;
}

static struct sender *sender_with_room(struct dispatch *dispatch, struct relay_state *relay,
                                       bool personal)
{
    struct sender *idlest = idlest_sender(dispatch, relay, personal);
    if (idlest && idlest->jobs.length == 0)
        return idlest;
    if (relay->senders >= relay_connections(relay))
        return idlest;
    AUTO(error) struct error error = {0};
    if (!sender_start(dispatch, relay, &error)) {
        log_error(LOG_ERR, (struct log_about){.relay = relay->name}, &error);
        relay_failed(relay, error.what.english, clock_monotonic());
        return idlest;
    }
    return dispatch->senders->pdata[dispatch->senders->len - 1];
}

/* --- one lot --- */

static bool claim_lot(struct dispatch *dispatch, const struct work *work, usec_t now, size_t room,
                      struct claim claims[], size_t *count, struct error *error)
{
    *count = 0;
    if (work->next_due && work->next_due <= now &&
        !queue_claim_due(dispatch->queue, work->issue, now, room, claims, count, error))
        return false;
    if (*count || !work->has_first)
        return true;
    return queue_claim_first(dispatch->queue, work->issue, room, claims, count, error);
}

static void give(struct dispatch *dispatch, struct sender *sender, const struct work *work,
                 struct claim claims[], size_t count)
{
    struct handed *job = g_new0(struct handed, 1);
    job->id = ++dispatch->last_job;
    job->issue = work->issue;
    job->is_personal = work->personal;
    job->claims = g_memdup2(claims, sizeof *claims * count);
    job->count = count;
    g_queue_push_tail(&sender->jobs, job);
    relay_take(sender->relay, count);
}

/* *given: a lot was handed out, so there may be more. */
static bool give_lot(struct dispatch *dispatch, const struct work *work, usec_t *next, bool *given,
                     struct error *error)
{
    struct relay_state *relay = NULL;
    enum relay_choice choice;
    usec_t monotonic = clock_monotonic();
    *given = false;
    if (!choose_relay(dispatch, work->issue, &relay, &choice, next, error))
        return false;
    if (choice == CHOICE_ALL_BARRED) {
        g_hash_table_add(dispatch->touched, g_memdup2(&work->issue, sizeof work->issue));
        AUTO(text) char *answer = NULL;
        return queue_bar_answer(dispatch->queue, work->issue, &answer, error) &&
               queue_hold(dispatch->queue, work->issue, HOLD_RELAY, answer, "fensongd", error);
    }
    if (choice == CHOICE_ALL_REST)
        return true;
    size_t room = relay_room(relay, work->personal ? 1 : relay->lot, monotonic);
    if (room == 0) {
        sooner(next, relay_room_at(relay, monotonic));
        return true;
    }
    struct sender *sender = sender_with_room(dispatch, relay, work->personal);
    if (!sender)
        return true; /* an outcome will wake us */
    struct claim claims[JOB_RECIPIENTS_MAX];
    size_t count;
    if (!claim_lot(dispatch, work, clock_now(), room, claims, &count, error))
        return false;
    if (count)
        give(dispatch, sender, work, claims, count);
    *given = count > 0;
    return true;
}

/* --- all of them --- */

static bool has_work(const struct work *work, usec_t now)
{
    return work->has_first || (work->next_due && work->next_due <= now);
}

static bool give_up_old(struct dispatch *dispatch, const struct work *work, struct error *error)
{
    if (!schedule_gives_up(&dispatch->conf->retry, work->accepted_at, clock_now()))
        return true;
    int64_t count = 0;
    g_hash_table_add(dispatch->touched, g_memdup2(&work->issue, sizeof work->issue));
    return queue_give_up(dispatch->queue, work->issue, clock_now(), &count, error);
}

/* When the next thing that only time brings is due. */
static void look_again(struct dispatch *dispatch, const struct work *work, usec_t *next)
{
    usec_t now = clock_now(), monotonic = clock_monotonic();
    if (work->next_due > now)
        sooner(next, monotonic + work->next_due - now);
    usec_t too_old = work->accepted_at + dispatch->conf->retry.give_up_after;
    if (too_old > now)
        sooner(next, monotonic + too_old - now);
}

/* A lot of each issue in turn, so that a second one does not wait for all of the first. */
static bool go_round(struct dispatch *dispatch, const GArray *work, usec_t *next, bool *any,
                     struct error *error)
{
    *any = false;
    for (guint i = 0; i < work->len; i++) {
        guint at = (dispatch->next_issue + i) % work->len;
        const struct work *one = &g_array_index(work, struct work, at);
        bool given = false;
        if (has_work(one, clock_now()) && !give_lot(dispatch, one, next, &given, error))
            return false;
        *any |= given;
    }
    dispatch->next_issue++;
    return true;
}

bool hand_out(struct dispatch *dispatch, usec_t *next, struct error *error)
{
    bool any = true, good = true;
    *next = 0;
    for (bool first = true; any && good; first = false) {
        GArray *work = NULL;
        if (!queue_work(dispatch->queue, &work, error))
            return false;
        for (guint i = 0; good && first && i < work->len; i++) {
            good = give_up_old(dispatch, &g_array_index(work, struct work, i), error);
            look_again(dispatch, &g_array_index(work, struct work, i), next);
        }
        good = good && go_round(dispatch, work, next, &any, error);
        g_array_unref(work);
    }
    return good;
}
