/* A parcel is what was written, or it is refused. */
#include "../queue/fixture.h"

struct row {
    char *address, *name, *title, *unit, *groups;
};

static bool keep(void *user, const struct parcel_recipient *recipient, struct error *error)
{
    (void)error;
    struct row *row = user;
    if (!row->address)
        *row = (struct row){g_strdup(address_text(recipient->address)), g_strdup(recipient->name),
                            g_strdup(recipient->title), g_strdup(recipient->unit),
                            g_strdup(recipient->groups)};
    return true;
}

static void recipients_come_back_as_they_were(void **state)
{
    struct fixture *fixture = *state;
    AUTO(parcel) struct parcel *parcel = fixture_parcel(fixture, "2023-25", 3);
    struct row row = {0};
    assert_good(parcel_recipients(parcel, keep, &row, &fixture->error));
    assert_string_equal(row.address, "r1@example.org");
    assert_string_equal(row.name, "=name");
    assert_string_equal(row.title, "t,i");
    assert_string_equal(row.unit, "u\"");
    assert_string_equal(row.groups, "all");
    assert_string_equal(parcel_facts(parcel)->issue, "2023-25");
    assert_int_equal(parcel_facts(parcel)->groups->len, 1);
    assert_int_equal(strlen(parcel_sha256(parcel)), 64);
    g_free(row.address), g_free(row.name), g_free(row.title), g_free(row.unit), g_free(row.groups);
}

static void spoil(const char *folder, const char *file, const char *from, const char *to)
{
    char *path = g_build_filename(folder, file, NULL), *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    char **parts = g_strsplit(text, from, 2);
    assert_non_null(parts[1]);
    char *spoilt = g_strjoinv(to, parts);
    assert_true(g_file_set_contents(path, spoilt, -1, NULL));
    g_strfreev(parts);
    g_free(text), g_free(spoilt), g_free(path);
}

static void a_changed_parcel_is_refused(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name, *file, *from, *to;
    } rows[] = {
        {"a recipient more", "recipients.csv", "r1@example.org", "rx@example.org"},
        {"another message", "message.eml", "x", "y"},
        {"another envelope", "manifest.json", "weekly@example.org", "spam@example.org"},
        {"no JSON", "manifest.json", "{", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("  %s\n", rows[i].name);
        AUTO(parcel) struct parcel *parcel = fixture_parcel(fixture, "2023-25", 3);
        struct parcel *again = NULL;
        spoil(parcel_path(parcel), rows[i].file, rows[i].from, rows[i].to);
        struct row row = {0};
        assert_false(parcel_open(&again, parcel_path(parcel), &fixture->error) &&
                     parcel_recipients(again, keep, &row, &fixture->error));
        g_free(row.address), g_free(row.name), g_free(row.title), g_free(row.unit);
        g_free(row.groups), parcel_free(again);
        assert_int_equal(fixture->error.exit_class, EX_DATAERR);
        error_clear(&fixture->error);
    }
}

static void what_is_not_sealed_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct parcel_maker *maker = NULL;
    AUTO(text) char *path = g_build_filename(fixture->parcels, "half", NULL);
    assert_good(parcel_begin(&maker, path, &fixture->error));
    assert_good(parcel_add(maker, "a", "b", 1, &fixture->error));
    parcel_maker_free(maker);
    AUTO(text) char *rest = g_strdup_printf("%s/.half.tmp", fixture->parcels);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(rest, F_OK), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(recipients_come_back_as_they_were),
        TEST(a_changed_parcel_is_refused),
        TEST(what_is_not_sealed_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
