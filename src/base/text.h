/* Text as people type it: charsets, widths, blanks, likeness. All strings are UTF-8. */
#pragma once
#include "base/error.h"

#include <stddef.h>

/* Bytes of a file to UTF-8 with LF line ends: BOM (UTF-8, UTF-16), else strict UTF-8, else
 * GB18030. NUL octets are refused. *text is then the caller's. EX_DATAERR names the line at which
 * it is none of these. */
MUST bool text_decode(GString **text, const void *octets, size_t length, const char *file,
                      struct error *error);

/* Columns on a terminal: W and F 2, combining 0, Ambiguous (“ ” — …) 2 (UAX #11). */
int text_width_of(gunichar character);
int text_width(const char *text);

/* Full-width ASCII (Ａ ０ ：) to half, ideographic and other blanks to a plain one, zero-width
 * characters and BOMs gone. For comparing and for reading numbers, not for showing. */
char *text_fold(const char *text);

/* Is it a blank of any sort: ASCII, ideographic, non-breaking, zero-width? */
bool text_is_blank(gunichar character);
/* A copy without blanks of any sort at both ends. Caller frees. */
char *text_trim(const char *text);
/* The same without a copy: where the rest begins, and its octets. */
const char *text_trimmed(const char *text, size_t *length);
/* A copy without any blanks at all. Caller frees. */
char *text_squeeze(const char *text);

/* How many characters must be added, dropped or changed to make one the other. */
size_t text_distance(const char *a, const char *b);
/* Up to `most` of `names` that are near enough to be meant, nearest first, the pointers borrowed;
 * may be none. */
GPtrArray *text_nearest(const char *word, const GPtrArray *names, size_t most);

/* Breaks one paragraph into lines of at most `columns` by width, each with `indent` before it but
 * the first, which has `first`. Breaks where GB/T 15834 §5.1 allows (。，、 never begin a line,
 * openings never end one, —— and …… stay whole) and between words. Ends in LF. */
void text_wrap(GString *to, const char *paragraph, int columns, const char *first,
               const char *indent);
