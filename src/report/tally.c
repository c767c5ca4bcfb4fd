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

#define PAGE 500 /* recipients: some milliseconds */

/* Of whom a report names those who do not have it. */
static const enum delivery_state told[] = {FAILED, UNKNOWN, DEFERRED, CANCELLED, SUPPRESSED};

struct tally_walk {
    const struct report_parts *parts;
    struct tally *tally;
    GPtrArray *stopped;      /* of struct suppression */
    GHashTable *group_names; /* by id; borrowed */
    GHashTable *stopped_why; /* by address; borrowed */
    size_t most;
    tally_each *each; /* NULL: only the states of `told` are read, one after the other */
    void *user;
    size_t state; /* of `told` */
    int64_t after;
};

static char *groups_of(const struct tally_walk *reading, const char *ids)
{
    AUTO(str) GString *names = g_string_new(NULL);
    AUTO(texts) char **parts = g_strsplit(ids, " ", -1);
    for (char **id = parts; *id; id++) {
        const char *name = g_hash_table_lookup(reading->group_names, *id);
        g_string_append_printf(names, "%s%s", names->len ? _(", ") : "", name ? name : *id);
    }
    return g_string_free(TAKE(names), FALSE);
}

static char *reason_of(const struct tally_walk *reading, const struct queue_delivery *delivery)
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

static struct person *person_of(const struct tally_walk *reading,
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
    struct tally_walk *reading = user;
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

static bool read_names(struct tally_walk *walk, struct error *error)
{
    if (!queue_suppressions(walk->parts->queue, &walk->stopped, error))
        return false;
    for (guint i = 0; i < walk->stopped->len; i++) {
        const struct suppression *one = walk->stopped->pdata[i];
        g_hash_table_insert(walk->stopped_why, one->address, one->why);
    }
    for (guint i = 0; i < walk->tally->groups->len; i++) {
        const struct group_counts *group = walk->tally->groups->pdata[i];
        g_hash_table_insert(walk->group_names, group->group, group->name);
    }
    return true;
}

bool tally_walk_begin(struct tally_walk **walk, const struct report_parts *parts,
                      const struct queue_issue *issue, size_t most, tally_each *each, void *user,
                      struct error *error)
{
    AUTO(tally_walk) struct tally_walk *fresh = g_new0(struct tally_walk, 1);
    fresh->parts = parts;
    fresh->most = most;
    fresh->each = each;
    fresh->user = user;
    fresh->group_names = g_hash_table_new(g_str_hash, g_str_equal);
    fresh->stopped_why = g_hash_table_new(g_str_hash, g_str_equal);
    fresh->tally = g_new0(struct tally, 1);
    fresh->tally->issue = issue;
    for (size_t state = 0; state < DELIVERY_STATES; state++)
        fresh->tally->people[state] = g_ptr_array_new_with_free_func(person_free);
    if (!queue_group_counts(parts->queue, issue->id, &fresh->tally->groups, error) ||
        !read_names(fresh, error))
        return false;
    *walk = TAKE(fresh);
    return true;
}

void tally_walk_free(struct tally_walk *walk)
{
    if (!walk)
        return;
    tally_free(walk->tally);
    g_hash_table_unref(walk->group_names);
    g_hash_table_unref(walk->stopped_why);
    if (walk->stopped)
        g_ptr_array_unref(walk->stopped);
    g_free(walk);
}

struct tally *tally_walk_take(struct tally_walk *walk)
{
    return TAKE(walk->tally);
}

static bool read_page(struct tally_walk *walk, int state, struct error *error)
{
    return queue_deliveries_page(walk->parts->queue, walk->tally->issue->id, state, walk->after,
                                 PAGE, take_delivery, walk, &walk->after, error);
}

/* Of those in one state as many as are wanted, then the next state. */
static bool read_listed(struct tally_walk *walk, bool *done, struct error *error)
{
    enum delivery_state state = told[walk->state];
    bool any = tally_of(&walk->tally->issue->counts, state) > 0;
    if (any && !read_page(walk, (int)state, error))
        return false;
    if (!any || !walk->after || walk->tally->people[state]->len >= walk->most) {
        walk->state++;
        walk->after = 0;
    }
    *done = walk->state == G_N_ELEMENTS(told);
    return true;
}

bool tally_walk_step(struct tally_walk *walk, usec_t most, bool *done, struct error *error)
{
    usec_t until = clock_monotonic() + most;
    *done = false;
    do {
        if (!walk->each) {
            if (!read_listed(walk, done, error))
                return false;
        } else {
            if (!read_page(walk, -1, error))
                return false;
            *done = !walk->after;
        }
    } while (!*done && clock_monotonic() < until);
    return true;
}

bool tally_read(struct tally **tally, const struct report_parts *parts,
                const struct queue_issue *issue, size_t most, struct error *error)
{
    AUTO(tally_walk) struct tally_walk *walk = NULL;
    bool done = false;
    bool good = tally_walk_begin(&walk, parts, issue, most, NULL, NULL, error);
    while (good && !done)
        good = tally_walk_step(walk, USEC_PER_SEC, &done, error);
    if (good)
        *tally = tally_walk_take(walk);
    return good;
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
