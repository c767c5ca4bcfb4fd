/* One group as its file in groups_dir says it, with its lists read. */
#pragma once
#include "people/member.h"
#include "people/people.h"

struct reference { /* a group that another one names */
    const char *id;
    int line;
};

struct group_file {
    struct group group; /* what others see of it; name NULL: the file could not be read so far */
    char *path;
    int name_line;
    GPtrArray *members;             /* of struct member: its own, then those of its lists */
    GArray *includes;               /* of struct reference */
    GArray *excluded;               /* of struct reference */
    GHashTable *excluded_addresses; /* a set of struct address */
    bool allow_empty;
    bool require_posts;
    struct problems *problems; /* of the file and its lists; EX_DATAERR */
};

/* Reads ID.conf. What is wrong is in ->problems: never NULL. */
struct group_file *group_file_read(const char *path, const char *id);
void group_file_free(struct group_file *file);
