/* The cell of a list that holds addresses: one, or several apart by ; 、 or blanks. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* The pieces, each an address as mailbox_parse() reads it, with the name before it where it stands
 * as 张三 <address>; of char *, the caller's. What is no address is a piece too, to be refused in
 * words that show it. */
GPtrArray *cell_addresses(const char *text);
/* Is it plainly one piece, the same as the text itself? */
bool cell_is_one(const char *text);
