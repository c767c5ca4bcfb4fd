/* Who is in an issue, and in which groups: 16 octets a recipient, so that a million can be told
 * apart, and compared with another million, without a million strings. */
#pragma once
#include "base/auto.h"

#include <stdbool.h>
#include <stdint.h>

/* An address stands here as 64 bits of a hash: among a million the chance that two are taken for
 * one is one in 37 million. */
struct census; /* opaque */

/* For about so many; it grows where they are more. */
struct census *census_new(int64_t expected);
void census_free(struct census *census); /* NULL is fine */
AUTO_DEFINE(census, struct census, census_free)

/* Notes one; *sort is then the number of his groups, from 0, each combination once. False: he seems
 * to be there already (two addresses may share a hash), and stays as he was. */
bool census_add(struct census *census, const char *address, const char *groups, unsigned *sort);
/* He is in these groups now, by their number. False: he is not there. */
bool census_move(struct census *census, const char *address, unsigned sort);
bool census_find(const struct census *census, const char *address, unsigned *sort);

/* The number of these groups alone. */
unsigned census_sort(struct census *census, const char *groups);

unsigned census_sorts(const struct census *census);
const char *census_groups(const struct census *census, unsigned sort);
int64_t census_count(const struct census *census, unsigned sort); /* how many have just these */
