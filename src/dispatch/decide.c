#include "dispatch/decide.h"

#define UNKNOWN_TRIES_MAX  3
#define OURS_STREAK_MAX    10
#define CONTENT_STREAK_MAX 3

static struct decision put_back(const struct situation *s, enum blame blame)
{
    enum delivery_event event = s->unknown_tries ? ON_PUT_BACK_UNKNOWN
                                : s->attempts    ? ON_PUT_BACK_DEFERRED
                                                 : ON_PUT_BACK;
    return (struct decision){.event = event, .when = WHEN_NOW, .blame = blame};
}

static struct decision defer(enum blame blame)
{
    return (struct decision){
        .event = ON_REFUSED_FOR_NOW, .when = WHEN_SCHEDULE, .blame = blame, .counts = true};
}

/* A notice is tried again by the schedule, at the next relay, and when all have refused it at each
 * again: held, it would tell nobody why an issue is. */
static struct decision blame_issue(const struct situation *s)
{
    return s->notice ? defer(BLAME_ISSUE) : put_back(s, BLAME_ISSUE);
}

static struct decision fail(void)
{
    return (struct decision){.event = ON_REFUSED_FOR_GOOD, .when = WHEN_NEVER, .counts = true};
}

/* RFC 1047: the server may have it. */
static struct decision doubt(const struct situation *s)
{
    bool again = s->after_unknown == UNKNOWN_AGAIN && s->unknown_tries < UNKNOWN_TRIES_MAX;
    return (struct decision){.event = ON_LOST_AFTER_END,
                             .when = again ? WHEN_SCHEDULE : WHEN_NEVER,
                             .blame = BLAME_RELAY_SOFT,
                             .counts = true};
}

/* RFC 5321 §3.8: as 451. The second time it goes alone and counts, so that one recipient that
 * breaks a server can't loop, and doesn't hold up the others. */
static struct decision lose(const struct situation *s)
{
    struct decision decision =
        s->losses == 0 ? put_back(s, BLAME_RELAY) : defer(s->lot == 1 ? BLAME_NOBODY : BLAME_RELAY);
    decision.lost = true;
    decision.alone = s->losses > 0;
    return decision;
}

/* 530, 534, 535, 538: the relay wants another login (RFC 4954 §6). 421: it is going. */
static bool is_about_relay(int code)
{
    return code == 421 || code == 530 || code == 534 || code == 535 || code == 538;
}

static bool is_too_many(const struct situation *s)
{
    return s->lot > 1 && (s->class == ANSWER_TOO_MANY || (s->code == 452 && !s->mailbox_code));
}

static struct decision decide_ours(const struct situation *s)
{
    if (s->lot > 1)
        return s->all_ours ? blame_issue(s) : fail();
    if (s->ours_streak + 1 >= OURS_STREAK_MAX)
        return blame_issue(s);
    /* One alone may be refused for itself: told by a second refusal while others are taken. */
    return s->attempts && s->taken_before ? fail() : defer(BLAME_NOBODY);
}

static bool says_later(const struct situation *s)
{
    return s->code < 500 || s->class == ANSWER_RATE || s->class == ANSWER_LATER;
}

static struct decision decide_rcpt(const struct situation *s)
{
    if (is_too_many(s))
        return put_back(s, BLAME_LOT);
    if (says_later(s))
        return defer(BLAME_NOBODY);
    if (s->class == ANSWER_OURS || s->all_ours)
        return decide_ours(s);
    return fail();
}

static struct decision decide_message(const struct situation *s)
{
    bool after_too_many = s->stage == STAGE_DATA && s->lot > s->taken && s->code == 503;
    if (after_too_many)
        return put_back(s, BLAME_LOT);
    /* Who is too fast for a recipient's domain is slowed down there; the relay is well. */
    if (says_later(s))
        return defer(s->in_lane && s->class == ANSWER_RATE ? BLAME_NOBODY : BLAME_RELAY_SOFT);
    bool recipients_own = s->personal && s->stage == STAGE_END_OF_DATA;
    if (recipients_own && s->content_streak + 1 < CONTENT_STREAK_MAX)
        return fail();
    return blame_issue(s);
}

struct decision decide(const struct situation *s)
{
    switch (s->kind) {
    case VERDICT_SENT:
        return (struct decision){.event = ON_TAKEN, .counts = true};
    case VERDICT_UNKNOWN:
        return doubt(s);
    case VERDICT_UNTOUCHED:
        return s->lost ? lose(s) : put_back(s, BLAME_NOBODY);
    case VERDICT_REFUSED:
        break;
    }
    /* After the whole message: counted, so that a message at which a relay always goes can't loop.
     */
    if (s->code == 421 && s->stage == STAGE_END_OF_DATA)
        return defer(BLAME_RELAY);
    if (is_about_relay(s->code))
        return put_back(s, BLAME_RELAY);
    return s->stage == STAGE_RCPT ? decide_rcpt(s) : decide_message(s);
}
