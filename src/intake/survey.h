/* The survey of the lists: now and then a process of its own reads all groups, and what changed
 * goes into the queue. Runs on the daemon's event loop. */
#pragma once
#include "report/report.h"

#include <systemd/sd-event.h>

struct survey; /* opaque */

/* The first one is due soon. */
MUST bool survey_start(struct survey **survey, sd_event *loop, const struct report_parts *parts,
                       struct error *error);
void survey_set_parts(struct survey *survey, const struct report_parts *parts);
/* One is due soon, whenever the last one was: several causes at a time make one survey. */
void survey_soon(struct survey *survey);
void survey_stop(struct survey *survey); /* NULL is fine */
