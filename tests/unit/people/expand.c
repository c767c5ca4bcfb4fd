#include "folder.h"

#define A(address)              "{ address = \"" address "@example.org\"; }"
#define NAMED(name, rows, more) "name = \"" name "\"; members = ( " rows " ); " more

#define FILES_MOST 5
static const struct {
    const char *what;
    struct folder_file files[FILES_MOST];
    const char *groups, *recipients; /* recipients NULL: refused */
    const char *words;               /* of the one thing that is told; NULL: nothing is */
    int line;
} rows[] = {
    {"members and a list, in order",
     {{"a.conf", NAMED("甲", A("b") ", " A("a"), "lists = [ \"l.csv\" ];")},
      {"l.csv", "邮箱\nc@example.org\na@example.org\n"}},
     "a",
     "b@example.org=a a@example.org=a c@example.org=a",
     NULL,
     0},
    {"somebody in two groups gets one copy, with both",
     {{"a.conf", NAMED("甲", A("a") ", " A("b"), "")}, {"b.conf", NAMED("乙", A("b"), "")}},
     "b a",
     "b@example.org=b+a a@example.org=a",
     NULL,
     0},
    {"the same group twice",
     {{"a.conf", NAMED("甲", A("a"), "")}},
     "a a",
     "a@example.org=a",
     NULL,
     0},
    {"domains compare without case, local parts with",
     {{"a.conf",
       NAMED("甲", "{ address = \"a@EXAMPLE.org\"; }, { address = \"a@example.ORG\"; }", "")}},
     "a",
     "a@example.org=a",
     NULL,
     0},
    {"two that differ in case are pointed out",
     {{"a.conf", NAMED("甲", A("a") ", " A("A"), "")}},
     "a",
     "a@example.org=a A@example.org=a",
     "differ only in case",
     0},
    {"whichever of them comes first",
     {{"a.conf", NAMED("甲", A("A") ", " A("a"), "")}},
     "a",
     "A@example.org=a a@example.org=a",
     "A@example.org (a.conf:1) and a@example.org (a.conf:1)",
     0},
    {"both are written in upper case, here and there",
     {{"a.conf", NAMED("甲", A("aB") ", " A("c"), "")}, {"b.conf", NAMED("乙", A("Ab"), "")}},
     "b a",
     "Ab@example.org=b aB@example.org=a c@example.org=a",
     "Ab@example.org (b.conf:1) and aB@example.org (a.conf:1)",
     0},
    {"upper case without a twin is nothing",
     {{"a.conf", NAMED("甲", A("Zhang") ", " A("zhan"), "")}},
     "a",
     "Zhang@example.org=a zhan@example.org=a",
     NULL,
     0},
    {"who is in one more group than those beside him",
     {{"a.conf", NAMED("甲", A("a") ", " A("b") ", " A("c"), "")},
      {"b.conf", NAMED("乙", A("b") ", " A("d"), "")},
      {"c.conf", NAMED("丙", A("d") ", " A("c") ", " A("b"), "")}},
     "a b c b",
     "a@example.org=a b@example.org=a+b+c c@example.org=a+c d@example.org=b+c",
     NULL,
     0},
    {"who is included has the ids of the groups that were named",
     {{"standing.conf", NAMED("常委", A("s"), "")},
      {"members.conf", NAMED("委员", A("m"), "include = [ \"standing\" ];")}},
     "standing members",
     "s@example.org=standing+members m@example.org=members",
     NULL,
     0},
    {"a group that is only included is not named",
     {{"a.conf", NAMED("甲", A("a"), "include = [ \"b\" ];")}, {"b.conf", NAMED("乙", A("b"), "")}},
     "a",
     "a@example.org=a b@example.org=a",
     NULL,
     0},
    {"include over two steps, and by two ways",
     {{"a.conf", NAMED("甲", "", "include = [ \"b\", \"c\" ];")},
      {"b.conf", NAMED("乙", "", "include = [ \"c\" ];")},
      {"c.conf", NAMED("丙", A("c"), "")}},
     "a",
     "c@example.org=a",
     NULL,
     0},
    {"an address excluded",
     {{"a.conf", NAMED("甲", A("a") ", " A("b"), "exclude = [ \"b@EXAMPLE.org\" ];")}},
     "a",
     "a@example.org=a",
     NULL,
     0},
    {"a group excluded",
     {{"a.conf", NAMED("甲", A("a") ", " A("b"), "exclude = [ \"b\" ];")},
      {"b.conf", NAMED("乙", A("b"), "")}},
     "a",
     "a@example.org=a",
     NULL,
     0},
    {"exclusion wins over include",
     {{"a.conf", NAMED("甲", A("a"), "include = [ \"b\" ]; exclude = [ \"x@example.org\" ];")},
      {"b.conf", NAMED("乙", A("x") ", " A("b"), "")}},
     "a",
     "a@example.org=a b@example.org=a",
     NULL,
     0},
    {"excluded from one group, still in another",
     {{"a.conf", NAMED("甲", A("a") ", " A("x"), "exclude = [ \"x@example.org\" ];")},
      {"b.conf", NAMED("乙", A("x"), "")}},
     "a b",
     "a@example.org=a x@example.org=b",
     NULL,
     0},
    {"a circle",
     {{"a.conf", NAMED("甲", A("a"), "\ninclude = [ \"b\" ];")},
      {"b.conf", NAMED("乙", A("b"), "\n\ninclude = [ \"a\" ];")}},
     "a",
     NULL,
     "a → b → a",
     3},
    {"a circle further down",
     {{"a.conf", NAMED("甲", A("a"), "include = [ \"b\" ];")},
      {"b.conf", NAMED("乙", A("b"), "\ninclude = [ \"c\" ];")},
      {"c.conf", NAMED("丙", A("c"), "\nexclude = [ \"b\" ];")}},
     "a",
     NULL,
     "b → c → b",
     2},
    {"a circle of one",
     {{"a.conf", NAMED("甲", A("a"), "\ninclude = [ \"a\" ];")}},
     "a",
     NULL,
     "a → a",
     2},
    {"an empty group", {{"a.conf", "\nname = \"甲\";"}}, "a", NULL, "nobody is in the group 甲", 2},
    {"empty after exclusion",
     {{"a.conf", NAMED("甲", A("a"), "exclude = [ \"a@example.org\" ];")}},
     "a",
     NULL,
     "nobody is in the group 甲",
     1},
    {"a group that may be empty",
     {{"a.conf", "name = \"甲\"; allow_empty = true;"}},
     "a",
     "",
     NULL,
     0},
    {"a group that is not there",
     {{"a.conf", NAMED("甲", A("a"), "\ninclude = [ \"leader\" ];")},
      {"leaders.conf", NAMED("乙", A("b"), "")}},
     "a",
     NULL,
     "there is no group leader; is leaders meant?",
     2},
    {"an invalid address",
     {{"a.conf", NAMED("甲", A("a") ",\n { address = \"b@\"; }", "")}},
     "a",
     NULL,
     "b@",
     2},
    {"an invalid address in a list",
     {{"a.conf", NAMED("甲", "", "lists = [ \"l.csv\" ];")}, {"l.csv", "邮箱\na@example.org\nb\n"}},
     "a",
     NULL,
     "no @",
     3},
    {"an unknown key",
     {{"a.conf", NAMED("甲", A("a"), "\nalias = [ \"a\" ];")}},
     "a",
     NULL,
     "aliases is meant",
     2},
    {"a member without address",
     {{"a.conf", NAMED("甲", "{ name = \"张三\"; }", "")}},
     "a",
     NULL,
     "neither an address nor a post",
     1},
    {"a list that is not there",
     {{"a.conf", NAMED("甲", A("a"), "\nlists = [ \"none.csv\" ];")}},
     "a",
     NULL,
     "can't be opened",
     2},
    {"a list of another form",
     {{"a.conf", NAMED("甲", A("a"), "\nlists = [ \"ftp://example.org/x.csv\" ];")}},
     "a",
     NULL,
     "not fetched from such an address",
     2},
    {"a broken group that is not needed",
     {{"a.conf", NAMED("甲", A("a"), "")}, {"b.conf", "name = ;"}},
     "a",
     "a@example.org=a",
     NULL,
     0},
    {"a broken group that is included",
     {{"a.conf", NAMED("甲", A("a"), "include = [ \"b\" ];")}, {"b.conf", "name = ;"}},
     "a",
     NULL,
     "a sign is missing",
     1},
    {"no name", {{"a.conf", "members = ( " A("a") " );"}}, "a", NULL, "name is missing", 0},
};

static void groups_expand(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].what);
        AUTO(folder) char *folder = folder_new(rows[i].files, FILES_MOST);
        AUTO(people) struct people *people = people_of(folder);
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(text) char *recipients = expanded(people, rows[i].groups, problems);
        if (rows[i].recipients) {
            assert_non_null(recipients);
            assert_string_equal(recipients, rows[i].recipients);
        } else {
            assert_null(recipients);
            assert_int_equal(problems_exit_class(problems), EX_DATAERR);
        }
        assert_int_equal(problems_count(problems), rows[i].words ? 1 : 0);
        if (rows[i].words)
            assert_true(is_told(problems, rows[i].recipients ? REMARK : PROBLEM, rows[i].line,
                                rows[i].words));
    }
}

static void recipient_says_where_it_came_from(void **state)
{
    (void)state;
    AUTO(folder)
    char *folder = folder_new(
        (struct folder_file[]){
            {"a.conf", NAMED("甲", A("a") ",\n{ address = \"李四 <b@example.org>\"; }",
                             "lists = [ \"l.csv\" ];")},
            {"l.csv", "邮箱,姓名,职务,单位\na@example.org,张三,主席,办公室\nc@example.org,,,\n"},
            {"c.conf", NAMED("丙", "{ address = \"c@example.org\"; name = \"王五\"; }", "")}},
        3);
    AUTO(people) struct people *people = people_of(folder);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(array) GPtrArray *groups = g_ptr_array_new();
    g_ptr_array_add(groups, "a");
    g_ptr_array_add(groups, "c");
    AUTO(array) GPtrArray *recipients = NULL;
    assert_true(people_expand(people, groups, &recipients, problems));
    const struct recipient *a = recipients->pdata[0], *b = recipients->pdata[1],
                           *c = recipients->pdata[2];
    assert_string_equal(a->origin, "a.conf:1");
    assert_string_equal(b->origin, "a.conf:2");
    assert_string_equal(c->origin, "l.csv:3");
    assert_string_equal(b->name, "李四");
    assert_string_equal(c->name, "王五"); /* what the first list left open */
    const struct group *group = people_group(people, "a");
    assert_string_equal(group->sources->pdata[0], "a.conf");
    assert_string_equal(group->sources->pdata[1], "l.csv");
}

static void check_tells_everything_once(void **state)
{
    (void)state;
    AUTO(folder)
    char *folder =
        folder_new((struct folder_file[]){{"a.conf", NAMED("甲", A("a"), "include = [ \"b\" ];")},
                                          {"b.conf", NAMED("乙", A("b"), "include = [ \"a\" ];")},
                                          {"c.conf", NAMED("丙", "{ address = \"x\"; }", "")},
                                          {"d.conf", NAMED("丁", A("d"), "include = [ \"c\" ];")},
                                          {"副本.conf", NAMED("戊", A("e"), "")},
                                          {".hidden.conf", "?"},
                                          {"notes.txt", "?"}},
                   7);
    AUTO(people) struct people *people = people_of(folder);
    AUTO(problems) struct problems *problems = problems_new();
    people_check(people, problems);
    assert_int_equal(problems_count(problems), 3);
    assert_true(is_told(problems, PROBLEM, 0, "a → b → a"));
    assert_true(is_told(problems, PROBLEM, 0, "this mail address has no @"));
    assert_true(is_told(problems, PROBLEM, 0, "副本 is no id"));
    assert_int_equal(people_group_count(people), 4);
    assert_string_equal(people_group_at(people, 3)->id, "d");
    assert_null(people_group(people, "e"));
}

static void check_remarks_on_a_name_of_two_groups(void **state)
{
    (void)state;
    AUTO(folder)
    char *folder = folder_new(
        (struct folder_file[]){{"a.conf", NAMED("甲", A("a"), "aliases = [ \"丙 组\" ];")},
                               {"b.conf", NAMED("丙组", A("b"), "aliases = [ \"丙组\" ];")}},
        2);
    AUTO(people) struct people *people = people_of(folder);
    AUTO(problems) struct problems *problems = problems_new();
    people_check(people, problems);
    assert_int_equal(problems_count(problems), 1);
    assert_true(is_told(problems, REMARK, 0, "the groups a and b are both named"));
}

static void folder_that_is_not_there(void **state)
{
    (void)state;
    struct people *people = NULL;
    AUTO(error) struct error error = {0};
    assert_false(people_read(&people, "/nowhere", &error));
    assert_int_equal(error.exit_class, EX_NOINPUT);
    assert_null(people);
}

/* --- properties, on groups made at random --- */

#define GROUPS  6
#define PERSONS 40

/* Group g includes some after it and excludes some persons: no circles. */
static char *random_group(GRand *random, int g, GHashTable *excluded)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "name = \"组%d\"; allow_empty = true;\nmembers = (", g);
    int members = g_rand_int_range(random, 0, PERSONS / 2);
    for (int i = 0; i < members; i++)
        g_string_append_printf(text, "%s { address = \"p%d@example.org\"; }", i ? "," : "",
                               g_rand_int_range(random, 0, PERSONS));
    g_string_append(text, " );\ninclude = [");
    bool first = true;
    for (int other = g + 1; other < GROUPS; other++)
        if (g_rand_boolean(random)) {
            g_string_append_printf(text, "%s \"g%d\"", first ? "" : ",", other);
            first = false;
        }
    int out = g_rand_int_range(random, 0, PERSONS);
    g_string_append_printf(text, " ];\nexclude = [ \"p%d@example.org\" ];\n", out);
    g_hash_table_add(excluded, g_strdup_printf("g%d p%d@example.org", g, out));
    return g_string_free(text, FALSE);
}

static char *random_folder(GRand *random, GHashTable *excluded)
{
    char *folder = folder_new(NULL, 0);
    for (int g = 0; g < GROUPS; g++) {
        AUTO(text) char *name = g_strdup_printf("g%d.conf", g);
        AUTO(text) char *path = g_build_filename(folder, name, NULL);
        AUTO(text) char *text = random_group(random, g, excluded);
        assert_true(g_file_set_contents(path, text, -1, NULL));
    }
    return folder;
}

static GPtrArray *expand_all(const struct people *people, bool backwards)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(array) GPtrArray *groups = g_ptr_array_new();
    GPtrArray *recipients = NULL;
    for (int g = 0; g < GROUPS; g++)
        g_ptr_array_add(groups, people_group_at(people, backwards ? GROUPS - 1 - g : g)->id);
    assert_true(people_expand(people, groups, &recipients, problems));
    return recipients;
}

static GHashTable *addresses_of(const GPtrArray *recipients)
{
    GHashTable *set = g_hash_table_new(address_hash, address_equal);
    for (guint i = 0; i < recipients->len; i++)
        if (!g_hash_table_add(set, ((struct recipient *)recipients->pdata[i])->address))
            fail_msg("%s", "somebody is there twice");
    return set;
}

/* Groups stand in the order in which they were named, and nobody is in one that excludes them. */
static void check_groups(const GPtrArray *recipients, GHashTable *excluded)
{
    const char *first_before = "";
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *recipient = recipients->pdata[i];
        assert_true(recipient->groups->len > 0);
        assert_true(strcmp(first_before, recipient->groups->pdata[0]) <= 0);
        first_before = recipient->groups->pdata[0];
        for (guint j = 0; j < recipient->groups->len; j++) {
            AUTO(text)
            char *pair = g_strdup_printf("%s %s", (char *)recipient->groups->pdata[j],
                                         address_text(recipient->address));
            assert_false(g_hash_table_contains(excluded, pair));
            if (j)
                assert_true(strcmp(recipient->groups->pdata[j - 1], recipient->groups->pdata[j]) <
                            0);
        }
    }
}

static bool has_group(const struct recipient *recipient, const char *id)
{
    for (guint i = 0; i < recipient->groups->len; i++)
        if (strcmp(recipient->groups->pdata[i], id) == 0)
            return true;
    return false;
}

/* Somebody has the ids of just those groups that reach him by themselves. */
static void check_ids(const struct people *people, const GPtrArray *recipients)
{
    for (size_t g = 0; g < GROUPS; g++) {
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(array) GPtrArray *alone = g_ptr_array_new();
        AUTO(array) GPtrArray *reached = NULL;
        char *id = people_group_at(people, g)->id;
        g_ptr_array_add(alone, id);
        assert_true(people_expand(people, alone, &reached, problems));
        AUTO(table) GHashTable *set = addresses_of(reached);
        for (guint i = 0; i < recipients->len; i++) {
            const struct recipient *one = recipients->pdata[i];
            assert_int_equal(has_group(one, id), g_hash_table_contains(set, one->address));
        }
    }
}

static void properties_hold_for_random_groups(void **state)
{
    (void)state;
    for (guint32 seed = 0; seed < 100; seed++) {
        GRand *random = g_rand_new_with_seed(seed);
        AUTO(table)
        GHashTable *excluded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        AUTO(folder) char *folder = random_folder(random, excluded);
        g_rand_free(random);
        AUTO(people) struct people *people = people_of(folder);
        AUTO(array) GPtrArray *forwards = expand_all(people, false);
        AUTO(array) GPtrArray *backwards = expand_all(people, true);
        AUTO(table) GHashTable *set = addresses_of(forwards);
        AUTO(table) GHashTable *other = addresses_of(backwards);
        check_groups(forwards, excluded);
        check_ids(people, forwards);
        assert_int_equal(forwards->len, backwards->len);
        GHashTableIter iter;
        void *address;
        g_hash_table_iter_init(&iter, set);
        while (g_hash_table_iter_next(&iter, &address, NULL))
            assert_true(g_hash_table_contains(other, address));
    }
}

static void large_list_reads_at_once(void **state)
{
    (void)state;
    GString *text = g_string_new("邮箱,姓名,职务,单位\n");
    for (int i = 0; i < 100000; i++)
        g_string_append_printf(text, "person%06d@example.org,张三,委员,北京市科学技术协会\n", i);
    AUTO(text) char *list = g_string_free(text, FALSE);
    AUTO(folder)
    char *folder =
        folder_new((struct folder_file[]){{"a.conf", NAMED("甲", A("a"), "lists = [ \"l.csv\" ];")},
                                          {"b.conf", NAMED("乙", "", "include = [ \"a\" ];")},
                                          {"l.csv", list}},
                   3);
    AUTO(array) GPtrArray *groups = g_ptr_array_new();
    g_ptr_array_add(groups, "a");
    g_ptr_array_add(groups, "b");
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(array) GPtrArray *recipients = NULL;
    usec_t before = clock_monotonic();
    AUTO(people) struct people *people = people_of(folder);
    usec_t read = clock_monotonic();
    assert_true(people_expand(people, groups, &recipients, problems));
    usec_t after = clock_monotonic();
    assert_int_equal(recipients->len, 100001);
    print_message("100,000 rows: read %ld ms, expanded %ld ms\n",
                  (long)((read - before) / USEC_PER_MSEC), (long)((after - read) / USEC_PER_MSEC));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_expand),
        cmocka_unit_test(recipient_says_where_it_came_from),
        cmocka_unit_test(check_tells_everything_once),
        cmocka_unit_test(check_remarks_on_a_name_of_two_groups),
        cmocka_unit_test(folder_that_is_not_there),
        cmocka_unit_test(properties_hold_for_random_groups),
        cmocka_unit_test(large_list_reads_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
