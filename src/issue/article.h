/* An article as it is built: an internal face, see issue.h for what it holds. */
#pragma once
#include "issue/issue.h"

struct article *article_new(const char *title, const char *section, int line);
void article_free(struct article *article);

/* Takes the attribution from where bulletins put it: the last paragraph's end, a last line, or a
 * line under the title. */
void article_take_attribution(struct article *article);
