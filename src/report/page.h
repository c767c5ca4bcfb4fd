/* Pages that open from a file share in any browser: one file, no script, nothing remote. */
#pragma once
#include "report/tally.h"

/* Begins a page; `reload_seconds` 0: it does not reload itself. The caller frees. */
GString *page_begin(const char *title, int reload_seconds);
void page_end(GString *page);

/* Adds HTML in which each %s is escaped; it must be valid UTF-8. No positional arguments. */
void page_add(GString *page, const char *html, ...) __attribute__((format(printf, 2, 3)));

/* A table's head: `columns` ends in NULL; the first `texts` of them are text ("": bars), the others
 * numbers.
 */
void page_table_head(GString *page, const char *const columns[], size_t texts);

/* A bar of what is sent, deferred, unknown, failed and left, without the suppressed. */
void page_bar(GString *page, const struct counts *counts);

/* A heading with the people of one state, and what is to do about them (`todo` may be NULL);
 * nothing where there are none. Says how many more there are than the tally holds. */
void page_people(GString *page, const struct tally *tally, enum delivery_state state,
                 const char *heading, const char *todo);
