/* The final report's words: as a page and as text, of the same parts in the same order. */
#pragma once
#include "report/tally.h"

/* `《科协每周动态》2023-25 …: 405 of 412 sent`. Caller frees. */
char *final_subject(const struct queue_issue *issue);

/* `rest` says where the people are that the tally has no room for. */
/* `failing`: of failing_read(). */
GString *final_page(const struct tally *tally, const GPtrArray *failing, const char *rest);
GString *final_text(const struct tally *tally, const GPtrArray *failing, const char *rest);

/* Do the lists of the tally leave somebody out? */
bool final_is_cut(const struct tally *tally);
