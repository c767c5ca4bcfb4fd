/* What became of each recipient, judged from what was said: by codes and by our own marks. */
#pragma once
#include "smtp/job.h"

/* One transaction, as far as it went. A reply with code 0 did not come. */
struct transaction {
    struct reply mail, data, end;
    size_t count;
    struct reply *rcpts; /* as many as `count` */
    unsigned messages;   /* how often the whole message went out: 1, or nobody has it */
    bool ended;          /* the end of data went out, or may have */
};

/* An empty one for so many recipients. */
struct transaction transaction_new(size_t count);
void transaction_clear(struct transaction *transaction);
/* Has the server said yes to the MAIL and to at least one recipient? */
bool transaction_is_taken(const struct transaction *transaction);

/* Is it about our login or TLS (RFC 4954 §6, RFC 3207): the relay's configuration, nobody's
 * address? */
bool reply_is_login(const struct reply *reply);
/* 421: the server closes. To anything but the end of data it is no answer (RFC 5321 §3.8). */
bool reply_is_closing(const struct reply *reply);

/* The table of smtp.md: the recipient's own codes first, then the end of data, then the marks.
 * Its reply is a copy and the caller's; `delivery` is left 0. */
struct verdict transaction_verdict(const struct transaction *transaction, size_t recipient);
