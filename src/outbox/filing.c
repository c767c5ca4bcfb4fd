/* Filing what the queue has taken: outbox/ → sending/KEY/ → sent/KEY/. Every step can be done again
 * and finds what a crash left of it. */
#include "base/file.h"
#include "outbox/folders.h"
#include "outbox/move.h"
#include "outbox/name.h"
#include "outbox/outbox.h"

#include <fcntl.h>
#include <stdio.h>

/* Keys come from mastheads, names from whoever drops things: neither may lead elsewhere. */
static bool check_names(const char *name, const char *key, struct error *error)
{
    if (name_is_plain(name) && name_is_plain(key))
        return true;
    AUTO(text) char *shown = name_shown(name_is_plain(name) ? key : name);
    return error_set(error, EX_SOFTWARE, NOWHERE, NULL, N_("this can't name a file: %s"), shown);
}

static bool is_there(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_SYMLINK | G_FILE_TEST_EXISTS);
}

bool outbox_file_sending(const struct publication *publication, const char *name, const char *key,
                         struct error *error)
{
    AUTO(text) char *folder = NULL;
    if (!check_names(name, key, error) ||
        !folders_make_in(&folder, publication, "sending", key, error))
        return false;
    AUTO(text) char *from = folders_path(publication, "outbox", name);
    AUTO(text) char *filed = name_filed(name);
    AUTO(text) char *to = g_build_filename(folder, filed, NULL);
    if (!is_there(to))
        return move_durably(from, to, error);
    /* A crash between copying and taking away leaves it in both places. Another text of that name
     * is another drop. */
    if (has_same_content(from, to) && remove(from) < 0)
        return error_set_errno(error, (struct place){from, 0, 0}, N_("can't be removed"));
    return folder_sync(folder, error);
}

bool outbox_write_sending(const struct publication *publication, const char *key, const char *file,
                          const char *octets, size_t length, struct error *error)
{
    AUTO(text) char *folder = NULL;
    if (!check_names(file, key, error) ||
        !folders_make_in(&folder, publication, "sending", key, error))
        return false;
    AUTO(text) char *path = g_build_filename(folder, file, NULL);
    return file_write_durably(path, octets, length, error);
}

bool outbox_draft_sending(struct draft **draft, const struct publication *publication,
                          const char *key, const char *file, struct error *error)
{
    AUTO(text) char *folder = NULL;
    if (!check_names(file, key, error) ||
        !folders_make_in(&folder, publication, "sending", key, error))
        return false;
    AUTO(text) char *path = g_build_filename(folder, file, NULL);
    return draft_begin(draft, path, error);
}

/* --- sending/KEY → sent/KEY --- */

static bool remove_progress_pages(const char *folder, struct error *error)
{
    static const char *const pages[] = {"preview.html", "status.html"};
    for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
        AUTO(text) char *path = g_build_filename(folder, pages[i], NULL);
        if (!folder_remove(path, error))
            return false;
    }
    return true;
}

/* One thing of an issue that was finished before, and whose failed deliveries were tried again: a
 * newer report replaces the older; a folder that is there is the original, whole. */
static bool merge_one(const char *from, const char *to, struct error *error)
{
    if (g_file_test(to, G_FILE_TEST_IS_DIR))
        return folder_remove(from, error);
    return move_durably(from, to, error);
}

static bool merge(const char *from, const char *to, struct error *error)
{
    AUTO(fd) int folder = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    AUTO(array) GPtrArray *names = folder < 0 ? NULL : names_in(folder);
    if (!names)
        return error_set_errno(error, (struct place){from, 0, 0}, N_("can't be read"));
    for (guint i = 0; i < names->len; i++) {
        AUTO(text) char *old_path = g_build_filename(from, names->pdata[i], NULL);
        AUTO(text) char *new_path = g_build_filename(to, names->pdata[i], NULL);
        if (!merge_one(old_path, new_path, error))
            return false;
    }
    return folder_remove(from, error);
}

bool outbox_file_sent(const struct publication *publication, const char *key, struct error *error)
{
    if (!check_names(key, key, error) || !folders_make_missing(publication, error))
        return false;
    AUTO(text) char *from = folders_path(publication, "sending", key);
    AUTO(text) char *to = folders_path(publication, "sent", key);
    if (!is_there(from) && is_there(to))
        return true;
    if (!remove_progress_pages(from, error))
        return false;
    return is_there(to) ? merge(from, to, error) : move_durably(from, to, error);
}
