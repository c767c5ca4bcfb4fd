#include "outbox/folders.h"
#include "base/file.h"

#include <errno.h>
#include <sys/stat.h>

/* Editors drop into one and clear up in the others: by their group. */
#define SHARED_MODE 0770

static const char *const all[] = {"outbox", "sending", "sent", "rejected"};

char *folders_path(const struct publication *publication, const char *folder, const char *name)
{
    return g_build_filename(publication->folder, folder, name, NULL);
}

static bool make(const char *path, struct error *error)
{
    if (mkdir(path, SHARED_MODE) < 0 && errno != EEXIST)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be created"));
    return true;
}

static bool make_all(const struct publication *publication, struct error *error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        AUTO(text) char *path = folders_path(publication, all[i], NULL);
        if (!make(path, error))
            return false;
    }
    return true;
}

bool folders_make_first(const struct publication *publication, struct error *error)
{
    return make(publication->folder, error) && make_all(publication, error);
}

bool folders_make_missing(const struct publication *publication, struct error *error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        AUTO(text) char *path = folders_path(publication, all[i], NULL);
        if (access(path, F_OK) == 0)
            return make_all(publication, error);
    }
    return error_set(error, EX_NOINPUT, (struct place){publication->folder, 0, 0},
                     N_("mount the share, or make the folder"),
                     N_("the publication's folder is not there"));
}

bool folders_make_in(char **path, const struct publication *publication, const char *folder,
                     const char *name, struct error *error)
{
    if (!folders_make_missing(publication, error))
        return false;
    AUTO(text) char *parent = folders_path(publication, folder, NULL);
    AUTO(text) char *whole = g_build_filename(parent, name, NULL);
    if (access(whole, F_OK) < 0 && (!make(whole, error) || !folder_sync(parent, error)))
        return false;
    *path = TAKE(whole);
    return true;
}
