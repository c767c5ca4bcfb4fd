/* English words that were left behind in Chinese sentences. */
#pragma once
#include "issue/issue.h"

/* Adds a remark for each that stands alone between Hanzi (… 思想 and 党的 …) in the block's lines.
 */
void english_check(const struct block *block, const char *name, struct problems *problems);
