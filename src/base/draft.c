#include "base/draft.h"
#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>

#define SYNC_AFTER ((size_t)4 << 20) /* octets */

struct draft {
    char *path, *name, *temporary;
    int folder, fd; /* fd -1: it is finished */
    size_t unsynced;
};

static bool fail(const struct draft *draft, struct error *error)
{
    return error_set_errno(error, (struct place){draft->path, 0, 0}, N_("can't be written"));
}

bool draft_begin(struct draft **draft, const char *path, struct error *error)
{
    AUTO(draft) struct draft *fresh = g_new0(struct draft, 1);
    AUTO(text) char *folder = g_path_get_dirname(path);
    fresh->fd = -1;
    fresh->path = g_strdup(path);
    fresh->name = g_path_get_basename(path);
    fresh->temporary = g_strdup_printf(".%s.tmp", fresh->name);
    fresh->folder = open(folder, O_DIRECTORY | O_CLOEXEC);
    if (fresh->folder >= 0)
        fresh->fd = openat(fresh->folder, fresh->temporary,
                           O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fresh->fd < 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be created"));
    *draft = TAKE(fresh);
    return true;
}

bool draft_add(struct draft *draft, const void *octets, size_t length, struct error *error)
{
    if (!file_write_all(draft->fd, octets, length))
        return fail(draft, error);
    draft->unsynced += length;
    if (draft->unsynced < SYNC_AFTER)
        return true;
    draft->unsynced = 0;
    return fdatasync(draft->fd) == 0 || fail(draft, error);
}

bool draft_finish(struct draft *draft, struct error *error)
{
    AUTO(text) char *folder = g_path_get_dirname(draft->path);
    if (fsync(draft->fd) < 0 || close(take_fd(&draft->fd)) < 0 ||
        renameat(draft->folder, draft->temporary, draft->folder, draft->name) < 0)
        return fail(draft, error);
    g_clear_pointer(&draft->temporary, g_free);
    return folder_sync(folder, error);
}

void draft_free(struct draft *draft)
{
    if (!draft)
        return;
    if (draft->fd >= 0)
        close(draft->fd);
    if (draft->temporary && draft->folder >= 0)
        (void)unlinkat(draft->folder, draft->temporary, 0);
    if (draft->folder >= 0)
        close(draft->folder);
    g_free(draft->path);
    g_free(draft->name);
    g_free(draft->temporary);
    g_free(draft);
}
