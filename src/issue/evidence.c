#include "issue/attribution.h"
#include "issue/labels.h"
#include "issue/masthead.h"
#include "issue/outline.h"
#include "issue/words.h"

#include <string.h>

enum {
    LONGEST_TITLE = 60,  /* characters */
    LONGEST_SHORT = 240, /* octets of a text that may be one, for not counting long ones */
    LONGEST_ALONE = 15,  /* characters of a closed text that still is no paragraph */
};

static bool has_text(const struct block *block)
{
    return block->kind == BLOCK_HEADING || block->kind == BLOCK_PARAGRAPH;
}

static guint64 seen_of_form(const struct block *block)
{
    guint64 seen = 0;
    if (block->kind == BLOCK_HEADING)
        seen |= SEEN_HEADING;
    if (block->bold)
        seen |= SEEN_BOLD;
    if (block->underlined)
        seen |= SEEN_UNDERLINED;
    if (block->indent >= 3 && block->indent <= 5)
        seen |= SEEN_INDENTED;
    return seen;
}

/* 方案（修订版）, “科普大篷车”: a bracket or quotation mark ends titles as well as sentences. */
static bool is_closed_word(const char *text)
{
    const char *last = g_utf8_prev_char(text + strlen(text));
    bool mark = g_utf8_strchr("”’）》】)\"", -1, g_utf8_get_char(last)) != NULL;
    return mark && !g_utf8_strchr("（(【", -1, g_utf8_get_char(text)) && !strstr(text, "。") &&
           !strstr(text, "，") && g_utf8_strlen(text, -1) <= LONGEST_TITLE;
}

/* An entry of the contents is as short as its words. */
static char *without_leaders(const char *text)
{
    return strstr(text, "....") || strstr(text, "……") ? contents_without_page(text)
                                                      : g_strdup(text);
}

static guint64 seen_of_text(const char *text)
{
    guint64 seen = 0;
    const char *rest;
    bool bracketed = false;
    if (words_is_closed(text) && !is_closed_word(text))
        seen |= SEEN_CLOSED;
    if (labels_first(text) != LABEL_NONE)
        seen |= SEEN_LABEL;
    if (strlen(text) > LONGEST_SHORT)
        return seen;
    AUTO(text) char *unled = without_leaders(text);
    text = unled;
    if (g_utf8_strlen(text, -1) <= LONGEST_TITLE && !words_has_sentence(text))
        seen |= SEEN_SHORT;
    if (g_str_has_suffix(text, "！") || g_str_has_suffix(text, "？"))
        seen |= SEEN_EXCLAIMS;
    if (strstr(text, "，"))
        seen |= SEEN_COMMA;
    AUTO(text) char *framed = words_framed(text, &bracketed);
    if (framed)
        seen |= SEEN_FRAMED;
    enum mark mark = words_mark(text, &rest);
    if (mark == MARK_BULLET || mark == MARK_NUMBER)
        seen |= SEEN_NUMBERED;
    if (mark == MARK_HAN || mark == MARK_BRACKETS)
        seen |= SEEN_HAN_NUMBERED;
    return seen;
}

/* Is it what stands under titles: a paragraph, or what is no line of text at all? */
static bool is_text(const struct reading *reading)
{
    const struct block *block = reading->block;
    if (!has_text(block))
        return block->kind != BLOCK_RULE;
    if (block->kind == BLOCK_HEADING)
        return false;
    if (!(reading->evidence & SEEN_SHORT))
        return true;
    return (reading->evidence & (SEEN_CLOSED | SEEN_FRAMED)) == SEEN_CLOSED ||
           (reading->evidence & (SEEN_INDENTED | SEEN_BOLD)) == SEEN_INDENTED;
}

static bool is_parted(const struct block *block, const struct block *next)
{
    return !next || next->kind == BLOCK_RULE || next->line > block->last_line + 1;
}

/* A line that may be a title's second, or a by-line: short, and close to the one above it. */
static bool is_close_line(const struct reading *reading)
{
    return reading->block->kind == BLOCK_PARAGRAPH && reading->evidence & SEEN_SHORT &&
           !(reading->evidence & (SEEN_CLOSED | SEEN_INDENTED | SEEN_HAN_NUMBERED | SEEN_LABEL)) &&
           reading->block->line == reading[-1].block->last_line + 1;
}

static bool is_by_line(const struct reading *reading)
{
    if (reading->block->kind != BLOCK_PARAGRAPH || !(reading->evidence & SEEN_SHORT))
        return false;
    AUTO(text) char *attribution = attribution_line(reading->block->text, true);
    return attribution != NULL;
}

/* What stands under a block, rules, one close line and a by-line left out; NULL: nothing. */
static const struct reading *text_under(const struct outline *outline, guint at)
{
    guint next = at + 1;
    bool close_line = false;
    for (; next < outline->count && next < at + 4; next++) {
        const struct reading *reading = &outline->readings[next];
        if (reading->block->kind == BLOCK_RULE || is_by_line(reading))
            continue;
        if (close_line || !is_close_line(reading))
            return reading;
        close_line = true;
    }
    return next < outline->count ? &outline->readings[next] : NULL;
}

/* Moved in far over text that is not; a signature and its date stand at the right too. */
static bool is_centred(const struct block *block, const struct block *next,
                       const struct block *under)
{
    if (!has_text(block) || block->indent < 8 || under->indent + 4 > block->indent)
        return false;
    bool signature = words_is_unit(block->text) && next->text && masthead_is_line(next->text);
    return !signature && !masthead_is_line(block->text);
}

/* Under a picture: 图为…, ▲…, or what stands over nothing that a title stands over. */
static bool is_caption(const struct block *block, const struct reading *under)
{
    const char *text = has_text(block) ? block->text : "";
    return g_str_has_prefix(text, "图") || g_str_has_prefix(text, "▲") ||
           g_str_has_prefix(text, "△") || g_str_has_prefix(text, "↑") || !under || !is_text(under);
}

static void see_neighbours(struct outline *outline, guint at)
{
    struct reading *reading = &outline->readings[at];
    const struct block *before = at ? reading[-1].block : NULL;
    const struct block *after = at + 1 < outline->count ? reading[1].block : NULL;
    bool parted_before =
        !before || before->kind == BLOCK_RULE || reading->block->line > before->last_line + 1;
    if (parted_before && is_parted(reading->block, after))
        reading->evidence |= SEEN_ALONE;
    reading->after_rule = before && before->kind == BLOCK_RULE;
    const struct reading *under = text_under(outline, at);
    if (before && before->kind == BLOCK_PICTURE && is_caption(reading->block, under))
        reading->evidence |= SEEN_CAPTION;
    if (!under)
        return;
    if (is_text(under))
        reading->evidence |= SEEN_OVER_TEXT;
    bool after_end = parted_before || reading[-1].evidence & SEEN_CLOSED;
    if (after_end && is_text(under) && is_centred(reading->block, after, under->block))
        reading->evidence |= SEEN_CENTRED;
    if (under->evidence & SEEN_INDENTED && under->block->indent > reading->block->indent - 1 &&
        !(reading->evidence & SEEN_INDENTED))
        reading->evidence |= SEEN_OVER_INDENTED;
}

static void count_occurrence(struct outline *outline, const struct reading *reading)
{
    gpointer count = g_hash_table_lookup(outline->occurrences, reading->key);
    g_hash_table_insert(outline->occurrences, reading->key,
                        GINT_TO_POINTER(GPOINTER_TO_INT(count) + 1));
}

/* A text that a title may be compared with: without the number before it. */
static char *key_of(const char *text)
{
    const char *rest;
    AUTO(text) char *unled = without_leaders(text);
    AUTO(text) char *framed = words_framed(unled, NULL);
    if (framed)
        return words_key(framed);
    words_mark(unled, &rest);
    return words_key(*rest ? rest : unled);
}

void outline_gather(struct outline *outline)
{
    for (guint i = 0; i < outline->count; i++) {
        struct reading *reading = &outline->readings[i];
        const struct block *block = reading->block;
        reading->evidence = seen_of_form(block);
        if (!has_text(block))
            continue;
        reading->evidence |= seen_of_text(block->text);
        if (!(reading->evidence & SEEN_SHORT))
            continue;
        if (g_str_has_suffix(block->text, "。")) /* is compared with no title */
            continue;
        reading->key = key_of(block->text);
        count_occurrence(outline, reading);
    }
    for (guint i = 0; i < outline->count; i++)
        see_neighbours(outline, i);
}
