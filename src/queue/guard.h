/* How the recipients of an issue differ from those of the issues before it, by the queue's own
 * snapshots; and the guard, which holds an issue where they differ too much. */
#pragma once
#include "queue/queue.h"

#define GUARD_LEAST 5 /* persons: fewer than these are no slip of the hand */

struct changed_person {
    char *address, *name; /* name NULL: not known */
};

struct group_change {
    char *group, *name; /* NULL: of the issue as a whole */
    char *since;        /* the key of the issue that it is compared with; NULL: there is none */
    int64_t before, now, added, gone;
    GPtrArray *came, *went; /* of struct changed_person, in order, as many as were asked for */
    bool never_empty;       /* in any issue before */
    bool alarming;          /* the guard holds the issue for it */
};

struct comparison {
    struct group_change *whole;
    GPtrArray *groups; /* of struct group_change, in the order of the 分送 lines */
};

/* Compares an issue with the last one of its publication, and each of its groups with the last
 * issue that named it. One that was cancelled, or that the guard still holds, is none of them: it
 * may have been the slip. `guard` is in percent; at most `most` persons are named for each change.
 * Of an issue that the guard held, what it was held for is told, and soon; else the recipients of
 * both are read. *comparison is then the caller's. */
MUST bool queue_compare(struct queue *queue, int64_t issue, unsigned guard, size_t most,
                        struct comparison **comparison, struct error *error);
void comparison_free(struct comparison *comparison);
AUTO_DEFINE(comparison, struct comparison, comparison_free)

/* What is alarming in one line: "领导 12 → 3 (+0 -9); …"; NULL: nothing. The caller frees. */
char *comparison_alarm(const struct comparison *comparison);

