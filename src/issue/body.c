#include "issue/attribution.h"
#include "issue/block.h"
#include "issue/masthead.h"
#include "issue/outline.h"
#include "issue/words.h"

#include <string.h>

/* --- what speaks for a title --- */

struct weight {
    unsigned all;  /* this evidence, all of it … */
    unsigned none; /* … and none of this */
    int points;
};

static const struct weight weights[] = {
    {SEEN_HEADING, 0, 5},
    {SEEN_BOLD, SEEN_HEADING, 4},
    {SEEN_UNDERLINED, SEEN_HEADING, 3},
    {SEEN_ENTRY, 0, 6},
    {SEEN_FIRST, 0, 3},
    {SEEN_AFTER_END, SEEN_FIRST, 3},
    {SEEN_NUMBERED, 0, 1},
    {SEEN_ALONE, SEEN_HEADING | SEEN_BOLD, 1},
    {SEEN_OVER_TEXT, 0, 1},
    {SEEN_OVER_INDENTED, SEEN_HEADING | SEEN_BOLD, 2},
    {SEEN_CENTRED, SEEN_HEADING | SEEN_BOLD, 3},
    {SEEN_SAME_SIGN, SEEN_HEADING, 6},
    {SEEN_UNDER_TITLE, SEEN_ENTRY, -4},
    {SEEN_SHORT, SEEN_HEADING | SEEN_BOLD, 1},
    {SEEN_WEAKER, SEEN_HEADING | SEEN_AFTER_END, -4},
    {SEEN_WEAKER | SEEN_FIRST | SEEN_NUMBERED, SEEN_HEADING, 2},
    {SEEN_BEFORE_END, SEEN_ENTRY, -2},
    {SEEN_DEEPER, SEEN_ENTRY, -2},
    {SEEN_HAN_NUMBERED, SEEN_FIRST | SEEN_AFTER_END, -4},
    {SEEN_AFTER_OPEN, SEEN_HEADING, -4},
    {SEEN_AFTER_OPEN | SEEN_HEADING, 0, -1},
    {SEEN_CLOSED, SEEN_HEADING, -5},
    {SEEN_INDENTED, SEEN_HEADING | SEEN_BOLD | SEEN_ENTRY, -2},
    {SEEN_ALONE, SEEN_HEADING | SEEN_BOLD | SEEN_WEAKER, 1},
    {SEEN_LABEL, SEEN_HEADING, -2},
    {SEEN_COMMA, SEEN_HEADING | SEEN_BOLD | SEEN_ENTRY, -2},
    {SEEN_ATTRIBUTION, SEEN_HEADING | SEEN_ENTRY, -8},
};

static int title_score(unsigned evidence)
{
    int score = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(weights); i++)
        if ((evidence & weights[i].all) == weights[i].all && !(evidence & weights[i].none))
            score += weights[i].points;
    return evidence & (SEEN_SHORT | SEEN_HEADING) ? score : 0;
}

/* --- the walk --- */

struct walk {
    struct outline *outline;
    unsigned style;           /* the strongest form that titles have: heading, bold, or none */
    unsigned open_form;       /* the open article's title: a heading, bold */
    gunichar sign;            /* ◆ or the like before the first title; 0: none */
    int title_level;          /* of the open article's heading; 0: it has none */
    bool in_article;          /* one is open … */
    bool has_text;            /* … and has text */
    bool ended;               /* … and its attribution has come */
    bool after_section;       /* nothing has come since a section */
    guint last_text;          /* the last paragraph, where it can be gone on with; else 0 */
    int articles, attributed; /* how many so far; how many of them ended in an attribution */
    enum mark title_mark;     /* 一、 or （一） stands before articles, not inside one */
    bool numbered_sections;
    GHashTable *sections; /* a set of the names that the issue's list has */
};

static bool is_line(const struct reading *reading)
{
    return reading->block->kind == BLOCK_HEADING || reading->block->kind == BLOCK_PARAGRAPH;
}

/* Titles look alike in a document: where there are headings, a bold line is rather none. */
static unsigned title_style(const struct outline *outline)
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

static bool is_weaker(const struct walk *walk, unsigned evidence)
{
    if (walk->style == SEEN_HEADING)
        return !(evidence & SEEN_HEADING);
    return walk->style == SEEN_BOLD && !(evidence & (SEEN_BOLD | SEEN_UNDERLINED));
}

static bool is_open_paragraph(const struct reading *reading)
{
    const struct block *block = reading->block;
    return block->kind == BLOCK_PARAGRAPH && !(reading->evidence & SEEN_CLOSED) &&
           (block->page_end || strlen(block->text) > 60 || g_str_has_suffix(block->text, "，") ||
            g_str_has_suffix(block->text, "、"));
}

static bool is_attribution(const struct walk *walk, const struct reading *reading)
{
    AUTO(text) char *line = NULL;
    const char *end;
    if (reading->block->kind != BLOCK_PARAGRAPH)
        return false;
    bool under_title = walk->in_article && !walk->has_text && !walk->after_section;
    line = attribution_line(reading->block->text, under_title);
    if (!line)
        line = attribution_at_end(reading->block->text, &end);
    return line != NULL;
}

static void see_context(struct walk *walk, struct reading *reading)
{
    struct outline *outline = walk->outline;
    if (reading->key && contents_match(&outline->contents, reading->key))
        reading->evidence |= SEEN_ENTRY;
    if (!walk->in_article || walk->after_section)
        reading->evidence |= SEEN_FIRST;
    if (walk->ended)
        reading->evidence |= SEEN_AFTER_END;
    else if (walk->in_article && walk->articles > 1 && walk->attributed >= walk->articles - 1)
        reading->evidence |= SEEN_BEFORE_END;
    if (walk->last_text && is_open_paragraph(&outline->readings[walk->last_text]))
        reading->evidence |= SEEN_AFTER_OPEN;
    if (walk->title_level && reading->block->level > walk->title_level && walk->has_text &&
        !walk->ended)
        reading->evidence |= SEEN_DEEPER;
    if (reading->key && is_attribution(walk, reading))
        reading->evidence |= SEEN_ATTRIBUTION;
    if (is_weaker(walk, reading->evidence))
        reading->evidence |= SEEN_WEAKER;
    if (walk->sign)
        reading->evidence |=
            g_utf8_get_char(reading->block->text) == walk->sign ? SEEN_SAME_SIGN : SEEN_WEAKER;
    if (walk->in_article && !walk->has_text && !walk->after_section &&
        walk->open_form & ~reading->evidence)
        reading->evidence |= SEEN_UNDER_TITLE;
    const char *rest;
    if (reading->evidence & SEEN_HAN_NUMBERED &&
        words_mark(reading->block->text, &rest) == walk->title_mark)
        reading->evidence = (reading->evidence & ~(unsigned)SEEN_HAN_NUMBERED) | SEEN_NUMBERED;
    reading->score = title_score(reading->evidence);
    reading->scored = true;
}

/* --- sections --- */

/* The next line that is no rule, within the body. */
static const struct reading *next_line(const struct outline *outline, guint at)
{
    for (guint i = at + 1; i < outline->imprint && i < at + 4; i++)
        if (outline->readings[i].block->kind != BLOCK_RULE)
            return &outline->readings[i];
    return NULL;
}

static bool may_be_title(const struct walk *walk, const struct reading *reading)
{
    if (!reading || !is_line(reading) || !(reading->evidence & SEEN_SHORT) ||
        reading->evidence & SEEN_CLOSED)
        return false;
    return reading->evidence & (SEEN_HEADING | SEEN_BOLD | SEEN_OVER_TEXT) ||
           contents_match(&walk->outline->contents, reading->key);
}

static bool is_note_name(const char *name)
{
    return strcmp(name, "编者按") == 0 || strcmp(name, "按") == 0 ||
           strcmp(name, "编者的话") == 0 || strcmp(name, "按语") == 0 || strcmp(name, "编按") == 0;
}

/* `一、…` stands over articles where no article is open, or where it did so before. */
static bool is_numbered_section(const struct walk *walk, guint at)
{
    struct outline *outline = walk->outline;
    const struct reading *reading = &outline->readings[at];
    const struct reading *next = next_line(outline, at);
    const char *rest;
    if (words_mark(reading->block->text, &rest) != MARK_HAN || reading->evidence & SEEN_CLOSED ||
        !(reading->evidence & SEEN_SHORT) || !may_be_title(walk, next))
        return false;
    if (contents_match(&outline->contents, reading->key))
        return false;
    const char *next_rest;
    enum mark mark = words_mark(next->block->text, &next_rest);
    bool over_title = mark != MARK_HAN && contents_match(&outline->contents, next->key);
    return over_title ||
           (mark != MARK_HAN && (!walk->in_article || walk->ended || walk->numbered_sections));
}

/* A heading with nothing under it but a deeper heading, which the contents don't name as a title.
 */
static bool is_heading_over_headings(const struct walk *walk, guint at)
{
    struct outline *outline = walk->outline;
    const struct reading *reading = &outline->readings[at];
    /* An article may be named as its section is: the contents then have it as an entry too. */
    bool own_title = walk->after_section && reading->evidence & SEEN_OVER_TEXT;
    if (reading->key && g_hash_table_contains(outline->contents.sections, reading->key))
        return !own_title;
    const struct reading *next = next_line(outline, at);
    if (!(reading->evidence & SEEN_HEADING) || !next || !(next->evidence & SEEN_HEADING) ||
        !reading->key || g_utf8_strlen(reading->key, -1) > 12)
        return false;
    if (contents_match(&outline->contents, reading->key))
        return false;
    return next->block->level > reading->block->level ||
           contents_match(&outline->contents, next->key);
}

static bool is_section(const struct walk *walk, guint at)
{
    const struct reading *reading = &walk->outline->readings[at];
    bool bracketed = false;
    AUTO(text)
    char *framed =
        reading->evidence & SEEN_FRAMED ? words_framed(reading->block->text, &bracketed) : NULL;
    if (framed && (is_note_name(framed) || contents_is_head(framed)))
        return false;
    if (framed && (bracketed || may_be_title(walk, next_line(walk->outline, at))))
        return g_utf8_strlen(framed, -1) <= 20;
    return is_numbered_section(walk, at) || is_heading_over_headings(walk, at);
}

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

/* 【编者按】…, 编者按：… */
static bool begins_note(const char *text)
{
    static const char *const beginnings[] = {"【编者按", "【按】",   "〖编者按", "编者按：",
                                             "编者按:",  "〔编者按", "按：",     "【按语】",
                                             "编者按　", "编者按 "};
    if (strcmp(text, "编者按") == 0)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(beginnings); i++)
        if (g_str_has_prefix(text, beginnings[i]))
            return true;
    return false;
}

/* A note stands before an article; right under a title it is that article's text. */
static bool is_note(const struct walk *walk, const struct reading *reading)
{
    const struct block *block = reading->block;
    bool title_alone = walk->in_article && !walk->has_text && !walk->after_section;
    const char *text = block->text;
    if (block->kind == BLOCK_QUOTE && block->texts->len)
        text = block->texts->pdata[0];
    return text && block->kind != BLOCK_PICTURE && begins_note(text) && !title_alone;
}

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
        if (is_line(reading) && (reading->evidence & SEEN_HEADING || may_be_title(walk, reading)))
            break;
        outline->readings[i].role = reading->block->kind == BLOCK_RULE ? ROLE_RULE : ROLE_NOTE;
    }
    return i - 1;
}

/* --- titles and text --- */

static void take_title(struct walk *walk, struct reading *reading)
{
    const char *rest;
    struct entry *entry =
        reading->key ? contents_match(&walk->outline->contents, reading->key) : NULL;
    if (entry)
        entry->found = true;
    if (!walk->in_article || walk->after_section)
        walk->title_mark = words_mark(reading->block->text, &rest);
    if (!walk->articles && words_mark(reading->block->text, &rest) == MARK_BULLET)
        walk->sign = g_utf8_get_char(reading->block->text);
    reading->role = ROLE_TITLE;
    walk->open_form = reading->evidence & (SEEN_HEADING | SEEN_BOLD);
    walk->in_article = true;
    walk->has_text = walk->ended = walk->after_section = false;
    walk->last_text = 0;
    walk->title_level = reading->block->level;
    walk->articles++;
}

#define GOES_ON_NO_TITLE                                                                           \
    (SEEN_ENTRY | SEEN_CLOSED | SEEN_FRAMED | SEEN_LABEL | SEEN_ATTRIBUTION | SEEN_INDENTED)

/* A title over two lines: the second is as strong as the first, and no title of the contents. */
static bool goes_on_title(const struct walk *walk, guint at)
{
    const struct reading *reading = &walk->outline->readings[at], *before = reading - 1;
    if (!walk->in_article || walk->has_text || walk->after_section || at == 0 ||
        before->role != ROLE_TITLE || reading->evidence & GOES_ON_NO_TITLE ||
        !(reading->evidence & SEEN_SHORT))
        return false;
    unsigned form = SEEN_HEADING | SEEN_BOLD;
    /* A bare line has nothing but its place to show that it belongs to the title. */
    if (!(reading->evidence & form) && reading->block->line > before->block->last_line + 1)
        return false;
    return (reading->evidence & form) == (before->evidence & form) &&
           reading->block->level == before->block->level &&
           !(reading->evidence & SEEN_HAN_NUMBERED);
}

/* Does the paragraph before go on in this one? */
static bool goes_on_text(const struct walk *walk, const struct reading *reading)
{
    const struct outline *outline = walk->outline;
    const char *rest;
    if (!walk->last_text || reading->block->kind != BLOCK_PARAGRAPH ||
        !is_open_paragraph(&outline->readings[walk->last_text]) || reading->evidence & SEEN_LABEL)
        return false;
    enum mark mark = words_mark(reading->block->text, &rest);
    if (mark != MARK_NONE && mark != MARK_BRACKETS)
        return false;
    const struct block *before = outline->readings[walk->last_text].block;
    bool open = g_str_has_suffix(before->text, "，") || g_str_has_suffix(before->text, "、");
    return open || !(reading->evidence & SEEN_INDENTED);
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
    bool more = goes_on_text(walk, reading);
    reading->role = more ? ROLE_TEXT_MORE : ROLE_TEXT;
    bool attributed = is_line(reading) && is_attribution(walk, reading);
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
    if (is_note(walk, reading))
        return take_note(walk, at);
    if (!is_line(reading)) {
        take_text(walk, at);
        return at;
    }
    see_context(walk, reading);
    if (is_section(walk, at)) {
        take_section(walk, reading);
    } else if (goes_on_title(walk, at)) {
        reading->role = ROLE_TITLE_MORE;
    } else if (reading->score >= ISSUE_TITLE_POINTS && !goes_on_text(walk, reading)) {
        take_title(walk, reading);
    } else {
        take_text(walk, at);
    }
    return at;
}

/* --- a second masthead --- */

/* The name, and a line of number or date right under it: another issue begins. */
static void find_second_masthead(const struct outline *outline)
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
    struct walk walk = {.outline = outline, .style = title_style(outline), .sections = sections};
    find_second_masthead(outline);
    for (guint i = outline->body; i < outline->imprint; i++)
        i = take_block(&walk, i);
}
