/* One group as its file in groups_dir says it, with its lists read. */
#pragma once
#include "people/copies.h"
#include "people/member.h"
#include "people/people.h"

struct reference { /* a group that another one names */
    const char *id;
    int line;
};

struct login { /* to the servers of a group's lists; NULL: not said */
    char *user, *password_file, *ca_file;
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
    GPtrArray *lists; /* of struct list_source */
    struct login login;
    struct problems *problems; /* of the file and its lists; EX_DATAERR */
    struct problems *stood_in; /* of lists for which their last good copy stands */
};

/* Reads ID.conf, without what its lists hold. What is wrong is in ->problems: never NULL. */
struct group_file *group_file_read(const char *path, const char *id);
/* Reads its lists: files as they lie there, remote ones from their copies. For a file that does not
 * read whole, its last good copy stands, with a remark. `copies` may be NULL: there are none. */
void group_file_read_lists(struct group_file *file, const struct copies *copies, usec_t now);
void group_file_free(struct group_file *file);
