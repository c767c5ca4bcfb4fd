/* Is what is still to be sent what was accepted? */
#pragma once
#include "queue/queue.h"

/* For a start: are the deliveries of all open issues those of their parcels (in `parcels`), and
 * their counts those of their deliveries? SQLite notices no octet that has changed within a row,
 * and a letter of an address would send to a stranger. EX_IOERR: the sentence says which. A parcel
 * that is not whole is left to whoever needs it. */
MUST bool queue_verify(struct queue *queue, const char *parcels, struct error *error);
