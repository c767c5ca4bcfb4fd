#include "dispatch/lanes.h"

#include <string.h>

static void lane_free(void *pointer)
{
    struct lane *lane = pointer;
    g_free(lane->name);
    g_free(lane);
}

struct lanes *lanes_new(const struct conf *conf)
{
    struct lanes *lanes = g_new0(struct lanes, 1);
    lanes->all = g_ptr_array_new_with_free_func(lane_free);
    lanes->by_domain = g_hash_table_new(g_str_hash, g_str_equal);
    lanes_reconfigure(lanes, conf);
    return lanes;
}

void lanes_free(struct lanes *lanes)
{
    if (!lanes)
        return;
    g_ptr_array_unref(lanes->all);
    g_hash_table_unref(lanes->by_domain);
    g_free(lanes);
}

static struct lane *find(const struct lanes *lanes, const char *name, size_t length)
{
    for (guint i = 0; i < lanes->all->len; i++) {
        struct lane *lane = lanes->all->pdata[i];
        if (strlen(lane->name) == length && strncmp(lane->name, name, length) == 0)
            return lane;
    }
    return NULL;
}

void lanes_reconfigure(struct lanes *lanes, const struct conf *conf)
{
    g_hash_table_remove_all(lanes->by_domain);
    for (guint i = 0; i < lanes->all->len; i++)
        ((struct lane *)lanes->all->pdata[i])->conf = NULL;
    for (guint i = 0; conf->domains && i < conf->domains->len; i++) {
        const struct domain_limit *limit = conf->domains->pdata[i];
        struct lane *lane = find(lanes, limit->name, strlen(limit->name));
        if (!lane) {
            lane = g_new0(struct lane, 1);
            lane->name = g_strdup(limit->name);
            g_ptr_array_add(lanes->all, lane);
        }
        lane->conf = limit;
        valve_set_limits(&lane->valve, &limit->limits);
        for (guint d = 0; d < limit->domains->len; d++)
            g_hash_table_insert(lanes->by_domain, limit->domains->pdata[d], lane);
    }
}

struct lane *lanes_of(const struct lanes *lanes, const struct address *address)
{
    return g_hash_table_lookup(lanes->by_domain, address_domain(address));
}

struct lane *lanes_named(const struct lanes *lanes, const char *name)
{
    size_t length = strlen(name);
    length -= length && name[length - 1] == QUEUE_AGAIN;
    struct lane *lane = find(lanes, name, length);
    return lane && lane->conf ? lane : NULL;
}
