/* The table of known answers (conf/answers.conf): what a server's words mean where its digits say
 * otherwise, or say too little. */
#pragma once
#include "base/problem.h"
#include "smtp/reply.h"

enum answer_class {
    ANSWER_BY_CODE,  /* nothing known: the code's first digit counts */
    ANSWER_HARD,     /* the mailbox does not exist */
    ANSWER_SOFT,     /* the mailbox is full, disabled …: the recipient's, by the code's digit */
    ANSWER_RATE,     /* too often or too many from us: slower, and later, whatever the digit */
    ANSWER_LATER,    /* this one later, whatever the digit, and no sign that we are too fast */
    ANSWER_TOO_MANY, /* too many recipients for one transaction: the rest in smaller lots */
    ANSWER_SIZE,     /* too big */
    ANSWER_CONTENT,  /* the message is refused for what it says */
    ANSWER_OURS,     /* about the sender or the relay, not the recipient: relaying denied, blocked */
};

struct answer {
    enum answer_class class;
    const char *advice; /* in the language of people; never NULL */
};

struct answers; /* opaque */

MUST bool answers_read(struct answers **answers, const char *file, struct problems *problems);
void answers_free(struct answers *answers);
AUTO_DEFINE(answers, struct answers, answers_free)

/* What it means. By the table; else by enhanced and reply code (standards.md part 5): 5.1.1 and its
 * like HARD, x.2.2 SOFT, x.7.1 of a RCPT with "relay" OURS, and so on. */
struct answer answer_of(const struct answers *answers, enum smtp_stage stage,
                        const struct reply *reply);
