/* Who is in a group, or was in it when an issue was taken in. */
#pragma once
#include "base/json.h"
#include "conf/conf.h"
#include "people/people.h"

/* The table of a group's recipients: address, full name, position, unit, origin. */
struct table *then_table(void);
/* Prints recipients as the contract has them in JSON. EX_OK. */
int then_print_json(const char *group, const char *name, json_t *recipients);

/* Prints who was in a group (its id, name or alias) then: by the issue's own snapshot where it was
 * sent to the group, else by what was noted of the lists. The exit status. */
int then_show(const struct conf *conf, const struct people *people, const char *group,
              const char *issue, bool json);
