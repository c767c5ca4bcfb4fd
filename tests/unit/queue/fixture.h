/* A queue in a folder of its own, and a parcel for it. */
#pragma once
#include "base/file.h"
#include "queue/claim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

struct fixture {
    char *folder, *parcels;
    struct queue *queue;
    struct error error;
};

/* Fails the test with the error's own words. */
#define assert_good(call)                                                                          \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, fixture->error.what.english);                                \
    } while (0)

static inline int fixture_setup(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    fixture->folder = g_dir_make_tmp("fensong-queue-XXXXXX", NULL);
    fixture->parcels = g_build_filename(fixture->folder, "parcels", NULL);
    *state = fixture;
    return folder_make(fixture->parcels, &fixture->error) &&
                   queue_open(&fixture->queue, fixture->folder, &fixture->error)
               ? 0
               : -1;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    queue_close(fixture->queue);
    if (!folder_remove(fixture->folder, NULL))
        return -1;
    error_clear(&fixture->error);
    g_free(fixture->folder);
    g_free(fixture->parcels);
    g_free(fixture);
    return 0;
}

/* As after a kill: nothing is committed, and the queue is opened again. */
static inline void fixture_reopen(struct fixture *fixture)
{
    queue_close(fixture->queue);
    assert_good(queue_open(&fixture->queue, fixture->folder, &fixture->error));
}

/* Makes a parcel with `count` recipients r1@example.org … in group "all". */
static inline struct parcel *fixture_parcel(struct fixture *fixture, const char *key, int count)
{
    struct parcel_maker *maker = NULL;
    struct parcel *parcel = NULL;
    char *path = g_build_filename(fixture->parcels, key, NULL);
    assert_good(parcel_begin(&maker, path, &fixture->error));
    assert_good(parcel_add(maker, "message.eml", "x", 1, &fixture->error));
    for (int i = 1; i <= count; i++) {
        char *text = g_strdup_printf("r%d@example.org", i);
        struct address *address = NULL;
        assert_good(address_parse(&address, text, NOWHERE, NULL, &fixture->error));
        struct parcel_recipient recipient = {address, "=name", "t,i", "u\"", "all", "all.conf:1"};
        parcel_add_recipient(maker, &recipient);
        address_free(address);
        g_free(text);
    }
    struct parcel_group group = {(char *)"all", (char *)"everybody"};
    GPtrArray *groups = g_ptr_array_new();
    g_ptr_array_add(groups, &group);
    struct parcel_facts facts = {
        .publication = (char *)"weekly", .issue = (char *)key, .kind = (char *)"regular",
        .title = (char *)"Weekly", .total_number = 78, .document = (char *)"a.md",
        .document_sha256 = (char *)"00", .message_id = (char *)"id@example.org",
        .envelope_from = (char *)"weekly@example.org", .groups = groups};
    assert_good(parcel_seal(maker, &facts, &fixture->error));
    assert_good(parcel_open(&parcel, path, &fixture->error));
    g_ptr_array_unref(groups);
    parcel_maker_free(maker);
    g_free(path);
    return parcel;
}

static inline int64_t fixture_admit(struct fixture *fixture, const char *key, int count)
{
    struct parcel *parcel = fixture_parcel(fixture, key, count);
    int64_t issue = 0;
    assert_good(queue_admit(fixture->queue, parcel, key, 1, &issue, &fixture->error));
    parcel_free(parcel);
    return issue;
}

static inline struct counts fixture_counts(struct fixture *fixture, int64_t id)
{
    struct queue_issue *issue = NULL;
    assert_good(queue_issue(fixture->queue, id, &issue, &fixture->error));
    struct counts counts = issue->counts;
    queue_issue_free(issue);
    return counts;
}
