/* Other dresses of a document: each rule makes of its text another that a clerk would still read
 * alike; for mutations.c. */
#pragma once
#include "bulletin.h"

#include "issue/labels.h"
#include "issue/masthead.h"
#include "issue/words.h"

#include <stdlib.h>

/* --- lines --- */

struct lines {
    char **of;
    int count;
};

static struct lines lines_of(const char *text)
{
    struct lines lines = {.of = g_strsplit(text, "\n", -1)};
    lines.count = (int)g_strv_length(lines.of);
    return lines;
}

/* Replaces a line; `line` is taken, NULL takes the line away. */
static void set_line(struct lines *lines, int at, char *line)
{
    g_free(lines->of[at]);
    lines->of[at] = line ? line : g_strdup("\x1a");
}

static char *joined(struct lines *lines)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < lines->count; i++)
        if (*lines->of[i] != '\x1a')
            g_string_append_printf(text, "%s%s", text->len ? "\n" : "", lines->of[i]);
    g_strfreev(lines->of);
    return g_string_free(text, FALSE);
}

static char *joined_if(struct lines *lines, bool changed)
{
    char *text = joined(lines);
    if (!changed)
        g_clear_pointer(&text, g_free);
    return text;
}

static bool is_blank(const char *line)
{
    AUTO(text) char *bare = text_squeeze(line);
    return !*bare;
}

static int heading_level(const char *line)
{
    int level = (int)strspn(line, "#");
    return level && line[level] == ' ' ? level : 0;
}

static bool is_rule(const char *line)
{
    return !is_blank(line) && words_is_rule(line);
}

/* A paragraph as it is typed on one line. */
static bool is_paragraph(const char *line)
{
    return strlen(line) > 90 && strstr(line, "。") && labels_first(line) == LABEL_NONE &&
           !strchr("#|>-*!<[", *line) && !strchr(line, '@') && !strstr(line, "<br>");
}

static int line_with(const struct lines *lines, const char *word)
{
    for (int i = lines->count - 1; i >= 0; i--) {
        AUTO(text) char *bare = text_squeeze(lines->of[i]);
        if (g_str_has_prefix(bare, word) && strstr(bare, "："))
            return i;
    }
    return -1;
}

/* --- headings --- */

static char *shift_headings(const char *text, int by)
{
    struct lines lines = lines_of(text);
    bool changed = false;
    for (int i = 0; i < lines.count; i++) {
        int level = heading_level(lines.of[i]);
        if (!level || level + by < 1 || level + by > 6)
            continue;
        AUTO(text) char *marks = g_strnfill((gsize)(level + by), '#');
        set_line(&lines, i, g_strconcat(marks, lines.of[i] + level, NULL));
        changed = true;
    }
    return joined_if(&lines, changed);
}

static char *deeper_headings(const char *text, bool markdown, int width)
{
    (void)width;
    return markdown ? shift_headings(text, 1) : NULL;
}

static char *higher_headings(const char *text, bool markdown, int width)
{
    (void)width;
    return markdown ? shift_headings(text, -1) : NULL;
}

static char *one_level(const char *text, bool markdown, int level)
{
    struct lines lines = lines_of(text);
    bool changed = false;
    /* Over a section that nothing frames only the level tells. */
    for (int i = 0; markdown && i < lines.count; i++) {
        int was = heading_level(lines.of[i]);
        if (!was)
            continue;
        AUTO(text) char *marks = g_strnfill((gsize)level, '#');
        set_line(&lines, i, g_strconcat(marks, lines.of[i] + was, NULL));
        changed = changed || was != level;
    }
    return joined_if(&lines, changed);
}

static char *dressed_headings(const char *text, bool markdown, const char *left, const char *right)
{
    struct lines lines = lines_of(text);
    bool changed = false;
    for (int i = 0; markdown && i < lines.count; i++) {
        int level = heading_level(lines.of[i]);
        if (!level || strstr(lines.of[i], "**"))
            continue;
        set_line(&lines, i, g_strconcat("\n", left, lines.of[i] + level + 1, right, "\n", NULL));
        changed = true;
    }
    return joined_if(&lines, changed);
}

static char *bold_for_headings(const char *text, bool markdown, int width)
{
    (void)width;
    return dressed_headings(text, markdown, "**", "**");
}

static char *bold_headings(const char *text, bool markdown, int width)
{
    (void)width;
    return dressed_headings(text, markdown, "## **", "**");
}

static char *bare_headings(const char *text, bool markdown, int width)
{
    (void)width;
    return dressed_headings(text, markdown, "", "");
}

/* --- signs --- */

static char *replaced(const char *text, const char *const pairs[][2], size_t count)
{
    GString *changed = g_string_new(text);
    for (size_t i = 0; i < count; i++)
        g_string_replace(changed, pairs[i][0], pairs[i][1], 0);
    if (strcmp(changed->str, text) == 0)
        return g_string_free(changed, TRUE);
    return g_string_free(changed, FALSE);
}

static char *half_width(const char *text, bool markdown, int width)
{
    static const char *const pairs[][2] = {{"：", ":"}, {"（", "("}, {"）", ")"}};
    (void)markdown, (void)width;
    return replaced(text, pairs, G_N_ELEMENTS(pairs));
}

/* Not in Markdown, where digits number lists and footnotes, nor in a file's name. */
static char *full_width(const char *text, bool markdown, int width)
{
    static const char *const digits[][2] = {{"0", "０"}, {"1", "１"}, {"2", "２"}, {"3", "３"},
                                            {"4", "４"}, {"5", "５"}, {"6", "６"}, {"7", "７"},
                                            {"8", "８"}, {"9", "９"}, {"(", "（"}, {")", "）"}};
    (void)width;
    return markdown ? NULL : replaced(text, digits, G_N_ELEMENTS(digits));
}

static char *with_zero_width(const char *text, bool markdown, int width)
{
    static const char *const pairs[][2] = {{"科协", "科\u200b协"}, {"\n编", "\n\u200b编"}};
    (void)markdown, (void)width;
    return replaced(text, pairs, G_N_ELEMENTS(pairs));
}

static char *with_hard_blanks(const char *text, bool markdown, int width)
{
    static const char *const pairs[][2] = {
        {"年 第", "年\u00a0第"}, {"期 ", "期\u00a0"}, {"　", "\u00a0\u00a0"}};
    (void)width;
    return markdown ? replaced(text, pairs, G_N_ELEMENTS(pairs)) : NULL;
}

static char *trailing_blanks(const char *text, bool markdown, int width)
{
    struct lines lines = lines_of(text);
    (void)markdown, (void)width;
    for (int i = 0; i < lines.count; i++)
        if (!is_blank(lines.of[i])) /* a table's rows end in their bar */
            set_line(&lines, i,
                     g_strconcat(lines.of[i], i % 2 || *lines.of[i] == '|' ? " " : "　", NULL));
    return joined(&lines);
}

/* --- lines and blanks --- */

static char *doubled_blank_lines(const char *text, bool markdown, int width)
{
    struct lines lines = lines_of(text);
    bool changed = false;
    (void)markdown, (void)width;
    for (int i = 0; i < lines.count - 1; i++)
        if (is_blank(lines.of[i])) {
            set_line(&lines, i, g_strdup("\n"));
            changed = true;
        }
    return joined_if(&lines, changed);
}

/* Where headings, bold or indents still tell: a bare title between blank lines would not show. */
static char *no_blank_lines(const char *text, bool markdown, int width)
{
    struct lines lines = lines_of(text);
    bool changed = false, shows = false;
    (void)width;
    for (int i = 0; i < lines.count; i++)
        shows = shows || (markdown ? heading_level(lines.of[i]) == 2
                                   : g_str_has_prefix(lines.of[i], "　　"));
    /* In Markdown the lines around tables, lists, quotes and footnotes are syntax. */
    bool syntax =
        markdown && (strstr(text, "\n|") || strstr(text, "\n> ") || strstr(text, "\n- ") ||
                     strstr(text, "\n1. ") || strstr(text, "[^") || strstr(text, "![") ||
                     strstr(text, "---") || strstr(text, "\n    "));
    for (int i = 1; shows && !syntax && i < lines.count - 1; i++)
        if (is_blank(lines.of[i])) {
            set_line(&lines, i, NULL);
            changed = true;
        }
    return joined_if(&lines, changed);
}

static char *other_rules(const char *text, bool markdown, const char *rule)
{
    struct lines lines = lines_of(text);
    bool changed = false;
    for (int i = 0; i < lines.count; i++) {
        /* Not front matter, nor the rule that makes a heading or a table. */
        bool alone = i > 0 && is_blank(lines.of[i - 1]);
        if (!is_rule(lines.of[i]) || (markdown && !alone) || strstr(lines.of[i], "┼") ||
            strstr(lines.of[i], "┌") || strstr(lines.of[i], "└") || strstr(lines.of[i], "├"))
            continue;
        set_line(&lines, i, rule ? g_strdup(rule) : NULL);
        changed = true;
    }
    return joined_if(&lines, changed);
}

static char *drawn_rules(const char *text, bool markdown, int width)
{
    static const char *const drawn[] = {"────────────────────", "＿＿＿＿＿＿＿＿＿＿", "* * *",
                                        "════════════════════", "--------------------"};
    return other_rules(text, markdown, drawn[width]);
}

static char *no_rules(const char *text, bool markdown, int width)
{
    (void)width;
    return other_rules(text, markdown, NULL);
}

static char *indented_paragraphs(const char *text, bool markdown, int width)
{
    struct lines lines = lines_of(text);
    bool changed = false, torn = false;
    (void)markdown, (void)width;
    for (int i = 0; i < lines.count; i++) {
        if (is_paragraph(lines.of[i]) && !torn && !g_str_has_prefix(lines.of[i], "　") &&
            (!i || is_blank(lines.of[i - 1]))) {
            set_line(&lines, i, g_strconcat("　　", lines.of[i], NULL));
            changed = true;
        }
        if (!is_blank(lines.of[i])) /* its other part stands after a blank line */
            torn = strlen(lines.of[i]) > 60 && !words_is_closed(lines.of[i]);
    }
    return joined_if(&lines, changed);
}

/* Breaks a line as an editor does: no closing mark begins a line, no word is torn. */
static char *wrapped(const char *line, int width)
{
    GString *text = g_string_new(NULL);
    int column = 0;
    while (*line) {
        const char *end = g_utf8_next_char(line);
        int columns = text_width_of(g_utf8_get_char(line));
        while ((*line & 0x80) == 0 && g_ascii_isalnum(*line) && g_ascii_isalnum(*end)) {
            end++;
            columns++;
        }
        bool closing = g_utf8_strchr("。，、；：？！”’）》】", -1, g_utf8_get_char(line)) != NULL;
        if (column && column + columns > width && !closing) {
            g_string_append_c(text, '\n');
            column = 0;
        }
        if (column || !text_is_blank(g_utf8_get_char(line)) || text->len == 0 ||
            text->str[text->len - 1] != '\n')
            g_string_append_len(text, line, end - line);
        column += columns;
        line = end;
    }
    return g_string_free(text, FALSE);
}

/* Not where lines were wrapped before. */
static char *rewrapped(const char *text, bool markdown, int width)
{
    struct lines lines = lines_of(text);
    bool changed = false, wrapped_before = false;
    for (int i = 0; i < lines.count && !markdown; i++)
        wrapped_before =
            wrapped_before || (is_paragraph(lines.of[i]) && !words_is_closed(lines.of[i]));
    for (int i = 0; i < lines.count; i++) {
        bool own = i + 1 >= lines.count || is_blank(lines.of[i + 1]) ||
                   g_str_has_prefix(lines.of[i + 1], "　　") || !markdown;
        if (wrapped_before || !is_paragraph(lines.of[i]) || !own)
            continue;
        set_line(&lines, i, wrapped(lines.of[i], width));
        changed = true;
    }
    return joined_if(&lines, changed);
}

/* --- labels --- */

static char *relabelled(const char *text, const char *const names[][2], size_t count)
{
    struct lines lines = lines_of(text);
    bool changed = false;
    for (size_t n = 0; n < count; n++) {
        int at = line_with(&lines, names[n][0]);
        AUTO(text) char *old = g_strconcat(names[n][0], "：", NULL);
        if (at < 0 || !g_str_has_prefix(lines.of[at], old))
            continue;
        set_line(&lines, at, g_strconcat(names[n][1], "：", lines.of[at] + strlen(old), NULL));
        changed = true;
    }
    return joined_if(&lines, changed);
}

static char *renamed_labels(const char *text, bool markdown, int width)
{
    static const char *const names[][2] = {
        {"编辑", "本期责编"}, {"审核", "签发"}, {"信息报送邮箱", "投稿邮箱"}};
    (void)markdown, (void)width;
    return relabelled(text, names, G_N_ELEMENTS(names));
}

static char *spaced_labels(const char *text, bool markdown, int width)
{
    static const char *const names[][2] = {
        {"编辑", "编　　辑"}, {"审核", "审 核"}, {"分送", "分　送"}};
    (void)markdown, (void)width;
    return relabelled(text, names, G_N_ELEMENTS(names));
}

static char *joined_labels(const char *text, bool markdown, int width)
{
    struct lines lines = lines_of(text);
    int editor = line_with(&lines, "编辑"), reviewer = line_with(&lines, "审核");
    (void)markdown;
    bool fit = editor >= 0 && reviewer > editor && !strstr(lines.of[editor], "审核") &&
               !heading_level(lines.of[editor]) && !heading_level(lines.of[reviewer]);
    if (fit) {
        static const char *const between[] = {"　　", "；", "    ", " / "};
        set_line(&lines, editor,
                 g_strconcat(lines.of[editor], between[width], lines.of[reviewer], NULL));
        set_line(&lines, reviewer, NULL);
    }
    return joined_if(&lines, fit);
}

/* --- the masthead --- */

/* Its lines under the name on one line, where they stood on several. */
static char *merged_masthead(const char *text, bool markdown, int width)
{
    struct lines lines = lines_of(text);
    int first = -1, merged = 0;
    (void)markdown;
    for (int i = 0; i < lines.count && i < 16; i++) {
        const char *line = lines.of[i] + heading_level(lines.of[i]);
        bool plain = *line && !strchr("|<*-", *line);
        if (is_blank(line))
            continue;
        if (first < 0) {
            first = masthead_is_line(line) && plain ? i : -1;
        } else if (plain &&
                   (masthead_is_line(line) || (words_is_unit(line) && strlen(line) < 60))) {
            set_line(&lines, first,
                     g_strconcat(lines.of[first], width ? "  " : "　　", line, NULL));
            set_line(&lines, i, NULL);
            merged++;
        } else {
            break;
        }
    }
    return joined_if(&lines, merged > 0);
}

/* --- octets --- */

static char *crlf(const char *text, bool markdown, int width)
{
    static const char *const pairs[][2] = {{"\n", "\r\n"}};
    (void)markdown, (void)width;
    return replaced(text, pairs, 1);
}

static char *with_bom(const char *text, bool markdown, int width)
{
    (void)markdown, (void)width;
    return g_strconcat("\xef\xbb\xbf", text, NULL);
}

struct mutation {
    const char *name;
    char *(*make)(const char *text, bool markdown, int width);
    int least, most, step; /* of the width, or of what else it counts */
    bool flattens;         /* headings have no levels any more */
};
static const struct mutation mutations[] = {
    {"headings deeper", deeper_headings, 0, 0, 1, false},
    {"headings higher", higher_headings, 0, 0, 1, false},
    {"headings of one level", one_level, 1, 4, 1, true},
    {"bold for headings", bold_for_headings, 0, 0, 1, true},
    {"headings bold", bold_headings, 0, 0, 1, true},
    {"heading marks dropped", bare_headings, 0, 0, 1, true},
    {"half width", half_width, 0, 0, 1, false},
    {"full width", full_width, 0, 0, 1, false},
    {"zero-width characters", with_zero_width, 0, 0, 1, false},
    {"hard blanks", with_hard_blanks, 0, 0, 1, false},
    {"trailing blanks", trailing_blanks, 0, 0, 1, false},
    {"blank lines doubled", doubled_blank_lines, 0, 0, 1, false},
    {"blank lines gone", no_blank_lines, 0, 0, 1, false},
    {"rules changed", drawn_rules, 0, 4, 1, false},
    {"rules gone", no_rules, 0, 0, 1, false},
    {"paragraphs indented", indented_paragraphs, 0, 0, 1, false},
    {"re-wrapped", rewrapped, 20, 80, 3, false},
    {"labels renamed", renamed_labels, 0, 0, 1, false},
    {"labels spaced", spaced_labels, 0, 0, 1, false},
    {"labels joined", joined_labels, 0, 3, 1, false},
    {"masthead merged", merged_masthead, 0, 1, 1, false},
    {"CRLF", crlf, 0, 0, 1, false},
    {"BOM", with_bom, 0, 0, 1, false},
};
enum { RULES = G_N_ELEMENTS(mutations) };
