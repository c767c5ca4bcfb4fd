/* LD_PRELOAD for the power-cut test: writes down, in order and over all processes, what each call
 * does to files under POWER_UNDER, so that tests/fault/power.py can make what a disk may hold that
 * lost its power at any moment. The log POWER_LOG is mapped: no descriptor and no limit of a
 * process stands in its way. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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
#include <time.h>
#include <unistd.h>

enum deed { WRITE = 1, TRUNCATE, SYNC, CREATE, MKDIR, RENAME, UNLINK }; /* power.py has the same */

struct log {
    _Atomic uint64_t head; /* octets used, from the beginning of the file */
    uint64_t size;
};

struct entry { /* followed by the two texts; whole once `length` is set */
    _Atomic uint32_t length;
    uint32_t deed, first_length, second_length;
    uint64_t inode;
    int64_t offset, nanoseconds; /* monotonic */
};

static struct log *all;
static const char *under;

__attribute__((constructor)) static void map_log(void)
{
    const char *path = getenv("POWER_LOG");
    struct stat status;
    under = getenv("POWER_UNDER");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0 || !under || fstat(fd, &status) < 0)
        return;
    void *memory = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (memory != MAP_FAILED)
        all = memory;
}

#define REAL(name) ((__typeof__(&name))next_symbol(#name))

static void *next_symbol(const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    if (!symbol)
        abort();
    return symbol;
}

/* --- the log --- */

static void note(enum deed deed, uint64_t inode, int64_t offset, const void *first,
                 size_t first_length, const char *second)
{
    size_t second_length = second ? strlen(second) : 0;
    size_t length = (sizeof(struct entry) + first_length + second_length + 7) & ~(size_t)7;
    struct timespec now;
    uint64_t at = atomic_fetch_add(&all->head, length);
    if (at + length > all->size)
        abort(); /* a log with a hole proves nothing */
    struct entry *entry = (struct entry *)((char *)all + at);
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    entry->deed = deed;
    entry->first_length = (uint32_t)first_length;
    entry->second_length = (uint32_t)second_length;
    entry->inode = inode;
    entry->offset = offset;
    entry->nanoseconds = now.tv_sec * 1000000000 + now.tv_nsec;
    memcpy(entry + 1, first, first_length);
    if (second)
        memcpy((char *)(entry + 1) + first_length, second, second_length);
    atomic_store(&entry->length, (uint32_t)length);
}

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

/* The whole path of a name in a folder; false: it is none of ours. */
static bool whole_path(int folder, const char *name, char path[2 * PATH_MAX])
{
    char base[PATH_MAX];
    if (!all)
        return false;
    if (name[0] == '/' || folder == AT_FDCWD || !fd_path(folder, base))
        (void)snprintf(path, (size_t)2 * PATH_MAX, "%s", name);
    else
        (void)snprintf(path, (size_t)2 * PATH_MAX, "%s/%s", base, name);
    return is_watched(path);
}

static void note_fd(enum deed deed, int fd, int64_t offset, const void *octets, size_t length)
{
    char path[PATH_MAX];
    struct stat status;
    int saved = errno;
    if (all && fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) &&
        fd_path(fd, path) && is_watched(path))
        note(deed, status.st_ino, offset, octets ? octets : path, octets ? length : strlen(path),
             NULL);
    errno = saved;
}

static void note_name(enum deed deed, int folder, const char *name, int to_folder, const char *to)
{
    char path[2 * PATH_MAX], other[2 * PATH_MAX];
    int saved = errno;
    if (whole_path(folder, name, path) && (!to || whole_path(to_folder, to, other)))
        note(deed, 0, 0, path, strlen(path), to ? other : NULL);
    errno = saved;
}

/* --- octets --- */

static ssize_t written(int fd, const void *octets, ssize_t length)
{
    if (all && length > 0)
        note_fd(WRITE, fd, lseek(fd, 0, SEEK_CUR) - length, octets, (size_t)length);
    return length;
}

ssize_t write(int fd, const void *octets, size_t length)
{
    return written(fd, octets, REAL(write)(fd, octets, length));
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
    long result = REAL(syscall)(number, words[0], words[1], words[2], words[3], words[4], words[5]);
    return number == SYS_write ? written((int)words[0], (const void *)words[1], result) : result;
}

static ssize_t written_at(int fd, const void *octets, ssize_t length, off_t offset)
{
    if (length > 0)
        note_fd(WRITE, fd, offset, octets, (size_t)length);
    return length;
}

ssize_t pwrite(int fd, const void *octets, size_t length, off_t offset)
{
    return written_at(fd, octets, REAL(pwrite)(fd, octets, length, offset), offset);
}

ssize_t pwrite64(int fd, const void *octets, size_t length, off64_t offset)
{
    return written_at(fd, octets, REAL(pwrite64)(fd, octets, length, offset), offset);
}

#define DONE(result, noted)                                                                        \
    do {                                                                                           \
        int done = (result);                                                                       \
        if (done == 0)                                                                             \
            noted;                                                                                 \
        return done;                                                                               \
    } while (0)

int ftruncate(int fd, off_t length)
{
    DONE(REAL(ftruncate)(fd, length), note_fd(TRUNCATE, fd, length, NULL, 0));
}

int ftruncate64(int fd, off64_t length)
{
    DONE(REAL(ftruncate64)(fd, length), note_fd(TRUNCATE, fd, length, NULL, 0));
}

int fsync(int fd)
{
    DONE(REAL(fsync)(fd), note_fd(SYNC, fd, 0, NULL, 0));
}

int fdatasync(int fd)
{
    DONE(REAL(fdatasync)(fd), note_fd(SYNC, fd, 0, NULL, 0));
}

/* --- names --- */

static int opened(int fd, bool was_there, int flags, int folder, const char *name)
{
    char path[2 * PATH_MAX];
    struct stat status;
    int saved = errno;
    if (fd >= 0 && flags & (O_CREAT | O_TRUNC) && whole_path(folder, name, path) &&
        fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        if (!was_there)
            note(CREATE, status.st_ino, 0, path, strlen(path), NULL);
        else if (flags & O_TRUNC)
            note(TRUNCATE, status.st_ino, 0, path, strlen(path), NULL);
    }
    errno = saved;
    return fd;
}

#define OPEN(call, folder, name)                                                                   \
    va_list list;                                                                                  \
    va_start(list, flags);                                                                         \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;                        \
    va_end(list);                                                                                  \
    struct stat before;                                                                            \
    bool was_there = fstatat(folder, name, &before, AT_SYMLINK_NOFOLLOW) == 0;                     \
    return opened(call, was_there, flags, folder, name)

int open(const char *name, int flags, ...)
{
    OPEN(REAL(open)(name, flags, mode), AT_FDCWD, name);
}

int open64(const char *name, int flags, ...)
{
    OPEN(REAL(open64)(name, flags, mode), AT_FDCWD, name);
}

int openat(int folder, const char *name, int flags, ...)
{
    OPEN(REAL(openat)(folder, name, flags, mode), folder, name);
}

int openat64(int folder, const char *name, int flags, ...)
{
    OPEN(REAL(openat64)(folder, name, flags, mode), folder, name);
}

int mkdir(const char *name, mode_t mode)
{
    DONE(REAL(mkdir)(name, mode), note_name(MKDIR, AT_FDCWD, name, 0, NULL));
}

int rename(const char *from, const char *to)
{
    DONE(REAL(rename)(from, to), note_name(RENAME, AT_FDCWD, from, AT_FDCWD, to));
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    DONE(REAL(renameat)(from_folder, from, to_folder, to),
         note_name(RENAME, from_folder, from, to_folder, to));
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    DONE(REAL(renameat2)(from_folder, from, to_folder, to, flags),
         note_name(RENAME, from_folder, from, to_folder, to));
}

int unlink(const char *name)
{
    DONE(REAL(unlink)(name), note_name(UNLINK, AT_FDCWD, name, 0, NULL));
}

int unlinkat(int folder, const char *name, int flags)
{
    DONE(REAL(unlinkat)(folder, name, flags), note_name(UNLINK, folder, name, 0, NULL));
}

int rmdir(const char *name)
{
    DONE(REAL(rmdir)(name), note_name(UNLINK, AT_FDCWD, name, 0, NULL));
}

int remove(const char *name)
{
    DONE(REAL(remove)(name), note_name(UNLINK, AT_FDCWD, name, 0, NULL));
}
