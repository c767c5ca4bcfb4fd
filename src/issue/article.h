/* An article as it is built: an internal face, see issue.h for what it holds. */
#pragma once
#include "issue/issue.h"

/* With no blocks yet; copies title and section (NULL: none). */
struct article *article_new(const char *title, const char *section, int line);
/* With its blocks; NULL is fine. */
void article_free(struct article *article);

/* Takes the attribution from where bulletins put it: the last paragraph's end, a last line, or a
 * line under the title. */
void article_take_attribution(struct article *article);
