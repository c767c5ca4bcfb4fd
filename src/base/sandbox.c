#include "base/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>

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

static bool enter(size_t network_calls, struct error *error)
{
    const struct rlimit processor = {PROCESSOR_SECONDS, PROCESSOR_SECONDS}, core = {0, 0};
    if (setrlimit(RLIMIT_CPU, &processor) < 0 || setrlimit(RLIMIT_CORE, &core) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_set_errno(error, NOWHERE, N_("the sandbox can't be set up"));
    errno = -load_filter(network_calls);
    return errno == 0 || error_set_errno(error, NOWHERE, N_("the sandbox can't be set up"));
}

bool sandbox_reader(struct error *error)
{
    return enter(G_N_ELEMENTS(network), error);
}

bool sandbox_fetcher(struct error *error)
{
    return enter(0, error);
}
