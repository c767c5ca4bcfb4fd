#include "queue/compare.h"
#include "queue/sql.h"

#define ROWS_A_STEP 5000 /* some milliseconds */
#define NOBODY      UINT_MAX

struct former { /* an issue that something is compared with */
    int64_t id, first, last;
    char *key;
    GPtrArray *changes; /* of struct group_change, the comparison's: what is compared with it */
};

/* Recipients that are in the same groups here, and in the same groups there or not at all. What
 * holds for one of them holds for all: so each recipient costs two look-ups and no more. */
struct pair {
    unsigned here, there; /* sorts; there NOBODY: not at all */
    int64_t count;
    GPtrArray *missing; /* of struct group_change: in these groups here, and not there */
};

/* A walk over the recipients of one issue, each looked for in another. */
struct stream {
    int64_t at, last;            /* the next row */
    struct census *here;         /* of the one */
    const struct census *there;  /* of the other; NULL: they are only noted */
    bool note;                   /* in `here`, which knows only their sorts else */
    bool came;                   /* these are who came, else who went */
    GHashTable *pairs;           /* of struct pair */
};

enum phase { READ_NOW, WENT, CAME, DONE };

struct comparing {
    struct queue *queue;
    int64_t issue, first, last;
    unsigned guard;
    size_t most;
    struct comparison *comparison;
    struct census *now;         /* `own`, or the caller's */
    struct census *own, *before;
    GPtrArray *formers;         /* of struct former */
    guint former;               /* which of them */
    enum phase phase;
    struct stream stream;
};

/* --- set-up ------------------------------------------------------------------------------------
 */

static void former_free(void *pointer)
{
    struct former *former = pointer;
    g_free(former->key);
    g_ptr_array_unref(former->changes);
    g_free(former);
}

static struct former *former_of(struct comparing *comparing, sqlite3_stmt *row)
{
    int64_t id = sqlite3_column_int64(row, 0);
    for (guint i = 0; i < comparing->formers->len; i++)
        if (((struct former *)comparing->formers->pdata[i])->id == id)
            return comparing->formers->pdata[i];
    struct former *former = g_new0(struct former, 1);
    former->id = id;
    former->key = sql_text(row, 1);
    former->first = sqlite3_column_int64(row, 2);
    former->last = sqlite3_column_int64(row, 3);
    former->changes = g_ptr_array_new();
    g_ptr_array_add(comparing->formers, former);
    return former;
}

/* With the last issue that went out, to this group where one is named; with none where there was
 * none. */
static bool set_former(struct comparing *comparing, const char *publication,
                       struct group_change *change, struct error *error)
{
    sqlite3_stmt *row = sql_get(comparing->queue, SQL_ISSUE_BEFORE, error);
    if (!row)
        return false;
    sql_bind(row, "tit", publication, comparing->issue, change->group);
    if (sql_row(comparing->queue, row, error)) {
        struct former *former = former_of(comparing, row);
        change->since = g_strdup(former->key);
        g_ptr_array_add(former->changes, change);
        sqlite3_reset(row);
    }
    return !error_is_set(error);
}

static bool read_groups(struct comparing *comparing, struct error *error)
{
    GPtrArray *groups = comparing->comparison->groups;
    sqlite3_stmt *row = sql_get(comparing->queue, SQL_GROUPS, error);
    if (row)
        sql_bind(row, "i", comparing->issue);
    while (row && sql_row(comparing->queue, row, error))
        g_ptr_array_add(groups, group_change_new((const char *)sqlite3_column_text(row, 0),
                                                 (const char *)sqlite3_column_text(row, 1)));
    return !error_is_set(error);
}

/* Empties what a group never was. */
static bool was_never_empty(struct queue *queue, const struct compared *compared,
                            struct group_change *change, struct error *error)
{
    sqlite3_stmt *row = sql_get(queue, SQL_GROUP_SMALLEST, error);
    if (!row)
        return false;
    sql_bind(row, "tit", compared->publication, compared->issue, change->group);
    change->never_empty = sql_row(queue, row, error) && sqlite3_column_int64(row, 0) > 0 &&
                          sqlite3_column_int64(row, 1) > 0;
    sqlite3_reset(row);
    return !error_is_set(error);
}

static bool set_formers(struct comparing *comparing, const struct compared *compared,
                        struct error *error)
{
    struct comparison *comparison = comparing->comparison;
    if (!read_groups(comparing, error) ||
        !set_former(comparing, compared->publication, comparison->whole, error))
        return false;
    for (guint i = 0; i < comparison->groups->len; i++) {
        struct group_change *change = comparison->groups->pdata[i];
        if (!set_former(comparing, compared->publication, change, error) ||
            !was_never_empty(comparing->queue, compared, change, error))
            return false;
    }
    return true;
}

/* --- one walk ----------------------------------------------------------------------------------
 */

static guint pair_hash(const void *pointer)
{
    const struct pair *pair = pointer;
    return pair->here * 31 + pair->there;
}

static gboolean pair_equal(const void *a, const void *b)
{
    const struct pair *one = a, *other = b;
    return one->here == other->here && one->there == other->there;
}

static void pair_free(void *pointer)
{
    struct pair *pair = pointer;
    g_ptr_array_unref(pair->missing);
    g_free(pair);
}

static bool is_in(const struct census *census, unsigned sort, const char *group)
{
    return sort != NOBODY && (!group || groups_have(census_groups(census, sort), group));
}

static struct pair *pair_of(struct comparing *comparing, unsigned here, unsigned there)
{
    struct stream *stream = &comparing->stream;
    const struct pair wanted = {.here = here, .there = there};
    struct pair *pair = g_hash_table_lookup(stream->pairs, &wanted);
    if (pair)
        return pair;
    const struct former *former = comparing->formers->pdata[comparing->former];
    pair = g_memdup2(&wanted, sizeof wanted);
    pair->missing = g_ptr_array_new();
    for (guint i = 0; i < former->changes->len; i++) {
        struct group_change *change = former->changes->pdata[i];
        if (is_in(stream->here, here, change->group) && !is_in(stream->there, there, change->group))
            g_ptr_array_add(pair->missing, change);
    }
    g_hash_table_add(stream->pairs, pair);
    return pair;
}

static void name_person(GPtrArray *named, const char *address, const char *name)
{
    struct changed_person *one = g_new0(struct changed_person, 1);
    one->address = g_strdup(address);
    one->name = name && *name ? g_strdup(name) : NULL;
    g_ptr_array_add(named, one);
}

static void take_row(struct comparing *comparing, sqlite3_stmt *row)
{
    struct stream *stream = &comparing->stream;
    const char *address = (const char *)sqlite3_column_text(row, 1);
    const char *groups = (const char *)sqlite3_column_text(row, 3);
    unsigned here = census_sort(stream->here, groups), there;
    if (stream->note)
        (void)census_add(stream->here, address, groups, &here);
    if (!stream->there)
        return;
    if (!census_find(stream->there, address, &there))
        there = NOBODY;
    struct pair *pair = pair_of(comparing, here, there);
    pair->count++;
    for (guint i = 0; i < pair->missing->len; i++) {
        struct group_change *change = pair->missing->pdata[i];
        GPtrArray *named = stream->came ? change->came : change->went;
        if (named->len < comparing->most)
            name_person(named, address, (const char *)sqlite3_column_text(row, 2));
    }
}

/* *end: there are no more. */
static bool read_rows(struct comparing *comparing, bool *end, struct error *error)
{
    struct stream *stream = &comparing->stream;
    sqlite3_stmt *row = sql_get(comparing->queue, SQL_PERSONS, error);
    if (!row)
        return false;
    int64_t to = MIN(stream->last, stream->at + ROWS_A_STEP - 1);
    sql_bind(row, "ii", stream->at, to);
    while (sql_row(comparing->queue, row, error))
        take_row(comparing, row);
    stream->at = to + 1;
    *end = stream->at > stream->last;
    return !error_is_set(error);
}

static void stream_clear(struct stream *stream)
{
    if (stream->pairs)
        g_hash_table_unref(stream->pairs);
    *stream = (struct stream){0};
}

static void stream_begin(struct stream *stream, int64_t first, int64_t last, struct census *here,
                         const struct census *there, bool note)
{
    stream_clear(stream);
    *stream =
        (struct stream){.at = first, .last = last, .here = here, .there = there, .note = note};
    stream->pairs = g_hash_table_new_full(pair_hash, pair_equal, pair_free, NULL);
}

/* --- the numbers -------------------------------------------------------------------------------
 */

static int64_t size_of(const struct census *census, const char *group)
{
    int64_t size = 0;
    for (unsigned sort = 0; sort < census_sorts(census); sort++)
        if (is_in(census, sort, group))
            size += census_count(census, sort);
    return size;
}

static void count_change(struct comparing *comparing, struct group_change *change)
{
    struct stream *stream = &comparing->stream;
    GHashTableIter iter;
    void *pointer;
    g_hash_table_iter_init(&iter, stream->pairs);
    while (g_hash_table_iter_next(&iter, &pointer, NULL)) {
        const struct pair *pair = pointer;
        if (!is_in(stream->here, pair->here, change->group))
            continue;
        change->before += pair->count;
        if (!is_in(stream->there, pair->there, change->group))
            change->gone += pair->count;
    }
    change->added = change->now - (change->before - change->gone);
}

static void count_changes(struct comparing *comparing)
{
    const struct former *former = comparing->formers->pdata[comparing->former];
    for (guint i = 0; i < former->changes->len; i++)
        count_change(comparing, former->changes->pdata[i]);
}

static bool is_much(int64_t part, int64_t whole, unsigned percent)
{
    return part >= GUARD_LEAST && part * 100 > whole * (int64_t)percent;
}

static void judge(const struct comparing *comparing, struct group_change *change)
{
    if (!change->since)
        return;
    change->alarming = is_much(change->added, change->before, comparing->guard) ||
                       is_much(change->gone, change->before, comparing->guard) ||
                       (change->never_empty && change->now == 0);
}

static void judge_all(struct comparing *comparing)
{
    struct comparison *comparison = comparing->comparison;
    judge(comparing, comparison->whole);
    for (guint i = 0; i < comparison->groups->len; i++)
        judge(comparing, comparison->groups->pdata[i]);
}

static void set_sizes(struct comparing *comparing)
{
    struct comparison *comparison = comparing->comparison;
    comparison->whole->now = size_of(comparing->now, NULL);
    for (guint i = 0; i < comparison->groups->len; i++) {
        struct group_change *change = comparison->groups->pdata[i];
        change->now = size_of(comparing->now, change->group);
    }
}

/* --- the steps ---------------------------------------------------------------------------------
 */

/* Who was there before, looked for among those of now. They are noted only where those of now are
 * then looked for among them, for the names. */
static void begin_former(struct comparing *comparing)
{
    if (comparing->former == comparing->formers->len) {
        judge_all(comparing);
        comparing->phase = DONE;
        return;
    }
    const struct former *former = comparing->formers->pdata[comparing->former];
    stream_clear(&comparing->stream);
    census_free(comparing->before);
    comparing->before = census_new(comparing->most ? former->last - former->first + 1 : 0);
    stream_begin(&comparing->stream, former->first, former->last, comparing->before,
                 comparing->now, comparing->most);
    comparing->phase = WENT;
}

static void begin_came(struct comparing *comparing)
{
    stream_begin(&comparing->stream, comparing->first, comparing->last, comparing->now,
                 comparing->before, false);
    comparing->stream.came = true;
    comparing->phase = CAME;
}

static void begin_next(struct comparing *comparing)
{
    switch (comparing->phase) {
    case READ_NOW:
        set_sizes(comparing);
        begin_former(comparing);
        return;
    case WENT:
        count_changes(comparing);
        if (comparing->most) {
            begin_came(comparing);
            return;
        }
        comparing->former++;
        begin_former(comparing);
        return;
    case CAME:
        comparing->former++;
        begin_former(comparing);
        return;
    case DONE:
        return;
    }
}

bool comparing_step(struct comparing *comparing, bool *done, struct error *error)
{
    bool end = false;
    if (comparing->phase != DONE && !read_rows(comparing, &end, error))
        return false;
    if (end)
        begin_next(comparing);
    *done = comparing->phase == DONE;
    return true;
}

bool comparing_begin(struct comparing **comparing, struct queue *queue,
                     const struct compared *compared, unsigned guard, size_t most,
                     struct error *error)
{
    AUTO(comparing) struct comparing *fresh = g_new0(struct comparing, 1);
    fresh->queue = queue;
    fresh->issue = compared->issue;
    fresh->first = compared->first;
    fresh->last = compared->last;
    fresh->guard = guard;
    fresh->most = most;
    fresh->comparison = g_new0(struct comparison, 1);
    fresh->comparison->whole = group_change_new(NULL, NULL);
    fresh->comparison->groups = g_ptr_array_new_with_free_func(group_change_free);
    fresh->formers = g_ptr_array_new_with_free_func(former_free);
    fresh->now = compared->census;
    if (!set_formers(fresh, compared, error))
        return false;
    if (!fresh->now) {
        fresh->own = census_new(fresh->last - fresh->first + 1);
        fresh->now = fresh->own;
        stream_begin(&fresh->stream, fresh->first, fresh->last, fresh->own, NULL, true);
    } else {
        set_sizes(fresh);
        begin_former(fresh);
    }
    *comparing = TAKE(fresh);
    return true;
}

struct comparison *comparing_take(struct comparing *comparing)
{
    return TAKE(comparing->comparison);
}

void comparing_free(struct comparing *comparing)
{
    if (!comparing)
        return;
    comparison_free(comparing->comparison);
    stream_clear(&comparing->stream);
    census_free(comparing->own);
    census_free(comparing->before);
    g_ptr_array_unref(comparing->formers);
    g_free(comparing);
}
