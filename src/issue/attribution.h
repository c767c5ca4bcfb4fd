/* Who contributed an article: 密云区科协, as bulletins say it at an article's end or under its
 * title. */
#pragma once
#include "base/auto.h"

#include <stdbool.h>

/* The attribution in brackets that ends a paragraph; *text_end is where the text before it ends.
 * NULL: none. Taken only where a sentence ends before it and it is short and says nothing else: not
 * an aside, not a place. Caller frees. */
char *attribution_at_end(const char *text, const char **text_end);
/* Is it a unit, or units, and persons: 密云区科协 张三? */
bool attribution_is_unit(const char *words);
/* Of a line of its own: （…）, —— …, 来源：… A line of a unit alone counts if `under_title`. NULL:
 * none. Caller frees. */
char *attribution_line(const char *text, bool under_title);
