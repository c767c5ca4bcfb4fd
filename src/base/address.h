/* The mailbox address: a type that can't exist unless SMTP can carry it. address_parse() is its
 * only maker and src/smtp takes nothing else, so an unchecked string never reaches the wire.
 * RFC 5321 §4.1.2 Mailbox with a domain of at least two labels; ≤ 254 octets, local part ≤ 64;
 * IDNA to A-labels (RFC 5891, UTS 46 non-transitional). Comments, folding, obsolete forms, address
 * literals and non-ASCII local parts are refused. Quotes that nothing needs are taken off: "a"@ is
 * the mailbox a@. */
#pragma once
#include "base/error.h"

struct address; /* opaque, immutable */

enum address_oddity { /* taken, but worth a remark */
                      ADDRESS_QUOTED_LOCAL_PART = 1 << 0,
                      ADDRESS_DOT_AT_END = 1 << 1, /* of the domain; taken off */
};

/* *address is then the caller's. `text` has no blanks around it and no display name. EX_DATAERR
 * says what is wrong with it, at `place`. *oddities (may be NULL) is a set of the enum above. */
MUST bool address_parse(struct address **address, const char *text, struct place place,
                        unsigned *oddities, struct error *error);
struct address *address_copy(const struct address *address);
/* Octets that it takes up: who keeps a million of them copies as many into a place of his own, as
 * aligned as malloc's, and frees no address there. */
size_t address_size(const struct address *address);
void address_free(struct address *address);
AUTO_DEFINE(address, struct address, address_free)

/* local@domain as it goes over the wire: ASCII, the domain in A-labels and lower case. */
const char *address_text(const struct address *address);
/* The part after the @, as above. */
const char *address_domain(const struct address *address);

/* An address_text() as people write it, its A-labels in their own letters: zhang@例子.org. Caller
 * frees. */
char *address_shown(const char *text);

/* For GHashTable: the local part as it is written, the domain without case. */
guint address_hash(const void *address);
gboolean address_equal(const void *a, const void *b);
