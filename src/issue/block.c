#include "issue/block.h"

#include "issue/words.h"

struct block *block_new(enum block_kind kind, int line)
{
    struct block *block = g_new0(struct block, 1);
    block->kind = kind;
    block->line = block->last_line = line;
    block->column = 1;
    block->lines = block_lines_new();
    return block;
}

static void unref(GPtrArray *array)
{
    if (array)
        g_ptr_array_unref(array);
}

void block_free(struct block *block)
{
    if (!block)
        return;
    g_free(block->text);
    g_free(block->target);
    unref(block->texts);
    unref(block->rows);
    unref(block->lines);
    g_free(block);
}

static void free_block(void *block)
{
    block_free(block);
}

GPtrArray *blocks_new(void)
{
    return g_ptr_array_new_with_free_func(free_block);
}

struct block_line *block_line_new(const char *text, int line, int indent)
{
    struct block_line *one = g_new0(struct block_line, 1);
    one->text = words_clean(text);
    one->line = line;
    one->indent = indent;
    return one;
}

void block_line_free(struct block_line *line)
{
    if (!line)
        return;
    g_free(line->text);
    g_free(line);
}

static void free_line(void *line)
{
    block_line_free(line);
}

GPtrArray *block_lines_new(void)
{
    return g_ptr_array_new_with_free_func(free_line);
}

void block_join_lines(struct block *block)
{
    GString *text = g_string_new(NULL);
    bool bold = true;
    for (guint i = 0; i < block->lines->len; i++) {
        const struct block_line *line = block->lines->pdata[i];
        words_join(text, line->text);
        bold = bold && line->bold;
        block->last_line = line->line;
    }
    const struct block_line *first = block->lines->pdata[0];
    block->indent = first->indent;
    block->bold = bold;
    g_free(block->text);
    block->text = g_string_free(text, FALSE);
}
