/* Since when somebody is in the lists, or no longer. */
#pragma once
#include "conf/conf.h"

/* `of` NULL: every change; else of a group (id, name or alias), or of the persons with this address
 * or these words in their address or name, with what that says for each today. */
int since_show(const struct conf *conf, const char *of, bool json);
