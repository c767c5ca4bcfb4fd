#include "smtp/job.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static char *path;

static int set_up(void **state)
{
    (void)state;
    int fd = g_file_open_tmp("journal-XXXXXX", &path, NULL);
    return fd < 0 || close(fd) < 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    g_clear_pointer(&path, g_free);
    return 0;
}

/* "41 sent 250; 42 unknown 0; " */
static bool show(void *user, const struct verdict *verdict, struct error *error)
{
    (void)error;
    static const char *const kinds[] = {"sent", "refused", "untouched", "unknown"};
    g_string_append_printf(user, "%d %s %d", (int)verdict->delivery, kinds[verdict->kind],
                           verdict->reply.code);
    if (verdict->reply.text)
        g_string_append_printf(user, " %s %s",
                               verdict->reply.enhanced ? verdict->reply.enhanced : "-",
                               verdict->reply.text);
    g_string_append(user, "; ");
    return true;
}

static GString *as_read(void)
{
    GString *shown = g_string_new(NULL);
    struct error error = {0};
    assert_true(journal_read(path, show, shown, &error));
    return shown;
}

static int append_to(void)
{
    return open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
}

static void mark(int fd, uint64_t id, int64_t first, size_t count)
{
    struct job_recipient recipients[8] = {0};
    for (size_t i = 0; i < count; i++)
        recipients[i].delivery = first + (int64_t)i;
    struct job job = {.id = id, .count = count, .recipients = recipients};
    struct error error = {0};
    assert_true(journal_mark(fd, &job, &error));
}

static void record(int fd, uint64_t id, int64_t delivery, enum verdict_kind kind, const char *text)
{
    struct verdict verdict = {.delivery = delivery, .kind = kind, .stage = STAGE_RCPT};
    if (text)
        verdict.reply = reply_new(kind == VERDICT_SENT ? 250 : 550, text);
    struct error error = {0};
    assert_true(journal_record(fd, id, &verdict, 1, &error));
    reply_clear(&verdict.reply);
}

static void empty_journal_says_nothing(void **state)
{
    (void)state;
    AUTO(str) GString *shown = as_read();
    assert_string_equal(shown->str, "");
}

static void mark_alone_is_unknown(void **state)
{
    (void)state;
    AUTO(fd) int fd = append_to();
    mark(fd, 1, 41, 2);
    AUTO(str) GString *shown = as_read();
    assert_string_equal(shown->str, "41 unknown 0; 42 unknown 0; ");
}

static void record_counts_after_its_mark(void **state)
{
    (void)state;
    AUTO(fd) int fd = append_to();
    mark(fd, 1, 41, 3);
    record(fd, 1, 42, VERDICT_REFUSED, "5.1.1 no - such % user\n.");
    record(fd, 1, 41, VERDICT_SENT, "-");
    AUTO(str) GString *shown = as_read();
    assert_string_equal(shown->str, "41 sent 250 - -; 42 refused 550 5.1.1 no - such % user .; "
                                    "43 unknown 0; ");
}

static void last_entry_counts(void **state)
{
    (void)state;
    AUTO(fd) int fd = append_to();
    mark(fd, 1, 41, 1);
    record(fd, 1, 41, VERDICT_REFUSED, "later");
    mark(fd, 9, 41, 1);
    AUTO(str) GString *shown = as_read();
    assert_string_equal(shown->str, "41 unknown 0; ");
}

static void record_without_mark_counts(void **state)
{
    (void)state;
    AUTO(fd) int fd = append_to();
    record(fd, 1, 41, VERDICT_REFUSED, "用户 不存在");
    record(fd, 1, 42, VERDICT_UNTOUCHED, NULL);
    AUTO(str) GString *shown = as_read();
    assert_string_equal(shown->str, "41 refused 550 - 用户 不存在; 42 untouched 0; ");
}

/* Cut at every octet: an entry counts when it is whole, and never as another one; and what is
 * appended after the torn one counts always. */
static void torn_tail_fools_nobody(void **state)
{
    (void)state;
    int fd = append_to();
    mark(fd, 1, 12345, 2);
    record(fd, 1, 12345, VERDICT_SENT, "2.0.0 ok . . .");
    close(fd);
    char *whole;
    gsize length;
    assert_true(g_file_get_contents(path, &whole, &length, NULL));
    gsize mark_length = (gsize)(strstr(whole, ".\n") - whole) + 2;
    for (gsize cut = 0; cut <= length; cut++) {
        assert_true(g_file_set_contents(path, whole, (gssize)cut, NULL));
        fd = append_to();
        mark(fd, 2, 7, 1);
        close(fd);
        AUTO(str) GString *shown = as_read();
        const char *expected = cut == length ? "12345 sent 250 2.0.0 ok . . .; 12346 unknown 0; "
                               : cut >= mark_length ? "12345 unknown 0; 12346 unknown 0; "
                                                    : "";
        /* Its very last line end may come from the entry that follows. */
        if (cut == mark_length - 1)
            expected = "12345 unknown 0; 12346 unknown 0; ";
        if (cut == length - 1)
            expected = "12345 sent 250 2.0.0 ok . . .; 12346 unknown 0; ";
        AUTO(text) char *all = g_strconcat(expected, "7 unknown 0; ", NULL);
        assert_string_equal(shown->str, all);
    }
    g_free(whole);
}

static void garbage_is_passed_over(void **state)
{
    (void)state;
    static const char text[] =
        "\nmark 1 2 41 .\nmark 1 1 x .\nmark 1 -1 .\nmark .\nverdict 1 41 sent 5 250 - - x\n"
        "verdict 1 41 taken 5 250 - - .\nverdict 1 41 sent 9 250 - - .\n"
        "verdict 1 41 sent 5 99 - - .\nverdict 1 41 sent 5 250 - %00 .\nverdict 1 41 sent 5 250 - "
        "%ff .\nother 1 .\n.\n . \n\nmark 1 1 44 .\n";
    assert_true(g_file_set_contents(path, text, -1, NULL));
    AUTO(str) GString *shown = as_read();
    assert_string_equal(shown->str, "44 unknown 0; ");
}

static bool stop(void *user, const struct verdict *verdict, struct error *error)
{
    (void)verdict;
    ++*(int *)user;
    return error_set(error, EX_SOFTWARE, NOWHERE, NULL, "stop");
}

static void visitor_can_stop(void **state)
{
    (void)state;
    AUTO(fd) int fd = append_to();
    mark(fd, 1, 41, 3);
    int calls = 0;
    struct error error = {0};
    assert_false(journal_read(path, stop, &calls, &error));
    assert_int_equal(calls, 1);
    assert_int_equal(error.exit_class, EX_SOFTWARE);
    error_clear(&error);
}

static void failures_are_told(void **state)
{
    (void)state;
    AUTO(fd) int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct job job = {.id = 1};
    struct error error = {0};
    assert_false(journal_mark(full, &job, &error));
    assert_int_equal(error.exit_class, EX_TEMPFAIL);
    error_clear(&error);
    assert_false(journal_read("/nowhere/journal", show, NULL, &error));
    assert_int_equal(error.exit_class, EX_NOINPUT);
    error_clear(&error);
}

int main(void)
{
#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_FILE(empty_journal_says_nothing),   WITH_FILE(mark_alone_is_unknown),
        WITH_FILE(record_counts_after_its_mark), WITH_FILE(last_entry_counts),
        WITH_FILE(record_without_mark_counts),   WITH_FILE(torn_tail_fools_nobody),
        WITH_FILE(garbage_is_passed_over),       WITH_FILE(visitor_can_stop),
        cmocka_unit_test(failures_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
