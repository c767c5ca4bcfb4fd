#include "issue/attribution.h"
#include "issue/block.h"
#include "issue/masthead.h"
#include "issue/walk.h"

#include <string.h>

/* Titles look alike in a document: where there are headings, a bold line is rather none. */
static guint64 title_style(const struct outline *outline)
{
    int bold = 0;
    for (guint i = outline->body; i < outline->imprint; i++) {
        const struct reading *reading = &outline->readings[i];
        if (reading->evidence & SEEN_FRAMED)
            continue;
        if (reading->evidence & SEEN_HEADING)
            return SEEN_HEADING;
        if (reading->evidence & SEEN_BOLD && reading->evidence & SEEN_SHORT)
            bold++;
    }
    return bold > 1 ? SEEN_BOLD : 0; /* one is an exception */
}

/* --- sections --- */

char *outline_section_name(const char *text)
{
    const char *rest;
    char *framed = words_framed(text, NULL);
    if (framed)
        return framed;
    words_mark(text, &rest);
    return words_heading(*rest ? rest : text);
}

static void take_section(struct walk *walk, struct reading *reading)
{
    const char *rest;
    AUTO(text) char *name = outline_section_name(reading->block->text);
    reading->role = ROLE_SECTION;
    walk->numbered_sections =
        walk->numbered_sections || words_mark(reading->block->text, &rest) == MARK_HAN;
    walk->unit_sections = walk->unit_sections || attribution_is_unit(name);
    walk->after_section = true;
    walk->last_text = 0;
    walk->ended = true;
    walk->title_level = 0;
    if (g_hash_table_contains(walk->sections, name))
        return;
    g_hash_table_add(walk->sections, name);
    g_ptr_array_add(walk->outline->issue->sections, TAKE(name));
}

/* --- notes --- */

/* All up to the next title is the note. */
static guint take_note(struct walk *walk, guint at)
{
    struct outline *outline = walk->outline;
    outline->readings[at].role = ROLE_NOTE;
    walk->ended = true;
    walk->in_article = false; /* it ends the article before */
    walk->last_text = 0;
    guint i = at + 1;
    for (; i < outline->imprint && i < at + 12; i++) {
        const struct reading *reading = &outline->readings[i];
        if (walk_is_line(reading) &&
            (reading->evidence & SEEN_HEADING || walk_may_be_title(walk, reading)))
            break;
        outline->readings[i].role = reading->block->kind == BLOCK_RULE ? ROLE_RULE : ROLE_NOTE;
    }
    return i - 1;
}

/* --- titles and text --- */

static void note_number(int numbers[], const char *text)
{
    const char *rest;
    enum mark mark = words_mark(text, &rest);
    if (mark != MARK_NONE)
        numbers[mark] = words_mark_number(text);
}

static void take_title(struct walk *walk, struct reading *reading)
{
    const char *rest;
    struct entry *entry =
        reading->key ? contents_match(&walk->outline->contents, reading->key) : NULL;
    if (entry)
        entry->found = true;
    walk->unnamed += !entry;
    if (!walk->in_article || walk->after_section)
        walk->title_mark = words_mark(reading->block->text, &rest);
    if (!walk->articles && words_mark(reading->block->text, &rest) == MARK_BULLET)
        walk->sign = g_utf8_get_char(reading->block->text);
    note_number(walk->title_numbers, reading->block->text);
    memset(walk->inner_numbers, 0, sizeof walk->inner_numbers);
    walk->plain_titles = walk->plain_titles && words_mark_number(reading->block->text) == 0;
    walk->open_form = reading->evidence & (SEEN_HEADING | SEEN_BOLD);
    walk->open_exclaims = reading->evidence & SEEN_EXCLAIMS;
    walk->in_article = true;
    walk->has_text = walk->ended = walk->after_section = false;
    walk->last_text = 0;
    walk->title_level = reading->block->level;
    walk->articles++;
}

/* Over two lines, the contents name both together. */
static void take_title_more(struct walk *walk, const struct reading *reading)
{
    if (!reading->key || !reading[-1].key)
        return;
    AUTO(text) char *key = g_strconcat(reading[-1].key, reading->key, NULL);
    struct entry *entry = contents_match(&walk->outline->contents, key);
    if (entry)
        entry->found = true;
}

static bool has_text_before_attribution(const struct block *block)
{
    const char *end = block->text;
    AUTO(text) char *attribution = attribution_at_end(block->text, &end);
    return attribution && end > block->text;
}

static void take_text(struct walk *walk, guint at)
{
    struct reading *reading = &walk->outline->readings[at];
    if (!walk->in_article || walk->after_section) {
        reading->role = ROLE_STRAY;
        return;
    }
    if (reading->block->text)
        note_number(walk->inner_numbers, reading->block->text);
    bool attributed = walk_is_line(reading) && walk_is_attribution(walk, reading);
    bool has_more = attributed && has_text_before_attribution(reading->block);
    if (attributed && (walk->has_text || has_more)) {
        walk->attributed += !walk->ended;
        walk->ended = true;
    }
    walk->has_text = walk->has_text || !attributed || has_more;
    walk->last_text = reading->block->kind == BLOCK_PARAGRAPH ? at : 0;
}

static guint take_block(struct walk *walk, guint at)
{
    struct reading *reading = &walk->outline->readings[at];
    if (reading->block->kind == BLOCK_RULE) {
        reading->role = ROLE_RULE;
        return at;
    }
    walk_see(walk, at);
    reading->role = walk_decide(reading);
    if (reading->role == ROLE_NOTE)
        return take_note(walk, at);
    if (reading->role == ROLE_SECTION)
        take_section(walk, reading);
    else if (reading->role == ROLE_TITLE)
        take_title(walk, reading);
    else if (reading->role == ROLE_TITLE_MORE)
        take_title_more(walk, reading);
    else
        take_text(walk, at);
    return at;
}

/* --- a second masthead --- */

/* The name, and a line of number or date right under it: another issue begins. */
static void find_second_masthead(struct outline *outline)
{
    if (!outline->issue->name)
        return;
    AUTO(text) char *name = words_key(outline->issue->name);
    for (guint i = outline->body; i < outline->count; i++) {
        const struct reading *reading = &outline->readings[i];
        if (!reading->key || !g_str_has_prefix(reading->key, name))
            continue;
        bool alone = strcmp(reading->key, name) == 0;
        const struct block *next = i + 1 < outline->count ? reading[1].block : NULL;
        struct masthead said;
        masthead_read(&said, reading->block->text);
        bool whole = masthead_says_something(&said) && said.number && said.rest->len == 1;
        masthead_clear(&said);
        if (!whole && !(alone && next && next->text && masthead_is_line(next->text)))
            continue;
        outline->two_issues = true;
        outline_problem(outline, "two-issues", reading->block->line,
                        N_("make a file of each issue"),
                        N_("two issues in one document: the first begins at line %d, the second "
                           "at line %d"),
                        outline->issue->masthead_line, reading->block->line);
        return;
    }
}

void outline_decide_body(struct outline *outline)
{
    AUTO(table) GHashTable *sections = g_hash_table_new(g_str_hash, g_str_equal);
    struct walk walk = {.outline = outline,
                        .style = title_style(outline),
                        .plain_titles = true,
                        .sections = sections};
    find_second_masthead(outline);
    for (guint i = outline->body; i < outline->imprint; i++)
        i = take_block(&walk, i);
}
