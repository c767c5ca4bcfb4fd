/* What a command asks of the daemon; and, while it is down, reads out of the queue itself. */
#pragma once
#include "cli/client.h"
#include "conf/conf.h"

struct ask; /* opaque */

MUST bool ask_open(struct ask **ask, const struct conf *conf, struct error *error);
void ask_close(struct ask *ask);
AUTO_DEFINE(ask, struct ask, ask_close)

/* GET of a resource: a new reference; NULL and an error. That the queue itself was read is said on
 * stderr, once. */
MUST json_t *ask_get(struct ask *ask, const char *resource, struct error *error);

/* A change, by the daemon alone: as client_ask(). */
MUST bool ask_change(struct ask *ask, const char *method, const char *resource, const json_t *body,
                     json_t **answer, struct error *error);

/* /v1/relays of the daemon; NULL: none runs, or it may not be asked. A new reference. */
json_t *ask_health(const struct conf *conf);

/* Somebody has looked at the lists: the daemon, where one runs, looks too and notes what changed. */
void ask_to_note_lists(const struct conf *conf);

/* "/v1/issues/weekly%2F2023-25" and `more` ("/recipients?state=failed"). The caller frees. */
char *ask_issue(const char *name, const char *more);

/* Called for each row of an issue's recipients; the row is borrowed. */
typedef void ask_recipient(void *user, const json_t *row);
/* Called after each page. */
typedef void ask_page(void *user);
/* All recipients of an issue, page by page; `state` NULL: all, `paged` may be NULL. */
MUST bool ask_recipients(struct ask *ask, const char *issue, const char *state,
                         ask_recipient *recipient, ask_page *paged, void *user,
                         struct error *error);
/* The same for those of one group, with title, unit and origin. */
MUST bool ask_group(struct ask *ask, const char *issue, const char *group, ask_recipient *recipient,
                    void *user, struct error *error);
