#include "queue/guard.h"
#include "queue/sql.h"

#include <string.h>

#define ALARMS_SAID 5 /* in one line; the page has them all */

/* --- snapshots ---------------------------------------------------------------------------------
 */

struct person {
    const char *address, *name, *groups; /* name NULL: not wanted, or there is none */
};

struct snapshot { /* the recipients of an issue, in order */
    char *key;
    GArray *persons; /* of struct person */
    GHashTable *by_address;
    GStringChunk *texts;
};

static void snapshot_free(void *pointer)
{
    struct snapshot *snapshot = pointer;
    g_free(snapshot->key);
    g_hash_table_unref(snapshot->by_address);
    g_array_unref(snapshot->persons);
    g_string_chunk_free(snapshot->texts);
    g_free(snapshot);
}

static gboolean same_address(const void *a, const void *b)
{
    return g_str_equal(((const struct person *)a)->address, ((const struct person *)b)->address);
}

static guint hash_address(const void *person)
{
    return g_str_hash(((const struct person *)person)->address);
}

static void take_person(struct snapshot *snapshot, sqlite3_stmt *row, bool names)
{
    const char *name = names ? (const char *)sqlite3_column_text(row, 1) : NULL;
    struct person person = {
        g_string_chunk_insert(snapshot->texts, (const char *)sqlite3_column_text(row, 0)),
        name && *name ? g_string_chunk_insert(snapshot->texts, name) : NULL,
        /* Few sorts of them, each many times. */
        g_string_chunk_insert_const(snapshot->texts, (const char *)sqlite3_column_text(row, 2))};
    g_array_append_val(snapshot->persons, person);
}

static struct snapshot *snapshot_read(struct queue *queue, const char *key, int64_t first,
                                      int64_t last, bool names, struct error *error)
{
    struct snapshot *snapshot = g_new0(struct snapshot, 1);
    snapshot->key = g_strdup(key);
    snapshot->persons = g_array_new(FALSE, FALSE, sizeof(struct person));
    snapshot->by_address = g_hash_table_new(hash_address, same_address);
    snapshot->texts = g_string_chunk_new(1 << 16);
    sqlite3_stmt *row = sql_get(queue, SQL_PERSONS, error);
    if (row)
        sql_bind(row, "ii", first, last);
    while (row && sql_row(queue, row, error))
        take_person(snapshot, row, names);
    for (guint i = 0; i < snapshot->persons->len; i++)
        g_hash_table_add(snapshot->by_address, &g_array_index(snapshot->persons, struct person, i));
    if (!error_is_set(error))
        return snapshot;
    snapshot_free(snapshot);
    return NULL;
}

/* Is this one of the ids that stand in `groups` apart by blanks? */
static bool is_in(const char *groups, const char *id)
{
    size_t length = strlen(id);
    for (const char *at = groups; (at = strstr(at, id)); at += length)
        if ((at == groups || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    return false;
}

/* `group` NULL: in the issue at all. */
static bool has(const struct snapshot *snapshot, const char *address, const char *group)
{
    const struct person wanted = {.address = address};
    const struct person *found = g_hash_table_lookup(snapshot->by_address, &wanted);
    return found && (!group || is_in(found->groups, group));
}

/* --- comparing ---------------------------------------------------------------------------------
 */

struct comparing {
    struct queue *queue;
    const char *publication;
    int64_t issue;
    unsigned guard;
    size_t most;
    struct snapshot *now;
    GHashTable *before; /* issue id to struct snapshot */
};

static void changed_person_free(void *pointer)
{
    struct changed_person *person = pointer;
    g_free(person->address);
    g_free(person->name);
    g_free(person);
}

static void group_change_free(void *pointer)
{
    struct group_change *change = pointer;
    g_free(change->group);
    g_free(change->name);
    g_free(change->since);
    g_ptr_array_unref(change->came);
    g_ptr_array_unref(change->went);
    g_free(change);
}

static struct group_change *group_change_new(const char *group, const char *name)
{
    struct group_change *change = g_new0(struct group_change, 1);
    change->group = g_strdup(group);
    change->name = g_strdup(name);
    change->came = g_ptr_array_new_with_free_func(changed_person_free);
    change->went = g_ptr_array_new_with_free_func(changed_person_free);
    return change;
}

void comparison_free(struct comparison *comparison)
{
    if (!comparison)
        return;
    group_change_free(comparison->whole);
    g_ptr_array_unref(comparison->groups);
    g_free(comparison);
}

/* Who of `from` is not in `in`; the first of them are named. Returns how many; *size says how many
 * there are in `from`. */
static int64_t missing(const struct snapshot *from, const struct snapshot *in, const char *group,
                       size_t most, GPtrArray *named, int64_t *size)
{
    int64_t count = 0;
    *size = 0;
    for (guint i = 0; i < from->persons->len; i++) {
        const struct person *person = &g_array_index(from->persons, struct person, i);
        if (group && !is_in(person->groups, group))
            continue;
        ++*size;
        if (has(in, person->address, group))
            continue;
        count++;
        if (named->len >= most)
            continue;
        struct changed_person *one = g_new0(struct changed_person, 1);
        one->address = g_strdup(person->address);
        one->name = g_strdup(person->name);
        g_ptr_array_add(named, one);
    }
    return count;
}

static bool is_much(int64_t part, int64_t whole, unsigned percent)
{
    return part >= GUARD_LEAST && part * 100 > whole * (int64_t)percent;
}

/* Empties what a group never was. */
static bool was_never_empty(const struct comparing *comparing, const char *group, bool *never,
                            struct error *error)
{
    sqlite3_stmt *row = sql_get(comparing->queue, SQL_GROUP_SMALLEST, error);
    if (!row)
        return false;
    sql_bind(row, "tit", comparing->publication, comparing->issue, group);
    *never = sql_row(comparing->queue, row, error) && sqlite3_column_int64(row, 0) > 0 &&
             sqlite3_column_int64(row, 1) > 0;
    sqlite3_reset(row);
    return !error_is_set(error);
}

/* The snapshot of the last issue that went out, to this group where one is named; NULL and no
 * error: there was none. */
static struct snapshot *read_before(struct comparing *comparing, const char *group,
                                    struct error *error)
{
    sqlite3_stmt *row = sql_get(comparing->queue, SQL_ISSUE_BEFORE, error);
    if (!row)
        return NULL;
    sql_bind(row, "tit", comparing->publication, comparing->issue, group);
    if (!sql_row(comparing->queue, row, error))
        return NULL;
    int64_t id = sqlite3_column_int64(row, 0);
    AUTO(text) char *key = sql_text(row, 1);
    int64_t first = sqlite3_column_int64(row, 2), last = sqlite3_column_int64(row, 3);
    sqlite3_reset(row);
    struct snapshot *snapshot = g_hash_table_lookup(comparing->before, &id);
    if (snapshot)
        return snapshot;
    snapshot = snapshot_read(comparing->queue, key, first, last, comparing->most, error);
    if (snapshot)
        g_hash_table_insert(comparing->before, g_memdup2(&id, sizeof id), snapshot);
    return snapshot;
}

static bool compare(struct comparing *comparing, struct group_change *change, struct error *error)
{
    bool never_empty = false;
    const struct snapshot *before = read_before(comparing, change->group, error);
    if (!before) {
        change->now = comparing->now->persons->len;
        return !error_is_set(error);
    }
    if (change->group && !was_never_empty(comparing, change->group, &never_empty, error))
        return false;
    change->since = g_strdup(before->key);
    change->added =
        missing(comparing->now, before, change->group, comparing->most, change->came, &change->now);
    change->gone = missing(before, comparing->now, change->group, comparing->most, change->went,
                           &change->before);
    change->alarming = is_much(change->added, change->before, comparing->guard) ||
                       is_much(change->gone, change->before, comparing->guard) ||
                       (never_empty && change->now == 0);
    return true;
}

static GPtrArray *read_groups(struct queue *queue, int64_t issue, struct error *error)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(group_change_free);
    sqlite3_stmt *row = sql_get(queue, SQL_GROUPS, error);
    if (row)
        sql_bind(row, "i", issue);
    while (row && sql_row(queue, row, error))
        g_ptr_array_add(groups, group_change_new((const char *)sqlite3_column_text(row, 0),
                                                 (const char *)sqlite3_column_text(row, 1)));
    return groups;
}

static bool compare_all(struct comparing *comparing, struct comparison *comparison,
                        struct error *error)
{
    comparison->whole = group_change_new(NULL, NULL);
    comparison->groups = read_groups(comparing->queue, comparing->issue, error);
    bool good = !error_is_set(error) && compare(comparing, comparison->whole, error);
    for (guint i = 0; good && i < comparison->groups->len; i++)
        good = compare(comparing, comparison->groups->pdata[i], error);
    return good;
}

bool queue_compare(struct queue *queue, int64_t id, unsigned guard, size_t most,
                   struct comparison **comparison, struct error *error)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    AUTO(comparison) struct comparison *fresh = g_new0(struct comparison, 1);
    AUTO(table)
    GHashTable *before = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, snapshot_free);
    struct open_issue *range;
    /* The rows' states may be older than memory's. */
    bool good = open_issues_save(queue, error) && queue_issue(queue, id, &issue, error) &&
                open_issue_get(queue, id, &range, error);
    struct comparing comparing = {.queue = queue,
                                  .publication = good ? issue->publication : NULL,
                                  .issue = id,
                                  .guard = guard,
                                  .most = most,
                                  .before = before};
    if (good)
        comparing.now = snapshot_read(queue, issue->key, range->first, range->last, most, error);
    if (comparing.now) {
        good = compare_all(&comparing, fresh, error);
        snapshot_free(comparing.now);
    } else {
        fresh->whole = group_change_new(NULL, NULL);
        fresh->groups = g_ptr_array_new();
        good = false;
    }
    if (good)
        *comparison = TAKE(fresh);
    return good;
}

/* --- telling -----------------------------------------------------------------------------------
 */

static void add_alarm(GString *line, const struct group_change *change)
{
    g_string_append_printf(line, "%s%s %lld → %lld (+%lld -%lld)", line->len ? "; " : "",
                           change->group ? change->name : _("all together"),
                           (long long)change->before, (long long)change->now,
                           (long long)change->added, (long long)change->gone);
}

char *comparison_alarm(const struct comparison *comparison)
{
    AUTO(str) GString *line = g_string_new(NULL);
    guint said = 0;
    for (guint i = 0; i < comparison->groups->len; i++) {
        const struct group_change *change = comparison->groups->pdata[i];
        if (change->alarming && ++said <= ALARMS_SAID)
            add_alarm(line, change);
    }
    if (said > ALARMS_SAID)
        g_string_append(line, "; …");
    if (comparison->whole->alarming)
        add_alarm(line, comparison->whole);
    return line->len ? g_string_free(TAKE(line), FALSE) : NULL;
}
