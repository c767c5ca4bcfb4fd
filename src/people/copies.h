/* The last good copy of each list, in state_dir/copies: KEY.json says what is known of a list, the
 * file that it names by SHA-256 is the copy. fensong-fetch alone writes here; everybody else reads.
 */
#pragma once
#include "base/clock.h"
#include "base/problem.h"

/* Beside the copies: which lists are in trouble (see people/refresh.h). */
extern const char copies_trouble_name[];

struct copies {
    char *folder;
    usec_t max_age;
    bool waits; /* for files that were saved just now */
};

struct copies *copies_new(const char *state_dir, usec_t max_age);
void copies_free(struct copies *copies);
AUTO_DEFINE(copies, struct copies, copies_free)

struct copy {
    char *key, *sha256; /* sha256 NULL: there never was a good one */
    usec_t good_at;     /* when the list was last seen to be this */
    char *etag, *last_modified;
    char *trouble; /* why the list is not as good now, in the words of people; NULL: it is */
    usec_t trouble_since;
};

/* What is known of a list; NULL: nothing, or nothing that can be read. The caller's. */
struct copy *copies_find(const struct copies *copies, const char *key);
void copy_free(struct copy *copy);
AUTO_DEFINE(copy, struct copy, copy_free)

/* The path of the copy itself. Caller frees. */
char *copy_path(const struct copies *copies, const struct copy *copy);
bool copy_is_too_old(const struct copies *copies, const struct copy *copy, usec_t now);

/* Nobody is writing a file that was left alone for so long. */
#define COPIES_SETTLED (3 * USEC_PER_SEC)
/* Was the file at `path` changed since? A file of the future is none that is being written. */
bool copies_is_settled(const char *path, usec_t now);

/* Is there a good copy, and these octets are another content? */
bool copies_is_other(const struct copy *copy, GBytes *octets);

/* Adds a problem where these octets are the beginning of the good copy (NULL: there is none) and
 * end within a row: a list that was cut off while it was copied can read whole all the same. */
MUST bool copies_is_uncut(const struct copies *copies, const struct copy *copy, GBytes *octets,
                          const char *shown, struct problems *problems);

/* Keeps the content (NULL: as it was), then what is known of it: in this order, and durably. */
MUST bool copies_keep(const struct copies *copies, struct copy *copy, GBytes *content,
                      struct error *error);
/* Takes away what no list of `keys` (a set of char *) needs any more. */
MUST bool copies_sweep(const struct copies *copies, GHashTable *keys, struct error *error);
