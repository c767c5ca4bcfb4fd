/* The report of an issue that has ended, made in parts: of a million it takes seconds. */
#pragma once
#include "report/report.h"

struct ending; /* opaque */

/* As report_ended(), but nothing is read yet. Everything given is borrowed till the end. *ending NULL
 * and true: there is nothing to report, and it is marked so. */
MUST bool ending_begin(struct ending **ending, const struct report_parts *parts,
                       const struct queue_issue *issue, usec_t now, struct error *error);
/* Works for about `most` microseconds. *done: the report is out. */
MUST bool ending_step(struct ending *ending, usec_t most, bool *done, struct error *error);
void ending_free(struct ending *ending); /* NULL is fine */
AUTO_DEFINE(ending, struct ending, ending_free)
