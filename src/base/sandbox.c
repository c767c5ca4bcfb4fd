#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define PROCESSOR_SECONDS 240

/* What opens a network. Refused, not killed: glibc asks nscd for names by a socket and goes on
 * without. */
static const int network[] = {
    SCMP_SYS(socket),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
};
/* What starts a program or looks into another process. */
static const int others[] = {
    SCMP_SYS(execve),           SCMP_SYS(execveat),          SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
};

static int refuse(scmp_filter_ctx filter, const int calls[], size_t count)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < count; i++)
        code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), calls[i], 0);
    return code;
}

static int load_filter(size_t network_calls)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return -ENOMEM;
    int code = refuse(filter, network, network_calls);
    if (code == 0)
        code = refuse(filter, others, G_N_ELEMENTS(others));
    if (code == 0)
        code = seccomp_load(filter);
    seccomp_release(filter);
    return code;
}

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE /* younger than Debian 12's headers; its kernel is not asked   \
                                     */
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#define TRUNCATE_SINCE 3 /* version of Landlock */

/* Reading stays free: lists, passwords and certificates lie where the configuration says. */
static const __u64 changing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                              LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                              LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                              LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                              LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

/* glibc has no functions for it. */
static bool change_beneath_alone(const char *folder, struct error *error)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) /* the kernel is old, or was started without it */
        return true;
    const struct landlock_ruleset_attr rules = {
        .handled_access_fs =
            changing | (version >= TRUNCATE_SINCE ? LANDLOCK_ACCESS_FS_TRUNCATE : 0)};
    AUTO(fd) int set = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    AUTO(fd) int beneath = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const struct landlock_path_beneath_attr rule = {.allowed_access = rules.handled_access_fs,
                                                    .parent_fd = beneath};
    if (beneath < 0)
        return error_set_errno(error, (struct place){folder, 0, 0}, N_("can't be opened"));
    return (set >= 0 &&
            syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 &&
            syscall(SYS_landlock_restrict_self, set, 0) == 0) ||
           error_set_errno(error, NOWHERE, N_("the sandbox can't be set up"));
}

static bool enter(size_t network_calls, const char *folder, struct error *error)
{
    const struct rlimit processor = {PROCESSOR_SECONDS, PROCESSOR_SECONDS}, core = {0, 0};
    if (setrlimit(RLIMIT_CPU, &processor) < 0 || setrlimit(RLIMIT_CORE, &core) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_set_errno(error, NOWHERE, N_("the sandbox can't be set up"));
    if (!change_beneath_alone(folder, error))
        return false;
    errno = -load_filter(network_calls);
    return errno == 0 || error_set_errno(error, NOWHERE, N_("the sandbox can't be set up"));
}

bool sandbox_reader(const char *folder, struct error *error)
{
    return enter(G_N_ELEMENTS(network), folder, error);
}

bool sandbox_fetcher(const char *folder, struct error *error)
{
    return enter(0, folder, error);
}
