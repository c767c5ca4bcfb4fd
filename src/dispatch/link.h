/* A running sender program: its end of the socket pair, its journal, its process. */
#pragma once
#include "conf/conf.h"
#include "smtp/job.h"

#include <sys/types.h>

struct link {
    pid_t pid;
    int socket;
    char *journal; /* its path; NULL: has none */
};

/* Starts a sender for this relay and tells it which. `journals` is the folder for its journal; NULL:
 * none is kept (a trial, a check), and it says
 * nothing on stderr: whoever asks tells what came of it. `blocking`: for whoever has no event loop. */
MUST bool link_start(struct link *link, const struct conf *conf, const struct relay *relay,
                     const char *journals, bool blocking, struct error *error);
/* Closes the socket; the process is the caller's to wait for. Leaves the journal. */
void link_close(struct link *link);
