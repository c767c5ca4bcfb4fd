/* Whole documents: tests/data/bulletins/NAME/ holds issue.md or issue.txt, and either issue.json,
 * what is read from it, or why.txt, a line for each problem: LINE RULE [WORDS OF THE MESSAGE].
 * All are read before the test fails, and it names each that was read wrong. FENSONG_RENEW=1 writes
 * issue.json anew; read the diff. */
#include "../cases.h"

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "issue/issue.h"

#include <stdlib.h>
#include <string.h>

static const char folder[] = "tests/data/bulletins";

static char *load_text(const char *path)
{
    AUTO(bytes) GBytes *bytes = NULL;
    AUTO(error) struct error error = {0};
    if (!file_load(&bytes, path, 16 << 20, &error))
        return NULL;
    gsize length;
    const char *octets = g_bytes_get_data(bytes, &length);
    return g_strndup(octets, length);
}

static GBytes *load_document(const char *bulletin, char **name)
{
    static const char *const names[] = {"issue.md", "issue.txt"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        AUTO(text) char *path = g_build_filename(folder, bulletin, names[i], NULL);
        AUTO(error) struct error error = {0};
        GBytes *bytes = NULL;
        *name = (char *)names[i];
        if (file_load(&bytes, path, 16 << 20, &error))
            return bytes;
    }
    fail_msg("%s holds no document", bulletin);
    return NULL;
}

/* --- what is wrong --- */

static bool is_told(const struct problems *problems, const char *expected)
{
    AUTO(texts) char **parts = g_strsplit(expected, " ", 3);
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        if (problem->severity == PROBLEM && problem->error.place.line == atoi(parts[0]) &&
            strcmp(problem->rule, parts[1]) == 0 &&
            (!parts[2] || strstr(problem->error.what.english, parts[2])))
            return true;
    }
    return false;
}

static bool tells_why(const char *why, const struct problems *problems)
{
    AUTO(texts) char **lines = g_strsplit(why, "\n", -1);
    size_t expected = 0, told = 0;
    bool all = true;
    for (char **line = lines; *line; line++) {
        if (!**line)
            continue;
        expected++;
        if (is_told(problems, *line))
            continue;
        print_message("    not told: %s\n", *line);
        all = false;
    }
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct error *error = &problems_at(problems, i)->error;
        told += problems_at(problems, i)->severity == PROBLEM;
        assert_true(error->place.line > 0);
        assert_non_null(error->todo.english);
    }
    return all && told == expected;
}

/* --- what is read --- */

static void show_problems(const struct problems *problems)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (problems_at(problems, i)->severity == PROBLEM)
            print_message("    %d %s: %s\n", problems_at(problems, i)->error.place.line,
                          problems_at(problems, i)->rule,
                          problems_at(problems, i)->error.what.english);
}

/* The first line in which they are not the same. */
static void show_difference(const char *read, const char *expected)
{
    AUTO(texts) char **ours = g_strsplit(read, "\n", -1);
    AUTO(texts) char **theirs = g_strsplit(expected, "\n", -1);
    size_t i = 0;
    while (ours[i] && theirs[i] && strcmp(ours[i], theirs[i]) == 0)
        i++;
    print_message("    line %zu is     %s\n    instead of %s\n", i + 1, ours[i] ? ours[i] : "",
                  theirs[i] ? theirs[i] : "");
}

static bool is_json(const char *path, const char *expected, const struct issue *issue,
                    const struct problems *problems)
{
    AUTO(json) json_t *json = issue_to_json(issue, problems);
    AUTO(text) char *read = json_pretty(json);
    AUTO(error) struct error error = {0};
    if (getenv("FENSONG_RENEW"))
        return file_write_durably(path, read, strlen(read), &error);
    if (expected && strcmp(read, expected) == 0)
        return true;
    show_difference(read, expected ? expected : "");
    return false;
}

static bool is_read_right(const char *bulletin)
{
    char *name = NULL;
    AUTO(bytes) GBytes *document = load_document(bulletin, &name);
    AUTO(text) char *why_path = g_build_filename(folder, bulletin, "why.txt", NULL);
    AUTO(text) char *json_path = g_build_filename(folder, bulletin, "issue.json", NULL);
    AUTO(text) char *why = load_text(why_path), *json = load_text(json_path);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    gsize length;
    const void *octets = g_bytes_get_data(document, &length);
    CASE(bulletin);
    bool good = issue_read(&issue, octets, length, name, problems);
    if (why && !good && tells_why(why, problems))
        return true;
    if (!why && good)
        return is_json(json_path, json, issue, problems);
    show_problems(problems);
    return false;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void bulletins_are_read_as_a_clerk_reads_them(void **state)
{
    (void)state;
    AUTO(array) GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *open = g_dir_open(folder, 0, NULL);
    assert_non_null(open);
    for (const char *name; (name = g_dir_read_name(open));)
        g_ptr_array_add(names, g_strdup(name));
    g_dir_close(open);
    g_ptr_array_sort(names, by_name);
    assert_true(names->len >= 12);
    AUTO(str) GString *wrong = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++)
        if (!is_read_right(names->pdata[i]))
            g_string_append_printf(wrong, " %s", (char *)names->pdata[i]);
    assert_string_equal(wrong->str, "");
}

/* --- the same issue in other dress --- */

static json_t *read_articles(const char *bulletin)
{
    char *name = NULL;
    AUTO(bytes) GBytes *document = load_document(bulletin, &name);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    gsize length;
    const void *octets = g_bytes_get_data(document, &length);
    assert_true(issue_read(&issue, octets, length, name, problems));
    json_t *json = issue_to_json(issue, problems);
    json_object_del(json, "document");
    return json;
}

static void charset_and_line_ends_change_nothing(void **state)
{
    (void)state;
    static const char *const twins[] = {"weekly-gb18030", "weekly-crlf-bom", "weekly-utf16"};
    AUTO(json) json_t *weekly = read_articles("weekly");
    for (size_t i = 0; i < G_N_ELEMENTS(twins); i++) {
        CASE(twins[i]);
        AUTO(json) json_t *twin = read_articles(twins[i]);
        assert_true(json_equal(weekly, twin));
    }
}

/* Lines differ between the two, titles, text and attributions don't. */
static void plain_text_reads_as_its_markdown_twin(void **state)
{
    (void)state;
    AUTO(json) json_t *weekly = read_articles("weekly"), *plain = read_articles("weekly-plain");
    const json_t *theirs = json_object_get(plain, "articles"),
                 *ours = json_object_get(weekly, "articles");
    assert_int_equal(json_array_size(ours), 8);
    assert_int_equal(json_array_size(theirs), 8);
    for (size_t i = 0; i < 8; i++) {
        const json_t *a = json_array_get(ours, i), *b = json_array_get(theirs, i);
        CASE(json_get_text(a, "title"));
        assert_true(json_equal(json_object_get(a, "title"), json_object_get(b, "title")));
        assert_true(json_equal(json_object_get(a, "section"), json_object_get(b, "section")));
        assert_true(
            json_equal(json_object_get(a, "attribution"), json_object_get(b, "attribution")));
        const json_t *blocks = json_object_get(a, "blocks");
        assert_int_equal(json_array_size(blocks), json_array_size(json_object_get(b, "blocks")));
        for (size_t p = 0; p < json_array_size(blocks); p++) {
            /* A blank between Hanzi at which a line was broken is gone. */
            const json_t *other = json_array_get(json_object_get(b, "blocks"), p);
            AUTO(text) char *text = text_squeeze(json_get_text(json_array_get(blocks, p), "text"));
            AUTO(text) char *twin = text_squeeze(json_get_text(other, "text"));
            assert_string_equal(text, twin);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bulletins_are_read_as_a_clerk_reads_them),
        cmocka_unit_test(charset_and_line_ends_change_nothing),
        cmocka_unit_test(plain_text_reads_as_its_markdown_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
