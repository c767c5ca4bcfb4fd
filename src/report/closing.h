/* The reports of issues that have ended, one after the other, between the turns of the loop. */
#pragma once
#include "report/report.h"

#include <systemd/sd-event.h>

struct closing; /* opaque */

/* `reported` is called when a report is out, if that took longer than closing_look(). */
MUST bool closing_start(struct closing **closing, sd_event *loop, const struct report_parts *parts,
                        void (*reported)(void *user), void *user, struct error *error);
/* What was begun is begun anew by the next closing_look(). */
void closing_set_parts(struct closing *closing, const struct report_parts *parts);
/* Reports an issue, or begins to; true also if another one has its turn. */
MUST bool closing_look(struct closing *closing, const struct queue_issue *issue, usec_t now,
                       struct error *error);
void closing_stop(struct closing *closing); /* NULL is fine */
