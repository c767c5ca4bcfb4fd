/* Why one recipient does not have it, in a sentence. */
#include "report/report.h"

/* An answer is judged as one to RCPT: it is about this recipient; one that means nothing there was
 * said of the message. */
static const char *advice_for(const struct answers *answers, const struct reply *reply)
{
    struct answer answer = answer_of(answers, STAGE_RCPT, reply);
    return answer.class != ANSWER_BY_CODE ? answer.advice
                                          : answer_of(answers, STAGE_END_OF_DATA, reply).advice;
}

static char *reason_of_trouble(const struct answers *answers, const struct queue_delivery *delivery)
{
    if (delivery->reply.code)
        return g_strdup(advice_for(answers, &delivery->reply));
    if (delivery->attempts > 0)
        return g_strdup(_("the connection was lost before the mail was over"));
    return delivery->state == FAILED ? g_strdup(_("no mail server took it")) : NULL;
}

/* Refused for now again and again: until it was too old, or a person said so. */
static bool was_given_up(const struct queue_delivery *delivery)
{
    return delivery->state == FAILED && delivery->reply.code < 500;
}

/* The publication's not_after: nobody's mailbox is to blame, whatever was answered before. */
static char *reason_of_lateness(const struct answers *answers,
                                const struct queue_delivery *delivery)
{
    if (!delivery->reply.code)
        return g_strdup(_("the time after which this publication is not sent any more came first"));
    return g_strdup_printf(_("the time after which this publication is not sent any more came "
                             "first; the last answer before: %s"),
                           advice_for(answers, &delivery->reply));
}

static char *reason_of_failure(const struct answers *answers, const struct queue_delivery *delivery)
{
    if (delivery->state == FAILED && delivery->gave_up == GAVE_UP_SETTLED)
        return g_strdup(_("a person found out that it did not arrive"));
    if (delivery->state == FAILED && delivery->gave_up == GAVE_UP_TOO_LATE)
        return reason_of_lateness(answers, delivery);
    AUTO(text) char *trouble = reason_of_trouble(answers, delivery);
    if (!trouble || !was_given_up(delivery))
        return TAKE(trouble);
    return g_strdup_printf(_("given up after %1$d tries: %2$s"), delivery->attempts, trouble);
}

char *report_reason(const struct answers *answers, const struct queue_delivery *delivery)
{
    switch (delivery->state) {
    case SENT:
    case SENDING:
    case DELIVERY_STATES:
        return NULL;
    case UNKNOWN:
        return g_strdup(_("all of it was sent, but the connection was lost before the server "
                          "answered: the recipient may have it"));
    case SUPPRESSED:
        return g_strdup(_("this address is on the stop list"));
    case CANCELLED:
        return g_strdup(_("the issue was cancelled before a server confirmed that it took it"));
    case QUEUED:
    case DEFERRED:
    case FAILED:
        break;
    }
    return reason_of_failure(answers, delivery);
}
