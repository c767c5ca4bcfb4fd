/* What would be sent, in short: for `check`, `preview` and `send`. */
#pragma once
#include "cli/document.h"

/* "科协每周动态 2023-25 (78), 2023-11-16". The caller frees. */
char *summary_line(const struct issue *issue);

struct summary_group {
    const char *id, *name; /* the intake's own */
    guint recipients;      /* who is in several groups counts in each */
};
/* Of struct summary_group, in the order of the 分送 lines. The caller frees. */
GPtrArray *summary_groups(const struct intake *intake);

/* {"file","issue","publication","title","total_number","date","recipients","groups":[{"group","name",
 * "recipients"}],"problems":[{"severity","rule","file","line","column","message","todo","exit"}]};
 * null where the way ended before. A new reference. */
json_t *summary_json(const struct document *document, const struct problems *problems);
