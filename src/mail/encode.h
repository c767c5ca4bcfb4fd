/* Words of people in headers: RFC 2047's encoded-words and RFC 5322's phrases. GMime's own
 * encoded-words grow past 75 octets where a text has no blanks, as Chinese has none. All texts are
 * cleaned first (subject_clean), so that none brings a line of its own. The caller frees. */
#pragma once
#include <glib.h>

/* B words of whole characters, a line each: CRLF and a blank between. Each, even after a header's
 * name or within name="…", leaves its line at 76 columns or less. */
char *encode_words(const char *text);

/* For Subject: short ASCII as it stands, anything else encoded. */
char *encode_text(const char *text);

/* For a display name: atoms, a quoted-string, or encoded. */
char *encode_phrase(const char *text);
