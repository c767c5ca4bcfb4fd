/* The control socket in the file system. */
#pragma once
#include "base/error.h"

#include <sys/types.h>

/* Listens at `path` (its folder is made where it is missing): mode 0660, of the group `members`
 * where there is one, not blocking. A socket that a dead daemon left is replaced; one at which
 * somebody answers is not (EX_TEMPFAIL), nor is any other file (EX_CONFIG). */
MUST bool socket_listen(int *listening, const char *path, gid_t members, struct error *error);
