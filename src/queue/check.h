/* Is a queue of one piece? */
#pragma once
#include "base/problem.h"
#include "queue/queue.h"

struct queue_size {
    int64_t issues, deliveries; /* notices too */
};

/* SQLite's own check of the file, and what must hold between issues and deliveries whatever was
 * killed when. Adds a PROBLEM (EX_IOERR) for each thing that is wrong, the first MOST of a sort.
 * All is seen at one moment, so that it may run while a daemon writes. False: it can't be read at
 * all. */
enum { QUEUE_CHECK_MOST = 20 };
MUST bool queue_check(struct queue *queue, struct queue_size *size, struct problems *problems,
                      struct error *error);

/* For a start: are the deliveries of all open issues those of their parcels (in `parcels`), and
 * their counts those of their deliveries? SQLite notices no octet that has changed within a row,
 * and a letter of an address would send to a stranger. EX_IOERR: the sentence says which. A parcel
 * that is not whole is left to whoever needs it. */
MUST bool queue_verify(struct queue *queue, const char *parcels, struct error *error);
