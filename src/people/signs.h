/* The words of 分送 lines as a row of signs: folded, so that full- and half-width forms compare as
 * one, each with the place where it was written. */
#pragma once
#include "base/auto.h"

struct sign {
    gunichar c;       /* folded; a blank of any sort is ' ', the end of a line '\n' */
    const char *from; /* where it stands in the line's text, which is borrowed */
    guint line;       /* which of the lines, from 0 */
};

struct signs; /* opaque */

struct signs *signs_new(void);
void signs_free(struct signs *signs);
AUTO_DEFINE(signs, struct signs, signs_free)

/* Adds a line after those that are there. */
void signs_add_line(struct signs *signs, const char *text, guint line);

/* Past the end: {0}. */
struct sign signs_at(const struct signs *signs, guint at);
/* How many signs the separator takes that stands there: 、 , ; 和 及 与 以及 。 blanks, the end of
 * a line; 0: there is none. */
guint signs_separator(const struct signs *signs, guint at);
/* Where the next one of these that is no word (和 及 与 以及) stands, or the end. */
guint signs_next_mark(const struct signs *signs, guint at);
/* The rest of the line from here, folded. Caller frees. */
char *signs_rest(const struct signs *signs, guint at);
/* What was written from `from` up to `to`, on one line. Caller frees. */
char *signs_words(const struct signs *signs, guint from, guint to);
