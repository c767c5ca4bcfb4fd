#include "issue/layout.h"

#include "issue/attribution.h"
#include "issue/contents.h"
#include "issue/drawn.h"
#include "issue/labels.h"
#include "issue/masthead.h"
#include "issue/words.h"

#include <string.h>

enum {
    WIDEST_WRAP = 130, /* columns: nobody breaks lines by hand beyond it */
    NARROWEST_WRAP = 16,
    LEAST_OPEN_WIDTH = 36, /* a title over two lines is mostly narrower */
    SLACK = 6,             /* a closing mark or a number that went down with what follows */
    CENTRED = 8,           /* columns: an indent that begins no paragraph */
    HEAD_LINES = 60,       /* a masthead is looked for in these */
};

/* --- measuring --- */

static int width_of(gunichar c)
{
    if (c < 0x80)
        return 1;
    return c >= 0x4e00 && c <= 0x9fff ? 2 : text_width_of(c);
}

/* No further than WIDEST_WRAP: then it is wide enough to know. */
static int line_width(const char *line, const char *end)
{
    int width = 0;
    while (line < end && width <= WIDEST_WRAP) {
        const char *after = words_skip_han(line);
        width += 2 * (int)((MIN(after, end) - line) / 3);
        line = after;
        if (line >= end)
            break;
        width += width_of(g_utf8_get_char(line));
        line = g_utf8_next_char(line);
    }
    return width;
}

int layout_indent(const char *line, const char **rest)
{
    int indent = 0;
    for (; *line && text_is_blank(g_utf8_get_char(line)); line = g_utf8_next_char(line))
        indent += *line == '\t' ? 4 : width_of(g_utf8_get_char(line));
    *rest = line;
    return indent;
}

struct census {
    int of_width[WIDEST_WRAP + 2]; /* lines; the last: wider */
    int of_open[WIDEST_WRAP + 2];  /* those that end in no sentence, text not moved in under them */
    int lines, followed;           /* of text; those with text right under them */
    int close;                     /* those in of_width: with text right under or over them */
};

static bool is_blank_line(const char *line, const char *end)
{
    while (line < end && text_is_blank(g_utf8_get_char(line)))
        line = g_utf8_next_char(line);
    return line >= end;
}

/* Does the line end in a Hanzi or a comma, so that its sentence goes on? */
static bool is_open_end(const char *line, const char *end)
{
    while (end > line && text_is_blank(g_utf8_get_char(g_utf8_prev_char(end))))
        end = g_utf8_prev_char(end);
    gunichar last = end > line ? g_utf8_get_char(g_utf8_prev_char(end)) : 0;
    return words_is_han(last) || last == 0x3001 || last == 0xff0c;
}

/* A rule, or a line that blanks or leaders stretch: a masthead, contents. */
static bool is_laid_out(const char *line, const char *end)
{
    while (line < end && text_is_blank(g_utf8_get_char(line)))
        line = g_utf8_next_char(line);
    size_t length = (size_t)(end - line);
    if (length > 600)
        return false;
    if (memmem(line, length, "    ", 4) || memmem(line, length, "　　", 6) ||
        memmem(line, length, "…………", 12) || memmem(line, length, ".....", 5))
        return true;
    if (g_unichar_isalnum(g_utf8_get_char(line)))
        return false;
    AUTO(text) char *drawn = g_strndup(line, length);
    return words_is_rule(drawn);
}

static void count_lines(struct census *census, const char *text, bool markdown)
{
    bool text_before = false;
    while (*text) {
        const char *end = strchrnul(text, '\n');
        /* Markdown's headings, lists, tables and quotes are not wrapped with the text. */
        bool counts = !(markdown && strchr("#|>-*+", *text)) && !is_blank_line(text, end) &&
                      !is_laid_out(text, end);
        if (counts) {
            int width = MIN(line_width(text, end), WIDEST_WRAP + 1);
            bool text_under = *end && end[1] && !text_is_blank(g_utf8_get_char(end + 1));
            bool close = text_before || (*end && !is_blank_line(end + 1, strchrnul(end + 1, '\n')));
            census->of_width[width] += close; /* a title alone was not broken to fit */
            census->close += close;
            census->of_open[width] += text_under && is_open_end(text, end);
            census->lines++;
            census->followed += text_before;
        }
        text_before = counts;
        text = *end ? end + 1 : end;
    }
}

/* The width that most lines have, give or take a column: at least three, and a tenth of all, with
 * next to none wider, because a full stop alone may hang out. */
static int lines_from(const struct census *census, int width)
{
    int lines = 0;
    for (; width <= WIDEST_WRAP + 1; width++)
        lines += census->of_width[width];
    return lines;
}

static int crowded_width(const struct census *census)
{
    int least = MAX(3, census->close / 10), crowded = 0, most = 0;
    for (int width = NARROWEST_WRAP; width <= WIDEST_WRAP; width++) {
        int crowd = census->of_width[width] + census->of_width[width - 1];
        if (crowd >= most && crowd >= least) {
            most = crowd;
            crowded = width;
        }
    }
    return lines_from(census, crowded + SLACK) * 12 <= census->close ? crowded : 0;
}

/* In a short document no width is crowded: the widest line that goes on in the next tells. */
static int widest_open_width(const struct census *census)
{
    for (int width = WIDEST_WRAP; width >= LEAST_OPEN_WIDTH; width--)
        if (census->of_open[width])
            return lines_from(census, width + SLACK) * 5 <= census->close ? width : 0;
    return 0;
}

/* --- lines that come again --- */

enum {
    LONGEST_AGAIN = 180, /* octets: of a title that may fill a line */
    SHORTEST_AGAIN = 24,
};

/* The line without what stands before and behind an entry of contents; NULL: it is no title. */
static char *bare_entry(const char *line, const char *end)
{
    size_t length;
    AUTO(text) char *text = g_strndup(line, (gsize)MIN(end - line, LONGEST_AGAIN + 80));
    AUTO(text) char *unpaged = contents_without_page(text);
    const char *rest;
    words_mark(unpaged, &rest);
    rest = text_trimmed(rest, &length);
    if (length < SHORTEST_AGAIN || length > LONGEST_AGAIN)
        return NULL;
    AUTO(text) char *entry = g_strndup(rest, length);
    return words_is_closed(entry) ? NULL : TAKE(entry);
}

/* Notes the lines of the document's head that come again further down, word for word. */
static void note_lines(struct layout *layout, const char *text)
{
    AUTO(table) GHashTable *first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bool lengths[LONGEST_AGAIN + 1] = {false};
    layout->again = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int number = 1; *text; number++) {
        const char *end = strchrnul(text, '\n');
        size_t length;
        const char *bare = text;
        while (bare < end && text_is_blank(g_utf8_get_char(bare)))
            bare = g_utf8_next_char(bare);
        length = (size_t)(end - bare);
        if (length <= LONGEST_AGAIN && lengths[length]) {
            AUTO(text) char *line = g_strndup(bare, length);
            if (g_hash_table_contains(first, line))
                g_hash_table_add(layout->again, TAKE(line));
        }
        char *entry = number < HEAD_LINES ? bare_entry(bare, end) : NULL;
        if (entry) {
            lengths[strlen(entry)] = true;
            g_hash_table_add(first, entry);
        }
        text = *end ? end + 1 : end;
    }
}

void layout_clear(struct layout *layout)
{
    g_hash_table_unref(layout->again);
}

void layout_measure(struct layout *layout, const char *text, bool markdown)
{
    struct census *census = g_new0(struct census, 1);
    count_lines(census, text, markdown);
    *layout = (struct layout){.markdown = markdown};
    layout->wrap = crowded_width(census);
    if (!layout->wrap && !markdown)
        layout->wrap = widest_open_width(census);
    bool parted = census->followed * 2 < census->lines;
    layout->line_blocks = !markdown || (!parted && census->lines > 8);
    g_free(census);
    note_lines(layout, text);
}

/* The columns of what can't be parted from the first character. */
static int first_word_width(const char *text)
{
    int width = 0;
    gunichar before = 0;
    for (; *text && width < 20; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        bool closing = g_utf8_strchr("。，、；：？！”’）》】〕,.;:?!)%％", -1, c) != NULL;
        bool in_word = before && before < 0x80 && g_unichar_isalnum(c) && c < 0x80;
        if (before && !closing && !in_word)
            break;
        width += width_of(c);
        before = c;
    }
    return width;
}

bool layout_is_full(const struct layout *layout, const char *line, int indent, const char *next)
{
    if (!layout->wrap)
        return false;
    int width = indent + line_width(line, line + strlen(line));
    /* Some count characters, not columns: digits then leave an open line short. */
    int ragged = !layout->markdown && indent >= 3 && !words_is_closed(line) ? 4 : 2;
    return width <= WIDEST_WRAP && width + first_word_width(next) + ragged > layout->wrap;
}

/* --- paragraphs --- */

/* Does a line that looks so begin something of its own, whatever stands before it? */
static bool begins_block(const struct block_line *line)
{
    const char *rest;
    bool bracketed = false;
    if (labels_first(line->text) != LABEL_NONE || words_is_page_number(line->text))
        return true;
    if (strlen(line->text) > 150)
        return false;
    AUTO(text) char *framed = words_framed(line->text, &bracketed);
    if ((framed && bracketed) || (line->line < HEAD_LINES && contents_is_head(line->text)))
        return true;
    return words_mark(line->text, &rest) == MARK_BULLET && *rest;
}

/* `2．…… 3`: an entry of the contents. */
static bool is_entry(const struct block_line *line)
{
    const char *rest;
    bool marked = words_mark(line->text, &rest) != MARK_NONE && *rest;
    bool led =
        strstr(line->text, "....") || strstr(line->text, "………") || strstr(line->text, "····");
    return line->line < HEAD_LINES && (marked || led) && contents_has_page(line->text);
}

static bool ends_block(const struct block_line *line)
{
    if (line->broken || words_is_page_number(line->text))
        return true;
    if (strlen(line->text) > 150)
        return false;
    bool bracketed = false;
    AUTO(text) char *framed = words_framed(line->text, &bracketed);
    return (framed && bracketed) || is_entry(line) ||
           (line->line < HEAD_LINES && masthead_is_line(line->text));
}

/* Numbers at a line's beginning begin a block, unless the line before was full: then it may be
 * chance. */
static bool begins_numbered(const struct block_line *before, const struct block_line *line,
                            bool before_full)
{
    const char *rest;
    bool announced = g_str_has_suffix(before->text, "：") || g_str_has_suffix(before->text, ":");
    return (!before_full || announced) && words_mark(line->text, &rest) != MARK_NONE && *rest;
}

/* After a full line that ends a sentence: a title, if it is no sentence and a paragraph begins
 * under it; or an article has ended. */
static bool begins_after_full(const struct block_line *before, const struct block_line *line,
                              const struct block_line *next)
{
    const char *end;
    if (!words_is_closed(before->text))
        return false;
    AUTO(text) char *attribution = attribution_at_end(before->text, &end);
    bool over_indented = next && next->indent >= 3 && line->indent < 3;
    return attribution || line->indent >= 3 || (over_indented && !words_is_closed(line->text));
}

/* A long line that ends as a sentence does, where nobody broke lines by width. */
static bool is_whole(const char *line)
{
    return strlen(line) > 60 && words_is_closed(line);
}

static int width_with_indent(const struct block_line *line)
{
    return line->indent + line_width(line->text, line->text + strlen(line->text));
}

/* Is it running text: moved in as a paragraph, or with a comma or a full stop in it? */
static bool is_running(const struct block *paragraph)
{
    const struct block_line *first = paragraph->lines->pdata[0];
    if (first->indent >= 3 && first->indent < CENTRED)
        return true;
    for (guint i = 0; i < paragraph->lines->len; i++) {
        const char *text = ((struct block_line *)paragraph->lines->pdata[i])->text;
        if (strstr(text, "，") || strstr(text, "。"))
            return true;
    }
    return false;
}

/* Where the document's width is not known, the paragraph's own lines may show that its last was
 * broken because the next word did not fit. */
static bool is_full_of_its_own(const struct block *paragraph, const struct block_line *before,
                               const struct block_line *line)
{
    bool open = is_open_end(before->text, before->text + strlen(before->text));
    const struct block_line *first = paragraph->lines->pdata[0];
    if (!is_running(paragraph) || (!open && paragraph->lines->len < 2) ||
        (first->indent >= 3 && line->indent >= first->indent))
        return false;
    int width = width_with_indent(before), wrap = 0;
    if (width < NARROWEST_WRAP || width > WIDEST_WRAP)
        return false;
    for (guint i = 0; i < paragraph->lines->len; i++)
        wrap = MAX(wrap, width_with_indent(paragraph->lines->pdata[i]));
    if (open)
        wrap = MAX(wrap, MIN(width_with_indent(line), WIDEST_WRAP));
    return width + first_word_width(line->text) + 2 > wrap;
}

static bool comes_again(const struct layout *layout, const struct block_line *line)
{
    return g_hash_table_contains(layout->again, line->text);
}

/* A line without any comma, and under it the day on which something happened: a title that fills
 * its line, over text. */
static bool stands_over_day(const struct block *paragraph, const struct block_line *before,
                            const struct block_line *line)
{
    static GRegex *day;
    if (!day)
        day = g_regex_new(
            "^(?:[0-9]{4}年)?(?:[0-9]{1,2}月)?[0-9]{1,2}日(?:[上下]午|晚|至[0-9月]+日)?，"
            "|^(?:近日|日前|近期|连日来)，",
            G_REGEX_OPTIMIZE, 0, NULL);
    static const char *const marks[] = {"，", "。", "、", "；", "："};
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        if (strstr(before->text, marks[i]))
            return false;
    return paragraph->lines->len == 1 && before->indent < 3 &&
           g_regex_match(day, line->text, 0, NULL);
}

/* 期号：…, 编印：…: short lines, each with a word and a colon. */
static bool is_captioned(const struct block_line *line)
{
    const char *colon = strstr(line->text, "：");
    colon = colon ? colon : strchr(line->text, ':');
    return line->line < HEAD_LINES && colon && colon > line->text && colon - line->text <= 18 &&
           strlen(line->text) < 90 && !words_is_closed(line->text);
}

/* Wide blanks within a line lay it out: names in rows, columns of any sort. */
static bool has_gap(const struct block_line *line)
{
    return strlen(line->text) < 300 &&
           (strstr(line->text, "　　") || strstr(line->text, "   ") || strstr(line->text, "\t"));
}

/* `next` (NULL: none) is the line after it. */
static bool parts(const struct layout *layout, const struct block *paragraph,
                  struct block_line *before, const struct block_line *line,
                  const struct block_line *next)
{
    bool centred = before->indent >= CENTRED;
    bool laid_out = line->line < HEAD_LINES && has_gap(before);
    bool full = !centred && !laid_out &&
                (layout_is_full(layout, before->text, before->indent, line->text) ||
                 is_full_of_its_own(paragraph, before, line));
    before->full = full;
    if (centred && ABS(before->indent - line->indent) >= 4)
        return true;
    if (before->bold != line->bold || ends_block(before) || begins_block(line))
        return true;
    if (line->line < HEAD_LINES && masthead_is_line(line->text))
        return true;
    if (is_captioned(before) && is_captioned(line) && !full)
        return true;
    if (begins_numbered(before, line, full) || (has_gap(before) && has_gap(line)))
        return true;
    /* Two ideographic blanks begin a paragraph, if it is not the whole of it that is moved in. */
    if (line->indent >= 3 && line->indent > before->indent)
        return true;
    if (full && (comes_again(layout, before) || comes_again(layout, line) ||
                 stands_over_day(paragraph, before, line)))
        return true;
    if (full)
        return begins_after_full(before, line, next);
    return layout->line_blocks || (!layout->wrap && is_whole(before->text) && is_whole(line->text));
}

static void add_paragraph(GPtrArray *blocks, struct block **paragraph)
{
    if (!*paragraph)
        return;
    block_join_lines(*paragraph);
    g_ptr_array_add(blocks, TAKE(*paragraph));
}

static void add_rule(GPtrArray *blocks, int line)
{
    if (blocks->len) {
        struct block *before = blocks->pdata[blocks->len - 1];
        before->underlined = before->last_line == line - 1;
    }
    g_ptr_array_add(blocks, block_new(BLOCK_RULE, line));
}

void layout_paragraphs(const struct layout *layout, GPtrArray *lines, GPtrArray *blocks)
{
    struct block *paragraph = NULL;
    struct block_line *before = NULL;
    for (guint i = 0; i < lines->len; i++) {
        guint rows = drawn_columns(lines, i);
        if (rows) {
            add_paragraph(blocks, &paragraph);
            drawn_add_columns(blocks, lines, i, rows);
            i += rows - 1;
            continue;
        }
        AUTO(block_line) struct block_line *line = lines->pdata[i];
        lines->pdata[i] = NULL;
        drawn_unbox(line);
        if (!*line->text)
            continue;
        if (words_is_rule(line->text)) {
            add_paragraph(blocks, &paragraph);
            add_rule(blocks, line->line);
            continue;
        }
        if (drawn_is_row(line->text)) {
            add_paragraph(blocks, &paragraph);
            drawn_add_row(blocks, line);
            continue;
        }
        const struct block_line *next = i + 1 < lines->len ? lines->pdata[i + 1] : NULL;
        if (paragraph && parts(layout, paragraph, before, line, next))
            add_paragraph(blocks, &paragraph);
        if (!paragraph)
            paragraph = block_new(BLOCK_PARAGRAPH, line->line);
        before = line;
        g_ptr_array_add(paragraph->lines, TAKE(line));
    }
    add_paragraph(blocks, &paragraph);
    g_ptr_array_set_size(lines, 0);
}
