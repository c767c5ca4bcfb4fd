#include "dispatch/hand_out.h"
#include "base/log.h"
#include "conf/window.h"
#include "conf/workdays.h"
#include "queue/schedule.h"

/* A shorter wait for a limit is no news for anybody. */
#define WAIT_WORTH_TELLING USEC_PER_SEC

static void sooner(usec_t *next, usec_t time)
{
    if (time && (!*next || time < *next))
        *next = time;
}

static void touch(struct dispatch *dispatch, int64_t issue)
{
    g_hash_table_add(dispatch->touched, g_memdup2(&issue, sizeof issue));
}

static void note_wait(struct dispatch *dispatch, int64_t issue, enum wait_reason why, usec_t until)
{
    struct wait wait = {why, until};
    g_hash_table_replace(dispatch->waits, g_memdup2(&issue, sizeof issue),
                         g_memdup2(&wait, sizeof wait));
}

/* --- one lot --- */

enum gave {
    GAVE,    /* a lot was handed out, so there may be more */
    MOVED,   /* to other lanes, which have it now */
    LIMITED, /* until *open (monotonic) */
    BUSY,    /* no sender now; an outcome will wake us */
};

/* What an issue has to give: stream 0 are its first tries, the others what is due of its lanes. So
 * neither retries nor first tries starve, and a lane at its limit holds up nothing else. */
static const struct due *due_of(const struct work *work, guint stream)
{
    return &g_array_index(work->due, struct due, stream - 1);
}

static usec_t due_until(const struct dispatch *dispatch, const struct work *work, guint stream)
{
    return schedule_due_until(&dispatch->conf->retry, due_of(work, stream)->next, clock_now());
}

static bool has_stream(const struct dispatch *dispatch, const struct work *work, guint stream)
{
    if (stream == 0)
        return work->has_first;
    return due_of(work, stream)->next <= due_until(dispatch, work, stream);
}

static bool claim_lot(struct dispatch *dispatch, const struct work *work, guint stream, size_t room,
                      struct claim claims[], size_t *count, struct error *error)
{
    if (stream == 0)
        return queue_claim_first(dispatch->queue, work->issue, room, claims, count, error);
    return queue_claim_due(dispatch->queue, work->issue, due_of(work, stream)->lane,
                           due_until(dispatch, work, stream), room, claims, count, error);
}

static void give(struct dispatch *dispatch, struct sender *sender, const struct work *work,
                 struct lane *lane, struct claim claims[], size_t count)
{
    struct handed *job = g_new0(struct handed, 1);
    job->id = ++dispatch->last_job;
    job->issue = work->issue;
    job->lane = lane;
    job->is_personal = work->personal;
    job->claims = g_memdup2(claims, sizeof *claims * count);
    job->count = count;
    g_queue_push_tail(&sender->jobs, job);
    sender->given++;
    sender->recipients += count;
    valve_take(&sender->relay->valve, count);
    if (!lane)
        return;
    valve_take(&lane->valve, count);
    guint carried = GPOINTER_TO_UINT(g_hash_table_lookup(sender->carried, lane));
    g_hash_table_insert(sender->carried, lane, GUINT_TO_POINTER(carried + 1));
}

static struct lane *lane_of(const struct dispatch *dispatch, const struct work *work, guint stream)
{
    const char *name = stream ? due_of(work, stream)->lane : NULL;
    return name ? lanes_named(dispatch->lanes, name) : NULL;
}

static bool give_lot(struct dispatch *dispatch, const struct work *work, guint stream,
                     struct relay_state *relay, enum gave *gave, usec_t *open, struct error *error)
{
    usec_t now = clock_monotonic();
    struct lane *lane = lane_of(dispatch, work, stream);
    size_t room = valve_room(&relay->valve, work->personal ? 1 : JOB_RECIPIENTS_MAX, now);
    if (lane)
        room = MIN(room, valve_room(&lane->valve, room, now));
    if (room == 0) {
        *gave = LIMITED;
        *open = MAX(valve_opens(&relay->valve, now), lane ? valve_opens(&lane->valve, now) : 0);
        return true;
    }
    struct sender *sender = pick_sender(dispatch, relay, work->personal, lane);
    *gave = BUSY;
    if (!sender)
        return true;
    struct claim claims[JOB_RECIPIENTS_MAX];
    size_t count;
    if (!claim_lot(dispatch, work, stream, room, claims, &count, error))
        return false;
    *gave = count ? GAVE : MOVED;
    if (count)
        give(dispatch, sender, work, lane, claims, count);
    return true;
}

/* --- one issue --- */

static guint next_stream(const struct dispatch *dispatch, int64_t issue)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(dispatch->turns, &issue));
}

static void set_next_stream(struct dispatch *dispatch, int64_t issue, guint stream)
{
    g_hash_table_replace(dispatch->turns, g_memdup2(&issue, sizeof issue),
                         GUINT_TO_POINTER(stream));
}

/* A lot of the first stream, from the one whose turn it is, that has one to give. */
static bool give_of_streams(struct dispatch *dispatch, const struct work *work,
                            struct relay_state *relay, usec_t *next, bool *given,
                            struct error *error)
{
    guint count = work->due->len + 1, start = next_stream(dispatch, work->issue);
    bool limited = false, busy = false;
    usec_t opens = 0;
    for (guint i = 0; i < count && !*given; i++) {
        guint stream = (start + i) % count;
        enum gave gave;
        usec_t open = 0;
        if (!has_stream(dispatch, work, stream))
            continue;
        if (!give_lot(dispatch, work, stream, relay, &gave, &open, error))
            return false;
        if (gave == GAVE)
            set_next_stream(dispatch, work->issue, stream + 1);
        if (gave == MOVED) /* its lanes are known in the next turn */
            sooner(next, clock_monotonic());
        sooner(&opens, open);
        *given = gave == GAVE;
        limited |= gave == LIMITED;
        busy |= gave == BUSY || gave == MOVED;
    }
    sooner(next, opens);
    dispatch->could_go |= busy || *given;
    if (limited && !busy && !*given && opens - clock_monotonic() >= WAIT_WORTH_TELLING)
        note_wait(dispatch, work->issue, WAIT_LIMIT, clock_now() + opens - clock_monotonic());
    return true;
}

static bool has_work(const struct dispatch *dispatch, const struct work *work)
{
    for (guint stream = 0; stream <= work->due->len; stream++)
        if (has_stream(dispatch, work, stream))
            return true;
    return false;
}

static bool serve_issue(struct dispatch *dispatch, const struct work *work, usec_t *next,
                        bool *given, struct error *error)
{
    struct relay_state *relay = NULL;
    enum relay_choice choice;
    *given = false;
    if (!has_work(dispatch, work) || g_hash_table_contains(dispatch->waits, &work->issue))
        return true;
    if (!pick_relay(dispatch, work->issue, &relay, &choice, next, error))
        return false;
    switch (choice) {
    case CHOICE_ALL_REST:
        dispatch->could_go = true;
        return true;
    case CHOICE_FOUND:
        return give_of_streams(dispatch, work, relay, next, given, error);
    case CHOICE_ALL_BARRED:
        break;
    }
    if (work->is_notice)
        return queue_unbar(dispatch->queue, work->issue, error);
    AUTO(text) char *answer = NULL;
    touch(dispatch, work->issue);
    return queue_bar_answer(dispatch->queue, work->issue, &answer, error) &&
           queue_hold(dispatch->queue, work->issue, HOLD_RELAY, answer, "fensongd", error);
}

/* --- what time brings --- */

static const struct publication *publication_of(const struct dispatch *dispatch,
                                                const struct work *work)
{
    return work->is_notice ? NULL : conf_publication(dispatch->conf, work->publication);
}

static bool give_up_old(struct dispatch *dispatch, const struct work *work, struct error *error)
{
    const struct publication *publication = publication_of(dispatch, work);
    usec_t now = clock_now(), not_after = publication ? publication->not_after : 0;
    enum give_up_reason why = GAVE_UP_NOT;
    if (schedule_gives_up(&dispatch->conf->retry, work->accepted_at, now))
        why = GAVE_UP_TOO_OLD;
    if (not_after && now - work->accepted_at >= not_after)
        why = GAVE_UP_TOO_LATE;
    if (why == GAVE_UP_NOT)
        return true;
    int64_t count = 0;
    touch(dispatch, work->issue);
    return queue_give_up(dispatch->queue, work->issue, why, now, &count, error);
}

static void tell_unknown_year(struct dispatch *dispatch, const struct send_window *window)
{
    int year = window_year(clock_now());
    const struct workdays *workdays = dispatch->conf->workdays;
    if (!window->workdays || !workdays || year == dispatch->told_year ||
        workdays_knows(workdays, year))
        return;
    dispatch->told_year = year;
    log_line(LOG_WARNING, (struct log_about){0},
             "%s does not hold the year %d: Monday to Friday count as workdays",
             dispatch->conf->workdays_file, year);
}

static void look_at_window(struct dispatch *dispatch, const struct work *work)
{
    const struct publication *publication = publication_of(dispatch, work);
    if (!publication || !publication->window.is_set)
        return;
    tell_unknown_year(dispatch, &publication->window);
    usec_t opens = window_opens(&publication->window, dispatch->conf->workdays, clock_now());
    if (opens)
        note_wait(dispatch, work->issue, WAIT_WINDOW, opens);
}

/* When the next thing that only time brings is due. */
static void look_again(struct dispatch *dispatch, const struct work *work, usec_t *next)
{
    usec_t now = clock_now(), monotonic = clock_monotonic();
    const struct publication *publication = publication_of(dispatch, work);
    const struct wait *wait = g_hash_table_lookup(dispatch->waits, &work->issue);
    usec_t times[] = {
        work->accepted_at + dispatch->conf->retry.give_up_after,
        publication && publication->not_after ? work->accepted_at + publication->not_after : 0,
        wait ? wait->until : 0};
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++)
        if (times[i] > now)
            sooner(next, monotonic + times[i] - now);
    for (guint i = 0; i < work->due->len; i++) {
        usec_t due = g_array_index(work->due, struct due, i).next;
        if (due > now)
            sooner(next, monotonic + due - now);
    }
}

/* --- all of them --- */

/* The issues behind the one that got something last come first. */
static guint first_of_round(const struct dispatch *dispatch, const GArray *work)
{
    for (guint i = 0; i < work->len; i++)
        if (g_array_index(work, struct work, i).issue > dispatch->last_issue)
            return i;
    return 0;
}

/* A lot of each issue in turn, so that a second one does not wait for all of the first. */
static bool go_round(struct dispatch *dispatch, const GArray *work, usec_t *next, bool *any,
                     struct error *error)
{
    guint start = first_of_round(dispatch, work);
    *any = false;
    for (guint i = 0; i < work->len; i++) {
        const struct work *one = &g_array_index(work, struct work, (start + i) % work->len);
        bool given;
        if (!serve_issue(dispatch, one, next, &given, error))
            return false;
        if (given)
            dispatch->last_issue = one->issue;
        *any |= given;
    }
    return true;
}

static void forget_ended(struct dispatch *dispatch, const GArray *work)
{
    if (g_hash_table_size(dispatch->turns) > work->len)
        g_hash_table_remove_all(dispatch->turns);
}

static bool look_at_time(struct dispatch *dispatch, const GArray *work, usec_t *next,
                         struct error *error)
{
    forget_ended(dispatch, work);
    for (guint i = 0; i < work->len; i++) {
        const struct work *one = &g_array_index(work, struct work, i);
        if (!give_up_old(dispatch, one, error))
            return false;
        look_at_window(dispatch, one);
        look_again(dispatch, one, next);
    }
    return true;
}

bool hand_out(struct dispatch *dispatch, usec_t *next, struct error *error)
{
    bool any = true, good = true;
    *next = 0;
    dispatch->could_go = false;
    g_hash_table_remove_all(dispatch->waits);
    for (bool first = true; any && good; first = false) {
        GArray *work = NULL;
        if (!queue_work(dispatch->queue, &work, error))
            return false;
        good = !first || look_at_time(dispatch, work, next, error);
        good = good && go_round(dispatch, work, next, &any, error);
        g_array_unref(work);
    }
    return good;
}
