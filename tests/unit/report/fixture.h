/* A publication, a real queue with an issue in it, and what became of its deliveries. */
#pragma once
#include "base/file.h"
#include "queue/claim.h"
#include "report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KEY  "2023-25"
#define NOON ((usec_t)1700107200 * USEC_PER_SEC)

struct fixture {
    char *home;
    struct publication publication;
    struct conf conf;
    struct report_parts parts;
    struct queue *queue;
    struct error error;
};

#define assert_good(call)                                                                          \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, fixture->error.what.english);                                \
    } while (0)

static inline struct address *address_of(const char *text)
{
    struct address *address = NULL;
    assert_true(address_parse(&address, text, NOWHERE, NULL, NULL));
    return address;
}

static inline void free_address(void *address)
{
    address_free(address);
}

static inline int set_up(void **state)
{
    struct fixture *fixture = g_new0(struct fixture, 1);
    fixture->home = g_dir_make_tmp("fensong-report-XXXXXX", NULL);
    struct publication *publication = &fixture->publication;
    publication->id = (char *)"weekly";
    publication->name = (char *)"科协每周动态";
    publication->folder = g_build_filename(fixture->home, "weekly", NULL);
    publication->from = (struct sender_name){(char *)"办公室", address_of("weekly@example.org")};
    publication->envelope_from = address_of("weekly@example.org");
    publication->report_to = g_ptr_array_new_with_free_func(free_address);
    g_ptr_array_add(publication->report_to, address_of("editor@example.org"));
    fixture->conf = (struct conf){
        .language = (char *)"en",
        .state_dir = fixture->home,
        .hostname = (char *)"mail.example.org",
        .publications = g_ptr_array_new(),
        .admins = g_ptr_array_new_with_free_func(free_address),
    };
    g_ptr_array_add(fixture->conf.publications, publication);
    g_ptr_array_add(fixture->conf.admins, address_of("admin@example.org"));
    static const char *const folders[] = {"outbox", "sending", "sent", "rejected"};
    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
        AUTO(text) char *path = g_build_filename(publication->folder, folders[i], NULL);
        if (!folder_make(path, NULL))
            return -1;
    }
    if (!queue_open(&fixture->queue, fixture->home, &fixture->error))
        return -1;
    fixture->parts = (struct report_parts){&fixture->conf, fixture->queue, NULL};
    *state = fixture;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *fixture = *state;
    queue_close(fixture->queue);
    error_clear(&fixture->error);
    g_ptr_array_unref(fixture->publication.report_to);
    g_ptr_array_unref(fixture->conf.publications);
    g_ptr_array_unref(fixture->conf.admins);
    address_free(fixture->publication.envelope_from);
    address_free(fixture->publication.from.address);
    bool removed = folder_remove(fixture->home, NULL);
    g_free(fixture->publication.folder);
    g_free(fixture->home);
    g_free(fixture);
    return removed ? 0 : -1;
}

/* r1@example.org … in group "all", the even ones in "even" too; a name that HTML must escape. */
static inline int64_t admit(struct fixture *fixture, int count)
{
    AUTO(parcel_maker) struct parcel_maker *maker = NULL;
    AUTO(parcel) struct parcel *parcel = NULL;
    AUTO(text) char *path = g_build_filename(fixture->home, "spool", "parcels", KEY, NULL);
    assert_good(parcel_begin(&maker, path, &fixture->error));
    assert_good(parcel_add(maker, "message.eml", "x", 1, &fixture->error));
    for (int i = 1; i <= count; i++) {
        AUTO(text) char *text = g_strdup_printf("r%d@example.org", i);
        AUTO(text) char *name = g_strdup_printf("<张%d>", i);
        AUTO(address) struct address *address = address_of(text);
        struct parcel_recipient recipient = {
            address, name, "主任", "", i % 2 ? "all" : "all even", "all.conf:1"};
        parcel_add_recipient(maker, &recipient);
    }
    struct parcel_group all = {(char *)"all", (char *)"各区科协"};
    struct parcel_group even = {(char *)"even", (char *)"市级学会"};
    AUTO(array) GPtrArray *groups = g_ptr_array_new();
    g_ptr_array_add(groups, &all);
    g_ptr_array_add(groups, &even);
    struct parcel_facts facts = {
        .publication = (char *)"weekly",
        .issue = (char *)KEY,
        .kind = (char *)"regular",
        .title = (char *)"科协每周动态",
        .total_number = 78,
        .document = (char *)"a.md",
        .document_sha256 = (char *)"00",
        .message_id = (char *)"id@example.org",
        .envelope_from = (char *)"weekly@example.org",
        .groups = groups,
    };
    int64_t issue = 0;
    assert_good(parcel_seal(maker, &facts, &fixture->error));
    assert_good(parcel_open(&parcel, path, &fixture->error));
    assert_good(queue_admit(fixture->queue, parcel, KEY, NOON, &issue, &fixture->error));
    return issue;
}

/* Claims all of it; then each delivery gets the outcome of its place, the last one for the rest. */
struct fate {
    enum delivery_event event;
    int code;
    const char *answer;
};
static inline void record(struct fixture *fixture, int64_t issue, const struct fate fates[],
                          size_t count)
{
    struct claim claims[1000];
    size_t claimed;
    assert_good(queue_claim_first(fixture->queue, issue, G_N_ELEMENTS(claims), claims, &claimed,
                                  &fixture->error));
    for (size_t i = 0; i < claimed; i++) {
        const struct fate *fate = &fates[MIN(i, count - 1)];
        struct reply reply = reply_new(fate->code, fate->answer);
        struct outcome outcome = {
            .delivery = claims[i].delivery,
            .issue = issue,
            .event = fate->event,
            .relay = "office",
            .reply = fate->code ? &reply : NULL,
            .at = NOON,
            .next_attempt = fate->event == ON_REFUSED_FOR_NOW ? NOON + USEC_PER_MINUTE : 0,
            .counts = true,
        };
        assert_good(queue_record(fixture->queue, &outcome, &fixture->error));
        reply_clear(&reply);
        claim_clear(&claims[i]);
    }
    bool changed;
    assert_good(
        queue_conclude(fixture->queue, issue, NOON + USEC_PER_MINUTE, &changed, &fixture->error));
    assert_good(queue_commit(fixture->queue, &fixture->error));
}

static inline struct queue_issue *issue_now(struct fixture *fixture, int64_t id)
{
    struct queue_issue *issue = NULL;
    assert_good(queue_issue(fixture->queue, id, &issue, &fixture->error));
    return issue;
}

/* The caller frees; NULL: it is not there. */
static inline char *content_of(const struct fixture *fixture, const char *relative)
{
    AUTO(text) char *path = g_build_filename(fixture->publication.folder, relative, NULL);
    char *content = NULL;
    return g_file_get_contents(path, &content, NULL, NULL) ? content : NULL;
}

static inline void assert_says(const char *text, const char *words)
{
    if (!text || !strstr(text, words))
        fail_msg("\"%s\" is not in: %s", words, text ? text : "(nothing)");
}
