/* Where a group's list lies: beside the group file, or at an address that fensong-fetch asks. */
#pragma once
#include "base/problem.h"

struct list_source {
    char *name;        /* as the group calls it */
    char *path;        /* of a file; NULL: it is remote */
    char *url;         /* without the sheet; NULL: it is a file */
    char *sheet;       /* NULL: none is named */
    char *key;         /* what copies of it are kept by: the path or URL, with the sheet */
    struct place said; /* owns its file name */
};

/* `folder` is what a relative path starts from. NULL after adding a problem: an address of a kind
 * that can't be fetched, or not with care. */
struct list_source *list_source_new(const char *name, const char *folder, struct place said,
                                    struct problems *problems);
void list_source_free(struct list_source *source);
AUTO_DEFINE(list_source, struct list_source, list_source_free)
