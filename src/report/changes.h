/* How an issue's recipients differ from last time, so that a person can judge it in ten seconds;
 * and which of them failed for good both times before. */
#pragma once
#include "queue/guard.h"
#include "report/report.h"

struct failing {                   /* failed for good in the last two issues */
    char *address, *name, *reason; /* name "" where there is none */
};

struct changes {
    struct comparison *comparison;
    GPtrArray *failing; /* of struct failing, in order */
};

MUST bool changes_read(struct changes **changes, const struct report_parts *parts,
                       const struct queue_issue *issue, size_t most, struct error *error);
void changes_free(struct changes *changes);
AUTO_DEFINE(changes, struct changes, changes_free)

/* Those who failed for good in this issue, which has ended, and in the one before. Both are read by
 * their failures alone, so that it matters not how large they are. The caller's. */
MUST bool failing_read(GPtrArray **failing, const struct report_parts *parts,
                       const struct queue_issue *issue, struct error *error);

/* A table of what changed, what is alarming first, then the names. Nothing where there is no issue
 * to compare with. */
void changes_add_page(GString *page, const struct changes *changes);
void changes_add_text(GString *text, const struct changes *changes);
/* Those who failed twice; nothing where there are none. `todo` is what to do about them. */
void failing_add_page(GString *page, const GPtrArray *failing, const char *todo);
void failing_add_text(GString *text, const GPtrArray *failing, const char *todo);
const char *failing_todo(void);       /* of an issue that goes out */
const char *failing_todo_ended(void); /* of one that has ended */
