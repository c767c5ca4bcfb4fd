/* Which group or person somebody means. */
#pragma once
#include "people/people.h"

/* By id, name or alias; an id counts first. EX_NOINPUT names the nearest. *group is people's own.
 */
MUST bool which_group(const struct people *people, const char *name, const struct group **group,
                      struct error *error);

/* What is searched for in addresses and names: folded, in lower case; an address as it goes over
 * the wire (zhang@例子.org and ZHANG＠EXAMPLE.ORG. alike). *whole: it is an address. Caller frees.
 */
char *which_person(const char *words, bool *whole);
