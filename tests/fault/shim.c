/* LD_PRELOAD for the fault tests: the Nth call that changes a file under FAULT_UNDER fails, or the
 * process is killed or hangs at it; and the wall clock can be set off. What to do, and what came of
 * it, is in FAULT_FILE, mapped by every process, so that the calls of all of them are counted
 * together; where FAULT_PROGRAM is set, of those of this name alone. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum mode { COUNT_ONLY, FAIL_ONCE, FAIL_FOR_GOOD, KILL_BEFORE, KILL_AFTER, HANG };

struct plan {                  /* tests/fault/shim.py has the same */
    _Atomic int64_t armed;     /* the number of the call, from 1; 0: none */
    _Atomic int64_t mode;      /* enum mode */
    _Atomic int64_t code;      /* errno of a failure */
    _Atomic int64_t count;     /* calls so far */
    _Atomic int64_t hits;      /* faults so far */
    _Atomic int64_t clock_off; /* seconds to add to the wall clock */
    char what[256];            /* the call that was hit first */
};

static struct plan *plan;
static const char *under;

__attribute__((constructor)) static void map_plan(void)
{
    const char *path = getenv("FAULT_FILE");
    under = getenv("FAULT_UNDER");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *memory =
        fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    const char *program = getenv("FAULT_PROGRAM");
    bool other = program && strcmp(program, program_invocation_short_name) != 0;
    if (memory != MAP_FAILED && under && !other)
        plan = memory;
}

#define REAL(name) ((__typeof__(&name))next_symbol(#name))

static void *next_symbol(const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    if (!symbol)
        abort();
    return symbol;
}

/* --- the decision --- */

static bool is_watched(const char *path)
{
    size_t length = strlen(under);
    return strncmp(path, under, length) == 0 && path[length] == '/';
}

static bool fd_path(int fd, char path[PATH_MAX])
{
    char link[64];
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length < 0 ? 0 : length] = '\0';
    return length > 0;
}

static void note(const char *call, const char *path)
{
    if (atomic_fetch_add(&plan->hits, 1) == 0)
        (void)snprintf(plan->what, sizeof plan->what, "%s %s (%s)", call, path + strlen(under) + 1,
                       program_invocation_short_name);
}

static void die(void)
{
    (void)kill(getpid(), SIGKILL);
    pause();
}

enum verdict { GO, FAIL, GO_THEN_DIE };

static enum verdict meet(const char *call, const char *path)
{
    if (!plan || !is_watched(path))
        return GO;
    int64_t number = atomic_fetch_add(&plan->count, 1) + 1, armed = plan->armed;
    bool again = plan->mode == FAIL_FOR_GOOD && armed && number > armed;
    if (number != armed && !again)
        return GO;
    note(call, path);
    switch ((enum mode)plan->mode) {
    case COUNT_ONLY:
        return GO;
    case FAIL_ONCE:
    case FAIL_FOR_GOOD:
        errno = (int)plan->code;
        return FAIL;
    case KILL_BEFORE:
        die();
        return FAIL;
    case KILL_AFTER:
        return GO_THEN_DIE;
    case HANG: /* as on a file system whose server is gone */
        for (;;)
            pause();
    }
    return GO;
}

static enum verdict meet_fd(const char *call, int fd)
{
    char path[PATH_MAX];
    struct stat status;
    int saved = errno;
    enum verdict verdict = GO;
    if (plan && fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) &&
        fd_path(fd, path)) {
        errno = saved;
        verdict = meet(call, path);
    }
    if (verdict != FAIL)
        errno = saved;
    return verdict;
}

static enum verdict meet_at(const char *call, int folder, const char *name)
{
    char path[PATH_MAX], whole[2 * PATH_MAX];
    if (!plan || name[0] == '/' || folder == AT_FDCWD || !fd_path(folder, path))
        return meet(call, name);
    (void)snprintf(whole, sizeof whole, "%s/%s", path, name);
    return meet(call, whole);
}

#define PASS(met, type, call)                                                                      \
    do {                                                                                           \
        enum verdict is = (met);                                                                   \
        if (is == FAIL)                                                                            \
            return -1;                                                                             \
        type result = (call);                                                                      \
        if (is == GO_THEN_DIE)                                                                     \
            die();                                                                                 \
        return result;                                                                             \
    } while (0)

/* --- the calls --- */

ssize_t write(int fd, const void *octets, size_t length)
{
    PASS(meet_fd("write", fd), ssize_t, REAL(write)(fd, octets, length));
}

/* The sender has a write() of its own, which goes to the system directly. */
long syscall(long number, ...)
{
    va_list list;
    long words[6];
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        words[i] = va_arg(list, long);
    va_end(list);
    PASS(number == SYS_write ? meet_fd("write", (int)words[0]) : GO, long,
         REAL(syscall)(number, words[0], words[1], words[2], words[3], words[4], words[5]));
}

ssize_t pwrite(int fd, const void *octets, size_t length, off_t offset)
{
    PASS(meet_fd("pwrite", fd), ssize_t, REAL(pwrite)(fd, octets, length, offset));
}

ssize_t pwrite64(int fd, const void *octets, size_t length, off64_t offset)
{
    PASS(meet_fd("pwrite", fd), ssize_t, REAL(pwrite64)(fd, octets, length, offset));
}

int fsync(int fd)
{
    PASS(meet_fd("fsync", fd), int, REAL(fsync)(fd));
}

int fdatasync(int fd)
{
    PASS(meet_fd("fdatasync", fd), int, REAL(fdatasync)(fd));
}

int ftruncate(int fd, off_t length)
{
    PASS(meet_fd("ftruncate", fd), int, REAL(ftruncate)(fd, length));
}

int ftruncate64(int fd, off64_t length)
{
    PASS(meet_fd("ftruncate", fd), int, REAL(ftruncate64)(fd, length));
}

int rename(const char *from, const char *to)
{
    PASS(meet("rename", to), int, REAL(rename)(from, to));
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    PASS(meet_at("rename", to_folder, to), int, REAL(renameat)(from_folder, from, to_folder, to));
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    PASS(meet_at("rename", to_folder, to), int,
         REAL(renameat2)(from_folder, from, to_folder, to, flags));
}

int unlink(const char *path)
{
    PASS(meet("unlink", path), int, REAL(unlink)(path));
}

int mkdir(const char *path, mode_t mode)
{
    PASS(meet("mkdir", path), int, REAL(mkdir)(path, mode));
}

/* --- the clock --- */

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = REAL(clock_gettime)(clock, now);
    if (result == 0 && plan && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += (time_t)plan->clock_off;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    *now = (struct timeval){.tv_sec = exact.tv_sec, .tv_usec = exact.tv_nsec / 1000};
    return result;
}

time_t time(time_t *to)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (to)
        *to = now.tv_sec;
    return now.tv_sec;
}
