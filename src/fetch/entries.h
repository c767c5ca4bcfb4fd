/* The entries of a directory, as libcurl writes them, to a CSV list. */
#pragma once
#include "base/error.h"

/* *list is then the caller's: UTF-8 with a header row. Every mail of an entry is an address of its
 * row; entries without one are left out. EX_UNAVAILABLE: it is not what libcurl writes. */
MUST bool entries_to_list(GString **list, const char *text, size_t length, struct place place,
                          struct error *error);
