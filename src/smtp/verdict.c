#include "smtp/verdict.h"

struct transaction transaction_new(size_t count)
{
    return (struct transaction){.count = count, .rcpts = g_new0(struct reply, count)};
}

void transaction_clear(struct transaction *transaction)
{
    reply_clear(&transaction->mail);
    reply_clear(&transaction->data);
    reply_clear(&transaction->end);
    for (size_t i = 0; i < transaction->count; i++)
        reply_clear(&transaction->rcpts[i]);
    g_free(transaction->rcpts);
    *transaction = (struct transaction){0};
}

static bool is_yes(const struct reply *reply)
{
    return reply->code >= 200 && reply->code <= 299;
}

static bool is_no(const struct reply *reply)
{
    return reply->code >= 400 && reply->code <= 599;
}

bool reply_is_closing(const struct reply *reply)
{
    return reply->code == 421;
}

bool reply_is_login(const struct reply *reply)
{
    return reply->code == 530 || reply->code == 534 || reply->code == 535 || reply->code == 538;
}

bool transaction_is_taken(const struct transaction *transaction)
{
    bool taken = false;
    for (size_t i = 0; i < transaction->count; i++)
        taken |= is_yes(&transaction->rcpts[i]);
    return taken && is_yes(&transaction->mail);
}

/* A refusal that says something of the message or the recipient. */
static bool is_refusal(const struct reply *reply)
{
    return is_no(reply) && !reply_is_closing(reply) && !reply_is_login(reply);
}

static struct verdict refused(enum smtp_stage stage, const struct reply *reply)
{
    return (struct verdict){.kind = VERDICT_REFUSED, .stage = stage, .reply = reply_copy(reply)};
}

static struct verdict untouched(enum smtp_stage stage)
{
    return (struct verdict){.kind = VERDICT_UNTOUCHED, .stage = stage};
}

static struct verdict of_ended(const struct transaction *transaction)
{
    const struct reply *end = &transaction->end;
    if (is_no(end)) /* 421 too: it is this message that was not taken */
        return refused(STAGE_END_OF_DATA, end);
    if (is_yes(end) && transaction->messages == 1)
        return (struct verdict){
            .kind = VERDICT_SENT, .stage = STAGE_END_OF_DATA, .reply = reply_copy(end)};
    return (struct verdict){.kind = VERDICT_UNKNOWN, .stage = STAGE_END_OF_DATA};
}

struct verdict transaction_verdict(const struct transaction *transaction, size_t recipient)
{
    const struct reply *rcpt = &transaction->rcpts[recipient];
    /* What is said to a RCPT that went out with a MAIL in vain is not about the recipient. */
    if (is_refusal(&transaction->mail))
        return refused(STAGE_MAIL, &transaction->mail);
    if (!is_yes(&transaction->mail))
        return untouched(STAGE_MAIL);
    if (is_refusal(rcpt))
        return refused(STAGE_RCPT, rcpt);
    if (!is_yes(rcpt))
        return untouched(STAGE_RCPT);
    if (transaction->ended)
        return of_ended(transaction);
    if (is_refusal(&transaction->end)) /* said before the message was out */
        return refused(STAGE_END_OF_DATA, &transaction->end);
    if (is_refusal(&transaction->data))
        return refused(STAGE_DATA, &transaction->data);
    return untouched(transaction->data.code ? STAGE_END_OF_DATA : STAGE_DATA);
}
