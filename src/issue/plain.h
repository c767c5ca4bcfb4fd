/* Plain text to blocks. Not through Markdown, which makes code of an indented masthead and headings
 * of underlined lines. */
#pragma once
#include "issue/block.h"

/* An array of struct block, the caller's. `text` is UTF-8 with LF line ends. */
GPtrArray *plain_blocks(const GString *text);
