#include "mail/identity.h"

#include <string.h>

#include "sample.h"

static char *hash_of(const char *a, const char *b)
{
    struct identity identity = identity_begin();
    identity_add_text(&identity, a);
    identity_add_text(&identity, b);
    return identity_end(&identity);
}

static void the_same_parts_have_the_same_hash(void **state)
{
    (void)state;
    AUTO(text) char *one = hash_of("ab", "c"), *again = hash_of("ab", "c");
    assert_string_equal(one, again);
    assert_int_equal(strlen(one), 32);
}

static const struct {
    const char *name, *a, *b;
} others[] = {
    {"another part", "ab", "d"},     {"parted elsewhere", "a", "bc"},
    {"no second part", "ab", NULL},  {"an empty second part", "ab", ""},
    {"in another order", "c", "ab"},
};

static void other_parts_have_another(void **state)
{
    (void)state;
    AUTO(text) char *one = hash_of("ab", "c");
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        AUTO(text) char *other = hash_of(others[i].a, others[i].b);
        if (strcmp(one, other) == 0)
            fail_msg("%s", others[i].name);
    }
}

static void a_message_id_is_a_dot_atom(void **state)
{
    (void)state;
    AUTO(text) char *id = identity_message_id("weekly", "2023-25.issue", "0af", "mail.example.org");
    assert_string_equal(id, "weekly.2023-25.issue.0af@mail.example.org");
    AUTO(text) char *odd = identity_message_id("a b>\r\n", "x", "0", "h@\"");
    assert_string_equal(odd, "a-b---.x.0@h--");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_parts_have_the_same_hash),
        cmocka_unit_test(other_parts_have_another),
        cmocka_unit_test(a_message_id_is_a_dot_atom),
    };
    return cmocka_run_group_tests_name("mail/identity", tests, NULL, NULL);
}
