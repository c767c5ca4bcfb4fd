/* Nothing is lost, nothing stands twice: each letter, digit and Hanzi of a document stands in just
 * one part of its issue, or in a remark that quotes it. Layout is left out of the count: markup,
 * numbers before titles and items, the words of a masthead and an imprint that say what stands
 * beside them, page numbers in contents. */
#include "bulletin.h"

#include "issue/words.h"

#include <stdlib.h>

enum zone { HEAD, BODY, IMPRINT, ZONES };

/* What may be in the document and in no part, in each zone. */
static const char *const layout[ZONES] = {
    [HEAD] =
        "0123456789〇○零一二三四五六七八九十年月日第期总刊增号主办编印星度目录提要本次点导读内容"
        "篇题标作者页码序号no",
    [BODY] = "0123456789一二三四五六七八九十供稿单位",
    [IMPRINT] =
        "版记期编辑责任本执行审核签发阅稿联系电话邮箱子信息报送投来分主抄呈印校人员共份e-mail"
        "0123456789",
};

static void count_text(GHashTable *counts, const char *text, int by)
{
    AUTO(text) char *key = words_key(text ? text : "");
    for (const char *at = key; *at; at = g_utf8_next_char(at)) {
        gpointer c = GUINT_TO_POINTER(g_utf8_get_char(at));
        int count = GPOINTER_TO_INT(g_hash_table_lookup(counts, c));
        g_hash_table_insert(counts, c, GINT_TO_POINTER(count + by));
    }
}

/* --- the document --- */

static char *without(const char *text, const char *pattern)
{
    GRegex *regex = g_regex_new(pattern, G_REGEX_DOTALL | G_REGEX_MULTILINE, 0, NULL);
    assert_non_null(regex);
    char *left = g_regex_replace(regex, text, -1, 0, "\\1", 0, NULL);
    g_regex_unref(regex);
    return left;
}

/* Comments keep their line ends, so that lines keep their numbers. */
static void blank_out(char *from, const char *to)
{
    for (; from < to; from++)
        if (*from != '\n')
            *from = ' ';
}

static char *decoded(const struct bulletin *bulletin)
{
    AUTO(str) GString *text = NULL;
    AUTO(error) struct error error = {0};
    gsize length;
    const char *octets = g_bytes_get_data(bulletin->bytes, &length);
    assert_true(text_decode(&text, octets, length, bulletin->document, &error));
    if (g_str_has_prefix(text->str, "---\n")) {
        char *end = strstr(text->str + 4, "\n---\n");
        if (end)
            blank_out(text->str, end + 4);
    }
    for (char *at = text->str; (at = strstr(at, "<!--"));) {
        const char *end = strstr(at, "-->");
        blank_out(at, end ? end + 3 : at + strlen(at));
    }
    AUTO(text) char *tags = without(text->str, "</?[a-z][^@:>]*>()");
    return without(tags, "&[a-z]+;()");
}

static bool is_numeral(gunichar c)
{
    return c && g_utf8_strchr("0123456789０１２３４５６７８９一二三四五六七八九十", -1, c);
}

/* The text without the number that it begins with. */
static const char *unnumbered(const char *text)
{
    while (*text && !g_unichar_isalnum(g_utf8_get_char(text)))
        text = g_utf8_next_char(text);
    const char *end = text;
    while (is_numeral(g_utf8_get_char(end)))
        end = g_utf8_next_char(end);
    return end > text && *end && g_utf8_strchr(".．、)）", -1, g_utf8_get_char(end)) ? end : text;
}

static void count_document(GHashTable *const zones[], const char *text, int body, int imprint)
{
    AUTO(texts) char **lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i]; i++) {
        enum zone zone = i + 1 >= imprint ? IMPRINT : i + 1 >= body ? BODY : HEAD;
        count_text(zones[zone], zone == BODY ? unnumbered(lines[i]) : lines[i], 1);
    }
}

/* --- the issue --- */

static void count_texts(GHashTable *counts, const GPtrArray *texts)
{
    for (guint i = 0; texts && i < texts->len; i++)
        count_text(counts, unnumbered(texts->pdata[i]), -1);
}

static void count_block(GHashTable *counts, const struct block *block)
{
    if (block->text)
        count_text(counts, unnumbered(block->text), -1);
    count_text(counts, block->target, -1);
    count_texts(counts, block->texts);
    for (guint i = 0; block->rows && i < block->rows->len; i++) {
        const GPtrArray *cells = block->rows->pdata[i];
        for (guint c = 0; c < cells->len; c++)
            count_text(counts, cells->pdata[c], -1);
    }
}

static void count_articles(GHashTable *counts, const struct issue *issue)
{
    const char *section = NULL;
    for (guint i = 0; i < issue->articles->len; i++) {
        const struct article *article = issue->articles->pdata[i];
        if (article->section && g_strcmp0(section, article->section) != 0)
            count_text(counts, article->section, -1);
        section = article->section;
        count_text(counts, article->title, -1);
        count_text(counts, article->attribution, -1);
        for (guint b = 0; b < article->blocks->len; b++)
            count_block(counts, article->blocks->pdata[b]);
    }
}

static void count_head(GHashTable *counts, const struct issue *issue)
{
    count_text(counts, issue->name, -1);
    count_text(counts, issue->subtitle, -1);
    count_text(counts, issue->office, -1);
    for (guint i = 0; i < issue->contents->len; i++)
        count_text(counts, issue->contents->pdata[i], -1);
}

/* Names of sections that group the entries: they stand over their articles. */
static void count_groups(GHashTable *counts, const struct issue *issue, const char *text, int body)
{
    AUTO(texts) char **lines = g_strsplit(text, "\n", body);
    for (int i = 0; lines[i] && i < body - 1; i++) {
        AUTO(text) char *line = words_key(lines[i]);
        for (guint s = 0; s < issue->sections->len; s++) {
            AUTO(text) char *name = words_key(issue->sections->pdata[s]);
            if (strcmp(line, name) == 0)
                count_text(counts, name, -1);
        }
    }
}

static void count_imprint(GHashTable *counts, const struct issue *issue)
{
    count_text(counts, issue->contact, -1);
    count_text(counts, issue->telephone, -1);
    count_texts(counts, issue->editor);
    count_texts(counts, issue->reviewer);
    for (guint i = 0; i < issue->distribution->len; i++)
        count_text(counts, ((struct distribution_line *)issue->distribution->pdata[i])->text, -1);
}

/* Remarks that quote what no part holds. */
static void count_remarks(GHashTable *const zones[], const struct problems *problems, int body,
                          int imprint)
{
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        static const char *const quoting[] = {"page-furniture", "imprint-other", "second-contact",
                                              "contents-column", "contents-group"};
        const char *quoted = strstr(problem->error.what.english, ": ");
        int line = problem->error.place.line;
        enum zone zone = line >= imprint ? IMPRINT : line >= body ? BODY : HEAD;
        for (size_t q = 0; quoted && q < G_N_ELEMENTS(quoting); q++)
            if (strcmp(problem->rule, quoting[q]) == 0)
                count_text(zones[zone], zone == BODY ? unnumbered(quoted) : quoted, -1);
    }
}

/* --- the comparison --- */

static bool is_same(GHashTable *counts, enum zone zone)
{
    AUTO(str) GString *lost = g_string_new(NULL), *twice = g_string_new(NULL);
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        gunichar c = GPOINTER_TO_UINT(key);
        int count = GPOINTER_TO_INT(value);
        if (count > 0 && !g_utf8_strchr(layout[zone], -1, c))
            g_string_append_unichar(lost, c);
        if (count < 0 && !(zone == BODY && is_numeral(c)))
            g_string_append_unichar(twice, c);
    }
    if (lost->len || twice->len)
        print_error("    zone %d: lost: %s; twice: %s\n", zone, lost->str, twice->str);
    return !lost->len && !twice->len;
}

static int first_body_line(const struct issue *issue, const char *text)
{
    const struct article *first = issue->articles->pdata[0];
    AUTO(texts) char **lines = g_strsplit(text, "\n", -1);
    int line = first->line;
    for (guint b = 0; b < first->blocks->len; b++)
        line = MIN(line, ((struct block *)first->blocks->pdata[b])->line);
    /* A section stands over its first article. */
    for (int up = line - 1; first->section && up > 0; up--)
        if (strstr(lines[up - 1], first->section))
            return up;
    return line;
}

static bool is_whole(const struct bulletin *bulletin)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    gsize length;
    const char *octets = g_bytes_get_data(bulletin->bytes, &length);
    if (!issue_read(&issue, octets, length, bulletin->document, problems))
        return true;
    CASE(bulletin->name);
    AUTO(text) char *text = decoded(bulletin);
    int body = first_body_line(issue, text), imprint = issue->imprint_line;
    GHashTable *zones[ZONES];
    for (int i = 0; i < ZONES; i++)
        zones[i] = g_hash_table_new(NULL, NULL);
    count_document(zones, text, body, imprint);
    count_head(zones[HEAD], issue);
    count_groups(zones[HEAD], issue, text, body);
    count_articles(zones[BODY], issue);
    count_imprint(zones[IMPRINT], issue);
    count_remarks(zones, problems, body, imprint);
    bool same = true;
    for (enum zone zone = HEAD; zone < ZONES; zone++) {
        same = is_same(zones[zone], zone) && same;
        g_hash_table_unref(zones[zone]);
    }
    return same;
}

static void nothing_is_lost_and_nothing_stands_twice(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *bulletins = bulletins_load();
    guint whole = 0;
    assert_true(bulletins->len >= 40);
    for (guint i = 0; i < bulletins->len; i++)
        whole += is_whole(bulletins->pdata[i]);
    assert_int_equal(whole, bulletins->len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_and_nothing_stands_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
