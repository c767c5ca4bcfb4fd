/* What can be asked and done: a table of method, path and handler, that knows nothing of sockets.
 */
#pragma once
#include "control/control.h"
#include "control/route.h"

struct request {
    struct target target;
    const char *named; /* the segment that names an issue or an address; NULL: none */
    json_t *body;      /* an object, {} where there was none */
    const char *who;   /* the user who asks */
};

/* A new reference; NULL and an error where it failed. */
typedef json_t *resource_handler(const struct control_parts *parts, const struct request *request,
                                 struct error *error);

/* Answers `method` at `target` ("/v1/issues"): *status is the HTTP status, the JSON is a new
 * reference, never NULL. `body` is the octets that came, NULL and 0: none. */
json_t *resource_answer(const struct control_parts *parts, const char *method, const char *target,
                        const char *body, size_t length, const char *who, unsigned *status);

/* The answer for an error, and the HTTP status that fits. */
json_t *resource_error(const struct error *error, unsigned *status);

/* --- the handlers: of what only reads (reading.c), and of what changes something (changing.c) ----
 */

resource_handler read_issues, read_issue, read_recipients, read_history, read_suppressions,
    read_relays, read_roll, read_changes, read_list_history, read_find;
resource_handler change_hold, change_release, change_cancel, change_retry, change_settle,
    change_suppress, change_unsuppress, change_lists;
