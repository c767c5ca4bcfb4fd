/* Does the dispatch stand still though it could go on? */
#pragma once
#include "base/clock.h"

struct watch {    /* monotonic times; 0: never */
    usec_t since; /* from when on something could go, and nothing has ended */
    bool is_told;
};

/* An outcome came. */
void watch_ended(struct watch *watch, usec_t now);
/* Could something go now that no window and no limit holds back? True, once: it stood still for
 * `limit`. */
bool watch_look(struct watch *watch, bool could_go, usec_t limit, usec_t now);
/* When to look again at the latest; 0: nothing is to be seen. */
usec_t watch_next(const struct watch *watch, usec_t limit);
