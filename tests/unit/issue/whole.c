/* Nothing is lost, nothing stands twice, nothing is moved: each part of an issue is looked for
 * where it says that it stands, and struck out there; what is left of the document must be layout,
 * which is told word by word below. */
#include "bulletin.h"

#include "issue/words.h"

#include <stdlib.h>

/* What may be left of a line, and nothing else: what numbers and dates are written with, words that
 * say what stands beside them, numbers before titles and entries, page numbers. */
#define NUMERALS "[0-9〇○零oо一二三四五六七八九十百廿卅]+"
static const char *const layout[] = {
    "(?:" NUMERALS "|年度?|月|日|第|期|总期?|增刊|号|no|合刊|星期|周|累计)*", /* masthead */
    "(?:出版|编印|印发)?日期|期号|刊期|时间|总期数|主办(?:单位)?|编印|主编|编发|编制|编",
    "(?:本期|内容)?(?:目录|要目|提要|导读|目次|要点|内容|目录提要)",
    "(?:标题|题目|作者|栏目|篇目|序号|页码|篇名|文章|第|页|" NUMERALS ")*",
    "(?:" NUMERALS "){1,2}",                /* before a title, an item, after an entry */
    "供稿|供稿单位|来稿|来稿单位|报送单位", /* before an attribution */
    "mailto\\w*",                           /* where a link leads that shows the same */
    "版记|end|(?:主办|编印)(?:单位)?|(?:共?印?" NUMERALS "份)", /* imprint */
};

struct letter {
    gunichar c; /* folded, in lower case */
    int line;
    bool begins; /* a word, for all that stands before it on its line */
    bool struck;
};

struct page {
    GArray *letters; /* of struct letter */
    GArray *starts;  /* of guint: the first letter of each line, and of the end */
    bool good;
};

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
    AUTO(text) char *plain = without(tags, "&[a-z]+;()");
    return without(plain, "\\[\\^[^\\]]*\\]()");
}

static struct page *page_new(const char *text)
{
    struct page *page = g_new0(struct page, 1);
    page->letters = g_array_new(FALSE, FALSE, sizeof(struct letter));
    page->starts = g_array_new(FALSE, FALSE, sizeof(guint));
    page->good = true;
    AUTO(texts) char **lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i]; i++) {
        AUTO(text) char *folded = text_fold(lines[i]);
        bool begins = true;
        g_array_append_val(page->starts, page->letters->len);
        for (const char *at = folded; *at; at = g_utf8_next_char(at)) {
            gunichar c = g_utf8_get_char(at);
            if (g_unichar_isalnum(c) && c != 0x4e28) { /* 丨 is used as a bar */
                struct letter letter = {g_unichar_tolower(c), i + 1, begins, false};
                g_array_append_val(page->letters, letter);
            }
            begins = !g_unichar_isalnum(c);
        }
    }
    g_array_append_val(page->starts, page->letters->len);
    return page;
}

static void page_free(struct page *page)
{
    g_array_unref(page->letters);
    g_array_unref(page->starts);
    g_free(page);
}
AUTO_DEFINE(page, struct page, page_free)

static struct letter *letter_at(const struct page *page, guint at)
{
    return &g_array_index(page->letters, struct letter, at);
}

/* The first letter of the line; lines that there are none of: the end. */
static guint start_of(const struct page *page, int line)
{
    guint last = page->starts->len - 1;
    return g_array_index(page->starts, guint, MIN((guint)MAX(line, 1) - 1, last));
}

/* --- striking out --- */

/* Do the letters from `at` on, those struck out left out, say `key`? *end is behind them. */
static bool stands_at(const struct page *page, guint at, const char *key, guint *end)
{
    for (; *key; at++) {
        if (at >= page->letters->len)
            return false;
        if (letter_at(page, at)->struck)
            continue;
        if (letter_at(page, at)->c != g_utf8_get_char(key))
            return false;
        key = g_utf8_next_char(key);
    }
    *end = at;
    return true;
}

/* Strikes out `text` where it begins first between two letters. *from goes behind it. */
static bool strike(struct page *page, guint *from, guint to, const char *text)
{
    AUTO(text)
    char *bare = without(text ? text : "", "\\[[0-9]+\\]()|丨"); /* a footnote's number, a bar */
    AUTO(text) char *key = words_key(bare);
    guint end;
    if (!*key)
        return true;
    for (guint at = *from; at < to; at++) {
        if (letter_at(page, at)->struck || !stands_at(page, at, key, &end))
            continue;
        for (guint i = at; i < end; i++)
            letter_at(page, i)->struck = true;
        *from = end;
        return true;
    }
    return false;
}

/* It must stand there. */
static void expect(struct page *page, guint *from, guint to, const char *text)
{
    if (strike(page, from, to, text))
        return;
    print_error("    not at its place: %s\n", text);
    page->good = false;
}

/* It must begin on that line. *from: behind it. */
static void expect_on(struct page *page, int line, const char *text, guint *from)
{
    *from = start_of(page, line);
    expect(page, from, start_of(page, line + 1), text);
}

/* A label is a word of its own. */
static void expect_label(struct page *page, guint *from, guint to, const char *label)
{
    AUTO(text) char *key = words_key(label ? label : "");
    guint end;
    for (guint at = *from; *key && at < to; at++) {
        bool begins = letter_at(page, at)->begins || !at || letter_at(page, at - 1)->struck ||
                      letter_at(page, at - 1)->line != letter_at(page, at)->line;
        if (!letter_at(page, at)->struck && begins && stands_at(page, at, key, &end)) {
            guint start = at;
            expect(page, &start, end, label);
            *from = start;
            return;
        }
    }
}

/* --- the issue --- */

/* Texts that may be one paragraph each or several: they follow each other. */
static void expect_texts(struct page *page, guint from, guint to, const GPtrArray *texts)
{
    for (guint i = 0; texts && i < texts->len; i++)
        expect(page, &from, to, texts->pdata[i]);
}

static void expect_table(struct page *page, const struct block *table)
{
    for (guint r = 0; r < table->rows->len; r++) {
        guint from = start_of(page, ((struct block_line *)table->lines->pdata[r])->line);
        expect_texts(page, from, page->letters->len, table->rows->pdata[r]);
    }
}

static void expect_block(struct page *page, const struct block *block)
{
    guint from = start_of(page, block->line);
    if (block->rows) {
        expect_table(page, block);
        return;
    }
    if (block->text)
        expect_on(page, block->line, block->text, &from);
    if (block->kind == BLOCK_PICTURE)
        expect(page, &from, start_of(page, block->line + 1), block->target);
    expect_texts(page, from, page->letters->len, block->texts);
}

/* Between its title and the next; a note before it, a footnote anywhere. */
static void expect_between(struct page *page, const struct article *article,
                           const struct block *block, int before, int next)
{
    bool note = block->kind == BLOCK_QUOTE && block->line > before;
    if (block->kind != BLOCK_FOOTNOTE &&
        (block->line >= next || (block->line <= article->line && !note))) {
        print_error("    line %d is none of the article at line %d\n", block->line, article->line);
        page->good = false;
    }
}

static void expect_article(struct page *page, const struct article *article, int before, int next)
{
    guint from;
    expect_on(page, article->line, article->title, &from);
    for (guint b = 0; b < article->blocks->len; b++) {
        expect_between(page, article, article->blocks->pdata[b], before, next);
        expect_block(page, article->blocks->pdata[b]);
    }
    expect(page, &from, start_of(page, next), article->attribution);
}

/* A section stands over its first article, under the one before: right over it is looked first. */
static void expect_section(struct page *page, const struct article *article, int before)
{
    for (int line = article->line; line >= before; line--) {
        guint from = start_of(page, line);
        if (strike(page, &from, start_of(page, line + 1), article->section))
            return;
    }
    print_error("    not over its article: %s\n", article->section);
    page->good = false;
}

static void expect_articles(struct page *page, const struct issue *issue, int imprint)
{
    const char *section = NULL;
    int before = 1;
    for (guint i = 0; i < issue->articles->len; i++) {
        const struct article *article = issue->articles->pdata[i];
        const struct article *next =
            i + 1 < issue->articles->len ? issue->articles->pdata[i + 1] : NULL;
        expect_article(page, article, before, next ? next->line : imprint);
        if (article->section && g_strcmp0(section, article->section) != 0)
            expect_section(page, article, before);
        section = article->section;
        before = article->line;
    }
}

/* The contents first: names may stand in them too. A name that groups entries stands over its
 * articles again. */
static void expect_head(struct page *page, const struct issue *issue, int body, int imprint)
{
    guint to = start_of(page, body), from = start_of(page, issue->masthead_line);
    expect(page, &from, to, issue->name);
    from = 0;
    expect(page, &from, to, issue->subtitle);
    from = 0;
    AUTO(texts) char **offices = g_strsplit(issue->office ? issue->office : "", " ", -1);
    for (char **office = offices; *office; office++) {
        guint again = start_of(page, imprint);
        if (!strike(page, &from, to, *office))
            expect(page, &again, page->letters->len, *office);
        from = 0;
    }
    from = 0;
    expect_texts(page, from, to, issue->contents);
    while (from = 0, strike(page, &from, to, issue->name))
        ;
    for (guint s = 0; s < issue->sections->len; s++)
        for (from = 0; strike(page, &from, to, issue->sections->pdata[s]);)
            ;
}

/* In the imprint, or at the head. */
static void expect_persons(struct page *page, guint imprint, const GPtrArray *labels,
                           const GPtrArray *persons)
{
    guint from = imprint, end = page->letters->len;
    AUTO(text) char *first = persons->len ? words_key(persons->pdata[0]) : NULL;
    guint at = imprint, unused;
    while (first && at < end &&
           (letter_at(page, at)->struck || !stands_at(page, at, first, &unused)))
        at++;
    if (first && at == end)
        from = 0;
    for (guint i = 0; i < persons->len; i++) {
        if (!i || g_strcmp0(labels->pdata[i], labels->pdata[i - 1]) != 0)
            expect_label(page, &from, end, labels->pdata[i]);
        expect(page, &from, end, persons->pdata[i]);
    }
}

static void expect_labelled(struct page *page, guint from, guint to, const char *label,
                            const char *text)
{
    if (text) {
        expect_label(page, &from, to, label);
        expect(page, &from, to, text);
    }
}

static void expect_imprint(struct page *page, const struct issue *issue, int line)
{
    guint from = start_of(page, line), end = page->letters->len;
    for (guint i = 0; i < issue->other->len; i++) {
        const struct imprint_line *one = issue->other->pdata[i];
        expect_labelled(page, start_of(page, one->line), start_of(page, one->line + 1), one->label,
                        one->text);
    }
    const char *label = NULL;
    for (guint i = 0; i < issue->distribution->len; i++) {
        const struct distribution_line *one = issue->distribution->pdata[i];
        guint at = from;
        if (g_strcmp0(label, one->label) != 0)
            expect_label(page, &at, start_of(page, one->line + 1), one->label);
        label = one->label;
        expect_on(page, one->line, one->text, &at);
    }
    expect_labelled(page, from, end, issue->contact_label, issue->contact);
    expect_labelled(page, from, end, issue->telephone_label, issue->telephone);
    expect_persons(page, from, issue->editor_labels, issue->editor);
    expect_persons(page, from, issue->reviewer_labels, issue->reviewer);
}

/* Remarks that quote what no part holds. */
static void expect_remarks(struct page *page, const struct problems *problems)
{
    static const char *const quoting[] = {"page-furniture", "second-contact", "contents-column",
                                          "masthead-picture", "imprint-picture"};
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        const char *quoted = strstr(problem->error.what.english, ": ");
        guint from;
        for (size_t q = 0; quoted && q < G_N_ELEMENTS(quoting); q++)
            if (strcmp(problem->rule, quoting[q]) == 0)
                expect_on(page, problem->error.place.line, quoted + 2, &from);
    }
}

/* --- what is left --- */

static bool is_layout(const char *left)
{
    AUTO(str) GString *pattern = g_string_new("^(?:");
    for (size_t i = 0; i < G_N_ELEMENTS(layout); i++)
        g_string_append_printf(pattern, "%s(?:%s)", i ? "|" : "", layout[i]);
    g_string_append(pattern, ")*$");
    return g_regex_match_simple(pattern->str, left, G_REGEX_CASELESS, 0);
}

static void expect_layout(struct page *page)
{
    for (int line = 1; line < (int)page->starts->len; line++) {
        AUTO(str) GString *left = g_string_new(NULL);
        for (guint at = start_of(page, line); at < start_of(page, line + 1); at++)
            if (!letter_at(page, at)->struck)
                g_string_append_unichar(left, letter_at(page, at)->c);
        if (is_layout(left->str))
            continue;
        print_error("    line %d, in no part: %s\n", line, left->str);
        page->good = false;
    }
}

/* Where the articles begin, with what stands over the first. */
static int body_line(const struct issue *issue, const char *text)
{
    const struct article *first = issue->articles->pdata[0];
    AUTO(texts) char **lines = g_strsplit(text, "\n", -1);
    int line = first->line;
    for (guint b = 0; b < first->blocks->len; b++)
        line = MIN(line, ((struct block *)first->blocks->pdata[b])->line);
    for (int up = line - 1; first->section && up > 0; up--) {
        AUTO(text) char *key = words_key(lines[up - 1]), *name = words_key(first->section);
        if (strstr(key, name))
            return up;
    }
    return line;
}

static bool is_whole(const struct bulletin *bulletin, const struct issue *issue,
                     const struct problems *problems)
{
    CASE(bulletin->name);
    AUTO(text) char *text = decoded(bulletin);
    AUTO(page) struct page *page = page_new(text);
    expect_remarks(page, problems);
    expect_articles(page, issue, issue->imprint_line);
    expect_imprint(page, issue, issue->imprint_line);
    expect_head(page, issue, body_line(issue, text), issue->imprint_line);
    guint again = start_of(page, issue->imprint_line); /* who issues it, once more */
    (void)strike(page, &again, page->letters->len, issue->office);
    expect_layout(page);
    return page->good;
}

static struct issue *read_whole(const struct bulletin *bulletin, struct problems *problems)
{
    struct issue *issue = NULL;
    gsize length;
    const char *octets = g_bytes_get_data(bulletin->bytes, &length);
    if (!issue_read(&issue, octets, length, bulletin->document, problems))
        g_clear_pointer(&issue, issue_free);
    return issue;
}

static void nothing_is_lost_and_nothing_stands_twice(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *bulletins = bulletins_load();
    guint broken = 0;
    assert_true(bulletins->len >= 40);
    for (guint i = 0; i < bulletins->len; i++) {
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(issue) struct issue *issue = read_whole(bulletins->pdata[i], problems);
        broken += issue && !is_whole(bulletins->pdata[i], issue, problems);
    }
    assert_int_equal(broken, 0);
}

/* The test sees what it is there for: a part lost, told twice, or moved. */
static void what_is_lost_or_moved_is_seen(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *bulletins = bulletins_load();
    for (guint i = 0; i < bulletins->len; i++) {
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(issue) struct issue *issue = read_whole(bulletins->pdata[i], problems);
        if (!issue || issue->articles->len < 2)
            continue;
        struct article *first = issue->articles->pdata[0], *second = issue->articles->pdata[1];
        GPtrArray *blocks = first->blocks;
        char *title = first->title;
        first->blocks = second->blocks;
        second->blocks = blocks;
        assert_false(is_whole(bulletins->pdata[i], issue, problems));
        second->blocks = first->blocks;
        first->blocks = blocks;
        first->title = second->title;
        assert_false(is_whole(bulletins->pdata[i], issue, problems));
        first->title = title;
        g_ptr_array_add(first->blocks, first->blocks->pdata[0]);
        assert_false(is_whole(bulletins->pdata[i], issue, problems));
        first->blocks->pdata[first->blocks->len - 1] = NULL;
        g_ptr_array_set_size(first->blocks, (gint)first->blocks->len - 1);
        g_ptr_array_set_size(second->blocks, 0);
        assert_false(is_whole(bulletins->pdata[i], issue, problems));
        return;
    }
    fail_msg("no document has two articles");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_and_nothing_stands_twice),
        cmocka_unit_test(what_is_lost_or_moved_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
