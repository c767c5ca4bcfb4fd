/* The resources that only read. */
#include "control/resource.h"

#include <errno.h>
#include <stdlib.h>

#include "control/tables.h"
#include "report/changes.h"

#define CHANGED_MOST 200 /* names for each group and direction */
#define PAGE_USUAL   1000
#define PAGE_MOST    5000 /* a page is made in one turn of the daemon's loop */

json_t *read_issues(const struct control_parts *parts, const struct request *request,
                    struct error *error)
{
    (void)request;
    return table_issues(parts, error);
}

json_t *read_issue(const struct control_parts *parts, const struct request *request,
                   struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    if (!queue_find(parts->queue, request->named, &issue, error))
        return NULL;
    return table_issue(parts, issue, error);
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
    page->group = g_hash_table_lookup((GHashTable *)query, "group");
    page->details = g_strcmp0(g_hash_table_lookup((GHashTable *)query, "details"), "1") == 0;
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
    return table_relays(parts->dispatch);
}

/* --- the lists ---------------------------------------------------------------------------------
 */

static const char *query_text(const struct request *request, const char *key, struct error *error)
{
    const char *text = g_hash_table_lookup((GHashTable *)request->target.query, key);
    if (!text || !*text)
        error_set(error, EX_USAGE, NOWHERE, NULL, N_("the resource's address lacks %s"), key);
    return text && *text ? text : NULL;
}

json_t *read_roll(const struct control_parts *parts, const struct request *request,
                  struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    const char *group = query_text(request, "group", error);
    if (!group || !queue_find(parts->queue, request->named, &issue, error))
        return NULL;
    return table_roll(parts->queue, issue, group, error);
}

static json_t *persons(const GPtrArray *changed)
{
    json_t *array = json_array();
    for (guint i = 0; i < changed->len; i++) {
        const struct changed_person *person = changed->pdata[i];
        json_array_append_new(array, json_pack("{s:o, s:o}", "address", json_text(person->address),
                                               "name", json_text(person->name)));
    }
    return array;
}

static json_t *change_row(const struct group_change *change)
{
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:b, s:o, s:o}", "group",
                     json_text(change->group), "name", json_text(change->name), "since",
                     json_text(change->since), "before", (json_int_t)change->before, "now",
                     (json_int_t)change->now, "added", (json_int_t)change->added, "gone",
                     (json_int_t)change->gone, "alarming", change->alarming, "came",
                     persons(change->came), "went", persons(change->went));
}

json_t *read_changes(const struct control_parts *parts, const struct request *request,
                     struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    AUTO(changes) struct changes *changes = NULL;
    const struct report_parts telling = {parts->conf, parts->queue, parts->answers};
    if (!queue_find(parts->queue, request->named, &issue, error) ||
        !changes_read(&changes, &telling, issue, CHANGED_MOST, error))
        return NULL;
    json_t *groups = json_array(), *failing = json_array();
    for (guint i = 0; i < changes->comparison->groups->len; i++)
        json_array_append_new(groups, change_row(changes->comparison->groups->pdata[i]));
    for (guint i = 0; i < changes->failing->len; i++) {
        const struct failing *one = changes->failing->pdata[i];
        json_array_append_new(failing,
                              json_pack("{s:o, s:o, s:o}", "address", json_text(one->address),
                                        "name", json_text(*one->name ? one->name : NULL), "reason",
                                        json_text(one->reason)));
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "issue", json_text(issue->key), "whole",
                     change_row(changes->comparison->whole), "groups", groups, "failing", failing);
}

json_t *read_list_history(const struct control_parts *parts, const struct request *request,
                          struct error *error)
{
    GHashTable *query = request->target.query;
    const struct roll_question question = {.group = g_hash_table_lookup(query, "group"),
                                           .address = g_hash_table_lookup(query, "address"),
                                           .words = g_hash_table_lookup(query, "words")};
    return table_list_history(parts->queue, &question, error);
}

json_t *read_find(const struct control_parts *parts, const struct request *request,
                  struct error *error)
{
    const GHashTable *query = request->target.query;
    const char *words = query_text(request, "words", error);
    struct find_place from = {0};
    if (!words || !read_number(query, "issue", INT64_MAX, &from.issue, error) ||
        !read_number(query, "after", INT64_MAX, &from.after, error))
        return NULL;
    return table_find(parts->queue, parts->answers, words, &from, error);
}
