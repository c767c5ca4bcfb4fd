#include "issue/furniture.h"

#include "issue/masthead.h"
#include "issue/words.h"

#include <stdlib.h>
#include <string.h>

static bool is_page_number(const struct block *block)
{
    if (block->kind == BLOCK_PARAGRAPH)
        return words_is_page_number(block->text);
    /* In Markdown `- 3 -` is a list. */
    if (block->kind != BLOCK_LIST || block->texts->len != 1)
        return false;
    AUTO(text) char *dashed = g_strconcat("-", (char *)block->texts->pdata[0], NULL);
    return g_str_has_suffix(dashed, "-") && words_is_page_number(dashed);
}

static bool is_number(const struct block *block)
{
    return block->kind == BLOCK_PARAGRAPH && strlen(block->text) <= 3 &&
           strspn(block->text, "0123456789") == strlen(block->text);
}

static char *name_key(const GPtrArray *blocks)
{
    for (guint i = 0; i < blocks->len; i++) {
        const struct block *block = blocks->pdata[i];
        if (!block->text)
            continue;
        return strlen(block->text) < 150 ? words_key(block->text) : NULL;
    }
    return NULL;
}

/* The bulletin's name again, with nothing but number and date, at a page's end or beginning. */
static bool is_running_head(const struct block *block, const char *name)
{
    if (!name || !*name || (block->kind != BLOCK_PARAGRAPH && block->kind != BLOCK_HEADING) ||
        strlen(block->text) > 200)
        return false;
    AUTO(text) char *key = words_key(block->text);
    if (strcmp(key, name) == 0)
        return true;
    if (!g_str_has_prefix(key, name))
        return false;
    struct masthead masthead;
    masthead_read(&masthead, block->text);
    AUTO(text)
    char *rest = masthead.rest->len == 1 ? words_key(masthead.rest->pdata[0]) : g_strdup("");
    bool same = strcmp(rest, name) == 0 && masthead_says_something(&masthead);
    masthead_clear(&masthead);
    return same;
}

struct pages {
    const struct block *before; /* the last that is no furniture; NULL: none */
    char *name;                 /* of the bulletin, for comparing; NULL: none */
    bool after_page;            /* a page has ended right before */
    int last;                   /* the number of the last page that a digit alone gave; 0: none */
};

/* A digit alone is a page number only where something else shows that a page ended: a form feed, a
 * running head beside it, the number of the page before. */
static bool is_bare_number(struct pages *pages, const GPtrArray *blocks, guint at)
{
    const struct block *block = blocks->pdata[at];
    if (!is_number(block))
        return false;
    int number = atoi(block->text);
    const struct block *next = at + 1 < blocks->len ? blocks->pdata[at + 1] : NULL;
    bool is = block->page_end || (pages->last && number == pages->last + 1) ||
              (next && is_running_head(next, pages->name));
    if (is)
        pages->last = number;
    return is;
}

/* A long paragraph whose sentence goes on: nothing but a page's end stands after it. */
static bool is_torn(const struct block *before)
{
    return before && before->kind == BLOCK_PARAGRAPH && strlen(before->text) > 36 &&
           (g_str_has_suffix(before->text, "，") || g_str_has_suffix(before->text, "、"));
}

static bool is_furniture(struct pages *pages, const GPtrArray *blocks, guint at)
{
    const struct block *block = blocks->pdata[at];
    if (!at)
        return false;
    if (is_page_number(block) || is_bare_number(pages, blocks, at))
        return true;
    if (is_torn(pages->before) && is_running_head(block, pages->name))
        return true;
    bool before_page =
        block->page_end || (at + 1 < blocks->len && is_page_number(blocks->pdata[at + 1]));
    return (pages->after_page || before_page) && is_running_head(block, pages->name);
}

void furniture_drop(GPtrArray *blocks, const char *name, struct problems *problems)
{
    AUTO(text) char *first = name_key(blocks);
    struct pages pages = {.name = first};
    guint kept = 0;
    for (guint i = 0; i < blocks->len; i++) {
        struct block *block = blocks->pdata[i];
        pages.before = kept ? blocks->pdata[kept - 1] : NULL;
        bool drop = is_furniture(&pages, blocks, i);
        pages.after_page = block->page_end || drop;
        if (!drop) {
            blocks->pdata[i] = NULL;
            blocks->pdata[kept++] = block;
            continue;
        }
        problems_add(problems, REMARK, "page-furniture", EX_DATAERR,
                     (struct place){name, block->line, 1},
                     N_("nothing has to be done, unless these words are text"),
                     N_("a page number or running head was left out: %s"),
                     block->text ? block->text : (char *)block->texts->pdata[0]);
        if (kept)
            ((struct block *)blocks->pdata[kept - 1])->page_end = true;
        block_free(block);
        blocks->pdata[i] = NULL;
    }
    g_ptr_array_set_size(blocks, (gint)kept);
}
