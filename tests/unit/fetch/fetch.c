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
        const struct fetch_order order = {
            .url = url, .connect_timeout = USEC_PER_SEC, .timeout = USEC_PER_SEC, .most = 1000};
        struct fetch_answer answer = {0};
        AUTO(error) struct error error = {0};
        usec_t before = clock_monotonic();
        bool good = fetch_run(&answer, &order, (struct place){"g.conf", 3, 0}, &error);
        assert_true(clock_monotonic() - before < 5 * USEC_PER_SEC);
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        close(fd);
        assert_int_equal(good, rows[i].content != NULL);
        if (good) {
            gsize length;
            const void *content = g_bytes_get_data(answer.content, &length);
            assert_int_equal(length, strlen(rows[i].content));
            assert_memory_equal(content, rows[i].content, length);
            fetch_answer_clear(&answer);
            continue;
        }
        assert_null(answer.content);
        assert_int_equal(error.exit_class, EX_UNAVAILABLE);
        assert_int_equal(error.place.line, 3);
        if (!g_regex_match_simple(rows[i].words, error.what.english, 0, 0))
            fail_msg("%s", error.what.english);
    }
}

static void nobody_listens(void **state)
{
    (void)state;
    uint16_t port;
    close(listen_on_loopback(&port));
    AUTO(text) char *url = g_strdup_printf("http://127.0.0.1:%u/", port);
    const struct fetch_order order = {
        .url = url, .connect_timeout = USEC_PER_SEC, .timeout = USEC_PER_SEC, .most = 1000};
    struct fetch_answer answer = {0};
    AUTO(error) struct error error = {0};
    assert_false(fetch_run(&answer, &order, NOWHERE, &error));
    assert_int_equal(error.exit_class, EX_UNAVAILABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_believed_when_whole),
        cmocka_unit_test(nobody_listens),
    };
    AUTO(error) struct error error = {0};
    if (!fetch_begin(&error))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
