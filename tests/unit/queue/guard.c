/* What changed since last time, and when the guard holds an issue for it. */
#include "queue/admission.h"

#include "fixture.h"

#include <sqlite3.h>

#define GUARD 20

/* "all:1-40 few:1-3": each group with the numbers of those in it; who is in several has all. */
static void members_of(const char *text, GHashTable *groups_of, GPtrArray *order, GPtrArray *groups)
{
    AUTO(texts) char **parts = g_strsplit(text, " ", -1);
    for (char **part = parts; *part; part++) {
        char *colon = strchr(*part, ':');
        int first = 1, last = 0;
        *colon = '\0';
        g_ptr_array_add(groups, g_strdup(*part));
        (void)sscanf(colon + 1, "%d-%d", &first, &last);
        for (int i = first; i <= last; i++) {
            char *address = g_strdup_printf("r%d@example.org", i);
            char *had = g_hash_table_lookup(groups_of, address);
            if (!had)
                g_ptr_array_add(order, g_strdup(address));
            g_hash_table_insert(groups_of, address,
                                had ? g_strconcat(had, " ", *part, NULL) : g_strdup(*part));
        }
    }
}

static void group_free(void *pointer)
{
    struct parcel_group *group = pointer;
    g_free(group->id);
    g_free(group->name);
    g_free(group);
}

static struct parcel *parcel_of(struct fixture *fixture, const char *key, const char *members)
{
    AUTO(parcel_maker) struct parcel_maker *maker = NULL;
    AUTO(table)
    GHashTable *groups_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    AUTO(array) GPtrArray *order = g_ptr_array_new_with_free_func(g_free);
    AUTO(array) GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
    AUTO(array) GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);
    AUTO(text) char *path = g_build_filename(fixture->parcels, key, NULL);
    struct parcel *parcel = NULL;
    members_of(members, groups_of, order, ids);
    assert_good(parcel_begin(&maker, path, &fixture->error));
    assert_good(parcel_add(maker, "message.eml", "x", 1, &fixture->error));
    for (guint i = 0; i < order->len; i++) {
        AUTO(address) struct address *address = NULL;
        assert_good(address_parse(&address, order->pdata[i], NOWHERE, NULL, &fixture->error));
        struct parcel_recipient one = {
            address, "name", "", "", g_hash_table_lookup(groups_of, order->pdata[i]), "all.csv:7"};
        parcel_add_recipient(maker, &one);
    }
    for (guint i = 0; i < ids->len; i++) {
        struct parcel_group *group = g_new0(struct parcel_group, 1);
        group->id = g_strdup(ids->pdata[i]);
        group->name = g_ascii_strup(ids->pdata[i], -1);
        g_ptr_array_add(groups, group);
    }
    struct parcel_facts facts = {.publication = (char *)"weekly",
                                 .issue = (char *)key,
                                 .kind = (char *)"regular",
                                 .title = (char *)"Weekly",
                                 .document = (char *)"a.md",
                                 .document_sha256 = (char *)"00",
                                 .message_id = (char *)"id@example.org",
                                 .envelope_from = (char *)"weekly@example.org",
                                 .groups = groups};
    assert_good(parcel_seal(maker, &facts, &fixture->error));
    assert_good(parcel_open(&parcel, path, &fixture->error));
    return parcel;
}

static int64_t admit(struct fixture *fixture, const char *key, const char *members)
{
    AUTO(parcel) struct parcel *parcel = parcel_of(fixture, key, members);
    int64_t id = 0;
    assert_good(queue_admit_guarded(fixture->queue, parcel, key, GUARD, 5, &id, &fixture->error));
    return id;
}

static struct queue_issue *now(struct fixture *fixture, int64_t id)
{
    struct queue_issue *issue = NULL;
    assert_good(queue_issue(fixture->queue, id, &issue, &fixture->error));
    return issue;
}

static const struct {
    const char *name, *before, *after, *alarm; /* alarm NULL: not held */
} cases[] = {
    {"nothing changed", "all:1-40", "all:1-40", NULL},
    {"just the share is gone", "all:1-50", "all:1-40", NULL},
    {"one more than the share is gone", "all:1-50", "all:1-39",
     "ALL 50 → 39 (+0 -11); all together 50 → 39 (+0 -11)"},
    {"one more than the share came", "all:1-50", "all:1-61",
     "ALL 50 → 61 (+11 -0); all together 50 → 61 (+11 -0)"},
    {"fewer than five are no slip", "all:1-10", "all:1-6", NULL},
    {"five of ten are", "all:1-10", "all:1-5", "ALL 10 → 5 (+0 -5); all together 10 → 5 (+0 -5)"},
    {"as many, but others", "all:1-20", "all:21-40",
     "ALL 20 → 20 (+20 -20); all together 20 → 20 (+20 -20)"},
    {"a group alone, not the whole", "all:1-100 few:1-10", "all:1-100 few:1-5",
     "FEW 10 → 5 (+0 -5)"},
    {"the whole alone", "a:1-20 b:21-24 c:25-28", "a:1-20", "all together 28 → 20 (+0 -8)"},
    {"a group that was never empty", "all:1-40 few:1-2", "all:1-40 few:1-0", "FEW 2 → 0 (+0 -2)"},
    {"a group that is new", "all:1-40", "all:1-40 new:1-30", NULL},
};

static void issues_are_held_for_what_changed(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (i) {
            assert_int_equal(fixture_teardown(state), 0);
            assert_int_equal(fixture_setup(state), 0);
            fixture = *state;
        }
        (void)admit(fixture, "2023-24", cases[i].before);
        int64_t id = admit(fixture, "2023-25", cases[i].after);
        /* As after a kill: what is held was never visible as anything else. */
        fixture_reopen(fixture);
        AUTO(queue_issue) struct queue_issue *issue = now(fixture, id);
        bool held = issue->state == ISSUE_HELD && issue->why == HOLD_GUARD;
        if (held != (cases[i].alarm != NULL) ||
            (held && strcmp(issue->why_text, cases[i].alarm) != 0))
            fail_msg("%s: %s", cases[i].name, issue->why_text ? issue->why_text : "not held");
    }
}

static void the_first_issue_is_never_held(void **state)
{
    struct fixture *fixture = *state;
    AUTO(queue_issue)
    struct queue_issue *issue = now(fixture, admit(fixture, "2023-1", "all:1-900"));
    assert_int_equal(issue->state, ISSUE_SENDING);
}

static void a_held_issue_is_not_claimed_until_it_is_released(void **state)
{
    struct fixture *fixture = *state;
    (void)admit(fixture, "2023-24", "all:1-40");
    int64_t id = admit(fixture, "2023-25", "all:1-10");
    GArray *work = NULL;
    assert_good(queue_work(fixture->queue, &work, &fixture->error));
    assert_int_equal(work->len, 1);
    g_array_unref(work);
    assert_good(queue_release(fixture->queue, id, "zhang", &fixture->error));
    assert_good(queue_work(fixture->queue, &work, &fixture->error));
    assert_int_equal(work->len, 2);
    g_array_unref(work);
}

static void what_the_guard_holds_is_no_measure(void **state)
{
    struct fixture *fixture = *state;
    int64_t count;
    (void)admit(fixture, "2023-24", "all:1-40");
    int64_t slip = admit(fixture, "2023-25", "all:1-10");
    int64_t again = admit(fixture, "2023-26", "all:1-10");
    AUTO(queue_issue) struct queue_issue *issue = now(fixture, again);
    assert_int_equal(issue->why, HOLD_GUARD); /* compared with 24, not with the slip */
    assert_good(queue_cancel(fixture->queue, slip, "zhang", &count, &fixture->error));
    assert_good(queue_release(fixture->queue, again, "zhang", &fixture->error));
    AUTO(queue_issue)
    struct queue_issue *next = now(fixture, admit(fixture, "2023-27", "all:1-10"));
    assert_int_equal(next->state, ISSUE_SENDING); /* somebody has looked at 26 */
}

static void a_group_is_compared_with_the_last_issue_that_named_it(void **state)
{
    struct fixture *fixture = *state;
    (void)admit(fixture, "2023-23", "all:1-40 few:1-10");
    (void)admit(fixture, "2023-24", "all:1-40");
    int64_t id = admit(fixture, "2023-25", "all:1-40 few:1-4");
    AUTO(comparison) struct comparison *comparison = NULL;
    assert_good(queue_compare(fixture->queue, id, GUARD, 3, &comparison, &fixture->error));
    const struct group_change *few = comparison->groups->pdata[1];
    assert_string_equal(few->since, "2023-23");
    assert_true(few->alarming);
    assert_int_equal(few->gone, 6);
    assert_int_equal(few->went->len, 3);
    assert_string_equal(((struct changed_person *)few->went->pdata[0])->address, "r5@example.org");
    assert_string_equal(((struct changed_person *)few->went->pdata[0])->name, "name");
    assert_false(comparison->whole->alarming);
}

static void a_hold_is_in_the_history(void **state)
{
    struct fixture *fixture = *state;
    AUTO(array) GPtrArray *history = NULL;
    (void)admit(fixture, "2023-24", "all:1-40");
    int64_t id = admit(fixture, "2023-25", "all:1-10");
    assert_good(queue_history(fixture->queue, id, &history, &fixture->error));
    const struct history_entry *entry = history->pdata[history->len - 1];
    assert_string_equal(entry->what, "held");
    assert_true(g_str_has_prefix(entry->detail, "guard: ALL 40 → 10"));
}

static bool note_origin(void *user, const struct queue_delivery *delivery, struct error *error)
{
    (void)error;
    *(char **)user = g_strdup(delivery->origin);
    return false;
}

static void where_a_recipient_came_from_is_kept(void **state)
{
    struct fixture *fixture = *state;
    AUTO(text) char *origin = NULL;
    int64_t id = admit(fixture, "2023-24", "all:1-1");
    (void)!queue_deliveries(fixture->queue, id, -1, note_origin, &origin, &fixture->error);
    assert_string_equal(origin, "all.csv:7");
}

/* --- an older queue ----------------------------------------------------------------------------
 */

static void make_old(struct fixture *fixture)
{
    AUTO(text) char *script = NULL;
    AUTO(text) char *path = g_build_filename(fixture->folder, "queue.db", NULL);
    sqlite3 *db = NULL;
    queue_close(TAKE(fixture->queue));
    assert_int_equal(unlink(path), 0);
    assert_true(g_file_get_contents("tests/data/queue-1.sql", &script, NULL, NULL));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, script, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void an_older_queue_comes_up_to_date(void **state)
{
    struct fixture *fixture = *state;
    make_old(fixture);
    assert_good(queue_open(&fixture->queue, fixture->folder, &fixture->error));
    int64_t id = admit(fixture, "2023-25", "all:2-6");
    AUTO(queue_issue) struct queue_issue *issue = now(fixture, id);
    assert_int_equal(issue->state, ISSUE_SENDING);
    AUTO(queue_issue) struct queue_issue *held = now(fixture, admit(fixture, "2023-26", "all:1-0"));
    assert_string_equal(held->why_text, "ALL 5 → 0 (+0 -5); all together 5 → 0 (+0 -5)");
}

static void who_only_reads_does_not_change_an_older_queue(void **state)
{
    struct fixture *fixture = *state;
    struct queue *reading = NULL;
    make_old(fixture);
    assert_false(queue_open_reading(&reading, fixture->folder, &fixture->error));
    assert_int_equal(fixture->error.exit_class, EX_TEMPFAIL);
    error_clear(&fixture->error);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(issues_are_held_for_what_changed),
        TEST(the_first_issue_is_never_held),
        TEST(a_held_issue_is_not_claimed_until_it_is_released),
        TEST(what_the_guard_holds_is_no_measure),
        TEST(a_group_is_compared_with_the_last_issue_that_named_it),
        TEST(a_hold_is_in_the_history),
        TEST(where_a_recipient_came_from_is_kept),
        TEST(an_older_queue_comes_up_to_date),
        TEST(who_only_reads_does_not_change_an_older_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
