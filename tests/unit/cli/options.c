#include "cli/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static int run_nothing(struct session *session, int argc, char **argv)
{
    (void)session;
    (void)argc;
    (void)argv;
    return EX_OK;
}

static const struct command probe = {
    .name = "probe", .usage = "[THING…]", .help = "try", .run = run_nothing};

static const struct {
    const char *row, *line;
    bool reads;
    int status; /* where it does not */
    bool flag;
    const char *text, *texts, *rest; /* lists, apart by commas */
} rows[] = {
    {"nothing", "probe", true, 0, false, NULL, "", ""},
    {"a flag", "probe --flag", true, 0, true, NULL, "", ""},
    {"after the arguments", "probe a b --flag", true, 0, true, NULL, "", "a,b"},
    {"a value", "probe --text x", true, 0, false, "x", "", ""},
    {"a value with =", "probe --text=x", true, 0, false, "x", "", ""},
    {"a letter", "probe -t x", true, 0, false, "x", "", ""},
    {"several", "probe --to a --to b c", true, 0, false, NULL, "a,b", "c"},
    {"the end of options", "probe -- --flag", true, 0, false, NULL, "", "--flag"},
    {"an option that is none", "probe --frob", false, EX_USAGE, false, NULL, "", ""},
    {"a letter that is none", "probe -x", false, EX_USAGE, false, NULL, "", ""},
    {"no value", "probe --text", false, EX_USAGE, false, NULL, "", ""},
    {"a value for a flag", "probe --flag=1", false, EX_USAGE, false, NULL, "", ""},
    {"help", "probe --help", false, EX_OK, false, NULL, "", ""},
};

static char *joined(char *const texts[], guint count)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(all, "%s%s", i ? "," : "", texts[i]);
    return g_string_free(all, FALSE);
}

static void options_are_read(void **state)
{
    (void)state;
    const struct session session = {.command = &probe};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(texts) char **argv = g_strsplit(rows[i].line, " ", -1);
        AUTO(array) GPtrArray *texts = g_ptr_array_new();
        bool flag = false;
        const char *text = NULL;
        const struct option_entry options[] = {{"flag", 0, OPTION_FLAG, &flag},
                                               {"text", 't', OPTION_TEXT, &text},
                                               {"to", 0, OPTION_TEXTS, texts},
                                               {0}};
        char **rest;
        int count, status;
        print_message("%s\n", rows[i].row);
        bool reads =
            options_read(&session, (int)g_strv_length(argv), argv, options, &rest, &count, &status);
        assert_int_equal(reads, rows[i].reads);
        if (!reads) {
            assert_int_equal(status, rows[i].status);
            continue;
        }
        AUTO(text) char *said = joined((char **)texts->pdata, texts->len);
        AUTO(text) char *left = joined(rest, (guint)count);
        assert_int_equal(flag, rows[i].flag);
        assert_int_equal(g_strcmp0(text, rows[i].text), 0);
        assert_string_equal(said, rows[i].texts);
        assert_string_equal(left, rows[i].rest);
        assert_null(rest[count]);
    }
}

static void a_time_is_shown_shortly(void **state)
{
    (void)state;
    AUTO(text) char *time = shown_time("2023-11-16T09:30:00+08:00");
    AUTO(text) char *none = shown_time(NULL);
    assert_string_equal(time, "2023-11-16 09:30:00");
    assert_string_equal(none, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read),
        cmocka_unit_test(a_time_is_shown_shortly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
