/* The limits of relays and domains: over a restart, and for who looks. */
#include "dispatch/parts.h"

/* --- over a restart --- */

static bool load(struct dispatch *dispatch, struct valve *valve, const char *kind, const char *name,
                 struct error *error)
{
    AUTO(text) char *key = g_strdup_printf("%s %s", kind, name);
    struct queue_valve saved;
    bool found;
    if (!queue_load_valve(dispatch->queue, key, &saved, &found, error))
        return false;
    if (found)
        valve_load(valve, &saved, clock_monotonic(), clock_now());
    return true;
}

bool limits_load(struct dispatch *dispatch, struct error *error)
{
    for (guint i = 0; i < dispatch->relays->len; i++) {
        struct relay_state *relay = dispatch->relays->pdata[i];
        if (!load(dispatch, &relay->valve, "relay", relay->name, error))
            return false;
    }
    for (guint i = 0; i < dispatch->lanes->all->len; i++) {
        struct lane *lane = dispatch->lanes->all->pdata[i];
        if (!load(dispatch, &lane->valve, "domain", lane->name, error))
            return false;
    }
    return true;
}

static bool save(struct dispatch *dispatch, struct valve *valve, const char *kind, const char *name,
                 struct error *error)
{
    if (!valve->is_dirty)
        return true;
    AUTO(text) char *key = g_strdup_printf("%s %s", kind, name);
    const struct queue_valve state = valve_save(valve, key, clock_monotonic(), clock_now());
    return queue_save_valve(dispatch->queue, &state, error);
}

bool limits_save(struct dispatch *dispatch, struct error *error)
{
    for (guint i = 0; i < dispatch->relays->len; i++) {
        struct relay_state *relay = dispatch->relays->pdata[i];
        if (!save(dispatch, &relay->valve, "relay", relay->name, error))
            return false;
    }
    for (guint i = 0; i < dispatch->lanes->all->len; i++) {
        struct lane *lane = dispatch->lanes->all->pdata[i];
        if (!save(dispatch, &lane->valve, "domain", lane->name, error))
            return false;
    }
    return true;
}

/* --- for who looks --- */

static struct learnt learnt_of(const struct valve *valve)
{
    double rate = valve_learnt(valve);
    return (struct learnt){.rate = rate > 0 ? MAX(1U, (unsigned)(rate + 0.5)) : 0,
                           .connections = valve->connections,
                           .recipients_per_message = (unsigned)valve->lot};
}

static usec_t wall(usec_t monotonic, usec_t now)
{
    return monotonic ? clock_now() + monotonic - now : 0;
}

GPtrArray *dispatch_relays(struct dispatch *dispatch)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    usec_t now = clock_monotonic();
    for (guint i = 0; i < dispatch->relays->len; i++) {
        struct relay_state *relay = dispatch->relays->pdata[i];
        if (!relay->conf)
            continue;
        struct relay_health *health = g_new0(struct relay_health, 1);
        health->name = relay->name;
        health->circuit = relay_circuit(relay, now);
        health->resting = health->circuit == CIRCUIT_OPEN;
        health->rests_until = health->resting ? wall(relay->rests_until, now) : 0;
        health->trouble = relay->trouble;
        health->senders = relay->senders;
        health->waits_until = wall(valve_opens(&relay->valve, now), now);
        (void)valve_connections(&relay->valve, now); /* as it is by now */
        health->learnt = learnt_of(&relay->valve);
        g_ptr_array_add(all, health);
    }
    return all;
}

GPtrArray *dispatch_domains(struct dispatch *dispatch)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    usec_t now = clock_monotonic();
    for (guint i = 0; i < dispatch->lanes->all->len; i++) {
        struct lane *lane = dispatch->lanes->all->pdata[i];
        if (!lane->conf)
            continue;
        struct domain_health *health = g_new0(struct domain_health, 1);
        health->conf = lane->conf;
        health->senders = lane_senders(dispatch, lane);
        health->waits_until = wall(valve_opens(&lane->valve, now), now);
        (void)valve_connections(&lane->valve, now);
        health->learnt = learnt_of(&lane->valve);
        g_ptr_array_add(all, health);
    }
    return all;
}
