/* The groups as they are now, in files: written by the process that reads lists, for the daemon,
 * which reads none itself. */
#pragma once
#include "people/people.h"
#include "queue/rolls.h"

/* Writes index.json, and for each group that expands ID.csv (address, name, list) beside it. `folder`
 * is made. */
MUST bool rolls_write(const struct people *people, const char *folder, struct error *error);

/* Notes what changed in the queue, and which groups are gone. A group that does not expand now stays
 * as it was: a list that can't be read makes nobody go. */
struct rolls_noting; /* opaque */
MUST bool rolls_noting_begin(struct rolls_noting **noting, struct queue *queue, const char *folder,
                             usec_t now, struct error *error);
/* Does a part of it that takes some hundredths of a second, and commits: for who must not stay away
 * for long. */
MUST bool rolls_noting_step(struct rolls_noting *noting, bool *done, struct error *error);
/* How many members came or went so far. */
int64_t rolls_noting_changes(const struct rolls_noting *noting);
void rolls_noting_free(struct rolls_noting *noting);
AUTO_DEFINE(rolls_noting, struct rolls_noting, rolls_noting_free)
