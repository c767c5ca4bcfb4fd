/* The whole way: HTTP over a Unix socket, asked by the client that `fensong` has. The daemon's side
 * runs in a child, because everything here has one thread. */
#include "doubles.h"

#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/log.h"
#include "cli/client.h"

struct running {
    struct fixture *fixture;
    char *socket;
    pid_t daemon;
    struct client *client;
};

/* Only returns in the child, when it is told to end. */
static void serve(const struct running *running, int ready)
{
    struct conf conf = {.control = running->socket};
    struct control *control = NULL;
    struct queue *queue = NULL;
    AUTO(error) struct error error = {0};
    sd_event *loop = NULL;
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    if (sd_event_new(&loop) < 0 || sd_event_add_signal(loop, NULL, SIGTERM, NULL, NULL) < 0 ||
        !queue_open(&queue, running->fixture->folder, &error))
        _exit(1);
    const struct control_parts parts = {.conf = &conf, .queue = queue, .dispatch = the_dispatch()};
    if (!control_start(&control, loop, &parts, &error))
        _exit(2);
    if (write(ready, "r", 1) != 1)
        _exit(3);
    int code = sd_event_loop(loop);
    control_stop(control);
    queue_close(queue);
    sd_event_unref(loop);
    error_clear(&error);
    _exit(code < 0 ? 4 : access(running->socket, F_OK) == 0 ? 5 : 0);
}

static int start(void **state)
{
    struct running *running = g_new0(struct running, 1);
    int pipe_ends[2];
    char ready;
    if (fixture_setup((void **)&running->fixture) != 0 || pipe(pipe_ends) != 0)
        return -1;
    (void)fixture_admit(running->fixture, "2023-25", 5000);
    queue_close(running->fixture->queue); /* the child has it now */
    running->fixture->queue = NULL;
    running->socket = g_build_filename(running->fixture->folder, "control", NULL);
    *state = running;
    running->daemon = fork();
    if (running->daemon == 0)
        serve(running, pipe_ends[1]);
    close(pipe_ends[1]);
    bool began = read(pipe_ends[0], &ready, 1) == 1;
    close(pipe_ends[0]);
    return began && client_open(&running->client, running->socket, NULL) ? 0 : -1;
}

static int stop(void **state)
{
    struct running *running = *state;
    int status = -1;
    client_close(running->client);
    kill(running->daemon, SIGTERM);
    waitpid(running->daemon, &status, 0);
    g_free(running->socket);
    int result = fixture_teardown((void **)&running->fixture);
    g_free(running);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? result : -1;
}

static void a_page_of_recipients_comes_whole(void **state)
{
    struct running *running = *state;
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error error = {0};
    assert_true(client_ask(running->client, "GET", "/v1/issues/2023-25/recipients?limit=5000", NULL,
                           &answer, &error));
    assert_int_equal(json_array_size(json_object_get(answer, "recipients")), 5000);
}

static void a_name_with_a_slash_gets_through(void **state)
{
    struct running *running = *state;
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error error = {0};
    assert_true(
        client_ask(running->client, "GET", "/v1/issues/weekly%2F2023-25", NULL, &answer, &error));
    assert_string_equal(json_get_text(answer, "issue"), "2023-25");
}

static void an_error_arrives_as_it_was(void **state)
{
    struct running *running = *state;
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error error = {0};
    assert_false(client_ask(running->client, "GET", "/v1/issues/2023-99", NULL, &answer, &error));
    assert_int_equal(error.exit_class, EX_NOINPUT);
    assert_non_null(strstr(error.what.local, "2023-99"));
    assert_false(client_found_nobody(running->client));
}

static void a_change_bears_the_users_name(void **state)
{
    struct running *running = *state;
    AUTO(json) json_t *answer = NULL;
    AUTO(json) json_t *history = NULL;
    AUTO(json) json_t *body = json_pack("{s:s}", "why", "等待审签");
    AUTO(error) struct error error = {0};
    assert_true(
        client_ask(running->client, "POST", "/v1/issues/2023-25/hold", body, &answer, &error));
    assert_string_equal(json_get_text(answer, "state"), "held");
    assert_true(client_ask(running->client, "GET", "/v1/history", NULL, &history, &error));
    const json_t *entries = json_object_get(history, "history");
    const json_t *last = json_array_get(entries, json_array_size(entries) - 1);
    assert_string_equal(json_get_text(last, "who"), g_get_user_name());
    assert_string_equal(json_get_text(last, "detail"), "by hand: 等待审签");
}

static void a_long_body_is_refused(void **state)
{
    struct running *running = *state;
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error error = {0};
    AUTO(text) char *words = g_strnfill(2 << 20, 'x');
    AUTO(json) json_t *body = json_pack("{s:s}", "why", words);
    assert_false(
        client_ask(running->client, "POST", "/v1/issues/2023-25/hold", body, &answer, &error));
    assert_int_equal(error.exit_class, EX_USAGE);
}

/* What a stranger sends is no reason to stop answering the others. */
static void garbage_harms_nobody(void **state)
{
    struct running *running = *state;
    static const char *const garbage[] = {"\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01",
                                          ("POST /v1/issues/2023-25/hold HTTP/1.1\r\nHost: x\r\n"
                                           "Content-Length: 99999999999999999999\r\n\r\n")};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, running->socket, sizeof(address.sun_path));
    for (size_t i = 0; i < G_N_ELEMENTS(garbage); i++) {
        AUTO(fd) int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        assert_true(write(fd, garbage[i], strlen(garbage[i])) > 0);
    }
    a_name_with_a_slash_gets_through(state);
}

/* Even where the file's mode would let him: what he is counts, not where he comes in. */
static void a_stranger_gets_nothing(void **state)
{
    struct running *running = *state;
    int status = -1;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chmod(running->socket, 0666), 0);
    assert_int_equal(chmod(running->fixture->folder, 0755), 0);
    pid_t stranger = fork();
    if (stranger == 0) {
        struct error error = {0};
        json_t *answer = NULL;
        if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
            _exit(1);
        bool answered = client_ask(running->client, "GET", "/v1/issues", NULL, &answer, &error);
        _exit(answered || json_object_get(answer, "issues") ? 2 : error.exit_class);
    }
    waitpid(stranger, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EX_NOPERM);
}

static void nobody_there_is_told(void **state)
{
    (void)state;
    AUTO(client) struct client *client = NULL;
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error error = {0};
    assert_true(client_open(&client, "/nonexistent/control", NULL));
    assert_false(client_ask(client, "GET", "/v1/issues", NULL, &answer, &error));
    assert_int_equal(error.exit_class, EX_UNAVAILABLE);
    assert_true(client_found_nobody(client));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    log_set_level(LOG_ERR);
    const struct CMUnitTest tests[] = {
        TEST(a_page_of_recipients_comes_whole), TEST(a_name_with_a_slash_gets_through),
        TEST(an_error_arrives_as_it_was),       TEST(a_change_bears_the_users_name),
        TEST(a_long_body_is_refused),           TEST(garbage_harms_nobody),
        TEST(a_stranger_gets_nothing),          cmocka_unit_test(nobody_there_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
