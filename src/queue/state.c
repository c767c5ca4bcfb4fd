#include "queue/state.h"

static const char *const delivery_names[DELIVERY_STATES] = {
    [QUEUED] = "queued",   [SENDING] = "sending", [SENT] = "sent",
    [DEFERRED] = "deferred", [UNKNOWN] = "unknown", [FAILED] = "failed",
    [SUPPRESSED] = "suppressed", [CANCELLED] = "cancelled",
};
static const char *const issue_names[] = {
    [ISSUE_ADMITTING] = "admitting", [ISSUE_HELD] = "held",         [ISSUE_SENDING] = "sending",
    [ISSUE_SENT] = "sent",           [ISSUE_FINISHED] = "finished", [ISSUE_CANCELLED] = "cancelled",
};
static const char *const hold_names[] = {
    [HOLD_NONE] = NULL,          [HOLD_APPROVAL] = "approval", [HOLD_GUARD] = "guard",
    [HOLD_SCHEDULED] = "scheduled", [HOLD_RELAY] = "relay",    [HOLD_LISTS] = "lists",
    [HOLD_UNKNOWN] = "unknown",  [HOLD_BY_HAND] = "by hand",
};

const char *delivery_state_name(enum delivery_state state)
{
    return delivery_names[state];
}

const char *issue_state_name(enum issue_state state)
{
    return issue_names[state];
}

const char *hold_reason_name(enum hold_reason why)
{
    return hold_names[why];
}

int delivery_state_named(const char *name)
{
    for (int state = 0; state < DELIVERY_STATES; state++)
        if (g_str_equal(delivery_names[state], name))
            return state;
    return -1;
}

static const char *const event_names[DELIVERY_EVENTS] = {
    [ON_CLAIMED] = "claimed",
    [ON_TAKEN] = "taken",
    [ON_REFUSED_FOR_NOW] = "refused for now",
    [ON_REFUSED_FOR_GOOD] = "refused for good",
    [ON_PUT_BACK] = "put back",
    [ON_PUT_BACK_DEFERRED] = "put back as deferred",
    [ON_PUT_BACK_UNKNOWN] = "put back as unknown",
    [ON_LOST_AFTER_END] = "lost after its end of data",
    [ON_GIVEN_UP] = "given up",
    [ON_RETRY_BY_HAND] = "retried by hand",
    [ON_SETTLED_SENT] = "settled as sent",
    [ON_SETTLED_FAILED] = "settled as failed",
    [ON_CANCELLED] = "cancelled",
    [ON_SUPPRESSED] = "suppressed",
};

static const struct {
    enum delivery_state from;
    enum delivery_event on;
    enum delivery_state to;
} changes[] = {
    {QUEUED, ON_CLAIMED, SENDING},
    {QUEUED, ON_GIVEN_UP, FAILED},
    {QUEUED, ON_CANCELLED, CANCELLED},
    {QUEUED, ON_SUPPRESSED, SUPPRESSED},

    {SENDING, ON_TAKEN, SENT}, /* 2xx at the end of data */
    {SENDING, ON_REFUSED_FOR_NOW, DEFERRED},
    {SENDING, ON_REFUSED_FOR_GOOD, FAILED},
    {SENDING, ON_PUT_BACK, QUEUED}, /* surely not sent */
    {SENDING, ON_PUT_BACK_DEFERRED, DEFERRED},
    {SENDING, ON_PUT_BACK_UNKNOWN, UNKNOWN}, /* this time not, an earlier time who knows */
    {SENDING, ON_LOST_AFTER_END, UNKNOWN}, /* RFC 1047 */

    {DEFERRED, ON_CLAIMED, SENDING},
    {DEFERRED, ON_GIVEN_UP, FAILED},
    {DEFERRED, ON_RETRY_BY_HAND, DEFERRED}, /* due now */
    {DEFERRED, ON_CANCELLED, CANCELLED},
    {DEFERRED, ON_SUPPRESSED, SUPPRESSED},

    {UNKNOWN, ON_CLAIMED, SENDING}, /* the same Message-ID again */
    {UNKNOWN, ON_GIVEN_UP, UNKNOWN}, /* it may be there: for a person to settle */
    {UNKNOWN, ON_RETRY_BY_HAND, UNKNOWN},
    {UNKNOWN, ON_SETTLED_SENT, SENT},
    {UNKNOWN, ON_SETTLED_FAILED, FAILED},
    {UNKNOWN, ON_CANCELLED, CANCELLED},
    {UNKNOWN, ON_SUPPRESSED, UNKNOWN}, /* it may have arrived; not tried again by itself */

    {FAILED, ON_RETRY_BY_HAND, DEFERRED},
};

bool delivery_change(enum delivery_state from, enum delivery_event on, enum delivery_state *to,
                     struct error *error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        if (changes[i].from == from && changes[i].on == on) {
            *to = changes[i].to;
            return true;
        }
    }
    return error_set(error, EX_SOFTWARE, NOWHERE, NULL,
                     N_("a delivery that is %s can't be %s: the queue and the program disagree"),
                     delivery_names[from], event_names[on]);
}
