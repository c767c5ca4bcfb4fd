/* The groups as they are now, in files: written by the process that reads lists, for the daemon,
 * which reads none itself. */
#pragma once
#include "people/people.h"
#include "queue/rolls.h"

/* Writes index.json, and for each group that expands ID.csv (address, name, list) beside it. `folder`
 * is made. */
MUST bool rolls_write(const struct people *people, const char *folder, struct error *error);

/* Notes what changed in the queue, and which groups are gone; *changes says how many members. A
 * group that does not expand now stays as it was: a list that can't be read makes nobody go. */
MUST bool rolls_note(struct queue *queue, const char *folder, usec_t now, int64_t *changes,
                     struct error *error);
/* The same in parts, each of about `most` microseconds. *done: all is noted, and *changes is set. */
struct rolls_noting; /* opaque */
MUST bool rolls_noting_begin(struct rolls_noting **rolls, struct queue *queue, const char *folder,
                             usec_t now, struct error *error);
MUST bool rolls_noting_step(struct rolls_noting *rolls, usec_t most, bool *done, int64_t *changes,
                            struct error *error);
void rolls_noting_free(struct rolls_noting *rolls); /* NULL is fine */
AUTO_DEFINE(rolls_noting, struct rolls_noting, rolls_noting_free)
