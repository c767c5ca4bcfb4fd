/* What the groups were: the members of each as they were seen last, and every change that was ever
 * seen. Members are told apart by address; whoever moves to another line of a list has not changed.
 */
#pragma once
#include "queue/queue.h"

struct roll_member { /* borrowed */
    const char *address, *name,
        *list; /* list: the file, URL or DN that names him; name NULL: none */
};

struct roll { /* borrowed: a group with everybody whom it reaches */
    const char *group, *name, *sha256;
    const GPtrArray *members; /* of struct roll_member */
};

/* Was this very content the last that was seen of this group? */
MUST bool queue_roll_is_known(struct queue *queue, const char *group, const char *sha256,
                              bool *known, struct error *error);
/* Notes who was added and who is gone since the last time, and commits; *changes says how many. At
 * the first time all are there from the beginning, which is no change. */
MUST bool queue_note_roll(struct queue *queue, const struct roll *roll, usec_t now,
                          int64_t *changes, struct error *error);
/* The same in parts, for who must not stay away for long: the members are fed, some thousand in each
 * call. What a crash cuts off is noted by the next noting. `roll`'s own members are not looked at. */
struct noting; /* opaque */
typedef bool roll_feed(void *user, struct noting *noting, bool *end, struct error *error);
MUST bool noting_begin(struct noting **noting, struct queue *queue, const struct roll *roll,
                       usec_t now, struct error *error);
/* Works for about `most` microseconds and commits. *done: all is noted. */
MUST bool noting_step(struct noting *noting, usec_t most, roll_feed *feed, void *user, bool *done,
                      struct error *error);
/* For the feed. */
MUST bool noting_add(struct noting *noting, const struct roll_member *member, struct error *error);
int64_t noting_changes(const struct noting *noting);
void noting_free(struct noting *noting); /* NULL is fine */
AUTO_DEFINE(noting, struct noting, noting_free)

/* The ids of the groups that were seen and are not ended; the caller's. */
MUST bool queue_roll_groups(struct queue *queue, GPtrArray **groups, struct error *error);
/* A group is gone, and all its members with it. */
MUST bool queue_end_roll(struct queue *queue, const char *group, usec_t now, struct error *error);

struct roll_change {
    usec_t at;
    const char *what; /* "added", "gone", or "first seen"; static */
    char *group, *address, *name, *list;
};
/* Of struct roll_change, the oldest first. `of` NULL: all changes; else those of one group or one
 * address, and with an address also when it was first seen. */
MUST bool queue_roll_changes(struct queue *queue, const char *of, GPtrArray **changes,
                             struct error *error);

/* Called for each member that a group had then, as far as it was seen. */
typedef bool queue_roll_visit(void *user, const struct roll_member *member, struct error *error);
/* *known: the group was seen before that time. */
MUST bool queue_roll_at(struct queue *queue, const char *group, usec_t at, bool *known,
                        queue_roll_visit *visit, void *user, struct error *error);
