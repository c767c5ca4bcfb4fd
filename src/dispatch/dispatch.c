/* The turn of the dispatch: hand out, commit, send what the commit made ours. */
#include "dispatch/dispatch.h"
#include "base/log.h"
#include "dispatch/hand_out.h"
#include "dispatch/parts.h"

#include <signal.h>

/* Outcomes and claims are committed together, at the latest after so long or so many. */
#define COMMIT_AFTER    (20 * USEC_PER_MSEC)
#define COMMIT_OUTCOMES 500
/* The steps of a transaction together, by RFC 5321's limits, with a large message through a slow
 * line; a sender that is silent for longer hangs. */
#define SENDER_SILENCE_MAX (60 * USEC_PER_MINUTE)

void dispatch_fail(struct dispatch *dispatch, const struct error *error)
{
    log_error(LOG_CRIT, (struct log_about){0}, error);
    sd_event_exit(dispatch->loop, error->exit_class ? error->exit_class : EX_SOFTWARE);
}

/* --- commits --- */

/* A sender that has nothing to do waits for the commit that gives it something. */
static bool a_sender_waits(const struct dispatch *dispatch)
{
    for (guint i = 0; i < dispatch->senders->len; i++) {
        const struct sender *sender = dispatch->senders->pdata[i];
        const struct handed *first = g_queue_peek_head((GQueue *)&sender->jobs);
        if (first && !first->was_sent_to_sender)
            return true;
    }
    return false;
}

static bool must_commit(const struct dispatch *dispatch)
{
    /* A hold or a cancel by hand has committed itself, and yet ends what it touched. */
    if (!queue_is_dirty(dispatch->queue))
        return g_hash_table_size(dispatch->touched) > 0 || a_sender_waits(dispatch);
    return a_sender_waits(dispatch) || dispatch->uncommitted >= COMMIT_OUTCOMES ||
           (dispatch->uncommitted &&
            clock_monotonic() - dispatch->uncommitted_since >= COMMIT_AFTER) ||
           dispatch->senders->len == 0;
}

static bool conclude_touched(struct dispatch *dispatch, GArray *ended, struct error *error)
{
    GHashTableIter iter;
    void *key;
    g_hash_table_iter_init(&iter, dispatch->touched);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        bool changed = false;
        int64_t issue = *(int64_t *)key;
        if (!queue_conclude(dispatch->queue, issue, clock_now(), &changed, error))
            return false;
        g_array_append_val(ended, issue);
    }
    g_hash_table_remove_all(dispatch->touched);
    return true;
}

static void remove_old_journals(struct dispatch *dispatch)
{
    for (guint i = 0; i < dispatch->old_journals->len; i++)
        (void)unlink(dispatch->old_journals->pdata[i]);
    g_ptr_array_set_size(dispatch->old_journals, 0);
}

static bool commit(struct dispatch *dispatch, GArray *ended, struct error *error)
{
    if (!conclude_touched(dispatch, ended, error) || !limits_save(dispatch, error) ||
        !queue_commit(dispatch->queue, error))
        return false;
    dispatch->uncommitted = 0;
    remove_old_journals(dispatch);
    for (guint i = 0; i < dispatch->senders->len; i++) {
        struct sender *sender = dispatch->senders->pdata[i];
        sender->pace = MAX(sender->done, sender->pace / 2);
        sender->done = 0;
        if (!sender_send_jobs(sender, error))
            return false;
    }
    return true;
}

static void tell_changed(struct dispatch *dispatch, const GArray *ended)
{
    for (guint i = 0; dispatch->ended && i < ended->len; i++)
        dispatch->ended(dispatch->ended_user, g_array_index(ended, int64_t, i));
}

/* --- the turn --- */

static void kill_hanging_senders(struct dispatch *dispatch)
{
    usec_t now = clock_monotonic();
    for (guint i = 0; i < dispatch->senders->len; i++) {
        struct sender *sender = dispatch->senders->pdata[i];
        if (sender->jobs.length && now - sender->last_sign > SENDER_SILENCE_MAX) {
            log_line(LOG_ERR, (struct log_about){.relay = sender->relay->name},
                     "sender %d hangs and is ended", sender->link.pid);
            (void)kill(sender->link.pid, SIGKILL);
        }
    }
}

static void set_timer(struct dispatch *dispatch, usec_t next)
{
    usec_t commit_at = dispatch->uncommitted ? dispatch->uncommitted_since + COMMIT_AFTER : 0;
    if (commit_at && (!next || commit_at < next))
        next = commit_at;
    usec_t look_at = watch_next(&dispatch->watch, dispatch->conf->alarm_after);
    if (look_at && (!next || look_at < next))
        next = look_at;
    if (!next)
        next = clock_monotonic() + USEC_PER_MINUTE;
    sd_event_source_set_time(dispatch->timer, (uint64_t)next);
    sd_event_source_set_enabled(dispatch->timer, SD_EVENT_ONESHOT);
}

static bool drained(struct dispatch *dispatch)
{
    return dispatch->is_draining && dispatch->senders->len == 0 && dispatch->drained;
}

static bool take_turn(struct dispatch *dispatch, GArray *ended, struct error *error)
{
    usec_t next = 0;
    kill_hanging_senders(dispatch);
    if (!dispatch->is_draining && !hand_out(dispatch, &next, error))
        return false;
    if (must_commit(dispatch) && !commit(dispatch, ended, error))
        return false;
    trouble_look(dispatch);
    set_timer(dispatch, next);
    return true;
}

static int on_turn(sd_event_source *source, void *user)
{
    struct dispatch *dispatch = user;
    AUTO(error) struct error error = {0};
    GArray *ended = g_array_new(FALSE, FALSE, sizeof(int64_t));
    sd_event_source_set_enabled(source, SD_EVENT_OFF);
    if (take_turn(dispatch, ended, &error))
        tell_changed(dispatch, ended);
    else
        dispatch_fail(dispatch, &error);
    g_array_unref(ended);
    if (drained(dispatch))
        dispatch->drained(dispatch->drained_user);
    return 0;
}

static int on_timer(sd_event_source *source, uint64_t time, void *user)
{
    (void)source, (void)time;
    dispatch_wake(user);
    return 0;
}

void dispatch_touch(struct dispatch *dispatch, int64_t issue)
{
    g_hash_table_add(dispatch->touched, g_memdup2(&issue, sizeof issue));
    dispatch_wake(dispatch);
}

void dispatch_wake(struct dispatch *dispatch)
{
    sd_event_source_set_enabled(dispatch->turn, SD_EVENT_ONESHOT);
}

/* --- start and end --- */

static bool add_sources(struct dispatch *dispatch, struct error *error)
{
    if (sd_event_add_defer(dispatch->loop, &dispatch->turn, on_turn, dispatch) < 0 ||
        sd_event_add_time(dispatch->loop, &dispatch->timer, CLOCK_MONOTONIC, 0, USEC_PER_MSEC,
                          on_timer, dispatch) < 0)
        return error_set(error, EX_OSERR, NOWHERE, NULL,
                         N_("the event loop takes no more sources"));
    /* After all that senders have to tell, so that one turn sees the whole. */
    sd_event_source_set_priority(dispatch->turn, SD_EVENT_PRIORITY_IDLE);
    return true;
}

static const char *lane_of(void *user, const struct address *address)
{
    const struct lane *lane = lanes_of(user, address);
    return lane ? lane->name : NULL;
}

/* Where nothing is limited, nothing is asked. */
static void set_lanes(struct dispatch *dispatch)
{
    bool any = g_hash_table_size(dispatch->lanes->by_domain) > 0;
    queue_set_lanes(dispatch->queue, any ? lane_of : NULL, dispatch->lanes);
}

bool dispatch_start(struct dispatch **dispatch, sd_event *loop, const struct conf *conf,
                    struct queue *queue, const struct answers *answers, struct error *error)
{
    struct dispatch *fresh = g_new0(struct dispatch, 1);
    fresh->loop = sd_event_ref(loop);
    fresh->conf = conf;
    fresh->queue = queue;
    fresh->answers = answers;
    fresh->relays = relays_new(conf);
    fresh->lanes = lanes_new(conf);
    fresh->turns = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    fresh->waits = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    fresh->senders = g_ptr_array_new();
    fresh->journals = g_build_filename(conf->state_dir, "journals", NULL);
    fresh->touched = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    fresh->old_journals = g_ptr_array_new_with_free_func(g_free);
    set_lanes(fresh);
    if (!add_sources(fresh, error) || !limits_load(fresh, error) || !recovery_run(fresh, error)) {
        dispatch_free(fresh);
        return false;
    }
    *dispatch = fresh;
    return true;
}

void dispatch_free(struct dispatch *dispatch)
{
    if (!dispatch)
        return;
    for (guint i = 0; i < dispatch->senders->len; i++)
        sender_free(dispatch->senders->pdata[i]);
    g_ptr_array_unref(dispatch->senders);
    sd_event_source_disable_unref(dispatch->turn);
    sd_event_source_disable_unref(dispatch->timer);
    g_ptr_array_unref(dispatch->relays);
    queue_set_lanes(dispatch->queue, NULL, NULL);
    lanes_free(dispatch->lanes);
    g_hash_table_unref(dispatch->turns);
    g_hash_table_unref(dispatch->waits);
    error_clear(&dispatch->trouble);
    g_hash_table_unref(dispatch->touched);
    g_ptr_array_unref(dispatch->old_journals);
    g_free(dispatch->journals);
    sd_event_unref(dispatch->loop);
    g_free(dispatch);
}

void dispatch_reconfigure(struct dispatch *dispatch, const struct conf *conf,
                          const struct answers *answers)
{
    dispatch->conf = conf;
    dispatch->answers = answers;
    relays_reconfigure(dispatch->relays, conf);
    lanes_reconfigure(dispatch->lanes, conf);
    set_lanes(dispatch);
    for (guint i = 0; i < dispatch->senders->len; i++)
        sender_end(dispatch->senders->pdata[i]);
    dispatch_wake(dispatch);
}

void dispatch_drain(struct dispatch *dispatch, void (*done)(void *user), void *user)
{
    dispatch->is_draining = true;
    dispatch->drained = done;
    dispatch->drained_user = user;
    for (guint i = 0; i < dispatch->senders->len; i++)
        sender_kill(dispatch->senders->pdata[i], SIGTERM);
    dispatch_wake(dispatch);
}

void dispatch_kill(struct dispatch *dispatch, bool waiting)
{
    for (guint i = 0; i < dispatch->senders->len; i++)
        if (waiting || !sender_waits_for_end(dispatch->senders->pdata[i]))
            sender_kill(dispatch->senders->pdata[i], SIGKILL);
}

bool dispatch_waits_for_end(const struct dispatch *dispatch)
{
    for (guint i = 0; i < dispatch->senders->len; i++)
        if (sender_waits_for_end(dispatch->senders->pdata[i]))
            return true;
    return false;
}

void dispatch_on_ended(struct dispatch *dispatch, void (*ended)(void *user, int64_t issue),
                       void *user)
{
    dispatch->ended = ended;
    dispatch->ended_user = user;
}

void dispatch_on_trouble(struct dispatch *dispatch,
                         void (*troubled)(void *user, const struct error *trouble), void *user)
{
    dispatch->troubled = troubled;
    dispatch->troubled_user = user;
}

enum wait_reason dispatch_waits(const struct dispatch *dispatch, int64_t issue, usec_t *until)
{
    const struct wait *wait = g_hash_table_lookup(dispatch->waits, &issue);
    *until = wait ? wait->until : 0;
    return wait && wait->until > clock_now() ? wait->why : WAIT_NOT;
}
