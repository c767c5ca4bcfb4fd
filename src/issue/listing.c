/* The contents as they stand in a document: a head, entries in lines, lists and tables, names of
 * sections that group them. */
#include "issue/outline.h"
#include "issue/words.h"

#include <string.h>

static bool occurs_again(const struct outline *outline, const char *key)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(outline->occurrences, key)) > 1;
}

/* Adds the entries of a block's lines from `first`; a line that was full goes on in the next. */
static void add_entries(struct outline *outline, const struct block *block, guint first)
{
    AUTO(str) GString *entry = g_string_new(NULL);
    int number = 0;
    for (guint i = first; i < block->lines->len; i++) {
        const struct block_line *line = block->lines->pdata[i];
        if (!entry->len)
            number = line->line;
        words_join(entry, line->text);
        if (line->full && i + 1 < block->lines->len)
            continue;
        bool bracketed = false;
        AUTO(text) char *group = words_framed(entry->str, &bracketed);
        if (bracketed)
            contents_add_section(&outline->contents, group);
        else
            contents_add(&outline->contents, entry->str, number);
        g_string_truncate(entry, 0);
    }
}

static const char *widest_cell(const GPtrArray *cells)
{
    const char *widest = "";
    for (guint i = 0; i < cells->len; i++)
        if (strlen(cells->pdata[i]) > strlen(widest))
            widest = cells->pdata[i];
    return widest;
}

/* 序号, 标题, 页码: what stands over the columns. */
static bool is_captions(const GPtrArray *cells)
{
    static const char *const captions[] = {"标题", "题目", "篇目", "序号", "页码", "篇名", "文章"};
    for (guint i = 0; i < cells->len; i++) {
        AUTO(text) char *bare = text_squeeze(cells->pdata[i]);
        if (contents_is_head(bare))
            return true;
        for (size_t c = 0; c < G_N_ELEMENTS(captions); c++)
            if (strcmp(bare, captions[c]) == 0)
                return true;
    }
    return false;
}

static bool is_page_cell(const char *cell)
{
    AUTO(text) char *key = words_key(cell);
    return strspn(key, "0123456789") == strlen(key);
}

/* A section beside an entry stands over it again. An author stands at the article too, or nowhere.
 */
static void tell_other_cells(struct outline *outline, const GPtrArray *cells, const char *entry,
                             int line)
{
    for (guint i = 0; i < cells->len; i++) {
        const char *cell = cells->pdata[i];
        AUTO(text) char *key = words_key(cell);
        if (cell == entry || is_page_cell(cell))
            continue;
        if (g_hash_table_contains(outline->occurrences, key)) /* the section's name */
            contents_add_section(&outline->contents, cell);
        else
            outline_remark(outline, "contents-column", line, N_("nothing has to be done"),
                           N_("the mail does not show this column of the contents: %s"), cell);
    }
}

static void add_table_entries(struct outline *outline, const struct block *table)
{
    for (guint i = 0; i < table->rows->len; i++) {
        const char *text = widest_cell(table->rows->pdata[i]);
        bool caption = i == 0 && is_captions(table->rows->pdata[i]);
        int line = ((struct block_line *)table->lines->pdata[i])->line;
        if (caption)
            continue;
        contents_add(&outline->contents, text, line);
        tell_other_cells(outline, table->rows->pdata[i], text, line);
    }
}

/* Does a line of text after the head still stand in the contents? An article's title comes again
 * later or is the first entry come again; over text it begins the articles. */
static bool is_entry(struct outline *outline, const struct reading *reading, bool listed)
{
    if (!reading->key || reading->evidence & SEEN_LABEL)
        return false;
    const GPtrArray *entries = outline->contents.entries;
    if (contents_has(&outline->contents, reading->key) ||
        (listed && reading->evidence & SEEN_HEADING))
        return false;
    if (occurs_again(outline, reading->key))
        return true;
    if (reading->evidence & SEEN_HEADING || listed)
        return false;
    if (entries->len && contents_match(&outline->contents, reading->key))
        return false;
    return !(reading->evidence & SEEN_OVER_TEXT) || reading->evidence & SEEN_NUMBERED;
}

/* A name over a list of entries, though no brackets show it. */
static bool is_group(const struct outline *outline, guint at)
{
    const struct reading *reading = &outline->readings[at];
    return reading->block->kind == BLOCK_PARAGRAPH && reading->evidence & SEEN_SHORT &&
           !(reading->evidence & SEEN_CLOSED) && at + 1 < outline->imprint &&
           reading[1].block->kind == BLOCK_LIST && reading->key &&
           occurs_again(outline, reading->key);
}

/* An entry over two lines: the second is moved in further, and has the page that the first lacks.
 */
static bool goes_on_entry(const struct outline *outline, const struct reading *reading)
{
    const GPtrArray *entries = outline->contents.entries;
    const struct reading *before = reading - 1;
    const struct entry *last = entries->len ? entries->pdata[entries->len - 1] : NULL;
    const char *rest;
    return last && !last->paged && entries->len > 1 && ((struct entry *)entries->pdata[0])->paged &&
           before->role == ROLE_CONTENTS && reading->block->indent >= before->block->indent + 3 &&
           words_mark(reading->block->text, &rest) == MARK_NONE &&
           contents_has_page(reading->block->text);
}

static bool take_contents_block(struct outline *outline, guint at, bool *listed)
{
    const struct reading *reading = &outline->readings[at];
    const struct block *block = reading->block;
    if (block->kind == BLOCK_LIST || block->kind == BLOCK_TABLE) {
        if (block->kind == BLOCK_TABLE)
            add_table_entries(outline, block);
        else
            add_entries(outline, block, 0);
        *listed = true;
        return true;
    }
    if (block->kind != BLOCK_PARAGRAPH && block->kind != BLOCK_HEADING)
        return false;
    if (goes_on_entry(outline, reading)) {
        contents_lengthen(&outline->contents, block->text);
        return true;
    }
    bool group = reading->evidence & SEEN_FRAMED && reading->key;
    if (group && occurs_again(outline, reading->key) &&
        !g_hash_table_contains(outline->contents.sections, reading->key)) {
        contents_add_section(&outline->contents, reading->key);
        const struct block *next = at + 1 < outline->imprint ? reading[1].block : NULL;
        return (!(reading->evidence & SEEN_OVER_TEXT) && !*listed) ||
               (next &&
                (next->kind == BLOCK_LIST || (next->text && contents_has_page(next->text))));
    }
    if (!group && is_group(outline, at)) {
        contents_add_section(&outline->contents, reading->key);
        return true;
    }
    if (group || !is_entry(outline, reading, *listed))
        return false;
    add_entries(outline, block, 0);
    return true;
}

/* Contents without a head: two lines or more that all come again, captions over columns left out.
 */
static bool all_occur_again(const struct outline *outline, const struct block *block)
{
    bool table = block->kind == BLOCK_TABLE;
    guint first = table && is_captions(block->rows->pdata[0]);
    if (block->lines->len < first + 2 || block->lines->len > 100)
        return false;
    for (guint i = first; i < block->lines->len; i++) {
        const struct block_line *line = block->lines->pdata[i];
        AUTO(text)
        char *key = contents_key(table ? widest_cell(block->rows->pdata[i]) : line->text);
        if (!g_hash_table_contains(outline->occurrences, key))
            return false;
    }
    return true;
}

/* 目录, 页码: the head may stand over a column. */
static bool is_under_head(const struct block *table)
{
    const GPtrArray *cells = table->rows->pdata[0];
    for (guint i = 0; i < cells->len; i++)
        if (contents_is_head(cells->pdata[i]))
            return true;
    return false;
}

/* The entries may stand in one paragraph with the head. */
static bool begins_contents(struct outline *outline, guint at)
{
    const struct block *block = outline->readings[at].block;
    if (!block->lines->len || block->kind == BLOCK_PICTURE)
        return false;
    const struct block_line *first = block->lines->pdata[0];
    if (block->kind == BLOCK_TABLE) {
        bool listed = is_under_head(block) || all_occur_again(outline, block);
        if (listed)
            add_table_entries(outline, block);
        return listed;
    }
    if (!contents_is_head(first->text)) {
        bool listed = block->kind == BLOCK_LIST && all_occur_again(outline, block);
        if (listed)
            add_entries(outline, block, 0);
        return listed;
    }
    if (block->lines->len > 1)
        add_entries(outline, block, 1);
    return true;
}

/* A name over entries shows by what it lacks: a page, where the entries have one; or it begins as
 * the first of the contents does, and what stands under it otherwise. It comes again over the
 * articles, and is as short as sections are called. */
static bool is_group_name(const struct outline *outline, guint at)
{
    const GPtrArray *entries = outline->contents.entries;
    const struct entry *entry = entries->pdata[at], *next = entries->pdata[at + 1];
    const struct entry *first = entries->pdata[0];
    bool as_first = entry->mark == first->mark && entry->sign == first->sign;
    bool over_other = entry->mark != next->mark || entry->sign != next->sign;
    bool unlike = (!entry->paged && next->paged) || (as_first && over_other);
    return unlike && g_utf8_strlen(entry->key, -1) <= 8 && occurs_again(outline, entry->key);
}

static void find_groups(struct outline *outline)
{
    const GPtrArray *entries = outline->contents.entries;
    AUTO(array) GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i + 1 < entries->len; i++)
        if (is_group_name(outline, i))
            g_ptr_array_add(names, GUINT_TO_POINTER(i));
    for (guint n = names->len; n > 0; n--) /* from the end: regrouping takes one away */
        contents_regroup(&outline->contents, GPOINTER_TO_UINT(names->pdata[n - 1]));
}

guint outline_read_contents(struct outline *outline, guint at)
{
    guint i = at;
    while (i < outline->imprint && outline->readings[i].block->kind == BLOCK_RULE)
        i++;
    if (i >= outline->imprint || !begins_contents(outline, i))
        return at;
    bool listed = false;
    for (guint r = at; r <= i; r++)
        outline->readings[r].role = r < i ? ROLE_RULE : ROLE_CONTENTS;
    for (i++; i < outline->imprint; i++) {
        bool rule = outline->readings[i].block->kind == BLOCK_RULE;
        if (rule && outline->contents.entries->len)
            break;
        if (!rule && !take_contents_block(outline, i, &listed))
            break;
        outline->readings[i].role = rule ? ROLE_RULE : ROLE_CONTENTS;
    }
    find_groups(outline);
    return i;
}
