/* Files, and the answers of directories, from the network: libcurl behind a small face. Servers
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

struct fetch_task {
    struct fetch_order order;
    struct place place; /* of what asks for it, for errors */
    void *user;
};

/* Called once for each task, as it ends. `answer` is NULL where something was wrong, EX_UNAVAILABLE
 * at the task's place: no answer, not a whole one, or none that is a list. What is taken out of
 * either is the caller's. */
typedef void fetch_ended(void *user, const struct fetch_task *task, struct fetch_answer *answer,
                         struct error *wrong);

/* Some of the tasks (of struct fetch_task) at a time, each over a connection of its own: a server
 * that is slow keeps few others waiting. False: libcurl failed. */
MUST bool fetch_all(const GPtrArray *tasks, fetch_ended *ended, void *user, struct error *error);
