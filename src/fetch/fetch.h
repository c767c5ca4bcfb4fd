/* One file, or the answer of a directory, from the network: libcurl behind a small face. Servers
 * are verified, times and sizes limited; nothing is believed but a whole answer. */
#pragma once
#include "base/clock.h"

struct fetch_order { /* borrowed; what is not used is NULL or 0 */
    const char *url; /* of url_check() */
    const char *user, *password;
    const char *ca_file;              /* NULL: the system's */
    const char *etag, *last_modified; /* of the copy that is there */
    usec_t connect_timeout, timeout;  /* of all of it */
    size_t most;                      /* octets */
};

struct fetch_answer {
    bool unchanged;  /* 304: the copy that is there is good, and nothing else is set */
    GBytes *content; /* of a directory: a CSV list with address, name, title, unit and dn */
    char *etag, *last_modified; /* NULL: none */
};
void fetch_answer_clear(struct fetch_answer *answer);

/* Once in a program, before the first, and before any thread. */
MUST bool fetch_begin(struct error *error);

/* EX_UNAVAILABLE at `place`: no answer, not a whole one, or none that is a list. */
MUST bool fetch_run(struct fetch_answer *answer, const struct fetch_order *order,
                    struct place place, struct error *error);
