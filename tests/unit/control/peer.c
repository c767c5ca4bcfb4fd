#include "control/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/socket.h>

#define NO_GROUP ((gid_t)-1)

static void who_may(void **state)
{
    (void)state;
    gid_t users[] = {100}, members[] = {100, 777};
    const struct {
        const char *row;
        struct peer peer;
        gid_t members;
        bool allowed;
    } rows[] = {
        {"root", {0, NULL, 0}, 777, true},
        {"the service's user", {500, users, 1}, 777, true},
        {"a member by another group", {1000, members, 2}, 777, true},
        {"a member by his first group", {1000, members + 1, 1}, 777, true},
        {"anybody else", {1000, users, 1}, 777, false},
        {"no such group here", {1000, members, 2}, NO_GROUP, false},
        {"no groups at all", {1000, NULL, 0}, NO_GROUP, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].row);
        assert_int_equal(peer_is_allowed(&rows[i].peer, 500, rows[i].members), rows[i].allowed);
    }
}

static void the_other_end_is_known(void **state)
{
    (void)state;
    int ends[2];
    struct peer peer;
    AUTO(error) struct error error = {0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_true(peer_of(&peer, ends[0], &error));
    assert_int_equal(peer.uid, getuid());
    assert_int_equal(peer.groups[0], getgid());
    peer_clear(&peer);
    close(ends[0]);
    close(ends[1]);
    assert_false(peer_of(&peer, ends[0], &error));
    assert_true(error_is_set(&error));
}

static void a_user_without_a_name_has_a_number(void **state)
{
    (void)state;
    const struct peer root = {.uid = 0}, nobody_knows = {.uid = 3999999};
    AUTO(text) char *name = peer_name(&root);
    AUTO(text) char *number = peer_name(&nobody_knows);
    assert_string_equal(name, "root");
    assert_string_equal(number, "uid 3999999");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may),
        cmocka_unit_test(the_other_end_is_known),
        cmocka_unit_test(a_user_without_a_name_has_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
