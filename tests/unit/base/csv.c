/* CSV in and out. */
#include "../cases.h"
#include "base/csv.h"

struct seen {
    GString *text; /* fields in [], records by their line */
};

static bool take(void *user, int line, const GPtrArray *fields, struct error *error)
{
    (void)error;
    struct seen *seen = user;
    g_string_append_printf(seen->text, "%d:", line);
    for (guint i = 0; i < fields->len; i++)
        g_string_append_printf(seen->text, "[%s]", (char *)fields->pdata[i]);
    return true;
}

static void records_are_read_with_their_lines(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        char delimiter;
        const char *seen; /* NULL: refused */
        int line;
    } rows[] = {
        {"plain", "a,b\nc,d\n", ',', "1:[a][b]2:[c][d]", 0},
        {"no last line end", "a,b", ',', "1:[a][b]", 0},
        {"a break in quotes", "\"a\nb\",c\nd,e\n", ',', "1:[a\nb][c]3:[d][e]", 0},
        {"doubled quotes", "\"a\"\"b\"\n", ',', "1:[a\"b]", 0},
        {"empty lines", "\n\na\n\nb\n", ',', "3:[a]5:[b]", 0},
        {"semicolons", "a;b\n", ';', "1:[a][b]", 0},
        {"tabs", "a\tb\n", '\t', "1:[a][b]", 0},
        {"quotes that never close", "a\n\"b\nc\n", ',', NULL, 2},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].name);
        AUTO(str) GString *text = g_string_new(NULL);
        AUTO(error) struct error error = {0};
        struct seen seen = {text};
        bool read = csv_read(rows[i].text, strlen(rows[i].text), rows[i].delimiter, "f", take, &seen,
                             &error);
        assert_int_equal(read, rows[i].seen != NULL);
        if (rows[i].seen)
            assert_string_equal(text->str, rows[i].seen);
        else
            assert_int_equal(error.place.line, rows[i].line);
    }
}

/* A reader that gives back what stood before a formula's guard. */
static bool take_unguarded(void *user, int line, const GPtrArray *fields, struct error *error)
{
    (void)line, (void)error;
    for (guint i = 0; i < fields->len; i++)
        g_ptr_array_add(user, g_strdup(csv_unguarded(fields->pdata[i])));
    return true;
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const char *const fields[] = {"=1+1", "'=x", "a,b", "say \"hi\"", "two\nlines", "",
                                         "+86",  "-",   "@x",  "plain",        " a",         "a ",
                                         " ",    "\t",  "\tb"};
    AUTO(array) GPtrArray *back = g_ptr_array_new_with_free_func(g_free);
    AUTO(error) struct error error = {0};
    AUTO(str) GString *text = g_string_new(NULL);
    csv_add_record(text, fields, G_N_ELEMENTS(fields));
    assert_true(g_str_has_prefix(text->str, "'=1+1,''=x,"));
    assert_true(g_str_has_suffix(text->str, "\r\n"));
    assert_true(csv_read(text->str, text->len, ',', "f", take_unguarded, back, &error));
    assert_int_equal(back->len, G_N_ELEMENTS(fields));
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        assert_string_equal(back->pdata[i], fields[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_read_with_their_lines),
        cmocka_unit_test(what_is_written_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
