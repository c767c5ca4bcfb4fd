/* What was read of each bulletin of the corpus stands in its mail, in its order: in the text and in
 * the HTML. */
#include "../issue/bulletin.h"

#include "mail/mail.h"
#include "issue/words.h"

#include "sample.h"

struct page {
    const char *name; /* "text", "html" */
    char *key;        /* letters, digits and Hanzi of it */
    const char *at;   /* what was found ends there */
};

static char *without_tags(const char *html)
{
    GRegex *tags =
        g_regex_new("<style>.*?</style>|<title>.*?</title>|<!--.*?-->|<[^>]*>|&[a-z#0-9]+;",
                    G_REGEX_DOTALL, 0, NULL);
    char *text = g_regex_replace_literal(tags, html, -1, 0, " ", 0, NULL);
    g_regex_unref(tags);
    return text;
}

/* Finds the words after what was found last. */
static void expect_next(struct page *page, const char *words)
{
    AUTO(text) char *key = words_key(words ? words : "");
    const char *found = strstr(page->at, key);
    if (!found)
        fail_msg("%s: not shown, or not in its place: %s", page->name, words);
    page->at = found + strlen(key);
}

static void expect_texts(struct page *page, const GPtrArray *texts)
{
    for (guint i = 0; texts && i < texts->len; i++)
        expect_next(page, texts->pdata[i]);
}

static void expect_block(struct page *page, const struct block *block)
{
    expect_next(page, block->text);
    expect_texts(page, block->texts);
    bool grid = block->rows && g_strcmp0(page->name, "html") == 0;
    for (guint i = 0; grid && i < block->rows->len; i++)
        expect_texts(page, block->rows->pdata[i]);
}

static void expect_articles(struct page *page, const struct issue *issue)
{
    const char *section = NULL;
    for (guint i = 0; i < issue->articles->len; i++) {
        const struct article *article = issue->articles->pdata[i];
        if (g_strcmp0(section, article->section) != 0)
            expect_next(page, article->section);
        section = article->section;
        expect_next(page, article->title);
        for (guint b = 0; b < article->blocks->len; b++)
            expect_block(page, article->blocks->pdata[b]);
        expect_next(page, article->attribution);
    }
}

static void expect_persons(struct page *page, const GPtrArray *persons, const GPtrArray *labels)
{
    for (guint i = 0; i < persons->len; i++) {
        if (i == 0 || g_strcmp0(labels->pdata[i], labels->pdata[i - 1]) != 0)
            expect_next(page, labels->pdata[i]);
        expect_next(page, persons->pdata[i]);
    }
}

static void expect_imprint(struct page *page, const struct issue *issue)
{
    expect_next(page, issue->contact_label);
    expect_next(page, issue->contact);
    expect_next(page, issue->telephone_label);
    expect_next(page, issue->telephone);
    expect_persons(page, issue->editor, issue->editor_labels);
    expect_persons(page, issue->reviewer, issue->reviewer_labels);
    for (guint i = 0; i < issue->other->len; i++) {
        const struct imprint_line *line = issue->other->pdata[i];
        expect_next(page, line->label);
        expect_next(page, line->text);
    }
    for (guint i = 0; i < issue->distribution->len; i++) {
        const struct distribution_line *line = issue->distribution->pdata[i];
        const struct distribution_line *before = i ? issue->distribution->pdata[i - 1] : NULL;
        if (!before || strcmp(before->label, line->label) != 0)
            expect_next(page, line->label);
        expect_next(page, line->text);
    }
}

static void expect_all(const char *name, const char *text, const struct issue *issue)
{
    AUTO(text) char *key = words_key(text);
    struct page page = {.name = name, .key = key, .at = key};
    expect_next(&page, issue->name);
    expect_next(&page, issue->subtitle);
    expect_texts(&page, issue->contents);
    expect_articles(&page, issue);
    expect_imprint(&page, issue);
}

static void add_pictures(struct sample *sample, const struct issue *issue)
{
    for (guint i = 0; i < issue->articles->len; i++) {
        const struct article *article = issue->articles->pdata[i];
        for (guint b = 0; b < article->blocks->len; b++) {
            const struct block *block = article->blocks->pdata[b];
            const char *folder = block->target ? strrchr(block->target, '/') : NULL;
            if (block->kind == BLOCK_PICTURE) /* it lies beside the document */
                sample_add_file(sample, folder ? folder + 1 : block->target, SAMPLE_PNG);
        }
    }
}

static void check(const struct bulletin *bulletin)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    gsize length;
    const void *octets = g_bytes_get_data(bulletin->bytes, &length);
    if (!issue_read(&issue, octets, length, bulletin->document, problems))
        return;
    CASE(bulletin->name);
    AUTO(sample) struct sample *sample = sample_new();
    AUTO(error) struct error error = {0};
    AUTO(mail) struct mail *mail = NULL;
    struct mail_order order = sample->order;
    issue->publication = g_strdup("weekly");
    order.issue = issue;
    add_pictures(sample, issue);
    if (!mail_compose(&mail, &order, &error))
        fail_msg("%s", error.what.english);
    expect_all("text", mail->text->str, issue);
    AUTO(text) char *html = without_tags(mail->html->str);
    expect_all("html", html, issue);
    bool supplement = strcmp(issue->kind, "supplement") == 0;
    assert_true(supplement == (strstr(mail->subject, "增刊") != NULL));
}

static void mail_shows_what_was_read(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *bulletins = bulletins_load();
    for (guint i = 0; i < bulletins->len; i++)
        check(bulletins->pdata[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_shows_what_was_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
