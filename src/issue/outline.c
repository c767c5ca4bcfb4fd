#include "issue/outline.h"

#include "issue/block.h"
#include "issue/furniture.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* --- footnotes --- */

/* A reader may give them where they stand or all at the end; they go to the article that refers to
 * them. */
static GPtrArray *take_footnotes(GPtrArray *blocks)
{
    GPtrArray *footnotes = blocks_new();
    guint kept = 0;
    for (guint i = 0; i < blocks->len; i++) {
        struct block *block = blocks->pdata[i];
        blocks->pdata[i] = NULL;
        if (block->kind == BLOCK_FOOTNOTE)
            g_ptr_array_add(footnotes, block);
        else
            blocks->pdata[kept++] = block;
    }
    g_ptr_array_set_size(blocks, (gint)kept);
    return footnotes;
}

/* Notes which article's text refers to which of the numbers 1 to `count`. */
static void note_references(const char *text, struct article *article, struct article **owners,
                            guint count)
{
    for (text = text ? strchr(text, '[') : NULL; text; text = strchr(text, '[')) {
        text++;
        guint number = 0;
        while (isdigit((unsigned char)*text) && number <= count)
            number = number * 10 + (guint)(*text++ - '0');
        if (*text == ']' && number >= 1 && number <= count && !owners[number - 1])
            owners[number - 1] = article;
    }
}

static void give_footnotes(struct issue *issue, GPtrArray *footnotes)
{
    if (!footnotes->len || !issue->articles->len)
        return;
    struct article **owners = g_new0(struct article *, footnotes->len);
    for (guint a = 0; a < issue->articles->len; a++) {
        struct article *article = issue->articles->pdata[a];
        note_references(article->title, article, owners, footnotes->len);
        for (guint b = 0; b < article->blocks->len; b++) {
            const struct block *block = article->blocks->pdata[b];
            note_references(block->text, article, owners, footnotes->len);
            for (guint l = 0; l < block->lines->len; l++)
                note_references(((struct block_line *)block->lines->pdata[l])->text, article,
                                owners, footnotes->len);
        }
    }
    for (guint i = 0; i < footnotes->len; i++) {
        struct article *last = issue->articles->pdata[issue->articles->len - 1];
        g_ptr_array_add((owners[i] ? owners[i] : last)->blocks, footnotes->pdata[i]);
        footnotes->pdata[i] = NULL;
    }
    g_free(owners);
}

/* --- the way --- */

static void begin(struct outline *outline, const GPtrArray *blocks)
{
    outline->count = blocks->len;
    outline->readings = g_new0(struct reading, blocks->len + 1);
    for (guint i = 0; i < blocks->len; i++)
        outline->readings[i].block = blocks->pdata[i];
    outline->occurrences = g_hash_table_new(g_str_hash, g_str_equal);
    outline->head_lines = block_lines_new();
    contents_init(&outline->contents);
}

static void end(struct outline *outline)
{
    contents_clear(&outline->contents);
    g_hash_table_unref(outline->occurrences);
    g_ptr_array_unref(outline->head_lines);
    for (guint i = 0; i < outline->count; i++)
        g_free(outline->readings[i].key);
    g_free(outline->readings);
}

GPtrArray *outline_make(struct issue *issue, GPtrArray *blocks, const char *name, bool explain,
                        struct problems *problems)
{
    struct outline outline = {.name = name, .problems = problems, .issue = issue};
    AUTO(array) GPtrArray *footnotes = take_footnotes(blocks);
    furniture_drop(blocks, name, problems);
    begin(&outline, blocks);
    outline_gather(&outline);
    outline_find_imprint(&outline);
    outline_read_head(&outline);
    outline_decide_body(&outline);
    if (!outline.two_issues)
        outline_tell_misplaced(&outline);
    outline_read_imprint(&outline);
    GPtrArray *explained = explain ? outline_explain(&outline) : NULL;
    outline_build_articles(&outline, blocks);
    give_footnotes(issue, footnotes);
    end(&outline);
    return explained;
}
