/* What a process that reads strangers' things can't do any more. */
#include "../cases.h"
#include "base/file.h"
#include "base/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum deed { /* done, each a bit */
            MADE_WITHIN = 1 << 0,
            MOVED_WITHIN = 1 << 1,
            REMOVED_WITHIN = 1 << 2,
            READ_OUTSIDE = 1 << 3,
            ASKED_NETWORK = 1 << 4,
            MADE_OUTSIDE = 1 << 5,
            WROTE_OUTSIDE = 1 << 6,
            REMOVED_OUTSIDE = 1 << 7,
};
#define WITHIN_LAW (MADE_WITHIN | MOVED_WITHIN | REMOVED_WITHIN | READ_OUTSIDE)

static bool make(const char *path)
{
    AUTO(fd) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return fd >= 0 && write(fd, "x", 1) == 1;
}

static bool can_open(const char *path, int flags)
{
    AUTO(fd) int fd = open(path, flags | O_CLOEXEC);
    return fd >= 0;
}

static bool can_ask(void)
{
    AUTO(fd) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd >= 0;
}

/* In a folder where `there` lies, and a folder `within`. */
static int try_all(void)
{
    int done = 0;
    done |= make("within/a") ? MADE_WITHIN : 0;
    done |= rename("within/a", "within/b") == 0 ? MOVED_WITHIN : 0;
    done |= unlink("within/b") == 0 ? REMOVED_WITHIN : 0;
    done |= can_open("there", O_RDONLY) ? READ_OUTSIDE : 0;
    done |= can_ask() ? ASKED_NETWORK : 0;
    done |= make("new") ? MADE_OUTSIDE : 0;
    done |= can_open("there", O_WRONLY) ? WROTE_OUTSIDE : 0;
    done |= unlink("there") == 0 ? REMOVED_OUTSIDE : 0;
    return done;
}

typedef bool sandbox(const char *folder, struct error *error);

/* What a child did in it; a process can't leave. */
static int done_in(sandbox *enter)
{
    char folder[] = "/tmp/fensong-sandbox-XXXXXX";
    int status = 0;
    assert_non_null(mkdtemp(folder));
    pid_t pid = fork();
    if (pid == 0) {
        bool ready = chdir(folder) == 0 && mkdir("within", 0700) == 0 && make("there");
        _exit(ready && enter("within", NULL) ? try_all() : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_true(folder_remove(folder, NULL));
    return WEXITSTATUS(status);
}

static int forbidden(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version < 1 ? 0 : MADE_OUTSIDE | WROTE_OUTSIDE | REMOVED_OUTSIDE;
}

static void reader_has_one_folder_and_no_network(void **state)
{
    (void)state;
    int done = done_in(sandbox_reader);
    assert_int_equal(done & (WITHIN_LAW | ASKED_NETWORK), WITHIN_LAW);
    assert_int_equal(done & forbidden(), 0);
}

static void fetcher_has_one_folder_and_the_network(void **state)
{
    (void)state;
    int done = done_in(sandbox_fetcher);
    assert_int_equal(done & (WITHIN_LAW | ASKED_NETWORK), WITHIN_LAW | ASKED_NETWORK);
    assert_int_equal(done & forbidden(), 0);
}

static void folder_must_be_there(void **state)
{
    (void)state;
    AUTO(error) struct error error = {0};
    if (!forbidden())
        return;
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(sandbox_reader("/nowhere", &error) ? 0 : error.exit_class);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), EX_NOINPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader_has_one_folder_and_no_network),
        cmocka_unit_test(fetcher_has_one_folder_and_the_network),
        cmocka_unit_test(folder_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
