/* One way to clean up: AUTO(kind) before a declaration frees it when its scope ends, and
 * TAKE() hands it on. It can't report: close what you wrote by hand, and check. */
#pragma once
#include <glib.h>
#include <stdio.h>
#include <unistd.h>

#define AUTO(kind) __attribute__((cleanup(auto_##kind)))
#define TAKE(pointer) g_steal_pointer(&(pointer))
#define MUST __attribute__((warn_unused_result))

/* Defines AUTO(kind) for pointers of `type`; `free` is not called on NULL. */
#define AUTO_DEFINE(kind, type, free)                                                              \
    static inline void auto_##kind(type **pointer)                                                 \
    {                                                                                              \
        if (*pointer)                                                                              \
            free(*pointer);                                                                        \
    }

AUTO_DEFINE(file, FILE, (void)fclose)
AUTO_DEFINE(text, char, g_free)
AUTO_DEFINE(array, GPtrArray, g_ptr_array_unref)
AUTO_DEFINE(table, GHashTable, g_hash_table_unref)
AUTO_DEFINE(bytes, GBytes, g_bytes_unref)
AUTO_DEFINE(texts, char *, g_strfreev)

static inline void auto_str(GString **str)
{
    if (*str)
        g_string_free(*str, TRUE);
}

static inline void auto_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* Gives the descriptor away: the scope's end no longer closes it. */
static inline int take_fd(int *fd)
{
    int taken = *fd;
    *fd = -1;
    return taken;
}
