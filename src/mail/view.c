#include "mail/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The masthead's name stands on one line of a telephone of 360 px: its letters share this. */
#define NAME_ROOM_PX 300
#define NAME_PX_MAX  46
#define NAME_PX_MIN  26

/* Cells that short need not be broken: a telephone has room for as many columns of them. */
#define SHORT_CELLS_MAX    4
#define SHORT_CELL_COLUMNS 8

#define ARTICLE_LEVEL 2 /* h2; below a section h3 */

static void set(json_t *object, const char *key, json_t *value)
{
    (void)json_object_set_new(object, key, value);
}

static bool has(const char *text)
{
    return text && *text;
}

static bool any(const GPtrArray *array)
{
    return array && array->len > 0;
}

static json_t *text_or_null(const char *text)
{
    return has(text) ? json_text(text) : json_null();
}

/* --- blocks --- */

/* How deep an item stands, by the blanks that it begins with: two ASCII ones or a wide one a step.
 */
static int item_depth(const char **text)
{
    int columns = 0;
    while (**text && text_is_blank(g_utf8_get_char(*text))) {
        columns += text_width_of(g_utf8_get_char(*text));
        *text = g_utf8_next_char(*text);
    }
    return columns / 2;
}

static json_t *view_of_list(const struct block *block)
{
    json_t *items = json_array();
    int numbers[8] = {0};
    for (guint i = 0; block->texts && i < block->texts->len; i++) {
        const char *text = block->texts->pdata[i];
        int depth = item_depth(&text);
        depth = MIN(depth, (int)G_N_ELEMENTS(numbers) - 1);
        numbers[depth]++;
        for (int deeper = depth + 1; deeper < (int)G_N_ELEMENTS(numbers); deeper++)
            numbers[deeper] = 0;
        json_t *item = json_object();
        set(item, "text", json_text(text));
        set(item, "depth", json_integer(depth));
        set(item, "number", json_integer(numbers[depth]));
        json_array_append_new(items, item);
    }
    json_t *list = json_object();
    set(list, "ordered", json_boolean(block->ordered));
    set(list, "items", items);
    return list;
}

static json_t *view_of_cells(const GPtrArray *cells)
{
    json_t *view = json_array();
    for (guint i = 0; i < cells->len; i++) {
        const char *text = cells->pdata[i];
        json_t *cell = json_object();
        set(cell, "text", json_text(text));
        set(cell, "short",
            json_boolean(cells->len <= SHORT_CELLS_MAX && text_width(text) <= SHORT_CELL_COLUMNS));
        json_array_append_new(view, cell);
    }
    return view;
}

static json_t *view_of_table(const struct block *block)
{
    json_t *table = json_object(), *rows = json_array();
    for (guint i = 1; block->rows && i < block->rows->len; i++) {
        json_t *row = json_object();
        set(row, "cells", view_of_cells(block->rows->pdata[i]));
        json_array_append_new(rows, row);
    }
    set(table, "head", any(block->rows) ? view_of_cells(block->rows->pdata[0]) : json_array());
    set(table, "rows", rows);
    return table;
}

static json_t *view_of_picture(const struct block *block, GHashTable *pictures)
{
    json_t *picture = json_object();
    set(picture, "words", text_or_null(block->text));
    set(picture, "src", json_text(g_hash_table_lookup(pictures, block->target)));
    return picture;
}

static json_t *view_of_heading(const struct block *block, int article_level)
{
    json_t *heading = json_object();
    set(heading, "text", json_text(block->text));
    /* Levels in real files are often wrong; no level of ours is left out (WCAG 1.3.1). */
    set(heading, "level", json_integer(article_level + 1));
    return heading;
}

static json_t *view_of_quote(const struct block *block)
{
    json_t *quote = json_object();
    set(quote, "texts", json_texts(block->texts));
    return quote;
}

static json_t *view_of_words(const struct block *block)
{
    json_t *words = json_object();
    set(words, "text", json_text(block->text));
    set(words, "bold", json_boolean(block->bold));
    set(words, "label", text_or_null(block->kind == BLOCK_FOOTNOTE ? block->target : NULL));
    return words;
}

static const char *const block_names[] = {
    [BLOCK_HEADING] = "heading", [BLOCK_PARAGRAPH] = "paragraph", [BLOCK_LIST] = "list",
    [BLOCK_TABLE] = "table",     [BLOCK_PICTURE] = "picture",     [BLOCK_RULE] = "rule",
    [BLOCK_QUOTE] = "quote",     [BLOCK_FOOTNOTE] = "footnote",
};

static json_t *view_of_content(const struct block *block, int article_level, GHashTable *pictures)
{
    switch (block->kind) {
    case BLOCK_HEADING:
        return view_of_heading(block, article_level);
    case BLOCK_LIST:
        return view_of_list(block);
    case BLOCK_TABLE:
        return view_of_table(block);
    case BLOCK_PICTURE:
        return view_of_picture(block, pictures);
    case BLOCK_QUOTE:
        return view_of_quote(block);
    case BLOCK_RULE:
        return json_true();
    case BLOCK_PARAGRAPH:
    case BLOCK_FOOTNOTE:
        break;
    }
    return view_of_words(block);
}

static json_t *view_of_block(const struct block *block, int article_level, GHashTable *pictures)
{
    json_t *view = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(block_names); i++)
        set(view, block_names[i], json_null());
    set(view, block_names[block->kind], view_of_content(block, article_level, pictures));
    return view;
}

/* --- articles --- */

/* A title comes over two lines in many documents, and the reader joins them with a blank: where it
 * stands between Hanzi the title may break again, rather than within a word. */
static json_t *pieces_of(const char *title)
{
    json_t *pieces = json_array();
    const char *begin = title;
    for (const char *blank = strchr(title, ' '); blank; blank = strchr(blank + 1, ' ')) {
        bool apart = blank > begin &&
                     text_width_of(g_utf8_get_char(g_utf8_prev_char(blank))) == 2 &&
                     text_width_of(g_utf8_get_char(blank + 1)) == 2;
        if (!apart)
            continue;
        json_array_append_new(pieces, json_stringn(begin, (size_t)(blank - begin)));
        begin = blank + 1;
    }
    json_array_append_new(pieces, json_text(begin));
    return pieces;
}

static json_t *view_of_article(const struct article *article, GHashTable *pictures)
{
    int level = has(article->section) ? ARTICLE_LEVEL + 1 : ARTICLE_LEVEL;
    json_t *blocks = json_array();
    for (guint i = 0; article->blocks && i < article->blocks->len; i++)
        json_array_append_new(blocks, view_of_block(article->blocks->pdata[i], level, pictures));
    json_t *view = json_object();
    set(view, "title", json_text(article->title));
    set(view, "pieces", pieces_of(article->title));
    set(view, "level", json_integer(level));
    set(view, "attribution", text_or_null(article->attribution));
    set(view, "blocks", blocks);
    return view;
}

/* Articles one after the other that stand in the same section, or in none, are one part. */
static json_t *view_of_parts(const GPtrArray *articles, GHashTable *pictures)
{
    json_t *parts = json_array(), *part = NULL;
    const char *section = NULL;
    for (guint i = 0; articles && i < articles->len; i++) {
        const struct article *article = articles->pdata[i];
        if (!part || g_strcmp0(section, article->section) != 0) {
            part = json_object();
            set(part, "section", text_or_null(article->section));
            set(part, "articles", json_array());
            json_array_append_new(parts, part);
            section = article->section;
        }
        json_array_append_new(json_object_get(part, "articles"),
                              view_of_article(article, pictures));
    }
    return parts;
}

/* --- masthead and imprint --- */

static json_t *view_of_date(const char *date)
{
    int year, month, day;
    if (!date || sscanf(date, "%4d-%2d-%2d", &year, &month, &day) != 3)
        return json_null();
    json_t *view = json_object();
    set(view, "year", json_integer(year));
    set(view, "month", json_integer(month)); /* without 0: GB/T 9704-2012 §7.3.5.4 */
    set(view, "day", json_integer(day));
    return view;
}

static json_t *view_of_contents(const GPtrArray *contents)
{
    if (!any(contents))
        return json_null();
    json_t *view = json_object();
    set(view, "entries", json_texts(contents));
    return view;
}

static const char *label_of(const GPtrArray *labels, guint at)
{
    return labels && at < labels->len ? labels->pdata[at] : NULL;
}

/* Persons one after the other under the same label stand on one line. */
static json_t *view_of_persons(const GPtrArray *labels, const GPtrArray *persons)
{
    if (!any(persons))
        return json_null();
    json_t *lines = json_array(), *list = NULL;
    for (guint i = 0; i < persons->len; i++) {
        const char *label = label_of(labels, i);
        if (!list || g_strcmp0(label, label_of(labels, i - 1)) != 0) {
            json_t *line = json_object();
            list = json_array();
            set(line, "label", text_or_null(label));
            set(line, "persons", list);
            json_array_append_new(lines, line);
        }
        bool more = i + 1 < persons->len && g_strcmp0(label, label_of(labels, i + 1)) == 0;
        json_t *person = json_object();
        set(person, "name", json_text(persons->pdata[i]));
        set(person, "more", json_boolean(more));
        json_array_append_new(list, person);
    }
    return lines;
}

static json_t *view_of_telephone(const struct issue *issue)
{
    if (!has(issue->telephone))
        return json_null();
    json_t *view = json_object();
    set(view, "label", text_or_null(issue->telephone_label));
    set(view, "text", json_text(issue->telephone));
    return view;
}

struct address *view_contact(const struct issue *issue)
{
    if (!has(issue->contact))
        return NULL;
    AUTO(text) char *folded = text_fold(issue->contact);
    AUTO(text) char *bare = text_trim(folded);
    struct address *address = NULL;
    return address_parse(&address, bare, NOWHERE, NULL, NULL) ? address : NULL;
}

static json_t *view_of_contact(const struct issue *issue)
{
    if (!has(issue->contact))
        return json_null();
    AUTO(address) struct address *address = view_contact(issue);
    AUTO(text) char *uri = address ? g_uri_escape_string(address_text(address), "@", FALSE) : NULL;
    json_t *view = json_object();
    set(view, "label", text_or_null(issue->contact_label));
    set(view, "text", json_text(issue->contact));
    set(view, "mailto", json_text(uri));
    return view;
}

/* Lines under the same label are shown under it once. */
static json_t *view_of_distribution(const GPtrArray *lines)
{
    json_t *view = json_array();
    const char *label = NULL;
    for (guint i = 0; lines && i < lines->len; i++) {
        const struct distribution_line *line = lines->pdata[i];
        json_t *entry = json_object();
        bool goes_on = i > 0 && g_strcmp0(label, line->label) == 0;
        set(entry, "label", goes_on ? json_null() : text_or_null(line->label));
        set(entry, "text", json_text(line->text));
        json_array_append_new(view, entry);
        label = line->label;
    }
    return view;
}

static json_t *view_of_makers(const struct issue *issue)
{
    if (!has(issue->contact) && !has(issue->telephone) && !any(issue->editor) &&
        !any(issue->reviewer))
        return json_null();
    json_t *view = json_object();
    set(view, "contact", view_of_contact(issue));
    set(view, "telephone", view_of_telephone(issue));
    set(view, "editor", view_of_persons(issue->editor_labels, issue->editor));
    set(view, "reviewer", view_of_persons(issue->reviewer_labels, issue->reviewer));
    return view;
}

static json_t *view_of_receivers(const struct issue *issue)
{
    if (!any(issue->distribution))
        return json_null();
    json_t *view = json_object();
    set(view, "lines", view_of_distribution(issue->distribution));
    return view;
}

static int name_px(const char *name)
{
    int letters = MAX(1, text_width(name) / 2);
    return CLAMP(NAME_ROOM_PX / letters, NAME_PX_MIN, NAME_PX_MAX);
}

json_t *view_of_issue(const struct issue *issue, const char *subject, GHashTable *pictures)
{
    json_t *view = json_object();
    set(view, "subject", json_text(subject));
    set(view, "name", json_text(issue->name));
    set(view, "name_px", json_integer(name_px(issue->name)));
    set(view, "year", json_number_or_null(issue->year));
    set(view, "number", json_number_or_null(issue->number));
    set(view, "total_number", json_number_or_null(issue->total_number));
    set(view, "supplement", json_boolean(g_strcmp0(issue->kind, "supplement") == 0));
    set(view, "subtitle", text_or_null(issue->subtitle));
    set(view, "office", text_or_null(issue->office));
    set(view, "date", view_of_date(issue->date));
    set(view, "contents", view_of_contents(issue->contents));
    set(view, "parts", view_of_parts(issue->articles, pictures));
    set(view, "makers", view_of_makers(issue));
    set(view, "receivers", view_of_receivers(issue));
    return view;
}
