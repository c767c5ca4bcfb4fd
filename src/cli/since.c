#include "cli/since.h"

#include "cli/ask.h"
#include "cli/command.h"
#include "cli/table.h"
#include "cli/which.h"
#include "cli/words.h"
#include "control/route.h"

/* --- asking --------------------------------------------------------------------------------------
 */

static json_t *ask_by(struct ask *ask, const char *key, const char *value, struct error *error)
{
    AUTO(text) char *segment = value ? target_segment(value) : NULL;
    AUTO(text)
    char *resource = segment ? g_strdup_printf("/v1/lists/history?%s=%s", key, segment)
                             : g_strdup("/v1/lists/history");
    return ask_get(ask, resource, error);
}

static bool is_empty(const json_t *answer)
{
    return json_array_size(json_object_get(answer, "history")) == 0;
}

/* The id of a group of today; NULL: there is none of this name, or the lists can't be read here. */
static char *group_called(const struct conf *conf, const char *name)
{
    AUTO(people) struct people *people = NULL;
    AUTO(error) struct error unknown = {0};
    const struct group *group = NULL;
    return conf->groups_dir && people_read_configured(&people, conf, &unknown) &&
                   which_group(people, name, &group, &unknown)
               ? g_strdup(group->id)
               : NULL;
}

/* *person: the answer is of persons. A group that is gone is known by its id alone. */
static json_t *ask_of(struct ask *ask, const struct conf *conf, const char *of, bool *person,
                      struct error *error)
{
    bool whole;
    AUTO(text) char *words = which_person(of, &whole);
    AUTO(text) char *group = strchr(words, '@') ? NULL : group_called(conf, of);
    *person = !group;
    if (group)
        return ask_by(ask, "group", group, error);
    AUTO(json) json_t *answer = ask_by(ask, whole ? "address" : "words", words, error);
    if (!answer || !is_empty(answer) || strchr(words, '@'))
        return TAKE(answer);
    json_t *of_group = ask_by(ask, "group", of, error);
    *person = is_empty(of_group);
    return of_group;
}

/* --- in words ------------------------------------------------------------------------------------
 */

static const char *word_of_change(const char *what)
{
    static const struct {
        const char *what, *word;
    } words[] = {{"added", N_("put in")},
                 {"gone", N_("taken out")},
                 {"first seen", N_("first seen")},
                 {"suppressed", N_("stopped")},
                 {"unsuppressed", N_("stopped no longer")}};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_strcmp0(words[i].what, what) == 0)
            return _(words[i].word);
    return what;
}

static void print_table(const json_t *answer)
{
    AUTO(table_of)
    struct table *table = table_new(
        (const char *[]){_("when"), _("what"), _("group"), _("address"), _("full name"), _("list")},
        6);
    size_t i;
    const json_t *row;
    json_array_foreach (json_object_get(answer, "history"), i, row) {
        AUTO(text) char *when = shown_time(json_get_text(row, "at"));
        table_add(table,
                  (const char *[]){when, word_of_change(json_get_text(row, "what")),
                                   json_get_text(row, "group"), json_get_text(row, "address"),
                                   json_get_text(row, "name"), json_get_text(row, "list")});
    }
    table_print(table, stdout);
}

static void print_since(const json_t *row)
{
    const char *what = json_get_text(row, "what");
    AUTO(text) char *when = shown_time(json_get_text(row, "at"));
    AUTO(text) char *group = table_harmless(json_get_text(row, "group_name"));
    AUTO(text) char *why = table_harmless(json_get_text(row, "why"));
    const char *address = json_get_text(row, "address");
    if (g_strcmp0(what, "added") == 0)
        printf(_("%1$s: in %2$s since %3$s\n"), address, group, when);
    else if (g_strcmp0(what, "first seen") == 0)
        printf(_("%1$s: in %2$s, at the latest since %3$s\n"), address, group, when);
    else if (g_strcmp0(what, "gone") == 0)
        printf(_("%1$s: no longer in %2$s since %3$s\n"), address, group, when);
    else if (g_strcmp0(what, "suppressed") == 0)
        printf(_("%1$s: on the stop list since %2$s: %3$s\n"), address, when, why);
}

/* The last row of each address and group says how it stands: the answer to "since when does he no
 * longer get it". */
static void print_answers(const json_t *answer)
{
    const json_t *rows = json_object_get(answer, "history");
    AUTO(table) GHashTable *said = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    AUTO(array) GPtrArray *last = g_ptr_array_new();
    for (size_t i = json_array_size(rows); i-- > 0;) {
        json_t *row = json_array_get(rows, i);
        const char *group = json_get_text(row, "group");
        if (g_hash_table_add(
                said, g_strdup_printf("%s %s", json_get_text(row, "address"), group ? group : "")))
            g_ptr_array_add(last, row);
    }
    (void)putchar('\n');
    for (guint i = last->len; i-- > 0;)
        print_since(last->pdata[i]);
}

/* --- the whole -----------------------------------------------------------------------------------
 */

static int tell_nothing(const char *of, bool person)
{
    AUTO(error) struct error error = {0};
    if (!person) {
        printf("%s\n", _("no change was seen since the daemon first looked at the lists"));
        return EX_OK;
    }
    error_set(&error, EX_NOINPUT, NOWHERE, N_("`fensong find` looks into the lists as they are"),
              N_("no list is known to have held %s"), of);
    return fail(&error);
}

int since_show(const struct conf *conf, const char *of, bool json)
{
    AUTO(ask) struct ask *ask = NULL;
    AUTO(error) struct error error = {0};
    AUTO(json) json_t *answer = NULL;
    bool person = false;
    if (!ask_open(&ask, conf, &error))
        return fail(&error);
    answer = of ? ask_of(ask, conf, of, &person, &error) : ask_by(ask, NULL, NULL, &error);
    if (!answer)
        return fail(&error);
    if (json)
        return print_json(answer);
    if (is_empty(answer))
        return tell_nothing(of, of && person);
    print_table(answer);
    if (person)
        print_answers(answer);
    return EX_OK;
}
