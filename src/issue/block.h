/* Makes blocks: what the readers of documents (markdown.c, plain.c) share. */
#pragma once
#include "issue/issue.h"

/* A block with nothing in it yet. */
struct block *block_new(enum block_kind kind, int line);
void block_free(struct block *block); /* NULL is fine */
AUTO_DEFINE(block, struct block, block_free)
/* An array that frees its blocks. */
GPtrArray *blocks_new(void);

/* A line of its own; `text` is cleaned (see words_clean()), not taken. Caller frees. */
struct block_line *block_line_new(const char *text, int line, int indent);
void block_line_free(struct block_line *line);
AUTO_DEFINE(block_line, struct block_line, block_line_free)
/* An array that frees its lines. */
GPtrArray *block_lines_new(void);

/* Joins the block's lines to its text; makes it bold if all of them are. The block must have a
 * line at least. */
void block_join_lines(struct block *block);
