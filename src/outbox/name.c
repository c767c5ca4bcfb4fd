#include "outbox/name.h"
#include "outbox/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

GPtrArray *names_in(int folder)
{
    /* Opened anew: the position of `folder` is shared with whoever else has it. */
    AUTO(fd) int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (!stream)
        return NULL;
    (void)take_fd(&fd);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(stream)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            g_ptr_array_add(names, g_strdup(entry->d_name));
    int failure = errno;
    (void)closedir(stream);
    if (failure) {
        g_ptr_array_unref(names);
        errno = failure;
        return NULL;
    }
    g_ptr_array_sort(names, by_name);
    return names;
}

bool name_is_plain(const char *name)
{
    return *name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !strchr(name, '/');
}

/* Windows writes endings in either case. */
static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length >= tail && g_ascii_strcasecmp(name + length - tail, ending) == 0;
}

bool name_says_progress(const char *name)
{
    static const char *const endings[] = {".tmp", ".part", ".crdownload", ".swp"};
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        if (ends_in(name, endings[i]))
            return true;
    return g_str_has_prefix(name, "~$") || g_str_has_prefix(name, ".~lock.");
}

bool outbox_is_work_in_progress(const char *name)
{
    return name[0] == '.' || name_says_progress(name) || ends_in(name, "~") ||
           g_ascii_strcasecmp(name, "desktop.ini") == 0 ||
           g_ascii_strcasecmp(name, "Thumbs.db") == 0;
}

/* Stem, suffix, ending as one name that a file system takes, the stem cut between characters. */
static char *fitted(const char *name, size_t stem, const char *suffix, const char *ending)
{
    size_t room = NAME_MAX - strlen(suffix) - strlen(ending);
    if (stem > room) {
        stem = room;
        while (stem > 0 && ((unsigned char)name[stem] & 0xc0) == 0x80)
            stem--;
    }
    return g_strdup_printf("%.*s%s%s", (int)stem, name, suffix, ending);
}

char *name_numbered(const char *name, unsigned number)
{
    AUTO(text) char *suffix = g_strdup_printf(" (%u)", number);
    return fitted(name, strlen(name), suffix, "");
}

char *name_numbered_before_ending(const char *name, unsigned number)
{
    const char *dot = strrchr(name, '.');
    if (!dot || dot == name || strlen(dot) > 16)
        return name_numbered(name, number);
    AUTO(text) char *suffix = g_strdup_printf(" (%u)", number);
    return fitted(name, (size_t)(dot - name), suffix, dot);
}

char *name_filed(const char *name)
{
    static const char *const ours[] = {"why.txt",     "why.html",   "status.html",
                                       "report.html", "report.csv", "preview.html"};
    for (size_t i = 0; i < G_N_ELEMENTS(ours); i++)
        if (g_ascii_strcasecmp(name, ours[i]) == 0)
            return g_strconcat("original-", name, NULL);
    return g_strdup(name);
}

char *name_shown(const char *name)
{
    AUTO(text) char *valid = g_utf8_make_valid(name, -1);
    GString *shown = g_string_sized_new(strlen(valid));
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        /* Format characters too: one can turn the direction of what follows. */
        bool plain = !g_unichar_iscntrl(c) && g_unichar_type(c) != G_UNICODE_FORMAT;
        g_string_append_unichar(shown, plain ? c : 0xfffd);
    }
    return g_string_free(shown, FALSE);
}
