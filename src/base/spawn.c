#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

#define FIRST 3
#define MOST 8

extern char **environ;

/* Copies above all targets, so that no dup2() in the child overwrites one that is yet to come. */
static bool lift(const int descriptors[], size_t count, int lifted[], struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        lifted[i] = fcntl(descriptors[i], F_DUPFD_CLOEXEC, FIRST + MOST);
        if (lifted[i] < 0)
            return error_set_errno(error, NOWHERE, N_("no more descriptors"));
    }
    return true;
}

static int run(pid_t *pid, const char *program, char *const arguments[], const int lifted[],
               size_t count)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    for (size_t i = 0; i < count; i++)
        posix_spawn_file_actions_adddup2(&actions, lifted[i], FIRST + (int)i);
    int code = posix_spawn(pid, program, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return code;
}

bool spawn(pid_t *pid, const char *program, char *const arguments[], const int descriptors[],
           size_t count, struct error *error)
{
    int lifted[MOST] = {-1, -1, -1, -1, -1, -1, -1, -1};
    g_assert(count <= MOST);
    bool good = lift(descriptors, count, lifted, error);
    if (good) {
        errno = run(pid, program, arguments, lifted, count);
        good = errno == 0 ||
               error_set_errno(error, (struct place){program, 0, 0}, N_("can't be started"));
    }
    for (size_t i = 0; i < count; i++)
        if (lifted[i] >= 0)
            close(lifted[i]);
    return good;
}
