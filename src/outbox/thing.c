#include "outbox/thing.h"
#include "outbox/name.h"
#include "outbox/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* An issue has one document and some pictures. What is larger was dropped by mistake. */
#define DEEPEST      8
#define MOST_ENTRIES 2000
/* Word and its like leave their `~$…` behind when they crash: a folder doesn't wait for ever. */
#define STALE (60 * USEC_PER_MINUTE)

/* --- looking ------------------------------------------------------------------------------------
 */

struct walk {
    struct look *look;
    GChecksum *sum;
    unsigned entries;
};

static void look_at(struct walk *walk, int folder, const char *name, const char *path, int depth);

static void add_to_state(struct walk *walk, const char *path, const struct stat *status)
{
    const uint64_t facts[] = {
        (uint64_t)status->st_dev,         (uint64_t)status->st_ino,
        (uint64_t)status->st_mode,        (uint64_t)status->st_size,
        (uint64_t)status->st_mtim.tv_sec, (uint64_t)status->st_mtim.tv_nsec,
        (uint64_t)status->st_ctim.tv_sec, (uint64_t)status->st_ctim.tv_nsec,
    };
    g_checksum_update(walk->sum, (const guchar *)path, (gssize)strlen(path) + 1);
    g_checksum_update(walk->sum, (const guchar *)facts, sizeof facts);
}

/* What can't be looked at is part of the state too: it changes once it can. */
static void add_failure_to_state(struct walk *walk, const char *path, int code)
{
    g_checksum_update(walk->sum, (const guchar *)path, (gssize)strlen(path) + 1);
    g_checksum_update(walk->sum, (const guchar *)&code, sizeof code);
}

static void look_into(struct walk *walk, int folder, const char *name, const char *path, int depth)
{
    AUTO(fd) int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    AUTO(array) GPtrArray *names = fd < 0 ? NULL : names_in(fd);
    if (!names) {
        /* thing_open() says so if it stays. */
        add_failure_to_state(walk, path, errno);
        return;
    }
    for (guint i = 0; i < names->len && !error_is_set(&walk->look->refused); i++) {
        const char *inner = names->pdata[i];
        AUTO(text) char *inner_path = g_build_filename(path, inner, NULL);
        if (name_says_progress(inner))
            walk->look->says_progress = true;
        if (!outbox_is_work_in_progress(inner))
            walk->look->is_empty_folder = false;
        look_at(walk, fd, inner, inner_path, depth + 1);
    }
}

static void judge(struct walk *walk, const struct stat *status, const char *path, int depth)
{
    struct error *refused = &walk->look->refused;
    AUTO(text) char *shown = name_shown(path);
    struct place place = {shown, 0, 0};
    if (S_ISLNK(status->st_mode))
        error_set(refused, EX_DATAERR, place, N_("drop the file itself, not a link to it"),
                  N_("this is a symbolic link"));
    else if (!S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode))
        error_set(refused, EX_DATAERR, place, N_("drop a file, or a folder with files"),
                  N_("this is a device, a pipe or a socket"));
    else if (S_ISREG(status->st_mode) && status->st_size == 0 && depth == 0)
        error_set(refused, EX_DATAERR, place, N_("save the issue again and drop it once more"),
                  N_("this file is empty"));
    else if (++walk->entries > MOST_ENTRIES || depth > DEEPEST)
        error_set(refused, EX_DATAERR, place,
                  N_("drop the issue's document alone with its pictures and attachments"),
                  N_("this folder holds too many files, or too many folders in one another"));
}

static void look_at(struct walk *walk, int folder, const char *name, const char *path, int depth)
{
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
        walk->look->there = depth > 0 || errno != ENOENT;
        add_failure_to_state(walk, path, errno);
        return;
    }
    if (depth == 0) {
        walk->look->there = true;
        walk->look->is_folder = walk->look->is_empty_folder = S_ISDIR(status.st_mode);
        walk->look->is_empty_file = S_ISREG(status.st_mode) && status.st_size == 0;
        walk->look->device = status.st_dev;
        walk->look->inode = status.st_ino;
    }
    add_to_state(walk, path, &status);
    judge(walk, &status, path, depth);
    if (S_ISDIR(status.st_mode) && !error_is_set(&walk->look->refused))
        look_into(walk, folder, name, path, depth);
}

void thing_look(struct look *look, int folder, const char *name)
{
    *look = (struct look){0};
    struct walk walk = {.look = look, .sum = g_checksum_new(G_CHECKSUM_SHA256)};
    look_at(&walk, folder, name, name, 0);
    guint8 digest[32];
    gsize length = sizeof digest;
    g_checksum_get_digest(walk.sum, digest, &length);
    memcpy(&look->state, digest, sizeof look->state);
    g_checksum_free(walk.sum);
}

void look_clear(struct look *look)
{
    error_clear(&look->refused);
}

enum readiness thing_ready(const struct look *look, usec_t waited, struct error *why)
{
    if (error_is_set(&look->refused) && !look->is_empty_file) {
        error_copy(why, &look->refused);
        return THING_REFUSED;
    }
    if (!look->is_empty_folder && !look->says_progress)
        return THING_READY;
    if (waited < STALE)
        return THING_WAITS;
    if (!look->is_empty_folder)
        return THING_READY;
    error_set(why, EX_DATAERR, NOWHERE, N_("put the issue into the folder and drop it once more"),
              N_("this folder has been empty for an hour"));
    return THING_REFUSED;
}

/* --- opening ------------------------------------------------------------------------------------
 */

/* Clients of network file systems answer a try for a lease with what the server has delegated to
 * them, which says nothing of other writers. */
static bool leases_tell_of_writers(int fd)
{
    static const guint32 networks[] = {
        0x6969 /* NFS */,     0xff534d42 /* CIFS */, 0xfe534d42 /* SMB2 */,
        0x517b /* SMB */,     0x00c36400 /* Ceph */, 0x01021997 /* 9P */,
        0x5346414f /* AFS */, 0x65735546 /* FUSE */, 0x73757245 /* Coda */,
    };
    struct statfs system;
    if (fstatfs(fd, &system) < 0)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(networks); i++)
        if ((guint32)system.f_type == networks[i])
            return false;
    return true;
}

/* Has somebody got it open for writing? The kernel grants a read lease only while nobody has; to
 * another's file, where we get none at all (EACCES), that can't be seen. */
static bool is_being_written(int fd)
{
    if (!leases_tell_of_writers(fd))
        return false;
    /* A writer who comes before the lease is given back makes the kernel send SIGIO, which would
     * end this process; SIGURG is ignored by default. */
    if (fcntl(fd, F_SETSIG, SIGURG) < 0)
        return false;
    if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
        return errno == EAGAIN;
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
    return false;
}

static enum opening failed_to_open(const char *path, struct error *why)
{
    if (errno == ENOENT || errno == ELOOP || errno == ENOTDIR)
        return THING_CHANGED;
    /* Shares say EBUSY or ETXTBSY while a Windows program has it to itself. */
    if (errno != EACCES && errno != EPERM)
        return THING_BUSY;
    AUTO(text) char *shown = name_shown(path);
    error_set(why, EX_NOPERM, (struct place){shown, 0, 0},
              N_("make it readable for the service fensong, then drop it again"),
              N_("the service is not allowed to read this"));
    return THING_UNREADABLE;
}

static enum opening open_file(int *fd, int folder, const char *name, const char *path,
                              struct error *why)
{
    *fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*fd < 0)
        return failed_to_open(path, why);
    return is_being_written(*fd) ? THING_BUSY : THING_OPENED;
}

/* Can everything in it be read, and does nobody write to it? */
static enum opening try_folder(int *fd, int folder, const char *name, const char *path,
                               struct error *why)
{
    *fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    AUTO(array) GPtrArray *names = *fd < 0 ? NULL : names_in(*fd);
    if (!names)
        return failed_to_open(path, why);
    enum opening opening = THING_OPENED;
    for (guint i = 0; i < names->len && opening == THING_OPENED; i++) {
        const char *inner = names->pdata[i];
        struct stat status;
        if (fstatat(*fd, inner, &status, AT_SYMLINK_NOFOLLOW) < 0)
            return THING_CHANGED;
        AUTO(text) char *inner_path = g_build_filename(path, inner, NULL);
        AUTO(fd) int inner_fd = -1;
        if (S_ISDIR(status.st_mode))
            opening = try_folder(&inner_fd, *fd, inner, inner_path, why);
        else if (!outbox_is_work_in_progress(inner))
            opening = open_file(&inner_fd, *fd, inner, inner_path, why);
    }
    return opening;
}

/* Is `fd` what was looked at, and does it still lie there unchanged? */
static bool is_what_was_looked_at(int fd, int folder, const char *name, const struct look *look)
{
    struct stat status;
    AUTO(look) struct look again;
    thing_look(&again, folder, name);
    return fstat(fd, &status) == 0 && status.st_dev == look->device &&
           status.st_ino == look->inode && again.state == look->state;
}

enum opening thing_open(int *fd, int folder, const char *name, const struct look *look,
                        struct error *why)
{
    AUTO(fd) int opened = -1;
    enum opening opening = look->is_folder ? try_folder(&opened, folder, name, name, why)
                                           : open_file(&opened, folder, name, name, why);
    if (opening != THING_OPENED)
        return opening;
    if (!is_what_was_looked_at(opened, folder, name, look))
        return THING_CHANGED;
    *fd = take_fd(&opened);
    return THING_OPENED;
}
