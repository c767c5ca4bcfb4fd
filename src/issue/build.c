#include "issue/article.h"
#include "issue/block.h"
#include "issue/english.h"
#include "issue/outline.h"
#include "issue/words.h"

#include <stdlib.h>
#include <string.h>

struct build {
    struct outline *outline;
    GPtrArray *blocks;    /* the document's: what an article keeps is moved out */
    char *section;        /* the open section's name; NULL: none */
    struct article *open; /* the issue's own; NULL: none */
    struct block *note;   /* waits for the article that it stands before */
};

/* --- titles --- */

/* Bullets and numbers before a title are layout. */
static char *title_of(const char *text)
{
    const char *rest;
    bool sign = words_mark(text, &rest) == MARK_BULLET;
    AUTO(text) char *title = words_title(*rest ? rest : text);
    const char *last = *title ? g_utf8_prev_char(title + strlen(title)) : title;
    if (sign && last > title && g_utf8_get_char(last) == g_utf8_get_char(text)) /* ★…★ */
        title[last - title] = '\0';
    return TAKE(title);
}

/* `last`: the imprint follows. A line right over it that nothing stands under may be none. */
static void close_article(struct build *build, bool last)
{
    if (!build->open)
        return;
    article_take_attribution(build->open);
    if (!build->open->blocks->len && last)
        outline_problem(build->outline, "article-without-text", build->open->line,
                        N_("write its text under it, or take the line away"),
                        N_("no text stands under this title: %s"), build->open->title);
    else if (!build->open->blocks->len)
        outline_remark(build->outline, "article-without-text", build->open->line,
                       N_("look whether this is a title"),
                       N_("no text stands under this title: %s"), build->open->title);
    build->open = NULL;
}

static void open_article(struct build *build, const struct reading *reading)
{
    close_article(build, false);
    AUTO(text) char *title = title_of(reading->block->text);
    build->open = article_new(title, build->section, reading->block->line);
    g_ptr_array_add(build->outline->issue->articles, build->open);
    if (build->note)
        g_ptr_array_add(build->open->blocks, TAKE(build->note));
}

static void lengthen_title(struct build *build, const struct reading *reading)
{
    AUTO(text) char *first = build->open->title;
    AUTO(text) char *both = words_title_more(first, reading->block->text);
    /* 01, 02, each on a line of its own, are numbers before titles. */
    bool number = strspn(first, "0123456789") == strlen(first);
    build->open->title = number ? title_of(both) : TAKE(both);
}

static void take_section(struct build *build, const struct reading *reading)
{
    close_article(build, false);
    g_free(build->section);
    build->section = outline_section_name(reading->block->text);
}

/* --- text --- */

static void take_note(struct build *build, const struct block *block)
{
    if (!block->text && block->kind != BLOCK_QUOTE)
        return;
    if (!build->note) {
        close_article(build, false);
        build->note = block_new(BLOCK_QUOTE, block->line);
        build->note->texts = g_ptr_array_new_with_free_func(g_free);
    }
    if (block->text)
        g_ptr_array_add(build->note->texts, g_strdup(block->text));
    for (guint i = 0; !block->text && i < block->texts->len; i++)
        g_ptr_array_add(build->note->texts, g_strdup(block->texts->pdata[i]));
}

/* The block is moved out of the document's into the open article. */
static void take_text(struct build *build, guint at)
{
    struct block *block = build->blocks->pdata[at];
    english_check(block, build->outline->name, build->outline->problems);
    build->blocks->pdata[at] = NULL;
    g_ptr_array_add(build->open->blocks, block);
}

static void join_text(struct build *build, const struct block *more)
{
    struct block *last = build->open->blocks->pdata[build->open->blocks->len - 1];
    english_check(more, build->outline->name, build->outline->problems);
    outline_remark(build->outline, "torn-paragraph", last->last_line,
                   N_("join the two parts, if they are one sentence; else end the first with a "
                      "full stop"),
                   N_("a paragraph ends without a full stop and goes on in line %d: the two were "
                      "joined"),
                   more->line);
    GString *text = g_string_new(last->text);
    words_join(text, more->text);
    g_free(last->text);
    last->text = g_string_free(text, FALSE);
    last->last_line = more->last_line;
}

static void refuse(struct build *build, const struct block *block)
{
    const char *words = block->text         ? block->text
                        : block->lines->len ? ((struct block_line *)block->lines->pdata[0])->text
                                            : "";
    AUTO(text) char *beginning = g_utf8_substring(words, 0, MIN(20, g_utf8_strlen(words, -1)));
    outline_problem(build->outline, "stray-text", block->line,
                    N_("give it a title, or put it under the article to which it belongs"),
                    N_("this stands under no title and belongs to no article: %s"), beginning);
}

static void take(struct build *build, guint at)
{
    const struct reading *reading = &build->outline->readings[at];
    switch (reading->role) {
    case ROLE_SECTION:
        take_section(build, reading);
        break;
    case ROLE_TITLE:
        open_article(build, reading);
        break;
    case ROLE_TITLE_MORE:
        lengthen_title(build, reading);
        break;
    case ROLE_NOTE:
        take_note(build, reading->block);
        break;
    case ROLE_TEXT:
        take_text(build, at);
        break;
    case ROLE_TEXT_MORE:
        join_text(build, reading->block);
        break;
    case ROLE_STRAY:
        refuse(build, reading->block);
        break;
    case ROLE_NONE:
    case ROLE_RULE:
    case ROLE_MASTHEAD:
    case ROLE_CONTENTS:
    case ROLE_IMPRINT:
    case ROLES:
        break;
    }
}

/* --- the end --- */

static void check_contents(const struct outline *outline)
{
    const GPtrArray *entries = outline->contents.entries;
    for (guint i = 0; i < entries->len; i++) {
        const struct entry *entry = entries->pdata[i];
        if (!entry->found)
            outline_remark(outline, "contents-entry", entry->line,
                           N_("compare the contents with the titles"),
                           N_("the contents name an article that is not there: %s"), entry->text);
    }
}

void outline_build_articles(struct outline *outline, GPtrArray *blocks)
{
    struct build build = {.outline = outline, .blocks = blocks};
    for (guint i = outline->body; i < outline->imprint; i++)
        take(&build, i);
    close_article(&build, outline->imprint < outline->count);
    g_free(build.section);
    if (build.note) {
        refuse(&build, build.note);
        block_free(build.note);
    }
    if (!outline->issue->articles->len)
        outline_problem(outline, "no-article", outline->issue->masthead_line,
                        N_("write each article's title as a heading, its text under it"),
                        N_("no article was found in the document"));
    else
        check_contents(outline);
}
