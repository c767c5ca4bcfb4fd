#include "dispatch/watch.h"

void watch_ended(struct watch *watch, usec_t now)
{
    watch->is_told = false;
    if (watch->since)
        watch->since = now;
}

bool watch_look(struct watch *watch, bool could_go, usec_t limit, usec_t now)
{
    if (!could_go) {
        *watch = (struct watch){0};
        return false;
    }
    if (!watch->since)
        watch->since = now;
    if (watch->is_told || now - watch->since < limit)
        return false;
    watch->is_told = true;
    return true;
}

usec_t watch_next(const struct watch *watch, usec_t limit)
{
    return watch->since && !watch->is_told ? watch->since + limit : 0;
}
