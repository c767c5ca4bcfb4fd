#include "report/words.h"

#include <stdio.h>

const char *words_of_delivery(enum delivery_state state)
{
    static const char *const words[DELIVERY_STATES] = {
        [QUEUED] = N_("queued"),         [SENDING] = N_("sending"),     [SENT] = N_("sent"),
        [DEFERRED] = N_("deferred"),     [UNKNOWN] = N_("unknown"),     [FAILED] = N_("failed"),
        [SUPPRESSED] = N_("suppressed"), [CANCELLED] = N_("cancelled"),
    };
    return _(words[state]);
}

const char *words_of_issue(enum issue_state state)
{
    static const char *const words[] = {
        [ISSUE_ADMITTING] = N_("is being taken in"),
        [ISSUE_HELD] = N_("held: waits for a person"),
        [ISSUE_SENDING] = N_("being sent"),
        [ISSUE_SENT] = N_("sent to everybody"),
        [ISSUE_FINISHED] = N_("finished; some don't have it"),
        [ISSUE_CANCELLED] = N_("cancelled"),
    };
    return _(words[state]);
}

static const struct {
    const char *what, *todo;
} holds[] = {
    [HOLD_NONE] = {"", ""},
    [HOLD_APPROVAL] = {N_("It waits to be approved."), N_("Approve it with fensong release.")},
    [HOLD_GUARD] = {N_("Its recipients are not what they were last time."),
                    N_("Look at the lists; if they are right, go on with fensong release.")},
    [HOLD_SCHEDULED] = {N_("It waits for its time."),
                        N_("It goes on by itself; fensong release sends it at once.")},
    [HOLD_RELAY] = {N_("The mail server refuses the message itself, or refuses us; so it was not "
                       "tried further, and nobody counts as failed."),
                    N_("Ask the administrator to look at the server's answer; when it is mended, "
                       "go on with fensong release.")},
    [HOLD_LISTS] = {N_("A list that it needs can't be read."),
                    N_("Mend the list, then go on with fensong release.")},
    [HOLD_UNKNOWN] = {N_("All was sent, but some recipients may or may not have it: the "
                         "connection was lost before the server answered."),
                      N_("Ask them; then say what you found out with fensong settle, or send it "
                         "once more with fensong retry.")},
    [HOLD_BY_HAND] = {N_("Somebody stopped it."), N_("Go on with fensong release.")},
};

const char *words_of_hold(enum hold_reason why)
{
    return _(holds[why].what);
}

const char *words_to_release(enum hold_reason why)
{
    return _(holds[why].todo);
}

static char *formatted(usec_t time, const char *format)
{
    return time ? clock_local(time, format) : g_strdup("");
}

char *words_of_time(usec_t time)
{
    return formatted(time, "%Y-%m-%d %H:%M:%S");
}

char *words_of_moment(usec_t time)
{
    return formatted(time, _("%Y-%m-%d %H:%M"));
}

char *words_of_key(const char *key)
{
    int year, number, end = 0;
    if (sscanf(key, "%d-s%d%n", &year, &number, &end) == 2 && !key[end])
        return g_strdup_printf(_("%1$d-s%2$d"), year, number);
    if (sscanf(key, "%d-%d%n", &year, &number, &end) == 2 && !key[end])
        return g_strdup_printf(_("%1$d-%2$d"), year, number);
    return g_strdup(key);
}
