/* Names that tell one message from another: derived from what it says, so that the same is always
 * called the same and nothing else ever is. */
#pragma once
#include "mail/mail.h"

/* A hash that is fed parts; each part's length counts, so that "ab","c" is not "a","bc". */
struct identity {
    GChecksum *sum;
};
struct identity identity_begin(void);
void identity_add(struct identity *identity, const void *octets, size_t length);
void identity_add_text(struct identity *identity, const char *text); /* NULL is not "" */
/* SHA-256, the first 128 bits in lower-case hex. Ends it; the caller frees. */
char *identity_end(struct identity *identity);

/* A copy in which all but ASCII letters, digits, "-", "_" and "." is "-". The caller frees. */
char *identity_atom(const char *text);

/* PUBLICATION.WHAT.HEX@HOSTNAME: an RFC 5322 msg-id without <>; octets that a dot-atom can't hold
 * are
 * "-". The caller frees. */
char *identity_message_id(const char *publication, const char *what, const char *hex,
                          const char *hostname);
