/* A publication whose folders lie in a temporary one. */
#pragma once
#include "base/file.h"
#include "outbox/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

struct fixture {
    char *home;
    struct publication publication;
};

static inline char *path_in(const struct fixture *fixture, const char *relative)
{
    return g_build_filename(fixture->publication.folder, relative, NULL);
}

static inline void put(const struct fixture *fixture, const char *relative, const char *text)
{
    AUTO(text) char *path = path_in(fixture, relative);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static inline void make_folder(const struct fixture *fixture, const char *relative)
{
    AUTO(text) char *path = path_in(fixture, relative);
    assert_int_equal(g_mkdir_with_parents(path, 0770), 0);
}

static inline bool is_there(const struct fixture *fixture, const char *relative)
{
    AUTO(text) char *path = path_in(fixture, relative);
    struct stat status;
    return lstat(path, &status) == 0;
}

static inline void assert_holds(const struct fixture *fixture, const char *relative,
                                const char *text)
{
    AUTO(text) char *path = path_in(fixture, relative);
    AUTO(text) char *content = NULL;
    assert_true(g_file_get_contents(path, &content, NULL, NULL));
    assert_string_equal(content, text);
}

static inline int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    fixture->home = g_dir_make_tmp("fensong-outbox-XXXXXX", NULL);
    fixture->publication = (struct publication){
        .id = "weekly",
        .name = "科协每周动态",
        .folder = g_build_filename(fixture->home, "weekly", NULL),
        .settle = 100 * USEC_PER_MSEC,
    };
    static const char *const folders[] = {"outbox", "sending", "sent", "rejected"};
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
        make_folder(fixture, folders[i]);
    *state = fixture;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *fixture = *state;
    bool removed = folder_remove(fixture->home, NULL);
    g_free(fixture->publication.folder);
    g_free(fixture->home);
    g_free(fixture);
    return removed ? 0 : -1;
}
