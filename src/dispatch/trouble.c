/* What the dispatch sees of itself when it stands still. */
#include "base/log.h"
#include "dispatch/parts.h"

static bool has_jobs(const struct dispatch *dispatch, unsigned *waiting, const char **relay)
{
    *waiting = 0;
    for (guint i = 0; i < dispatch->senders->len; i++) {
        const struct sender *sender = dispatch->senders->pdata[i];
        if (!sender->jobs.length)
            continue;
        (*waiting)++;
        *relay = sender->relay->name;
    }
    return *waiting > 0;
}

/* The first relay that has something to say. */
static const struct relay_state *troubled_relay(const struct dispatch *dispatch)
{
    for (guint i = 0; i < dispatch->relays->len; i++) {
        const struct relay_state *relay = dispatch->relays->pdata[i];
        if (relay->conf && relay->trouble)
            return relay;
    }
    return NULL;
}

static void describe(struct dispatch *dispatch)
{
    const struct relay_state *relay = troubled_relay(dispatch);
    AUTO(text) char *time = duration_text(dispatch->conf->alarm_after);
    const char *todo = N_("look at \"fensong status\" and \"fensong check --relays\"");
    const char *name = NULL;
    unsigned waiting;
    if (relay)
        error_set(&dispatch->trouble, EX_UNAVAILABLE, NOWHERE, todo,
                  N_("deliveries are due, but none has ended for %1$s: relay %2$s: %3$s"), time,
                  relay->name, relay->trouble);
    else if (has_jobs(dispatch, &waiting, &name))
        error_set(&dispatch->trouble, EX_UNAVAILABLE, NOWHERE, todo,
                  N_("deliveries are due, but none has ended for %1$s: connections that wait for "
                     "an answer of relay %2$s: %3$u"),
                  time, name, waiting);
    else
        error_set(&dispatch->trouble, EX_UNAVAILABLE, NOWHERE, todo,
                  N_("deliveries are due, but none has ended for %s, and no connection is there"),
                  time);
}

void trouble_look(struct dispatch *dispatch)
{
    unsigned waiting;
    const char *relay;
    bool could_go = dispatch->could_go || has_jobs(dispatch, &waiting, &relay);
    if (watch_look(&dispatch->watch, could_go && !dispatch->is_draining,
                   dispatch->conf->alarm_after, clock_monotonic())) {
        error_clear(&dispatch->trouble);
        describe(dispatch);
        log_error(LOG_ERR, (struct log_about){0}, &dispatch->trouble);
        if (dispatch->troubled)
            dispatch->troubled(dispatch->troubled_user, &dispatch->trouble);
    }
    if (!dispatch->watch.is_told)
        error_clear(&dispatch->trouble);
}

const struct error *dispatch_trouble(const struct dispatch *dispatch)
{
    return error_is_set(&dispatch->trouble) ? &dispatch->trouble : NULL;
}
