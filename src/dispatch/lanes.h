/* Recipients' domains that share a limit. */
#pragma once
#include "dispatch/valve.h"

struct lane {
    char *name;                      /* its first domain */
    const struct domain_limit *conf; /* NULL: no longer configured */
    struct valve valve;
};

struct lanes {
    GPtrArray *all;        /* of struct lane, in the configuration's order */
    GHashTable *by_domain; /* borrowed from the configuration */
};

struct lanes *lanes_new(const struct conf *conf);
/* What was learnt of those that stay is kept; those that are gone stay for the jobs that name them.
 */
void lanes_reconfigure(struct lanes *lanes, const struct conf *conf);
void lanes_free(struct lanes *lanes);

/* NULL: no limit. */
struct lane *lanes_of(const struct lanes *lanes, const struct address *address);
/* By a lane of the queue, with or without QUEUE_AGAIN; NULL: it is none any more. */
struct lane *lanes_named(const struct lanes *lanes, const char *name);
