/* The comparison of an issue with those before it, in steps; guard.h has its result. */
#pragma once
#include "queue/census.h"
#include "queue/guard.h"

struct compared { /* the issue that is compared; borrowed */
    const char *publication;
    int64_t issue, first, last;      /* its deliveries */
    struct census *census;           /* who is in it; NULL: its rows say */
};

struct comparing; /* opaque */
/* As queue_compare(), but nothing is read yet. *comparing is then the caller's. */
MUST bool comparing_begin(struct comparing **comparing, struct queue *queue,
                          const struct compared *compared, unsigned guard, size_t most,
                          struct error *error);
/* Reads some thousand rows. *done: all that there were. */
MUST bool comparing_step(struct comparing *comparing, bool *done, struct error *error);
/* The result, once it is done. The caller frees. */
struct comparison *comparing_take(struct comparing *comparing);
void comparing_free(struct comparing *comparing); /* NULL is fine */
AUTO_DEFINE(comparing, struct comparing, comparing_free)

#define PERSONS_KEPT 200 /* of each group and direction, with an issue that the guard held */
/* The caller frees. */
char *comparison_to_text(const struct comparison *comparison);
/* NULL: it is none. The caller frees. */
struct comparison *comparison_from_text(const char *text, size_t most);

struct group_change *group_change_new(const char *group, const char *name); /* NULL: the whole */
void group_change_free(void *change);
