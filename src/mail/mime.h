/* A letter as RFC 5322 and MIME text, written by GMime: 7bit, CRLF, no line that begins with a dot.
 */
#pragma once
#include "mail/picture.h"

struct mailbox {
    const char *name; /* NULL: none */
    const struct address *address;
};

struct letter { /* all borrowed; NULL or 0 where there is none */
    struct mailbox from, reply_to;
    const struct mailbox *to;
    size_t to_count;
    const char *subject, *message_id, *language;
    const char *list_name, *list_id;
    const char *precedence, *auto_submitted;
    usec_t date;
    const char *text, *html;
    const GPtrArray *pictures; /* of struct picture: related to the HTML */
    const GPtrArray *files;    /* of struct attachment: attached */
    const char *identity;      /* hex: the boundaries are made of it */
};

/* multipart/alternative of text and HTML, in multipart/related with the pictures, in
 * multipart/mixed with the files. The same letter gives the same octets. The caller frees. */
GString *mime_write(const struct letter *letter);
/* Its To and Message-ID alone, as header lines with CRLF. The caller frees. */
char *mime_write_personal(const struct mailbox *to, const char *message_id);
