/* Lays out the text part: lines that begin with a mark, as the template bulletin.txt gives them,
 * become lines of at most 76 columns by display width. A value can't bring a line or a mark of its
 * own: the template has the first octet of each line, and values hold no line breaks.
 *
 *   c words           in the middle        b left TAB right   at both ends      r words   at the
 * right s section         underlined twice     h title            underlined p paragraph begins
 * with two wide blanks             q words   quoted i MARK TAB item [TAB depth]            l label
 * TAB words  the words under each other t cell TAB cell TAB                    a row of a table,
 * the first its head =                 a double rule        -                  a rule (nothing)  a
 * blank line
 *
 * Any other line is wrapped as it stands. */
#pragma once
#include <glib.h>

#define PLAIN_COLUMNS 76

/* LF after each line; no blanks at a line's end, no two blank lines. The caller frees. */
GString *plain_lay_out(const char *marked);
