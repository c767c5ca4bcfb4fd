/* What an SMTP server answered, as it is kept and judged. RFC 5321 §4.2, RFC 2034. */
#pragma once
#include "base/auto.h"

#include <stdbool.h>

/* The step of a transaction that was answered. */
enum smtp_stage {
    STAGE_CONNECT, /* connecting, TLS, greeting, EHLO: nothing of a message yet */
    STAGE_LOGIN,
    STAGE_MAIL,
    STAGE_RCPT,
    STAGE_DATA,
    STAGE_END_OF_DATA,
};

struct reply {  /* = {0}: none */
    int code;   /* 200 to 599; 0: no answer came */
    char *enhanced; /* "5.1.1"; NULL: none */
    char *text; /* all its lines, joined by one blank each, valid UTF-8, no control characters, at
                   most 1,000 octets; NULL: none */
};

/* Copies and cleans `text`; takes an enhanced code off its start where its class fits the code. */
struct reply reply_new(int code, const char *text);
struct reply reply_copy(const struct reply *reply);
/* "550 5.1.1 no such user", of what there is; "" for none. Caller frees. */
char *reply_line(const struct reply *reply);
void reply_clear(struct reply *reply);
