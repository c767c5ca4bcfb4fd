/* The four folders of a publication. */
#pragma once
#include "conf/conf.h"

/* Paths; the caller frees. `name` may be NULL. */
char *folders_path(const struct publication *publication, const char *folder, const char *name);

/* Makes outbox/, sending/, sent/ and rejected/ where they are missing: at the start whenever the
 * folder's parent is there, later only beside one of the others, because a folder without any of
 * them is a share that is not mounted. EX_NOINPUT then. */
MUST bool folders_make_first(const struct publication *publication, struct error *error);
MUST bool folders_make_missing(const struct publication *publication, struct error *error);

/* Makes one folder in one of them and gives its path, which the caller frees. */
MUST bool folders_make_in(char **path, const struct publication *publication, const char *folder,
                          const char *name, struct error *error);
