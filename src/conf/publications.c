#include "conf/sections.h"

#include <string.h>

#include "base/text.h"

#define SUBJECT_PRESET "{name} {year}年第{number}期（总第{total}期）"

static void publication_free(struct publication *publication)
{
    if (!publication)
        return;
    g_free(publication->id);
    g_free(publication->name);
    g_free(publication->folder);
    g_free(publication->from.name);
    address_free(publication->from.address);
    address_free(publication->envelope_from);
    address_free(publication->reply_to);
    g_free(publication->list_id);
    g_free(publication->subject);
    g_clear_pointer(&publication->report_to, g_ptr_array_unref);
    g_free(publication);
}

static void free_publication(void *publication)
{
    publication_free(publication);
}

/* --- kinds of its own --- */

static bool is_id(const char *text)
{
    return *text && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

static bool take_id(struct reader *reader, const struct key *key, const struct given *given,
                    void *field)
{
    if (!is_id(given->text))
        return reader_problem(reader, given->place,
                              N_("use a to z, 0 to 9 and - alone, such as \"weekly\""),
                              N_("%s is no id: %s"), key->name, given->text);
    return kind_text.take(reader, key, given, field);
}
static const struct kind kind_id = {VALUE_TEXT, take_id};

/* RFC 2919 §2: a label, a dot and a domain. */
static bool take_list_id(struct reader *reader, const struct key *key, const struct given *given,
                         void *field)
{
    if (!is_host_name(given->text) || !strchr(given->text, '.'))
        return reader_problem(reader, given->place,
                              N_("write it like a domain, without < and >, such as "
                                 "\"weekly.example.org\""),
                              N_("%s is no list id of RFC 2919: %s"), key->name, given->text);
    return kind_text.take(reader, key, given, field);
}
static const struct kind kind_list_id = {VALUE_TEXT, take_list_id};

static bool is_placeholder(const char *text, size_t length)
{
    static const char *const known[] = {"{name}", "{year}", "{number}", "{total}"};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (strlen(known[i]) == length && strncmp(known[i], text, length) == 0)
            return true;
    return false;
}

static bool take_subject(struct reader *reader, const struct key *key, const struct given *given,
                         void *field)
{
    for (const char *at = strpbrk(given->text, "{}"); at; at = strpbrk(at, "{}")) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        size_t length = end ? (size_t)(end + 1 - at) : strlen(at);
        if (!end || !is_placeholder(at, length))
            return reader_problem(reader, given->place,
                                  N_("use {name}, {year}, {number} and {total} alone"),
                                  N_("%1$s holds a placeholder that is not known: %2$.*3$s"),
                                  key->name, at, (int)length);
        at = end + 1;
    }
    return kind_text.take(reader, key, given, field);
}
static const struct kind kind_subject = {VALUE_TEXT, take_subject};

/* Two fields: *field is the publication itself. */
static bool take_reply_to(struct reader *reader, const struct key *key, const struct given *given,
                          void *field)
{
    struct publication *publication = field;
    if (strcmp(given->text, "contact") != 0)
        return kind_address.take(reader, key, given, &publication->reply_to);
    publication->reply_to_contact = true;
    return true;
}
static const struct kind kind_reply_to = {VALUE_TEXT, take_reply_to};

/* --- the table --- */

static const struct choice requirements[] = {
    {"date", REQUIRE_DATE},         {"editor", REQUIRE_EDITOR},
    {"reviewer", REQUIRE_REVIEWER}, {"distribution", REQUIRE_DISTRIBUTION},
    {"contact", REQUIRE_CONTACT},   {"office", REQUIRE_OFFICE},
    {"total", REQUIRE_TOTAL},       {NULL, 0},
};

#define FIELD(name) .offset = offsetof(struct publication, name)
static const struct key keys[] = {
    {"id", &kind_id, FIELD(id), .required = true},
    {"name", &kind_text, FIELD(name), .required = true},
    {"folder", &kind_path, FIELD(folder), .required = true},
    {"settle", &kind_duration, FIELD(settle), .preset = "5s", .most = 60 * USEC_PER_MINUTE},
    {"from", &kind_mailbox, FIELD(from), .required = true},
    {"envelope_from", &kind_address, FIELD(envelope_from)},
    {"reply_to", &kind_reply_to, .offset = 0},
    {"list_id", &kind_list_id, FIELD(list_id)},
    {"subject", &kind_subject, FIELD(subject), .preset = SUBJECT_PRESET},
    {"require", &kind_choices, FIELD(require), .choices = requirements},
    {"personal", &kind_switch, FIELD(personal), .preset = "false"},
    {"report_to", &kind_addresses, FIELD(report_to)},
    {"max_size", &kind_size, FIELD(max_size), .preset = "25MiB", .least = 1 << 10, .most = 1 << 30},
    {"send_window", &kind_window, FIELD(window)},
    {"not_after", &kind_duration, FIELD(not_after), .least = USEC_PER_SEC,
     .most = 100 * 24 * 60 * USEC_PER_MINUTE},
};
#undef FIELD

static struct publication *read_publication(struct reader *reader, const config_setting_t *setting)
{
    struct publication *publication = g_new0(struct publication, 1);
    publication->require = REQUIRE_DATE | REQUIRE_EDITOR | REQUIRE_REVIEWER | REQUIRE_DISTRIBUTION;
    reader_read(reader, setting, keys, G_N_ELEMENTS(keys), publication);
    if (!publication->envelope_from && publication->from.address)
        publication->envelope_from = address_copy(publication->from.address);
    if (!publication->report_to)
        publication->report_to = g_ptr_array_new();
    return publication;
}

/* --- what may stand once --- */

static bool same_name(const char *a, const char *b)
{
    AUTO(text) char *left = text_squeeze(a);
    AUTO(text) char *right = text_squeeze(b);
    return strcmp(left, right) == 0;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static const struct {
    const char *key;
    size_t offset;
    bool (*same)(const char *a, const char *b);
} unique[] = {
    {"id", offsetof(struct publication, id), same_text},
    {"name", offsetof(struct publication, name), same_name},
    {"folder", offsetof(struct publication, folder), same_text},
};

static const char *text_at(const struct publication *publication, size_t offset)
{
    return *(char *const *)((const char *)publication + offset);
}

static void refuse_twins(struct reader *reader, const config_setting_t *setting,
                         const struct publication *publication, const GPtrArray *before)
{
    for (size_t u = 0; u < G_N_ELEMENTS(unique); u++) {
        const char *text = text_at(publication, unique[u].offset);
        for (guint i = 0; text && i < before->len; i++) {
            const char *other = text_at(before->pdata[i], unique[u].offset);
            if (!other || !unique[u].same(text, other))
                continue;
            reader_problem(reader, reader_place_of(reader, setting, unique[u].key),
                           N_("give each publication its own"),
                           N_("two publications have the same %1$s: %2$s"), unique[u].key, text);
            break;
        }
    }
}

static bool take_publications(struct reader *reader, const struct key *key,
                              const struct given *given, void *field)
{
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(free_publication);
    for (int i = 0; i < config_setting_length(given->setting); i++) {
        const config_setting_t *setting = config_setting_get_elem(given->setting, (unsigned)i);
        struct publication *publication = read_publication(reader, setting);
        refuse_twins(reader, setting, publication, all);
        g_ptr_array_add(all, publication);
    }
    if (all->len == 0)
        return reader_problem(reader, given->place, N_("add one"), N_("%s is empty"), key->name);
    *(GPtrArray **)field = TAKE(all);
    return true;
}
const struct kind kind_publications = {VALUE_ROWS, take_publications};
