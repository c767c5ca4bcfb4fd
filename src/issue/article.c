#include "issue/article.h"

#include "issue/attribution.h"
#include "issue/block.h"
#include "issue/words.h"

#include <string.h>

struct article *article_new(const char *title, const char *section, int line)
{
    struct article *article = g_new0(struct article, 1);
    article->title = g_strdup(title);
    article->section = g_strdup(section);
    article->line = line;
    article->blocks = blocks_new();
    return article;
}

void article_free(struct article *article)
{
    if (!article)
        return;
    g_free(article->title);
    g_free(article->section);
    g_free(article->attribution);
    g_ptr_array_unref(article->blocks);
    g_free(article);
}

enum { LONGEST_CAPTION = 90 }; /* octets */

/* ▲活动现场: what stands under a picture belongs to it. */
static bool is_caption(const struct article *article, guint at)
{
    const struct block *before = at ? article->blocks->pdata[at - 1] : NULL;
    const struct block *block = article->blocks->pdata[at];
    return before && before->kind == BLOCK_PICTURE && strlen(block->text) <= LONGEST_CAPTION &&
           !words_is_closed(block->text) && !attribution_is_unit(block->text);
}

/* The last paragraph, if nothing but pictures and footnotes stands after it. */
static struct block *last_paragraph(const struct article *article, guint *index)
{
    for (guint i = article->blocks->len; i-- > 0;) {
        struct block *block = article->blocks->pdata[i];
        *index = i;
        if (block->kind == BLOCK_PARAGRAPH && !is_caption(article, i))
            return block;
        if (block->kind != BLOCK_PARAGRAPH && block->kind != BLOCK_PICTURE &&
            block->kind != BLOCK_FOOTNOTE)
            return NULL;
    }
    return NULL;
}

/* A unit, and persons, alone on the last line under a paragraph. */
static bool take_signature(struct article *article, const struct block *last, guint index)
{
    const struct block *before = article->blocks->pdata[index - 1];
    AUTO(text) char *framed = words_framed(last->text, NULL);
    const char *words = framed ? framed : last->text;
    if (before->kind != BLOCK_PARAGRAPH || !words_is_closed(before->text) ||
        !attribution_is_unit(words))
        return false;
    article->attribution = g_strdup(words);
    g_ptr_array_remove_index(article->blocks, index);
    return true;
}

static bool take_from_end(struct article *article)
{
    guint index = 0;
    struct block *last = last_paragraph(article, &index);
    if (!last)
        return false;
    bool alone = index == 0;
    if (!alone && (article->attribution = attribution_line(last->text, false))) {
        g_ptr_array_remove_index(article->blocks, index);
        return true;
    }
    if (!alone && take_signature(article, last, index))
        return true;
    const char *end;
    article->attribution = attribution_at_end(last->text, &end);
    if (!article->attribution)
        return false;
    g_autofree char *text = last->text;
    last->text = g_strndup(text, (gsize)(end - text));
    if (!*last->text)
        g_ptr_array_remove_index(article->blocks, index);
    return true;
}

void article_take_attribution(struct article *article)
{
    if (!article->blocks->len || take_from_end(article) || article->blocks->len < 2)
        return;
    const struct block *first = article->blocks->pdata[0];
    if (first->kind != BLOCK_PARAGRAPH)
        return;
    article->attribution = attribution_line(first->text, true);
    if (article->attribution)
        g_ptr_array_remove_index(article->blocks, 0);
}
