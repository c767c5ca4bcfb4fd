/* The contract's JSON, made of the queue. New references; NULL and an error where reading failed.
 */
#pragma once
#include "base/json.h"
#include "queue/queue.h"
#include "smtp/answers.h"

json_t *table_issues(struct queue *queue, struct error *error);
json_t *table_issue(struct queue *queue, const struct queue_issue *issue, struct error *error);

struct page {
    int state;     /* of the deliveries; -1: all */
    int64_t after; /* the id of the last one on the page before; 0: from the first */
    size_t most;
};
json_t *table_recipients(struct queue *queue, const struct answers *answers,
                         const struct queue_issue *issue, const struct page *page,
                         struct error *error);

/* `issue` NULL: of everything. */
json_t *table_history(struct queue *queue, const struct queue_issue *issue, struct error *error);
json_t *table_suppressions(struct queue *queue, struct error *error);

/* {"exit","message","english","todo"} */
json_t *table_problem(const struct error *error);
