/* The resources that change something. Each change is in the history with its user's name once the
 * queue has committed it; here it is told to the journal, and to who must act on it. */
#include "control/resource.h"

#include "base/log.h"
#include "control/tables.h"

/* "s?s" and its like: what is not in the format is refused, so that a slip of the pen is no order.
 */
#define UNPACK(request, error, ...)                                                                \
    unpacked(json_unpack_ex((request)->body, &(json_error_t){0}, JSON_STRICT, __VA_ARGS__) == 0,   \
             error)

static bool unpacked(bool fits, struct error *error)
{
    return fits || error_set(error, EX_USAGE, NOWHERE, NULL,
                             N_("the request's body has not the members that it should have"));
}

static bool find(const struct control_parts *parts, const struct request *request,
                 struct queue_issue **issue, struct error *error)
{
    return queue_find(parts->queue, request->named, issue, error);
}

/* After the commit: everybody who acts on it looks again, and the issue is read as it is now. */
static json_t *changed(const struct control_parts *parts, const struct request *request,
                       const char *what, const struct queue_issue *before, int64_t count,
                       struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    log_line(LOG_NOTICE, (struct log_about){.issue = before->key}, "%s by %s", what, request->who);
    if (parts->dispatch)
        dispatch_wake(parts->dispatch);
    if (parts->changed)
        parts->changed(parts->user, before->id);
    if (!queue_issue(parts->queue, before->id, &issue, error))
        return NULL;
    return json_pack("{s:o, s:o, s:o, s:I, s:[]}", "issue", json_text(issue->key), "publication",
                     json_text(issue->publication), "state",
                     json_text(issue_state_name(issue->state)), "changed", (json_int_t)count,
                     "problems");
}

json_t *change_hold(const struct control_parts *parts, const struct request *request,
                    struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    const char *why = NULL;
    if (!UNPACK(request, error, "{s?s}", "why", &why) || !find(parts, request, &issue, error) ||
        !queue_hold(parts->queue, issue->id, HOLD_BY_HAND, why, request->who, error))
        return NULL;
    return changed(parts, request, "held", issue, 0, error);
}

json_t *change_release(const struct control_parts *parts, const struct request *request,
                       struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    if (!UNPACK(request, error, "{}") || !find(parts, request, &issue, error) ||
        !queue_release(parts->queue, issue->id, request->who, error))
        return NULL;
    return changed(parts, request, "released", issue, 0, error);
}

json_t *change_cancel(const struct control_parts *parts, const struct request *request,
                      struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    int64_t count = 0;
    if (!UNPACK(request, error, "{}") || !find(parts, request, &issue, error) ||
        !queue_cancel(parts->queue, issue->id, request->who, &count, error))
        return NULL;
    return changed(parts, request, "cancelled", issue, count, error);
}

/* --- some deliveries of an issue ---------------------------------------------------------------
 */

/* How one delivery is changed; *count grows by one, or by none where it needed no change. */
typedef bool change_one(const struct control_parts *parts, const struct request *request,
                        int64_t issue, const char *address, int64_t *count, struct error *error);

/* The addresses as the queue writes them. An empty list is refused: it may not come to mean all. */
static bool addresses_of(json_t *array, GPtrArray **addresses, struct error *error)
{
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)address_free);
    size_t i;
    json_t *item;
    if (!json_array_size(array))
        return unpacked(false, error);
    json_array_foreach (array, i, item) {
        struct address *address = NULL;
        if (!json_is_string(item))
            return unpacked(false, error);
        if (!address_parse(&address, json_string_value(item), NOWHERE, NULL, error))
            return false;
        g_ptr_array_add(all, address);
    }
    *addresses = TAKE(all);
    return true;
}

/* Each for itself: one that can't be changed keeps no other one back. */
static json_t *change_each(const struct control_parts *parts, const struct request *request,
                           const char *what, const GPtrArray *addresses, change_one *one,
                           struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    AUTO(json) json_t *problems = json_array();
    AUTO(error) struct error first = {0};
    int64_t count = 0;
    if (!find(parts, request, &issue, error))
        return NULL;
    for (guint i = 0; i < addresses->len; i++) {
        AUTO(error) struct error wrong = {0};
        if (one(parts, request, issue->id, address_text(addresses->pdata[i]), &count, &wrong))
            continue;
        json_array_append_new(problems, table_problem(&wrong));
        error_pass(&first, &wrong);
    }
    if (json_array_size(problems) == addresses->len) {
        error_pass(error, &first);
        return NULL;
    }
    json_t *answer = changed(parts, request, what, issue, count, error);
    if (answer)
        json_object_set(answer, "problems", problems);
    return answer;
}

static bool retry_one(const struct control_parts *parts, const struct request *request,
                      int64_t issue, const char *address, int64_t *count, struct error *error)
{
    int64_t here = 0;
    if (!queue_retry(parts->queue, issue, address, request->who, clock_now(), &here, error))
        return false;
    *count += here;
    return true;
}

static json_t *retry_all(const struct control_parts *parts, const struct request *request,
                         struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    int64_t count = 0;
    if (!find(parts, request, &issue, error) ||
        !queue_retry(parts->queue, issue->id, NULL, request->who, clock_now(), &count, error))
        return NULL;
    return changed(parts, request, "to be tried again", issue, count, error);
}

json_t *change_retry(const struct control_parts *parts, const struct request *request,
                     struct error *error)
{
    AUTO(array) GPtrArray *addresses = NULL;
    json_t *array = NULL;
    if (!UNPACK(request, error, "{s?o}", "addresses", &array))
        return NULL;
    if (!array)
        return retry_all(parts, request, error);
    if (!addresses_of(array, &addresses, error))
        return NULL;
    return change_each(parts, request, "to be tried again", addresses, retry_one, error);
}

static bool settle_one(const struct control_parts *parts, const struct request *request,
                       int64_t issue, const char *address, int64_t *count, struct error *error)
{
    bool sent = json_is_true(json_object_get(request->body, "sent"));
    if (!queue_settle(parts->queue, issue, address, sent, request->who, clock_now(), error))
        return false;
    ++*count;
    return true;
}

json_t *change_settle(const struct control_parts *parts, const struct request *request,
                      struct error *error)
{
    AUTO(array) GPtrArray *addresses = NULL;
    json_t *array = NULL;
    int sent = 0;
    if (!UNPACK(request, error, "{s:o, s:b}", "addresses", &array, "sent", &sent) ||
        !addresses_of(array, &addresses, error))
        return NULL;
    return change_each(parts, request, sent ? "settled as sent" : "settled as failed", addresses,
                       settle_one, error);
}

/* --- the stop list -----------------------------------------------------------------------------
 */

/* NULL: for good. */
static bool read_until(const char *text, usec_t *until, struct error *error)
{
    if (!text)
        return true;
    GDateTime *end = g_date_time_new_from_iso8601(text, NULL);
    usec_t time = end ? g_date_time_to_unix(end) * USEC_PER_SEC : 0;
    if (end)
        g_date_time_unref(end);
    if (time <= clock_now())
        return error_set(error, EX_USAGE, NOWHERE, NULL, N_("this is no time to come: %s"), text);
    *until = time;
    return true;
}

/* Those who act on the issues in which it was stopped look again. */
static void tell_stopped(const struct control_parts *parts, const GArray *issues)
{
    if (parts->dispatch && issues->len)
        dispatch_wake(parts->dispatch);
    for (guint i = 0; parts->changed && i < issues->len; i++)
        parts->changed(parts->user, g_array_index(issues, int64_t, i));
}

/* `listed` is null where nothing is known of the lists. */
static json_t *suppressed(const struct control_parts *parts, const struct address *address,
                          const GArray *issues, struct error *error)
{
    AUTO(array) GPtrArray *alike = NULL;
    bool known, listed;
    if (!queue_lookalikes(parts->queue, address, &known, &listed, &alike, error))
        return NULL;
    json_t *array = json_array();
    for (guint i = 0; i < alike->len; i++)
        json_array_append_new(array, json_text(alike->pdata[i]));
    return json_pack("{s:s, s:I, s:o, s:o}", "address", address_text(address), "stopped",
                     (json_int_t)issues->len, "listed", known ? json_boolean(listed) : json_null(),
                     "alike", array);
}

json_t *change_suppress(const struct control_parts *parts, const struct request *request,
                        struct error *error)
{
    AUTO(address) struct address *address = NULL;
    const char *text = NULL, *why = NULL, *end = NULL;
    usec_t until = 0;
    GArray *issues = NULL;
    if (!UNPACK(request, error, "{s:s, s:s, s?s}", "address", &text, "why", &why, "until", &end) ||
        !address_parse(&address, text, NOWHERE, NULL, error) || !read_until(end, &until, error) ||
        !queue_suppress(parts->queue, address, why, request->who, clock_now(), until, &issues,
                        error))
        return NULL;
    tell_stopped(parts, issues);
    log_line(LOG_NOTICE, (struct log_about){.recipient = address_text(address)},
             "%s: suppressed by %s", address_text(address), request->who);
    json_t *answer = suppressed(parts, address, issues, error);
    g_array_unref(issues);
    return answer;
}

json_t *change_unsuppress(const struct control_parts *parts, const struct request *request,
                          struct error *error)
{
    AUTO(address) struct address *address = NULL;
    if (!UNPACK(request, error, "{}") ||
        !address_parse(&address, request->named, NOWHERE, NULL, error) ||
        !queue_unsuppress(parts->queue, address, request->who, clock_now(), error))
        return NULL;
    log_line(LOG_NOTICE, (struct log_about){.recipient = address_text(address)},
             "%s: taken off the stop list by %s", address_text(address), request->who);
    return json_pack("{s:s}", "address", address_text(address));
}

/* --- the lists ---------------------------------------------------------------------------------
 */

json_t *change_lists(const struct control_parts *parts, const struct request *request,
                     struct error *error)
{
    const char *did = NULL;
    if (!UNPACK(request, error, "{s?s}", "did", &did))
        return NULL;
    const struct history_entry entry = {.at = clock_now(),
                                        .who = (char *)request->who,
                                        .what = (char *)"imported",
                                        .detail = (char *)did};
    if (did && !queue_history_add(parts->queue, &entry, error))
        return NULL;
    if (parts->look_at_lists)
        parts->look_at_lists(parts->user);
    return json_object();
}
