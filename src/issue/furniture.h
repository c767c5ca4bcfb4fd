/* What stands on a page and is no text: page numbers, running heads. */
#pragma once
#include "issue/block.h"

/* Takes them out, with a remark each; the block before one knows that a page ended there. */
void furniture_drop(GPtrArray *blocks, const char *name, struct problems *problems);
