/* Which group somebody means. */
#pragma once
#include "people/people.h"

/* By id, name or alias; an id counts first. EX_NOINPUT names the nearest. *group is people's own.
 */
MUST bool which_group(const struct people *people, const char *name, const struct group **group,
                      struct error *error);
