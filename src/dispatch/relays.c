#include "dispatch/relays.h"

#define PAUSE_FIRST       USEC_PER_SEC
#define PAUSE_MOST        (5 * USEC_PER_MINUTE)
#define SOFT_FAILURES_MAX 3

static void relay_free(void *pointer)
{
    struct relay_state *relay = pointer;
    g_free(relay->name);
    g_free(relay->trouble);
    g_free(relay);
}

static struct relay_state *find(const GPtrArray *relays, const char *name)
{
    for (guint i = 0; i < relays->len; i++) {
        struct relay_state *relay = relays->pdata[i];
        if (g_str_equal(relay->name, name))
            return relay;
    }
    return NULL;
}

static struct relay_state *add(GPtrArray *relays, const char *name)
{
    struct relay_state *relay = g_new0(struct relay_state, 1);
    relay->name = g_strdup(name);
    g_ptr_array_add(relays, relay);
    return relay;
}

static void set_conf(struct relay_state *relay, const struct relay *conf)
{
    relay->conf = conf;
    valve_set_limits(&relay->valve, &conf->limits);
}

GPtrArray *relays_new(const struct conf *conf)
{
    GPtrArray *relays = g_ptr_array_new_with_free_func(relay_free);
    relays_reconfigure(relays, conf);
    return relays;
}

/* Those that are gone stay, at the end, for the senders that still work for them. */
void relays_reconfigure(GPtrArray *relays, const struct conf *conf)
{
    for (guint i = 0; i < relays->len; i++)
        ((struct relay_state *)relays->pdata[i])->conf = NULL;
    for (guint i = 0; i < conf->relays->len; i++) {
        const struct relay *wanted = conf->relays->pdata[i];
        struct relay_state *relay = find(relays, wanted->name);
        if (!relay)
            relay = add(relays, wanted->name);
        set_conf(relay, wanted);
        guint at;
        if (g_ptr_array_find(relays, relay, &at) && at != i) {
            relays->pdata[at] = relays->pdata[i];
            relays->pdata[i] = relay;
        }
    }
}

bool relay_rests(const struct relay_state *relay, usec_t monotonic)
{
    return !relay->conf || relay->rests_until > monotonic;
}

enum circuit relay_circuit(const struct relay_state *relay, usec_t monotonic)
{
    if (relay_rests(relay, monotonic))
        return CIRCUIT_OPEN;
    return relay->is_probing ? CIRCUIT_HALF_OPEN : CIRCUIT_CLOSED;
}

static void set_trouble(struct relay_state *relay, const char *trouble)
{
    char *copy = g_strdup(trouble);
    g_free(relay->trouble);
    relay->trouble = copy;
}

void relay_failed(struct relay_state *relay, const char *trouble, usec_t monotonic)
{
    set_trouble(relay, trouble);
    /* Several senders meet the same failure: it counts once. */
    if (relay->rests_until > monotonic)
        return;
    usec_t pause = PAUSE_FIRST << MIN(relay->failures, 10U);
    pause = MIN(pause, PAUSE_MOST);
    relay->failures++;
    relay->rests_until = monotonic + pause + g_random_int() % (pause / 10);
    relay->is_probing = true;
}

void relay_failed_softly(struct relay_state *relay, const char *trouble, usec_t monotonic)
{
    if (++relay->soft_failures < SOFT_FAILURES_MAX)
        return;
    relay->soft_failures = 0;
    relay_failed(relay, trouble, monotonic);
}

void relay_went_well(struct relay_state *relay)
{
    relay->failures = 0;
    relay->soft_failures = 0;
    relay->rests_until = 0;
    relay->is_probing = false;
    g_clear_pointer(&relay->trouble, g_free);
}

unsigned relay_connections(struct relay_state *relay, usec_t monotonic)
{
    if (!relay->conf)
        return 0;
    return relay->is_probing ? 1 : valve_connections(&relay->valve, monotonic);
}
