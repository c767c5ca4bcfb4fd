/* From the target of an HTTP request to a resource: path, query, patterns. RFC 3986. */
#pragma once
#include "base/error.h"

struct target {          /* "/v1/issues/weekly%2F2023-25/recipients?state=failed" */
    GPtrArray *segments; /* of char *, decoded: "v1", "issues", "weekly/2023-25", "recipients" */
    GHashTable *query;   /* char * to char *, decoded */
};

/* EX_USAGE: it is none. */
MUST bool target_parse(struct target *target, const char *text, struct error *error);
void target_clear(struct target *target);

/* Is it of this pattern? A * in it stands for one segment that is not empty; *named
 * (may be NULL) is then that segment, the target's own, NULL where the pattern has none. */
bool target_matches(const struct target *target, const char *pattern, const char **named);

/* A segment of a path, encoded; the caller frees. */
char *target_segment(const char *text);
