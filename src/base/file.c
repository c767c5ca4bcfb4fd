#include "base/file.h"
#include "base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>

#define CHUNK 65536

static struct place at(const char *name)
{
    return (struct place){name, 0, 0};
}

static bool read_to_end(GByteArray *to, int fd, size_t most, const char *name, struct error *error)
{
    for (;;) {
        guint8 chunk[CHUNK];
        ssize_t got = pread(fd, chunk, sizeof chunk, (off_t)to->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, at(name), N_("can't be read"));
        if (got == 0)
            return true;
        if (to->len + (size_t)got > most)
            return error_set(error, EX_DATAERR, at(name), N_("make it smaller"),
                             N_("is larger than %zu octets"), most);
        g_byte_array_append(to, chunk, (guint)got);
    }
}

static bool same_state(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool file_read(GBytes **bytes, int fd, size_t most, const char *name, struct error *error)
{
    struct stat before, after;
    if (fstat(fd, &before) < 0)
        return error_set_errno(error, at(name), N_("can't be read"));
    if (!S_ISREG(before.st_mode))
        return error_set(error, EX_DATAERR, at(name), NULL, N_("is not a file"));
    GByteArray *content = g_byte_array_new();
    bool good = read_to_end(content, fd, most, name, error);
    if (good && (fstat(fd, &after) < 0 || !same_state(&before, &after) ||
                 (goffset)content->len != after.st_size))
        good = error_set(error, EX_TEMPFAIL, at(name), N_("wait until it is written"),
                         N_("changed while it was read"));
    if (good)
        *bytes = g_byte_array_free_to_bytes(content);
    else
        g_byte_array_unref(content);
    return good;
}

bool file_load(GBytes **bytes, const char *path, size_t most, struct error *error)
{
    AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return error_set_errno(error, at(path), N_("can't be opened"));
    return file_read(bytes, fd, most, path, error);
}

bool file_write_all(int fd, const void *from, size_t length)
{
    const char *octets = from;
    while (length > 0) {
        ssize_t written = write(fd, octets, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        octets += written;
        length -= (size_t)written;
    }
    return true;
}

bool file_create_at(int folder, const char *name, const void *octets, size_t length,
                    struct error *error)
{
    AUTO(fd)
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return error_set_errno(error, at(name), N_("can't be created"));
    if (!file_write_all(fd, octets, length) || fsync(fd) < 0 || close(take_fd(&fd)) < 0)
        return error_set_errno(error, at(name), N_("can't be written"));
    return true;
}

/* Some network shares know no fsync of a folder and say EINVAL: there the server sees to it. */
static bool sync_folder(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL;
}

bool file_write_durably(const char *path, const void *octets, size_t length, struct error *error)
{
    AUTO(text) char *folder = g_path_get_dirname(path);
    AUTO(text) char *name = g_path_get_basename(path);
    AUTO(text) char *temporary = g_strdup_printf(".%s.tmp", name);
    AUTO(fd) int fd = open(folder, O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, at(folder), N_("can't be opened"));
    if (!file_create_at(fd, temporary, octets, length, error)) {
        (void)unlinkat(fd, temporary, 0);
        return false;
    }
    if (renameat(fd, temporary, fd, name) < 0) {
        error_set_errno(error, at(path), N_("can't be written"));
        (void)unlinkat(fd, temporary, 0);
        return false;
    }
    return sync_folder(fd) || error_set_errno(error, at(path), N_("can't be written"));
}

bool folder_sync(const char *path, struct error *error)
{
    AUTO(fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || !sync_folder(fd))
        return error_set_errno(error, at(path), N_("can't be made durable"));
    return true;
}

bool folder_make(const char *path, struct error *error)
{
    if (g_mkdir_with_parents(path, 0750) < 0)
        return error_set_errno(error, at(path), N_("can't be created"));
    return true;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

bool folder_remove(const char *path, struct error *error)
{
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
        return error_set_errno(error, at(path), N_("can't be removed"));
    return true;
}

static bool hash_to_end(struct digest *digest, int fd)
{
    off_t offset = 0;
    ssize_t got;
    guint8 chunk[CHUNK];
    while ((got = pread(fd, chunk, sizeof chunk, offset)) > 0) {
        digest_add(digest, chunk, (size_t)got);
        offset += got;
    }
    return got == 0;
}

bool file_sha256(char **hex, int fd, const char *name, struct error *error)
{
    AUTO(digest) struct digest *digest = digest_new();
    if (!hash_to_end(digest, fd))
        return error_set_errno(error, at(name), N_("can't be read"));
    *hex = digest_hex(digest);
    return true;
}
