/* From verdicts to outcomes in the queue. */
#include "base/log.h"
#include "dispatch/parts.h"
#include "queue/schedule.h"

struct applying {
    struct dispatch *dispatch;
    struct relay_state *relay;
    const struct handed *job;
    struct situation common; /* what is the same for all of the transaction */
    size_t sent;
    bool went_well, lot_blamed, issue_blamed, answered;
    const struct verdict *too_fast; /* the first that says so */
};

static void touch(struct dispatch *dispatch, int64_t issue, size_t outcomes)
{
    g_hash_table_add(dispatch->touched, g_memdup2(&issue, sizeof issue));
    if (!dispatch->uncommitted)
        dispatch->uncommitted_since = clock_monotonic();
    dispatch->uncommitted += outcomes;
}

static bool has_mailbox_code(const struct reply *reply)
{
    return reply->enhanced && (g_str_has_prefix(reply->enhanced + 1, ".1.") ||
                               g_str_has_prefix(reply->enhanced + 1, ".2."));
}

static void look_at_issue(struct dispatch *dispatch, int64_t issue, struct situation *common)
{
    struct envelope envelope;
    AUTO(error) struct error ignored = {0};
    if (!queue_envelope(dispatch->queue, issue, &envelope, &ignored))
        return;
    common->taken_before = envelope.sent > 0;
    common->notice = envelope.is_notice;
}

/* --- what is the same for all --- */

/* The answer without the address that it repeats. */
static char *bare_answer(const struct verdict *verdict, const struct claim *claim)
{
    AUTO(texts)
    char **parts = g_strsplit(verdict->reply.text ? verdict->reply.text : "",
                              address_text(claim->address), -1);
    char *bare = g_strjoinv("", parts);
    return bare;
}

static bool refused_at_rcpt(const struct verdict *verdict)
{
    return verdict->kind == VERDICT_REFUSED && verdict->stage == STAGE_RCPT;
}

/* Is the answer about an address by what is known of it? */
static bool is_about_address(const struct dispatch *dispatch, const struct verdict *verdict)
{
    enum answer_class class = answer_of(dispatch->answers, verdict->stage, &verdict->reply).class;
    return has_mailbox_code(&verdict->reply) || class == ANSWER_HARD || class == ANSWER_SOFT ||
           class == ANSWER_SIZE || class == ANSWER_RATE || class == ANSWER_LATER ||
           class == ANSWER_TOO_MANY;
}

/* Every RCPT of several got the same 5xx, and it is not about an address. */
static bool all_are_ours(const struct dispatch *dispatch, const struct handed *job,
                         const struct verdict verdicts[], size_t count)
{
    if (count < 2)
        return false;
    AUTO(text) char *first = bare_answer(&verdicts[0], &job->claims[0]);
    for (size_t i = 0; i < count; i++) {
        const struct verdict *verdict = &verdicts[i];
        if (!refused_at_rcpt(verdict) || verdict->reply.code < 500 ||
            verdict->reply.code != verdicts[0].reply.code || is_about_address(dispatch, verdict))
            return false;
        AUTO(text) char *bare = bare_answer(verdict, &job->claims[i]);
        if (!g_str_equal(bare, first) &&
            answer_of(dispatch->answers, verdict->stage, &verdict->reply).class != ANSWER_OURS)
            return false;
    }
    return true;
}

static struct situation common_situation(struct dispatch *dispatch, struct relay_state *relay,
                                         const struct handed *job, const struct verdict verdicts[],
                                         size_t count, bool lost)
{
    struct situation common = {
        .lot = job->count,
        .personal = job->is_personal,
        .in_lane = job->lane != NULL,
        .lost = lost,
        .all_ours = all_are_ours(dispatch, job, verdicts, count),
        .ours_streak = relay->ours_streak,
        .content_streak = relay->content_streak,
        .after_unknown = dispatch->conf->retry.unknown,
    };
    look_at_issue(dispatch, job->issue, &common);
    for (size_t i = 0; i < count; i++)
        common.taken += verdicts[i].kind != VERDICT_UNTOUCHED && !refused_at_rcpt(&verdicts[i]);
    return common;
}

/* --- one of them --- */

static struct situation situation_of(const struct applying *applying, const struct claim *claim,
                                     const struct verdict *verdict)
{
    struct situation s = applying->common;
    s.kind = verdict->kind;
    s.stage = verdict->stage;
    s.code = verdict->reply.code;
    if (verdict->kind == VERDICT_REFUSED)
        s.class = answer_of(applying->dispatch->answers, verdict->stage, &verdict->reply).class;
    s.mailbox_code = has_mailbox_code(&verdict->reply);
    s.attempts = claim->attempts;
    s.unknown_tries = claim->unknown_tries;
    s.losses = claim->losses;
    return s;
}

static usec_t time_of(const struct applying *applying, const struct claim *claim, enum when when)
{
    usec_t now = clock_now();
    if (when == WHEN_NEVER)
        return 0;
    if (when == WHEN_NOW)
        return now;
    return schedule_next(&applying->dispatch->conf->retry, claim->attempts + 1, now,
                         g_random_int());
}

static void tell(const struct applying *applying, const struct claim *claim,
                 const struct verdict *verdict, const struct decision *decision)
{
    static const struct {
        int priority;
        const char *words;
    } sentences[DELIVERY_EVENTS] = {
        [ON_TAKEN] = {LOG_DEBUG, "sent"},
        [ON_REFUSED_FOR_NOW] = {LOG_INFO, "deferred"},
        [ON_REFUSED_FOR_GOOD] = {LOG_NOTICE, "failed"},
        [ON_LOST_AFTER_END] = {LOG_WARNING, "unknown: no answer to the end of data"},
    };
    const char *words = sentences[decision->event].words;
    if (!words || !log_wants(sentences[decision->event].priority))
        return;
    struct log_about about = {.issue = queue_issue_key(applying->dispatch->queue, claim->issue),
                              .recipient = address_text(claim->address),
                              .relay = applying->relay->name,
                              .smtp_code = verdict->reply.code};
    AUTO(text) char *answer = reply_line(&verdict->reply);
    log_line(sentences[decision->event].priority, about, "%s: %s%s%s",
             address_text(claim->address), words, *answer ? ": " : "", answer);
}

/* Of the recipients' domain, if that has one, else the relay's. */
static struct valve *valve_of(const struct applying *applying)
{
    struct lane *lane = applying->job->lane;
    return lane ? &lane->valve : &applying->relay->valve;
}

static bool blame(struct applying *applying, const struct verdict *verdict,
                  const struct decision *decision, struct error *error)
{
    struct relay_state *relay = applying->relay;
    usec_t now = clock_monotonic();
    const char *text = verdict->reply.text ? verdict->reply.text : "no answer";
    switch (decision->blame) {
    case BLAME_NOBODY:
        return true;
    case BLAME_LOT:
        if (!applying->lot_blamed)
            valve_too_many_recipients(valve_of(applying), applying->common.taken);
        applying->lot_blamed = true;
        return true;
    case BLAME_RELAY:
        relay_failed(relay, text, now);
        return true;
    case BLAME_RELAY_SOFT:
        if (!applying->lot_blamed)
            relay_failed_softly(relay, text, now);
        applying->lot_blamed = true; /* once a transaction */
        return true;
    case BLAME_ISSUE:
        if (applying->issue_blamed)
            return true;
        applying->issue_blamed = true;
        log_line(LOG_ERR,
                 (struct log_about){
                     .issue = queue_issue_key(applying->dispatch->queue, applying->job->issue),
                     .relay = relay->name,
                     .smtp_code = verdict->reply.code},
                 "the relay refuses the issue: %d %s", verdict->reply.code, text);
        return queue_bar(applying->dispatch->queue, applying->job->issue, relay->name,
                         &verdict->reply, error);
    }
    return true;
}

static void count_streaks(struct applying *applying, const struct situation *s)
{
    struct relay_state *relay = applying->relay;
    applying->answered |= s->kind == VERDICT_SENT || s->kind == VERDICT_REFUSED;
    if (s->kind == VERDICT_SENT) {
        relay->ours_streak = relay->content_streak = relay->rate_streak = 0;
        applying->sent++;
        applying->went_well = true;
    } else if (s->kind == VERDICT_REFUSED && s->stage == STAGE_RCPT) {
        relay->ours_streak = s->class == ANSWER_OURS ? relay->ours_streak + 1 : 0;
        applying->went_well = true; /* it talks sense */
    } else if (s->kind == VERDICT_REFUSED && s->stage == STAGE_END_OF_DATA && s->code >= 500) {
        relay->content_streak++;
    }
}

#define RATE_STREAK_MAX 3

/* One recipient of several, or one here and there, may be too much for his own mailbox alone: the
 * relay itself, or a domain that is known to limit, is obeyed at the first word. */
static bool slows_down(const struct applying *applying, const struct situation *s)
{
    if (s->in_lane || s->stage != STAGE_RCPT)
        return true;
    if (s->lot > 1)
        return s->taken == 0;
    return ++applying->relay->rate_streak >= RATE_STREAK_MAX;
}

static void look_at_speed(struct applying *applying, const struct situation *s,
                          const struct verdict *verdict)
{
    if (s->kind == VERDICT_REFUSED && s->class == ANSWER_RATE && !applying->too_fast &&
        slows_down(applying, s))
        applying->too_fast = verdict;
}

static void learn_speed(const struct applying *applying)
{
    usec_t now = clock_monotonic();
    struct valve *valve = valve_of(applying);
    if (applying->sent) {
        valve_went_well(&applying->relay->valve, applying->sent, now);
        if (applying->job->lane)
            valve_went_well(valve, applying->sent, now);
    }
    double before = valve_learnt(valve);
    if (applying->too_fast)
        valve_too_fast(valve, now);
    if (!applying->too_fast || !*applying->relay->name || valve_learnt(valve) == before)
        return;
    const struct reply *reply = &applying->too_fast->reply;
    log_line(LOG_WARNING,
             (struct log_about){.relay = applying->relay->name, .smtp_code = reply->code},
             "%s: slowed down to %.0f recipients a minute: %d %s",
             applying->job->lane ? applying->job->lane->name : applying->relay->name,
             valve_learnt(valve), reply->code, reply->text ? reply->text : "");
}

static bool apply_one(struct applying *applying, const struct claim *claim,
                      const struct verdict *verdict, struct error *error)
{
    struct situation situation = situation_of(applying, claim, verdict);
    struct decision decision = decide(&situation);
    struct outcome outcome = {
        .delivery = claim->delivery,
        .issue = claim->issue,
        .event = decision.event,
        .relay = verdict->kind == VERDICT_UNTOUCHED || !*applying->relay->name
                     ? NULL
                     : applying->relay->name,
        .reply = verdict->reply.code ? &verdict->reply : NULL,
        .at = clock_now(),
        .next_attempt = time_of(applying, claim, decision.when),
        .counts = decision.counts,
        .lost = decision.lost,
        .alone = decision.alone,
    };
    tell(applying, claim, verdict, &decision);
    count_streaks(applying, &situation);
    look_at_speed(applying, &situation, verdict);
    return queue_record(applying->dispatch->queue, &outcome, error) &&
           blame(applying, verdict, &decision, error);
}

bool outcomes_apply(struct dispatch *dispatch, struct relay_state *relay, const struct handed *job,
                    const struct verdict verdicts[], size_t count, bool lost, struct error *error)
{
    struct applying applying = {
        .dispatch = dispatch,
        .relay = relay,
        .job = job,
        .common = common_situation(dispatch, relay, job, verdicts, count, lost),
    };
    if (count != job->count)
        return error_set(error, EX_PROTOCOL, NOWHERE, NULL,
                         N_("a sender told of other recipients than it was given"));
    for (size_t i = 0; i < count; i++) {
        if (verdicts[i].delivery != job->claims[i].delivery)
            return error_set(error, EX_PROTOCOL, NOWHERE, NULL,
                             N_("a sender told of other recipients than it was given"));
        if (!apply_one(&applying, &job->claims[i], &verdicts[i], error))
            return false;
    }
    touch(dispatch, job->issue, count);
    if (applying.went_well)
        relay_went_well(relay);
    learn_speed(&applying);
    if (applying.answered)
        watch_ended(&dispatch->watch, clock_monotonic());
    return true;
}

bool outcomes_of_lost_job(struct dispatch *dispatch, struct relay_state *relay,
                          const struct handed *job, GHashTable *journal, bool lost,
                          struct error *error)
{
    struct verdict *verdicts = g_new0(struct verdict, job->count);
    for (size_t i = 0; i < job->count; i++) {
        const struct verdict *entry = g_hash_table_lookup(journal, &job->claims[i].delivery);
        verdicts[i] = entry ? *entry : (struct verdict){.kind = VERDICT_UNTOUCHED};
        verdicts[i].delivery = job->claims[i].delivery;
    }
    bool good = outcomes_apply(dispatch, relay, job, verdicts, job->count, lost, error);
    g_free(verdicts); /* the replies are the table's */
    return good;
}
