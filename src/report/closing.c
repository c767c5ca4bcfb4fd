#include "report/closing.h"
#include "base/log.h"
#include "report/ending.h"

#define TURN_MOST (20 * USEC_PER_MSEC) /* as long a pause follows */

struct closing {
    struct report_parts parts;
    void (*reported)(void *user);
    void *user;
    struct queue_issue *issue; /* that is being reported */
    struct ending *ending;     /* NULL: none is */
    sd_event_source *turn;
};

static void drop(struct closing *closing)
{
    (void)sd_event_source_set_enabled(closing->turn, SD_EVENT_OFF);
    g_clear_pointer(&closing->ending, ending_free);
    g_clear_pointer(&closing->issue, queue_issue_free);
}

static void turn_at(struct closing *closing, usec_t when)
{
    (void)sd_event_source_set_time(closing->turn, (uint64_t)when);
    (void)sd_event_source_set_enabled(closing->turn, SD_EVENT_ONESHOT);
}

/* Somebody may have it tried again meanwhile: then this is not its end. */
static bool is_its_end(struct closing *closing)
{
    AUTO(queue_issue) struct queue_issue *now = NULL;
    AUTO(error) struct error ignored = {0};
    return queue_issue(closing->parts.queue, closing->issue->id, &now, &ignored) &&
           now->state == closing->issue->state && now->finished_at == closing->issue->finished_at;
}

/* *done: nothing is left to do of it. */
static bool take_turn(struct closing *closing, bool *done, struct error *error)
{
    usec_t began = clock_monotonic();
    *done = true;
    if (!is_its_end(closing)) {
        drop(closing);
        return true;
    }
    if (!ending_step(closing->ending, TURN_MOST, done, error)) {
        drop(closing);
        return false;
    }
    usec_t now = clock_monotonic();
    if (*done)
        drop(closing);
    else
        turn_at(closing, now + (now - began));
    return true;
}

static int on_turn(sd_event_source *source, uint64_t time, void *user)
{
    (void)source, (void)time;
    struct closing *closing = user;
    AUTO(error) struct error error = {0};
    AUTO(text) char *key = g_strdup(closing->issue->key);
    bool done;
    if (!take_turn(closing, &done, &error))
        log_error(LOG_WARNING, (struct log_about){.issue = key}, &error);
    else if (done)
        closing->reported(closing->user);
    return 0;
}

bool closing_look(struct closing *closing, const struct queue_issue *issue, usec_t now,
                  struct error *error)
{
    bool done;
    if (closing->ending)
        return true;
    if (!queue_issue(closing->parts.queue, issue->id, &closing->issue, error))
        return false;
    if (!ending_begin(&closing->ending, &closing->parts, closing->issue, now, error) ||
        !closing->ending) {
        drop(closing);
        return !error_is_set(error);
    }
    return take_turn(closing, &done, error);
}

bool closing_start(struct closing **closing, sd_event *loop, const struct report_parts *parts,
                   void (*reported)(void *user), void *user, struct error *error)
{
    struct closing *fresh = g_new0(struct closing, 1);
    fresh->parts = *parts;
    fresh->reported = reported;
    fresh->user = user;
    if (sd_event_add_time(loop, &fresh->turn, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, on_turn, fresh) <
            0 ||
        sd_event_source_set_enabled(fresh->turn, SD_EVENT_OFF) < 0) {
        closing_stop(fresh);
        return error_set(error, EX_OSERR, NOWHERE, NULL, N_("the event loop does not start"));
    }
    /* As the dispatch's turn, so that these two alternate. */
    (void)sd_event_source_set_priority(fresh->turn, SD_EVENT_PRIORITY_IDLE);
    *closing = fresh;
    return true;
}

void closing_set_parts(struct closing *closing, const struct report_parts *parts)
{
    drop(closing);
    closing->parts = *parts;
}

void closing_stop(struct closing *closing)
{
    if (!closing)
        return;
    drop(closing);
    sd_event_source_disable_unref(closing->turn);
    g_free(closing);
}
