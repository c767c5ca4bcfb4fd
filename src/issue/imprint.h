/* The imprint's two steps: where it begins (foot.c), and what it says (imprint.c). */
#pragma once
#include "base/auto.h"

#include <stdbool.h>

/* Octets; bounds the work of a hostile line full of labels. */
enum { IMPRINT_LONGEST_LINE = 20000 };

/* 北京市科协办公室　2023年11月16日印发, （共印150份） */
bool imprint_is_printing_line(const char *text);
/* Is words_key() of a line that of one that stands over an imprint and says no more: 版记, — END —?
 */
bool imprint_is_head(const char *key);
/* （编辑：张三　审核：李四）: what stands in the brackets, if a label begins it; NULL: else. The
 * text must not be empty. Caller frees. */
char *imprint_unbracketed(const char *text);
