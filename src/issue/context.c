/* What is seen of a block in its place: which article is open, what the contents say, what stands
 * under it. */
#include "issue/attribution.h"
#include "issue/masthead.h"
#include "issue/walk.h"

#include <string.h>

enum {
    LONGEST_SECTION = 20, /* characters, in brackets */
    LONGEST_BRIEF = 12,   /* of a heading over headings */
    LONGEST_NAMED = 8,    /* of a section that a word alone shows */
    RIGHT = 8,            /* columns of indent: no paragraph begins there */
};

bool walk_is_line(const struct reading *reading)
{
    return reading->block->kind == BLOCK_HEADING || reading->block->kind == BLOCK_PARAGRAPH;
}

bool walk_is_attribution(const struct walk *walk, const struct reading *reading)
{
    const char *end;
    if (reading->block->kind != BLOCK_PARAGRAPH)
        return false;
    bool under_title = walk->in_article && !walk->has_text && !walk->after_section;
    AUTO(text) char *line = attribution_line(reading->block->text, under_title);
    if (line)
        return true;
    AUTO(text) char *at_end = attribution_at_end(reading->block->text, &end);
    return at_end || reading->evidence & SEEN_SIGNATURE;
}

static bool is_entry(const struct walk *walk, const struct reading *reading)
{
    return reading->key && contents_match(&walk->outline->contents, reading->key);
}

/* The first of a title's two lines, which the contents name together. */
static bool begins_entry(const struct walk *walk, const struct reading *reading)
{
    const struct block *next = reading[1].block;
    if (!reading->key || !reading[1].key || next->line != reading->block->last_line + 1)
        return false;
    AUTO(text) char *key = g_strconcat(reading->key, reading[1].key, NULL);
    return contents_has(&walk->outline->contents, key);
}

bool walk_may_be_title(const struct walk *walk, const struct reading *reading)
{
    if (!reading || !walk_is_line(reading) || !(reading->evidence & SEEN_SHORT) ||
        reading->evidence & SEEN_CLOSED)
        return false;
    return reading->evidence & (SEEN_HEADING | SEEN_BOLD | SEEN_OVER_TEXT) ||
           is_entry(walk, reading);
}

/* The next line that is no rule, within the body. */
static const struct reading *next_line(const struct outline *outline, guint at)
{
    for (guint i = at + 1; i < outline->imprint && i < at + 4; i++)
        if (outline->readings[i].block->kind != BLOCK_RULE)
            return &outline->readings[i];
    return NULL;
}

/* --- the open article and its titles --- */

static bool is_weaker(const struct walk *walk, guint64 evidence)
{
    if (walk->style == SEEN_HEADING)
        return !(evidence & SEEN_HEADING);
    return walk->style == SEEN_BOLD && !(evidence & (SEEN_BOLD | SEEN_UNDERLINED));
}

static bool is_open_paragraph(const struct reading *reading)
{
    const struct block *block = reading->block;
    if (block->kind == BLOCK_PARAGRAPH && g_str_has_prefix(block->text, "图"))
        return false; /* 图为活动现场: what stands under a picture has no full stop */
    return block->kind == BLOCK_PARAGRAPH && !(reading->evidence & SEEN_CLOSED) &&
           (block->page_end || strlen(block->text) > 60 || g_str_has_suffix(block->text, "，") ||
            g_str_has_suffix(block->text, "、"));
}

/* A unit, and persons, on the last line of an article: with text over it, and none of its own. In
 * 【】 too, where no section has been called by a unit. */
static bool is_signature(const struct walk *walk, const struct reading *reading)
{
    bool over_text = reading[1].evidence & (SEEN_CLOSED | SEEN_INDENTED) ||
                     (reading->evidence & SEEN_OVER_TEXT && reading->block->indent < RIGHT);
    if (!reading->key || reading->block->kind != BLOCK_PARAGRAPH || walk->unit_sections ||
        over_text)
        return false;
    if (reading[1].block && reading[1].block->indent >= RIGHT && reading[1].evidence & SEEN_SHORT &&
        reading->evidence & SEEN_OVER_TEXT) /* a title over two lines */
        return false;
    const struct block *next = reading[1].block; /* a letter's signature has its date under it */
    if (next && next->text && masthead_is_line(next->text))
        return false;
    AUTO(text) char *framed = words_framed(reading->block->text, NULL);
    return attribution_is_unit(framed ? framed : reading->block->text);
}

static guint64 seen_of_article(const struct walk *walk, const struct reading *reading)
{
    bool title_alone = walk->in_article && !walk->has_text && !walk->after_section;
    guint64 seen = 0;
    if (!walk->in_article || walk->after_section)
        seen |= SEEN_FIRST;
    if (walk->ended)
        seen |= SEEN_AFTER_END;
    else if (walk->in_article && walk->articles > 1 && walk->attributed >= walk->articles - 1)
        seen |= SEEN_BEFORE_END;
    if (walk->last_text && is_open_paragraph(&walk->outline->readings[walk->last_text]))
        seen |= SEEN_AFTER_OPEN;
    if (walk->title_level && reading->block->level > walk->title_level && walk->has_text &&
        !walk->ended)
        seen |= SEEN_DEEPER;
    if (walk->open_form && walk->open_form == (reading->evidence & (SEEN_HEADING | SEEN_BOLD)) &&
        walk->title_level == reading->block->level &&
        (walk->open_exclaims || !(reading->evidence & SEEN_EXCLAIMS)))
        seen |= SEEN_SAME_FORM;
    if (walk->has_text && reading->key && masthead_is_line(reading->block->text))
        seen |= SEEN_DATE;
    if (walk->has_text && is_signature(walk, reading))
        seen |= SEEN_SIGNATURE;
    if (title_alone && walk->open_form & ~reading->evidence)
        seen |= SEEN_UNDER_TITLE;
    if (reading->key && walk_is_attribution(walk, reading))
        seen |= SEEN_ATTRIBUTION;
    return seen;
}

/* What the titles before it have shown. */
static guint64 seen_of_style(const struct walk *walk, const struct reading *reading)
{
    guint64 seen = 0;
    const GPtrArray *entries = walk->outline->contents.entries;
    if (is_entry(walk, reading) || begins_entry(walk, reading))
        seen |= SEEN_ENTRY;
    else if (entries->len && walk->articles && !walk->unnamed)
        seen |= SEEN_NO_ENTRY;
    if (is_weaker(walk, reading->evidence))
        seen |= SEEN_WEAKER;
    if (walk->sign)
        seen |= g_utf8_get_char(reading->block->text) == walk->sign ? SEEN_SAME_SIGN : SEEN_WEAKER;
    return seen;
}

/* 一、 and （一） stand inside articles, if the titles have not shown that they stand before them;
 * a number that follows on one before belongs where that one does. */
static guint64 seen_of_number(const struct walk *walk, struct reading *reading)
{
    const char *rest;
    enum mark mark = words_mark(reading->block->text, &rest);
    int number = words_mark_number(reading->block->text);
    guint64 seen = 0;
    if (mark == MARK_NONE)
        return 0;
    if (reading->evidence & SEEN_HAN_NUMBERED && mark == walk->title_mark) {
        reading->evidence &= ~SEEN_HAN_NUMBERED;
        seen |= SEEN_NUMBERED;
    }
    if (mark == MARK_HAN)
        seen |= SEEN_HAN;
    if (number > 1 && number == walk->title_numbers[mark] + 1)
        seen |= SEEN_NEXT_NUMBER;
    if (number > 1 && number == walk->inner_numbers[mark] + 1)
        seen |= SEEN_NEXT_INSIDE;
    if (mark == MARK_NUMBER && walk->plain_titles && walk->in_article)
        seen |= SEEN_ODD_NUMBER;
    return seen;
}

/* --- sections --- */

static bool is_note_name(const char *name)
{
    static const char *const names[] = {"编者按", "按", "编者的话", "按语", "编按", "编者按语"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool ends_in(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (g_str_has_suffix(text, *words))
            return true;
    return false;
}

/* 要闻, 基层动态: what sections are called, and articles hardly ever; 通知, 工作 so only in names
 * of four characters. */
static bool has_section_word(const char *text, glong length)
{
    static const char *const strong[] = {"动态", "要闻", "风采", "之窗", "园地", "聚焦", "视点",
                                         "专栏", "速递", "快讯", "简讯", "集锦", "公告", "文摘",
                                         "天地", "纵横", "博览", "传真", "之声", "前沿", "热点",
                                         "扫描", "时讯", "资讯", NULL};
    static const char *const weak[] = {"通知", "报道", "调研", "会议", "交流", "信息",
                                       "人物", "平台", "论坛", "工作", "经验", "关注",
                                       "解读", "综述", "活动", "建设", NULL};
    return (length <= LONGEST_NAMED && ends_in(text, strong)) ||
           (length <= 4 && ends_in(text, weak));
}

static guint64 seen_of_name(const struct reading *reading)
{
    bool bracketed = false;
    AUTO(text)
    char *framed =
        reading->evidence & SEEN_FRAMED ? words_framed(reading->block->text, &bracketed) : NULL;
    if (framed && (is_note_name(framed) || contents_is_head(framed)))
        return SEEN_NO_SECTION;
    glong length = reading->key ? g_utf8_strlen(reading->key, -1) : LONGEST_SECTION + 1;
    guint64 seen = 0;
    if (framed && length > LONGEST_SECTION)
        return SEEN_NO_SECTION;
    if (bracketed)
        seen |= SEEN_BRACKETS;
    if (length <= LONGEST_BRIEF)
        seen |= SEEN_BRIEF;
    if (reading->key && has_section_word(reading->key, length))
        seen |= SEEN_SECTION_WORD;
    return seen;
}

/* ——记科技志愿者王淑芬: under a title, whatever its form. */
static bool is_second_title(const char *text)
{
    return g_str_has_prefix(text, "——") || g_str_has_prefix(text, "--");
}

/* What stands right under it. */
static guint64 seen_of_next(const struct walk *walk, guint at)
{
    const struct reading *reading = &walk->outline->readings[at];
    const struct reading *next = next_line(walk->outline, at);
    const char *rest;
    guint64 seen = 0;
    if (!next || !walk_is_line(next) || is_second_title(next->block->text))
        return 0;
    bool heading = next->evidence & SEEN_HEADING;
    if (heading)
        seen |= SEEN_OVER_HEADING;
    if (heading && next->block->level > reading->block->level)
        seen |= SEEN_OVER_DEEPER;
    if (is_entry(walk, next))
        seen |= SEEN_OVER_ENTRY;
    /* ● over ◆ */
    if (words_mark(reading->block->text, &rest) == MARK_BULLET &&
        words_mark(next->block->text, &rest) == MARK_BULLET &&
        g_utf8_get_char(reading->block->text) != g_utf8_get_char(next->block->text) &&
        g_utf8_get_char(reading->block->text) != walk->sign)
        seen |= SEEN_OVER_SIGN;
    /* Two 一、 one after the other: neither stands over the other. */
    bool both_han = words_mark(reading->block->text, &rest) == MARK_HAN &&
                    words_mark(next->block->text, &rest) == MARK_HAN;
    if (reading->evidence & SEEN_SHORT && !both_han && walk_may_be_title(walk, next))
        seen |= SEEN_OVER_TITLE;
    return seen;
}

static guint64 seen_of_section(const struct walk *walk, guint at)
{
    const struct reading *reading = &walk->outline->readings[at];
    guint64 seen = seen_of_name(reading);
    if (seen & SEEN_NO_SECTION)
        return seen;
    /* An article may be named as its section is: the contents then have it as an entry too. */
    bool own_title = walk->after_section && reading->evidence & SEEN_OVER_TEXT;
    if (reading->key && !own_title &&
        g_hash_table_contains(walk->outline->contents.sections, reading->key))
        seen |= SEEN_GROUP;
    if (walk->numbered_sections)
        seen |= SEEN_HAN_SECTIONS;
    return seen | seen_of_next(walk, at);
}

/* --- what goes on --- */

#define GOES_ON_NO_TITLE                                                                           \
    (SEEN_ENTRY | SEEN_CLOSED | SEEN_FRAMED | SEEN_LABEL | SEEN_ATTRIBUTION | SEEN_INDENTED |      \
     SEEN_HAN_NUMBERED)

/* A title over two lines: the second is as strong as the first, and no title of the contents. */
static bool goes_on_title(const struct walk *walk, const struct reading *reading)
{
    const struct reading *before = reading - 1;
    const char *rest;
    if (!walk->in_article || walk->has_text || walk->after_section || before->role != ROLE_TITLE ||
        words_mark(reading->block->text, &rest) == MARK_BULLET ||
        reading->evidence & GOES_ON_NO_TITLE || !(reading->evidence & SEEN_SHORT))
        return false;
    if (is_second_title(reading->block->text))
        return true;
    guint64 form = SEEN_HEADING | SEEN_BOLD;
    /* A bare line has nothing but its place to show that it belongs to the title. */
    if (!(reading->evidence & form) && reading->block->line > before->block->last_line + 1)
        return false;
    return (reading->evidence & form) == (before->evidence & form) &&
           reading->block->level == before->block->level;
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

/* --- notes --- */

/* 【编者按】…, 编者按：… */
static bool begins_note(const char *text)
{
    static const char *const beginnings[] = {"【编者按", "【按】",   "〖编者按",    "编者按：",
                                             "编者按:",  "〔编者按", "按：",        "【按语】",
                                             "编者按　", "编者按 ",  "[编者按",     "（编者按",
                                             "按　语",   "按语：",   "【编者的话】"};
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

/* --- all of it --- */

void walk_see(const struct walk *walk, guint at)
{
    struct reading *reading = &walk->outline->readings[at];
    if (is_note(walk, reading))
        reading->evidence |= SEEN_NOTE;
    if (!walk_is_line(reading))
        return;
    reading->evidence |= seen_of_style(walk, reading);
    reading->evidence |= seen_of_number(walk, reading);
    reading->evidence |= seen_of_article(walk, reading);
    reading->evidence |= seen_of_section(walk, at);
    if (goes_on_title(walk, reading))
        reading->evidence |= SEEN_GOES_ON_TITLE;
    if (goes_on_text(walk, reading))
        reading->evidence |= SEEN_GOES_ON_TEXT;
}
