/* Is the queue what it must be? For `fensong check --queue`, and for who has reason to doubt. */
#pragma once
#include "base/problem.h"
#include "queue/queue.h"

struct inspected {
    int64_t issues, deliveries;
};

/* Looks through all of it, in one view of it, while a daemon may write: SQLite's own check, and that
 * what is kept agrees with the deliveries (counts, tallies, ranges, cursors, states, lanes). Adds a
 * problem (EX_IOERR) for each thing that does not; a remark for what a start of the daemon mends
 * by itself. False: it can't be read. */
MUST bool queue_inspect(struct queue *queue, struct problems *problems,
                        struct inspected *inspected, struct error *error);
