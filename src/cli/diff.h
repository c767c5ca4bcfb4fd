/* `groups --diff ISSUE`: who was added to an issue's groups and who is gone since it was accepted.
 */
#pragma once
#include "conf/conf.h"
#include "people/people.h"

/* Prints it, for one group of the issue (its id or name) or for all (NULL). The exit status. */
int diff_show(const struct conf *conf, const struct people *people, const char *issue,
              const char *group, bool json);
