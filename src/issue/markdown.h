/* Markdown to blocks, with cmark-gfm (tables, footnotes). */
#pragma once
#include "issue/block.h"

/* An array of struct block, the caller's. `text` is UTF-8 with LF line ends; `name` is the
 * document's. What Markdown would swallow (definitions that nothing refers to, code, HTML) is
 * text; a picture written in HTML is a problem. */
GPtrArray *markdown_blocks(const GString *text, const char *name, struct problems *problems);
