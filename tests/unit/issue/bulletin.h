/* The corpus: tests/data/bulletins/NAME/issue.md or issue.txt. For the tests that walk it. */
#pragma once
#include "../cases.h"

#include "base/file.h"
#include "base/text.h"
#include "issue/issue.h"

#include <string.h>

struct bulletin {
    char *name;           /* its folder's */
    const char *document; /* issue.md, issue.txt */
    GBytes *bytes;
};

static void bulletin_free(void *pointer)
{
    struct bulletin *bulletin = pointer;
    g_free(bulletin->name);
    g_bytes_unref(bulletin->bytes);
    g_free(bulletin);
}

static int bulletin_by_name(const void *left, const void *right)
{
    return strcmp((*(struct bulletin *const *)left)->name,
                  (*(struct bulletin *const *)right)->name);
}

static struct bulletin *bulletin_load(const char *folder, const char *name)
{
    static const char *const documents[] = {"issue.md", "issue.txt"};
    for (size_t i = 0; i < G_N_ELEMENTS(documents); i++) {
        AUTO(text) char *path = g_build_filename(folder, name, documents[i], NULL);
        AUTO(error) struct error error = {0};
        GBytes *bytes = NULL;
        if (!file_load(&bytes, path, 16 << 20, &error))
            continue;
        struct bulletin *bulletin = g_new0(struct bulletin, 1);
        *bulletin =
            (struct bulletin){.name = g_strdup(name), .document = documents[i], .bytes = bytes};
        return bulletin;
    }
    fail_msg("%s holds no document", name);
    return NULL;
}

/* All of them, of struct bulletin, by name. Caller frees. */
static GPtrArray *bulletins_load(void)
{
    static const char folder[] = "tests/data/bulletins";
    GPtrArray *all = g_ptr_array_new_with_free_func(bulletin_free);
    GDir *open = g_dir_open(folder, 0, NULL);
    assert_non_null(open);
    for (const char *name; (name = g_dir_read_name(open));)
        g_ptr_array_add(all, bulletin_load(folder, name));
    g_dir_close(open);
    g_ptr_array_sort(all, bulletin_by_name);
    return all;
}
