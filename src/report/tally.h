/* Who has an issue, who has not, and why: what every report is made of. */
#pragma once
#include "report/report.h"

struct person {
    char *address, *name, *title, *unit;
    char *groups; /* their names */
    char *reason; /* NULL: has it, or nothing went wrong */
    char *answer; /* the server's last: "550 5.1.1 …"; "" for none */
    enum delivery_state state;
    int attempts;
    usec_t sent_at, next_attempt_at;
};

struct tally {
    const struct queue_issue *issue;    /* borrowed */
    GPtrArray *groups;                  /* of struct group_counts */
    GPtrArray *people[DELIVERY_STATES]; /* of struct person; at most `most` each. Of SENT, SENDING
                                           and QUEUED none */
};

/* Called for every recipient in order, those who have it too; the person is good during the call.
 */
typedef void tally_each(void *user, const struct person *person);

/* What a page needs: the groups, and the first of those who do not have it. It is as quick for a
 * million. *tally is then the caller's. */
MUST bool tally_read(struct tally **tally, const struct report_parts *parts,
                     const struct queue_issue *issue, size_t most, struct error *error);
void tally_free(struct tally *tally);
AUTO_DEFINE(tally, struct tally, tally_free)

/* All recipients, in parts, for who must not stay away for long. Everything given is borrowed till
 * the end. */
struct tally_walk; /* opaque */
MUST bool tally_walk_begin(struct tally_walk **walk, const struct report_parts *parts,
                           const struct queue_issue *issue, size_t most, tally_each *each,
                           void *user, struct error *error);
/* Works for about `most` microseconds. */
MUST bool tally_walk_step(struct tally_walk *walk, usec_t most, bool *done, struct error *error);
struct tally *tally_walk_take(struct tally_walk *walk); /* once it is done; the caller's */
void tally_walk_free(struct tally_walk *walk);          /* NULL is fine */
AUTO_DEFINE(tally_walk, struct tally_walk, tally_walk_free)

/* How many of these should get it, and how many of them don't have it (yet): the suppressed are in
 * neither. */
int64_t tally_expected(const struct counts *counts);
int64_t tally_missing(const struct counts *counts);
int64_t tally_of(const struct counts *counts, enum delivery_state state);

/* `张三（副主席，市科协）`, or the address where there is no name. Caller frees. */
char *person_name(const struct person *person);
