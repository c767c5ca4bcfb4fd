/* The resources that only read. */
#include "control/resource.h"

#include <errno.h>
#include <stdlib.h>

#include "control/tables.h"

#define PAGE_USUAL 1000
#define PAGE_MOST  5000 /* a page is made in one turn of the daemon's loop */

json_t *read_issues(const struct control_parts *parts, const struct request *request,
                    struct error *error)
{
    (void)request;
    return table_issues(parts->queue, error);
}

json_t *read_issue(const struct control_parts *parts, const struct request *request,
                   struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    if (!queue_find(parts->queue, request->named, &issue, error))
        return NULL;
    return table_issue(parts->queue, issue, error);
}

static bool read_state(const GHashTable *query, int *state, struct error *error)
{
    const char *name = g_hash_table_lookup((GHashTable *)query, "state");
    *state = name ? delivery_state_named(name) : -1;
    if (name && *state < 0)
        return error_set(error, EX_USAGE, NOWHERE, NULL, N_("no delivery can be in the state %s"),
                         name);
    return true;
}

static bool read_number(const GHashTable *query, const char *key, int64_t most, int64_t *number,
                        struct error *error)
{
    const char *text = g_hash_table_lookup((GHashTable *)query, key);
    gint64 value;
    if (!text)
        return true;
    if (!g_ascii_string_to_signed(text, 10, 0, most, &value, NULL))
        return error_set(error, EX_USAGE, NOWHERE, NULL, N_("%s is no number from 0 to %lld: %s"),
                         key, (long long)most, text);
    *number = value;
    return true;
}

static bool read_page(const GHashTable *query, struct page *page, struct error *error)
{
    int64_t after = 0, most = PAGE_USUAL;
    if (!read_state(query, &page->state, error) ||
        !read_number(query, "after", INT64_MAX, &after, error) ||
        !read_number(query, "limit", PAGE_MOST, &most, error))
        return false;
    page->after = after;
    page->most = (size_t)MAX(most, 1);
    return true;
}

json_t *read_recipients(const struct control_parts *parts, const struct request *request,
                        struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    struct page page;
    if (!read_page(request->target.query, &page, error) ||
        !queue_find(parts->queue, request->named, &issue, error))
        return NULL;
    return table_recipients(parts->queue, parts->answers, issue, &page, error);
}

json_t *read_history(const struct control_parts *parts, const struct request *request,
                     struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    if (request->named && !queue_find(parts->queue, request->named, &issue, error))
        return NULL;
    return table_history(parts->queue, issue, error);
}

json_t *read_suppressions(const struct control_parts *parts, const struct request *request,
                          struct error *error)
{
    (void)request;
    return table_suppressions(parts->queue, error);
}

json_t *read_relays(const struct control_parts *parts, const struct request *request,
                    struct error *error)
{
    (void)request;
    (void)error;
    AUTO(array) GPtrArray *relays = parts->dispatch ? dispatch_relays(parts->dispatch) : NULL;
    json_t *array = json_array();
    for (guint i = 0; relays && i < relays->len; i++) {
        const struct relay_health *relay = relays->pdata[i];
        json_array_append_new(array, json_pack("{s:o, s:b, s:o, s:o, s:I}", "name",
                                               json_text(relay->name), "resting", relay->resting,
                                               "rests_until", json_time(relay->rests_until),
                                               "trouble", json_text(relay->trouble), "senders",
                                               (json_int_t)relay->senders));
    }
    return json_pack("{s:o}", "relays", array);
}
