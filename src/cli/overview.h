/* The table that `status` shows. */
#pragma once
#include "base/json.h"

/* Writes issues as `status --json` has them: a line each; for a single one that was named, also
 * what it waits for and a line for each group. The caller frees. */
char *overview_text(const json_t *status, bool named);
/* What changed since last time, as /v1/issues/KEY/changes has it: each group in which somebody came
 * or went, with the names. The caller frees. */
char *overview_changes(const json_t *changes);
/* Lines for relays that are in trouble or slowed down, and domains that are, as /v1/relays has them;
 * "" if none is. The caller frees. */
char *overview_relays(const json_t *relays);
/* Is there nothing left that can change without a person's new word? */
bool overview_is_over(const json_t *status);
