/* The contract's JSON, made of the queue. New references; NULL and an error where reading failed.
 */
#pragma once
#include "base/json.h"
#include "control/control.h"
#include "queue/rolls.h"

json_t *table_issues(const struct control_parts *parts, struct error *error);
json_t *table_issue(const struct control_parts *parts, const struct queue_issue *issue,
                    struct error *error);
/* {"relays":[…],"domains":[…],"trouble"}; both lists are empty where there is no dispatch. */
json_t *table_relays(struct dispatch *dispatch);

struct page {
    int state;     /* of the deliveries; -1: all */
    int64_t after; /* the id of the last one on the page before; 0: from the first */
    size_t most;
    const char *group; /* its id; NULL: of all */
    bool details;      /* title, unit and origin too */
};
json_t *table_recipients(struct queue *queue, const struct answers *answers,
                         const struct queue_issue *issue, const struct page *page,
                         struct error *error);

/* `issue` NULL: of everything. */
json_t *table_history(struct queue *queue, const struct queue_issue *issue, struct error *error);
json_t *table_suppression(const struct suppression *suppression);
json_t *table_suppressions(struct queue *queue, struct error *error);

/* A group as it was when an issue was taken in: {"known","recipients":[{"address","name","title",
 * "unit","groups","origin"}]}; not known: nobody had looked at it by then. */
json_t *table_roll(struct queue *queue, const struct queue_issue *issue, const char *group,
                   struct error *error);
/* {"history":[{"at","what","group","group_name","list","address","name","why"}]} */
json_t *table_list_history(struct queue *queue, const struct roll_question *question,
                           struct error *error);
struct find_place { /* where a search goes on: after this delivery of this issue; {0}: the newest's
                     */
    int64_t issue, after;
};
/* {"found":[{"address","name","suppressed","deliveries":[…]}],"next":{"issue","after"}}: who in the
 * last issues or on the stop list has these words in his address or name. It looks at a bounded
 * number of deliveries; `next` is null where all were looked at. */
json_t *table_find(struct queue *queue, const struct answers *answers, const char *words,
                   const struct find_place *from, struct error *error);

/* {"exit","message","english","todo"} */
json_t *table_problem(const struct error *error);
