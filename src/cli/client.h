/* The daemon's control socket, asked by libcurl: HTTP with JSON. */
#pragma once
#include "base/json.h"

struct client; /* opaque; one connection, kept */

/* Connects to nothing yet. */
MUST bool client_open(struct client **client, const char *socket, struct error *error);
void client_close(struct client *client);
AUTO_DEFINE(client, struct client, client_close)

/* Asks and waits. `body` NULL: none. *answer is a new reference, also where false comes back with
 * an answer that tells more; else NULL. An error that the daemon sends is set as it is there.
 * EX_UNAVAILABLE: no daemon is there, see client_found_nobody(). EX_NOPERM: the socket is not for
 * this user. EX_PROTOCOL: what answers is no daemon of ours. */
MUST bool client_ask(struct client *client, const char *method, const char *resource,
                     const json_t *body, json_t **answer, struct error *error);

/* Did the last question find nobody who answers? */
bool client_found_nobody(const struct client *client);

/* Sets an error as table_problem() wrote it. Returns false. */
bool client_set_problem(struct error *error, const json_t *problem);
