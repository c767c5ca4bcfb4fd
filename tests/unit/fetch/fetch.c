#include "fetch/fetch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define OK_ "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"

static const struct {
    const char *what;
    const char *answer;          /* NULL: none ever comes */
    bool drips;                  /* an octet at a time, for ever */
    const char *content, *words; /* content NULL: refused, in these words */
} rows[] = {
    {"whole", OK_ "Content-Length: 3\r\n\r\nabc", false, "abc", NULL},
    {"in chunks", OK_ "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", false, "abc",
     NULL},
    {"no answer", NULL, false, NULL, "tim"},
    {"an answer that trickles", OK_ "Content-Length: 900\r\n\r\n", true, NULL, "tim"},
    {"a header that trickles", OK_ "X: ", true, NULL, "tim"},
    {"an answer that says it is too large", OK_ "Content-Length: 2000\r\n\r\n", false, NULL,
     "too large"},
    {"an answer that is too large", OK_ "Transfer-Encoding: chunked\r\n\r\nffff\r\n", true, NULL,
     "too large|tim"},
    {"no HTTP", "220 smtp.example.org ESMTP\r\n", false, NULL, "HTTP"},
    {"no end", OK_ "\r\nabc", false, NULL, "does not say where it ends"},
    {"cut", OK_ "Content-Length: 5\r\n\r\nabc", false, NULL, ""},
    {"another type", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 3\r\n\r\nabc",
     false, NULL, "text/html"},
    {"a line break in a header's value is none of ours",
     OK_ "ETag: \"a\"\r\n b\r\nContent-Length: 3\r\n\r\nabc", false, "abc", NULL},
};

static int listen_on_loopback(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static pid_t serve(int fd, const char *answer, bool drips)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    int one = accept(fd, NULL, NULL);
    char request[4096];
    (void)!read(one, request, sizeof request);
    if (answer)
        (void)!write(one, answer, strlen(answer));
    while (!answer || drips) {
        g_usleep(20000);
        if (answer && write(one, "x", 1) < 0)
            break;
    }
    _exit(0);
}

/* --- one ----------------------------------------------------------------------------------------
 */

struct ended { /* what came of the last task, and how many there were */
    struct fetch_answer answer;
    struct error error;
    int good, wrong;
    GString *order; /* the names of the tasks as they ended */
};

static void take(void *user, const struct fetch_task *task, struct fetch_answer *answer,
                 struct error *wrong)
{
    struct ended *ended = user;
    if (answer) {
        ended->good++;
        fetch_answer_clear(&ended->answer);
        ended->answer = *answer;
        *answer = (struct fetch_answer){0};
    } else {
        ended->wrong++;
        error_clear(&ended->error);
        error_pass(&ended->error, wrong);
    }
    if (task->user)
        g_string_append(ended->order, task->user);
}

static struct fetch_task task_of(const char *url, const char *name)
{
    return (struct fetch_task){.order = {.url = url,
                                         .connect_timeout = USEC_PER_SEC,
                                         .timeout = USEC_PER_SEC,
                                         .most = 1000},
                               .place = {"g.conf", 3, 0},
                               .user = (void *)name};
}

static void fetch_one(struct ended *ended, const char *url)
{
    AUTO(array) GPtrArray *tasks = g_ptr_array_new();
    AUTO(error) struct error error = {0};
    struct fetch_task task = task_of(url, NULL);
    g_ptr_array_add(tasks, &task);
    assert_true(fetch_all(tasks, take, ended, &error));
    assert_int_equal(ended->good + ended->wrong, 1);
}

static void answers_are_believed_when_whole(void **state)
{
    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].what);
        uint16_t port;
        int fd = listen_on_loopback(&port);
        pid_t pid = serve(fd, rows[i].answer, rows[i].drips);
        AUTO(text) char *url = g_strdup_printf("http://127.0.0.1:%u/", port);
        struct ended ended = {0};
        usec_t before = clock_monotonic();
        fetch_one(&ended, url);
        assert_true(clock_monotonic() - before < 5 * USEC_PER_SEC);
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        close(fd);
        assert_int_equal(ended.good, rows[i].content != NULL);
        if (ended.good) {
            gsize length;
            const void *content = g_bytes_get_data(ended.answer.content, &length);
            assert_int_equal(length, strlen(rows[i].content));
            assert_memory_equal(content, rows[i].content, length);
            fetch_answer_clear(&ended.answer);
            continue;
        }
        assert_int_equal(ended.error.exit_class, EX_UNAVAILABLE);
        assert_int_equal(ended.error.place.line, 3);
        if (!g_regex_match_simple(rows[i].words, ended.error.what.english, 0, 0))
            fail_msg("%s", ended.error.what.english);
        error_clear(&ended.error);
    }
}

static void nobody_listens(void **state)
{
    (void)state;
    uint16_t port;
    close(listen_on_loopback(&port));
    AUTO(text) char *url = g_strdup_printf("http://127.0.0.1:%u/", port);
    struct ended ended = {0};
    fetch_one(&ended, url);
    assert_int_equal(ended.error.exit_class, EX_UNAVAILABLE);
    error_clear(&ended.error);
}

/* --- several ------------------------------------------------------------------------------------
 */

#define TASKS_MOST 8

/* A letter a task: s its server is silent, q it answers. *order: as they ended. */
static void fetch_several(const char *kinds, GString *order)
{
    AUTO(array) GPtrArray *tasks = g_ptr_array_new();
    AUTO(array) GPtrArray *urls = g_ptr_array_new_with_free_func(g_free);
    AUTO(error) struct error error = {0};
    struct fetch_task all[TASKS_MOST];
    pid_t pids[TASKS_MOST];
    int fds[TASKS_MOST];
    struct ended ended = {.order = order};
    for (size_t i = 0; kinds[i]; i++) {
        uint16_t port;
        bool quick = kinds[i] == 'q';
        fds[i] = listen_on_loopback(&port);
        pids[i] = serve(fds[i], quick ? rows[0].answer : NULL, false);
        g_ptr_array_add(urls, g_strdup_printf("http://127.0.0.1:%u/", port));
        all[i] = task_of(urls->pdata[i], quick ? "q" : "s");
        g_ptr_array_add(tasks, &all[i]);
    }
    assert_true(fetch_all(tasks, take, &ended, &error));
    for (size_t i = 0; kinds[i]; i++) {
        (void)kill(pids[i], SIGKILL);
        (void)waitpid(pids[i], NULL, 0);
        close(fds[i]);
    }
    fetch_answer_clear(&ended.answer);
    error_clear(&ended.error);
}

static void silent_servers_keep_few_waiting(void **state)
{
    (void)state;
    static const struct {
        const char *kinds, *ended;
    } several[] = {
        {"", ""},       {"q", "q"},
        {"sq", "qs"},   {"sssqqq", "qqqsss"}, /* through the fourth place */
        {"ssssq", "s"},                       /* there is no fifth: one of the four ends first */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(several); i++) {
        AUTO(str) GString *order = g_string_new(NULL);
        print_message("%s\n", several[i].kinds);
        fetch_several(several[i].kinds, order);
        assert_int_equal(order->len, strlen(several[i].kinds));
        assert_true(g_str_has_prefix(order->str, several[i].ended));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_believed_when_whole),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(silent_servers_keep_few_waiting),
    };
    AUTO(error) struct error error = {0};
    if (!fetch_begin(&error))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
