/* Putting back what can't be sent, with the reason; and dropping, for `fensong send`. */
#include "base/file.h"
#include "outbox/folders.h"
#include "outbox/move.h"
#include "outbox/name.h"
#include "outbox/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

/* After that many of one name something else is wrong. */
#define MOST_NUMBERS 10000

/* --- rejected/ --- */

/* Does a folder of rejected/ hold an original? Without one it is what a crash left, or the editor
 * took the original back to mend it: it can be used again. */
static bool holds_original(const char *path)
{
    AUTO(fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    AUTO(array) GPtrArray *names = fd < 0 ? NULL : names_in(fd);
    for (guint i = 0; names && i < names->len; i++)
        if (!g_str_equal(names->pdata[i], "why.txt") && !g_str_equal(names->pdata[i], "why.html") &&
            !outbox_is_work_in_progress(names->pdata[i]))
            return true;
    return !names;
}

/* The folder for it: rejected/NAME, or the first `NAME (2)` … that is free. */
static bool make_rejected(char **path, const struct publication *publication, const char *name,
                          struct error *error)
{
    for (unsigned number = 1; number < MOST_NUMBERS; number++) {
        AUTO(text) char *numbered = number == 1 ? g_strdup(name) : name_numbered(name, number);
        AUTO(text) char *whole = folders_path(publication, "rejected", numbered);
        struct stat status;
        if (lstat(whole, &status) == 0 && holds_original(whole))
            continue;
        return folders_make_in(path, publication, "rejected", numbered, error);
    }
    AUTO(text) char *shown = name_shown(name);
    return error_set(error, EX_CANTCREAT, (struct place){shown, 0, 0},
                     N_("clear up the folder rejected"), N_("there are too many of this name"));
}

/* Notepad of old Windows knows UTF-8 by its BOM alone and breaks lines at CRLF alone. */
static GString *for_any_editor(const char *text)
{
    GString *whole = g_string_new("\xef\xbb\xbf");
    for (; *text; text++) {
        if (*text == '\n' && whole->str[whole->len - 1] != '\r')
            g_string_append_c(whole, '\r');
        g_string_append_c(whole, *text);
    }
    return whole;
}

static bool write_why(const char *folder, const char *why_text, const char *why_html,
                      struct error *error)
{
    AUTO(str) GString *text = for_any_editor(why_text);
    AUTO(str) GString *html = g_string_new(why_html);
    AUTO(text) char *text_path = g_build_filename(folder, "why.txt", NULL);
    AUTO(text) char *html_path = g_build_filename(folder, "why.html", NULL);
    return file_write_durably(text_path, text->str, text->len, error) &&
           file_write_durably(html_path, html->str, html->len, error);
}

static bool take_away(const char *path, struct error *error)
{
    AUTO(text) char *folder = g_path_get_dirname(path);
    if (unlink(path) < 0 && errno != ENOENT)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be removed"));
    return folder_sync(folder, error);
}

bool outbox_reject(const struct publication *publication, const char *name, const char *why_text,
                   const char *why_html, struct error *error)
{
    AUTO(text) char *from = folders_path(publication, "outbox", name);
    struct stat status;
    if (lstat(from, &status) < 0)
        /* Gone: somebody took it back himself. */
        return errno == ENOENT ||
               error_set_errno(error, (struct place){from, 0, 0}, N_("can't be moved"));
    /* The reason first: should we be stopped before the move, the thing is still in the outbox and
     * the same folder is used again. */
    AUTO(text) char *folder = NULL;
    if (!make_rejected(&folder, publication, name, error) ||
        !write_why(folder, why_text, why_html, error))
        return false;
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return take_away(from, error);
    AUTO(text) char *filed = name_filed(name);
    AUTO(text) char *to = g_build_filename(folder, filed, NULL);
    return move_durably(from, to, error);
}

/* --- dropping --- */

/* Who drops may have another umask and another first group than the service, which must read it:
 * the outbox's own group shall. Not allowed everywhere, and then not needed everywhere. */
static void share_with_group(int folder, const char *name)
{
    struct stat status;
    bool shared = fstat(folder, &status) == 0 &&
                  fchownat(folder, name, (uid_t)-1, status.st_gid, AT_SYMLINK_NOFOLLOW) == 0 &&
                  fchmodat(folder, name, 0660, 0) == 0;
    (void)shared;
}

static bool name_dropped(const char *temporary, const struct publication *publication,
                         const char *name, struct error *error)
{
    for (unsigned number = 1; number < MOST_NUMBERS; number++) {
        AUTO(text)
        char *numbered = number == 1 ? g_strdup(name) : name_numbered_before_ending(name, number);
        AUTO(text) char *path = folders_path(publication, "outbox", numbered);
        if (rename_to_free_name(temporary, path))
            return true;
        if (errno != EEXIST)
            break;
    }
    return error_set_errno(error, (struct place){publication->folder, 0, 0},
                           N_("the file can't be put into the outbox"));
}

bool outbox_drop(const struct publication *publication, const char *name, GBytes *content,
                 struct error *error)
{
    AUTO(text) char *shown = name_shown(name);
    if (!name_is_plain(name) || outbox_is_work_in_progress(name))
        return error_set(error, EX_DATAERR, (struct place){shown, 0, 0},
                         N_("give the file another name"),
                         N_("the outbox passes over a file of this name"));
    AUTO(text) char *folder = folders_path(publication, "outbox", NULL);
    AUTO(fd) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, (struct place){folder, 0, 0},
                               N_("the outbox can't be opened"));
    AUTO(text)
    char *hidden = g_strdup_printf(".fensong-%ld-%08x.tmp", (long)getpid(), g_random_int());
    AUTO(text) char *temporary = g_build_filename(folder, hidden, NULL);
    gsize length;
    const void *octets = g_bytes_get_data(content, &length);
    bool good = file_create_at(fd, hidden, octets, length, error);
    if (good) {
        share_with_group(fd, hidden);
        good = name_dropped(temporary, publication, name, error);
    }
    if (!good)
        (void)unlinkat(fd, hidden, 0);
    return good && folder_sync(folder, error);
}
