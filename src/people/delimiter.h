/* What parts the cells of a CSV list: comma, semicolon or tab. */
#pragma once
#include <glib.h>

/* By the line "sep=;" where it is the first, which becomes blanks; else by what stands in the text.
 */
char delimiter_of(GString *text);
