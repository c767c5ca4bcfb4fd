#include "cli/diff.h"

#include <stdlib.h>

#include "cli/ask.h"
#include "cli/command.h"
#include "cli/table.h"

/* --- then: what the queue holds ------------------------------------------------------------------
 */

static GHashTable *persons_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static void free_persons(void *persons)
{
    g_hash_table_unref(persons);
}

/* Group id to (address to name). */
static void note_recipient(void *user, const json_t *row)
{
    GHashTable *groups = user;
    const char *name = json_get_text(row, "name");
    size_t i;
    const json_t *group;
    json_array_foreach (json_object_get(row, "groups"), i, group) {
        const char *id = json_string_value(group);
        GHashTable *persons = g_hash_table_lookup(groups, id);
        if (!persons) {
            persons = persons_new();
            g_hash_table_insert(groups, g_strdup(id), persons);
        }
        g_hash_table_insert(persons, g_strdup(json_get_text(row, "address")),
                            g_strdup(name ? name : ""));
    }
}

/* --- now: what the lists say ---------------------------------------------------------------------
 */

/* Nobody, where the group is there no more. NULL: a list is wrong. */
static GHashTable *persons_now(const struct people *people, const char *id,
                               struct problems *problems)
{
    AUTO(array) GPtrArray *ids = g_ptr_array_new();
    AUTO(array) GPtrArray *recipients = NULL;
    AUTO(table) GHashTable *persons = persons_new();
    g_ptr_array_add(ids, (char *)id);
    if (people_group(people, id) && !people_expand(people, ids, &recipients, problems))
        return NULL;
    for (guint i = 0; recipients && i < recipients->len; i++) {
        const struct recipient *recipient = recipients->pdata[i];
        g_hash_table_insert(persons, g_strdup(address_text(recipient->address)),
                            g_strdup(recipient->name ? recipient->name : ""));
    }
    return TAKE(persons);
}

/* --- the difference ------------------------------------------------------------------------------
 */

static int by_text(const void *a, const void *b)
{
    return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

/* Who is in `persons` and not in `others` (NULL: nobody is), by address. */
static json_t *missing_in(GHashTable *others, GHashTable *persons)
{
    json_t *array = json_array();
    guint count = 0;
    const char **addresses = (const char **)g_hash_table_get_keys_as_array(persons, &count);
    qsort(addresses, count, sizeof(*addresses), by_text);
    for (guint i = 0; i < count; i++) {
        const char *name = g_hash_table_lookup(persons, addresses[i]);
        if (!others || !g_hash_table_contains(others, addresses[i]))
            json_array_append_new(array, json_pack("{s:o, s:o}", "address", json_text(addresses[i]),
                                                   "name", json_text(*name ? name : NULL)));
    }
    g_free(addresses);
    return array;
}

static json_t *diff_group(const struct people *people, const json_t *group, GHashTable *then,
                          struct problems *problems)
{
    const char *id = json_get_text(group, "group");
    AUTO(table) GHashTable *nobody = persons_new();
    AUTO(table) GHashTable *now = persons_now(people, id, problems);
    GHashTable *before = g_hash_table_lookup(then, id);
    if (!now)
        return NULL;
    return json_pack("{s:o, s:o, s:o, s:o}", "group", json_text(id), "name",
                     json_text(json_get_text(group, "name")), "added", missing_in(before, now),
                     "gone", missing_in(now, before ? before : nobody));
}

static bool is_meant(const json_t *group, const char *wanted)
{
    return !wanted || g_strcmp0(json_get_text(group, "group"), wanted) == 0 ||
           g_strcmp0(json_get_text(group, "name"), wanted) == 0;
}

static json_t *diff_groups(const struct people *people, const json_t *groups, GHashTable *then,
                           const char *wanted, struct problems *problems)
{
    json_t *rows = json_array();
    size_t i;
    const json_t *group;
    json_array_foreach (groups, i, group) {
        json_t *row = is_meant(group, wanted) ? diff_group(people, group, then, problems) : NULL;
        if (row)
            json_array_append_new(rows, row);
    }
    return rows;
}

/* --- telling -------------------------------------------------------------------------------------
 */

static void add_persons(struct table *table, const json_t *group, const char *key, const char *sign)
{
    size_t i;
    const json_t *person;
    json_array_foreach (json_object_get(group, key), i, person)
        table_add(table, (const char *[]){json_get_text(group, "group"), sign,
                                          json_get_text(person, "address"),
                                          json_get_text(person, "name")});
}

static void print_table(const json_t *rows)
{
    AUTO(table_of)
    struct table *table =
        table_new((const char *[]){_("group"), _("change"), _("address"), _("full name")}, 4);
    size_t i, persons = 0;
    const json_t *group;
    json_array_foreach (rows, i, group) {
        add_persons(table, group, "added", _("added"));
        add_persons(table, group, "gone", _("gone"));
        persons += json_array_size(json_object_get(group, "added")) +
                   json_array_size(json_object_get(group, "gone"));
    }
    if (persons)
        table_print(table, stdout);
    else
        printf("%s\n", _("nobody was added, nobody is gone"));
}

/* The issue as `status` has it, and its recipients by group. */
static bool read_then(const struct conf *conf, const char *name, json_t **issue, GHashTable *then,
                      struct error *error)
{
    AUTO(ask) struct ask *ask = NULL;
    AUTO(text) char *resource = ask_issue(name, "");
    if (!ask_open(&ask, conf, error))
        return false;
    *issue = ask_get(ask, resource, error);
    return *issue && ask_recipients(ask, name, NULL, note_recipient, NULL, then, error);
}

int diff_show(const struct conf *conf, const struct people *people, const char *name,
              const char *group, bool json)
{
    AUTO(json) json_t *issue = NULL;
    AUTO(table)
    GHashTable *then = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_persons);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(error) struct error error = {0};
    if (!read_then(conf, name, &issue, then, &error))
        return fail(&error);
    AUTO(json)
    json_t *rows = diff_groups(people, json_object_get(issue, "groups"), then, group, problems);
    if (group && !json_array_size(rows) && !problems_any(problems)) {
        error_set(&error, EX_NOINPUT, NOWHERE, N_("`fensong status ISSUE` lists its groups"),
                  N_("issue %1$s was not sent to a group %2$s"), name, group);
        return fail(&error);
    }
    if (json) {
        AUTO(json)
        json_t *answer = json_pack("{s:o, s:O}", "issue", json_text(json_get_text(issue, "issue")),
                                   "groups", rows);
        print_json(answer);
    } else {
        print_table(rows);
    }
    return fail_all(problems);
}
