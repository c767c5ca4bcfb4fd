/* The composed message of an issue, as it goes over the wire by reference: checked once, then sent
 * as it is, but for the header fields that are a recipient's own. */
#pragma once
#include "base/error.h"

#include <stddef.h>

struct message; /* opaque */

/* Maps the file and checks that SMTP carries it unchanged to any server: CRLF line ends alone, no
 * NUL, no octet above 127, lines ≤ 998 octets (RFC 5322 §2.1.1), none that begins with a dot
 * (RFC 5321 §4.5.2), header fields complete and once (RFC 5322 §3.6). EX_DATAERR with the line.
 * The descriptor stays the caller's. */
MUST bool message_open(struct message **message, int fd, struct error *error);
void message_free(struct message *message);
AUTO_DEFINE(message, struct message, message_free)

/* Adds the header with the empty line that ends it; the fields of `personal` (complete lines with
 * CRLF, each name once; "": none) stand in place of the message's of the same names, or at its
 * end. EX_DATAERR: they are no such lines. */
MUST bool message_add_header(GString *to, const struct message *message, const char *personal,
                             struct error *error);
/* The message's own, good as long as it. */
const char *message_body(const struct message *message, size_t *length);
