#include "report/tally.h"

#include <string.h>

static void person_free(void *pointer)
{
    struct person *person = pointer;
    g_free(person->address);
    g_free(person->name);
    g_free(person->title);
    g_free(person->unit);
    g_free(person->groups);
    g_free(person->reason);
    g_free(person->answer);
    g_free(person);
}

static bool is_listed(enum delivery_state state)
{
    return state != SENT && state != SENDING && state != QUEUED;
}

void tally_free(struct tally *tally)
{
    if (!tally)
        return;
    if (tally->groups)
        g_ptr_array_unref(tally->groups);
    for (size_t state = 0; state < DELIVERY_STATES; state++)
        g_ptr_array_unref(tally->people[state]);
    g_free(tally);
}

/* --- reading --- */

struct reading {
    const struct report_parts *parts;
    struct tally *tally;
    GHashTable *group_names; /* by id; borrowed */
    GHashTable *stopped_why; /* by address; borrowed */
    size_t most;
    tally_each *each;
    void *user;
};

static char *groups_of(const struct reading *reading, const char *ids)
{
    AUTO(str) GString *names = g_string_new(NULL);
    AUTO(texts) char **parts = g_strsplit(ids, " ", -1);
    for (char **id = parts; *id; id++) {
        const char *name = g_hash_table_lookup(reading->group_names, *id);
        g_string_append_printf(names, "%s%s", names->len ? _(", ") : "", name ? name : *id);
    }
    return g_string_free(TAKE(names), FALSE);
}

static char *reason_of(const struct reading *reading, const struct queue_delivery *delivery)
{
    char *reason = report_reason(reading->parts->answers, delivery);
    const char *why = delivery->state == SUPPRESSED
                          ? g_hash_table_lookup(reading->stopped_why, delivery->address)
                          : NULL;
    if (!why || !*why)
        return reason;
    char *whole = g_strdup_printf(_("%1$s: %2$s"), reason, why);
    g_free(reason);
    return whole;
}

static char *answer_text(const struct reply *reply)
{
    if (!reply->code)
        return g_strdup("");
    return g_strdup_printf("%d%s%s%s%s", reply->code, reply->enhanced ? " " : "",
                           reply->enhanced ? reply->enhanced : "", reply->text ? " " : "",
                           reply->text ? reply->text : "");
}

static struct person *person_of(const struct reading *reading,
                                const struct queue_delivery *delivery)
{
    struct person *person = g_new0(struct person, 1);
    person->address = g_strdup(delivery->address);
    person->name = g_strdup(delivery->name ? delivery->name : "");
    person->title = g_strdup(delivery->title ? delivery->title : "");
    person->unit = g_strdup(delivery->unit ? delivery->unit : "");
    person->groups = groups_of(reading, delivery->groups ? delivery->groups : "");
    person->reason = reason_of(reading, delivery);
    person->answer = answer_text(&delivery->reply);
    person->state = delivery->state;
    person->attempts = delivery->attempts;
    person->sent_at = delivery->sent_at;
    person->next_attempt_at = delivery->next_attempt_at;
    return person;
}

static bool take_delivery(void *user, const struct queue_delivery *delivery, struct error *error)
{
    (void)error;
    struct reading *reading = user;
    GPtrArray *list = reading->tally->people[delivery->state];
    bool listed = is_listed(delivery->state) && list->len < reading->most;
    if (!listed && !reading->each)
        return true;
    struct person *person = person_of(reading, delivery);
    if (reading->each)
        reading->each(reading->user, person);
    if (listed)
        g_ptr_array_add(list, person);
    else
        person_free(person);
    return true;
}

static bool read_people(struct reading *reading, struct error *error)
{
    struct tally *tally = reading->tally;
    AUTO(array) GPtrArray *stopped = NULL;
    AUTO(table) GHashTable *group_names = g_hash_table_new(g_str_hash, g_str_equal);
    AUTO(table) GHashTable *stopped_why = g_hash_table_new(g_str_hash, g_str_equal);
    if (!queue_suppressions(reading->parts->queue, &stopped, error))
        return false;
    for (guint i = 0; i < stopped->len; i++) {
        const struct suppression *one = stopped->pdata[i];
        g_hash_table_insert(stopped_why, one->address, one->why);
    }
    for (guint i = 0; i < tally->groups->len; i++) {
        const struct group_counts *group = tally->groups->pdata[i];
        g_hash_table_insert(group_names, group->group, group->name);
    }
    reading->group_names = group_names;
    reading->stopped_why = stopped_why;
    return queue_deliveries(reading->parts->queue, tally->issue->id, -1, take_delivery, reading,
                            error);
}

static bool all_went_well(const struct counts *counts)
{
    return counts->sent + counts->sending + counts->queued == counts->recipients;
}

bool tally_read(struct tally **tally, const struct report_parts *parts,
                const struct queue_issue *issue, size_t most, tally_each *each, void *user,
                struct error *error)
{
    AUTO(tally) struct tally *fresh = g_new0(struct tally, 1);
    fresh->issue = issue;
    for (size_t state = 0; state < DELIVERY_STATES; state++)
        fresh->people[state] = g_ptr_array_new_with_free_func(person_free);
    struct reading reading = {
        .parts = parts, .tally = fresh, .most = most, .each = each, .user = user};
    if (!queue_group_counts(parts->queue, issue->id, &fresh->groups, error))
        return false;
    if ((each || !all_went_well(&issue->counts)) && !read_people(&reading, error))
        return false;
    *tally = TAKE(fresh);
    return true;
}

/* --- questions --- */

int64_t tally_expected(const struct counts *counts)
{
    return counts->recipients - counts->suppressed;
}

int64_t tally_missing(const struct counts *counts)
{
    return tally_expected(counts) - counts->sent;
}

int64_t tally_of(const struct counts *counts, enum delivery_state state)
{
    const int64_t numbers[DELIVERY_STATES] = {
        [QUEUED] = counts->queued,
        [SENDING] = counts->sending,
        [SENT] = counts->sent,
        [DEFERRED] = counts->deferred,
        [UNKNOWN] = counts->unknown,
        [FAILED] = counts->failed,
        [SUPPRESSED] = counts->suppressed,
        [CANCELLED] = counts->cancelled,
    };
    return numbers[state];
}

char *person_name(const struct person *person)
{
    if (!*person->name)
        return g_strdup(person->address);
    if (!*person->title && !*person->unit)
        return g_strdup(person->name);
    const char *comma = *person->title && *person->unit ? _(", ") : "";
    AUTO(text) char *what = g_strconcat(person->title, comma, person->unit, NULL);
    return g_strdup_printf(_("%1$s (%2$s)"), person->name, what);
}
