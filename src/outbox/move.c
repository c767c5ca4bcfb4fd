#include "outbox/move.h"
#include "base/file.h"
#include "outbox/name.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

static struct place at(const char *path)
{
    return (struct place){path, 0, 0};
}

/* --- copying --- */

static bool copy_content(int from, int to)
{
    ssize_t sent;
    do
        sent = sendfile(to, from, NULL, 1 << 20);
    while (sent > 0 || (sent < 0 && errno == EINTR));
    return sent == 0;
}

static bool copy_file(int from_folder, int to_folder, const char *name, const char *new_name)
{
    struct stat status;
    AUTO(fd) int from = openat(from_folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0 || fstat(from, &status) < 0)
        return false;
    AUTO(fd) int to = openat(to_folder, new_name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (to < 0 || !copy_content(from, to))
        return false;
    const struct timespec times[] = {status.st_atim, status.st_mtim};
    (void)futimens(to, times);
    return fsync(to) == 0 && close(take_fd(&to)) == 0;
}

static bool copy_thing(int from_folder, int to_folder, const char *name, const char *new_name);

static bool copy_folder(int from_folder, int to_folder, const char *name, const char *new_name)
{
    AUTO(fd) int from = openat(from_folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    AUTO(array) GPtrArray *names = from < 0 ? NULL : names_in(from);
    if (!names || mkdirat(to_folder, new_name, 0770) < 0)
        return false;
    AUTO(fd) int to = openat(to_folder, new_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (to < 0)
        return false;
    for (guint i = 0; i < names->len; i++)
        if (!copy_thing(from, to, names->pdata[i], names->pdata[i]))
            return false;
    return fsync(to) == 0 || errno == EINVAL;
}

static bool copy_thing(int from_folder, int to_folder, const char *name, const char *new_name)
{
    struct stat status;
    if (fstatat(from_folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    if (S_ISDIR(status.st_mode))
        return copy_folder(from_folder, to_folder, name, new_name);
    return !S_ISREG(status.st_mode) || copy_file(from_folder, to_folder, name, new_name);
}

/* Under a name that the outbox passes over: half a folder must not be taken for a new issue. */
static bool remove_copied(const char *from, struct error *error)
{
    AUTO(text) char *folder = g_path_get_dirname(from);
    AUTO(text) char *hidden = g_build_filename(folder, ".fensong-moved.tmp", NULL);
    if (!folder_remove(hidden, error))
        return false;
    if (rename(from, hidden) < 0)
        return error_set_errno(error, at(from), N_("can't be removed"));
    return folder_remove(hidden, error);
}

static bool copy_and_remove(const char *from, const char *to, const char *to_folder,
                            struct error *error)
{
    AUTO(text) char *temporary = g_build_filename(to_folder, ".fensong-moving.tmp", NULL);
    if (!folder_remove(temporary, error))
        return false;
    if (!copy_thing(AT_FDCWD, AT_FDCWD, from, temporary) || rename(temporary, to) < 0) {
        error_set_errno(error, at(to), N_("can't be written"));
        bool cleared = folder_remove(temporary, NULL); /* else by the next move */
        (void)cleared;
        return false;
    }
    return folder_sync(to_folder, error) && remove_copied(from, error);
}

/* --- moving --- */

bool move_durably(const char *from, const char *to, struct error *error)
{
    AUTO(text) char *from_folder = g_path_get_dirname(from);
    AUTO(text) char *to_folder = g_path_get_dirname(to);
    if (rename(from, to) < 0) {
        if (errno != EXDEV)
            return error_set_errno(error, at(from), N_("can't be moved"));
        if (!copy_and_remove(from, to, to_folder, error))
            return false;
    }
    return folder_sync(to_folder, error) && folder_sync(from_folder, error);
}

bool rename_to_free_name(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    /* A file system, such as a share, that can't do this in one step. */
    struct stat status;
    if (lstat(to, &status) == 0) {
        errno = EEXIST;
        return false;
    }
    return errno == ENOENT && rename(from, to) == 0;
}

bool has_same_content(const char *a, const char *b)
{
    AUTO(bytes) GBytes *left = NULL;
    AUTO(bytes) GBytes *right = NULL;
    return file_load(&left, a, INT_MAX, NULL) && file_load(&right, b, INT_MAX, NULL) &&
           g_bytes_equal(left, right);
}
