#include "cli/command.h"

#include "cli/ask.h"
#include "cli/diff.h"
#include "cli/table.h"
#include "cli/then.h"
#include "cli/which.h"
#include "people/people.h"

static int run_groups(struct session *session, int argc, char **argv);

const struct command command_groups = {
    .name = "groups",
    .usage = "[GROUP] [--expand | --at ISSUE | --diff ISSUE] [--json]",
    .help = N_("the groups and their sizes; --expand: who is in one; --at: who was in it; --diff: "
               "who came and who went"),
    .run = run_groups,
};

/* --- the list of groups --------------------------------------------------------------------------
 */

static json_t *group_row(const struct people *people, const struct group *group,
                         struct problems *problems)
{
    AUTO(array) GPtrArray *ids = g_ptr_array_new();
    AUTO(array) GPtrArray *recipients = NULL;
    g_ptr_array_add(ids, group->id);
    bool good = people_expand(people, ids, &recipients, problems);
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "group", json_text(group->id), "name",
                     json_text(group->name), "aliases", json_texts(group->aliases), "recipients",
                     good ? json_integer(recipients->len) : json_null(), "sources",
                     json_texts(group->sources));
}

static char *joined(const json_t *array)
{
    GString *text = g_string_new(NULL);
    size_t i;
    const json_t *item;
    json_array_foreach (array, i, item)
        g_string_append_printf(text, "%s%s", i ? ", " : "", json_string_value(item));
    return g_string_free(text, FALSE);
}

static void print_rows(const json_t *rows)
{
    AUTO(table_of)
    struct table *table = table_new(
        (const char *[]){_("group"), _("recipients"), _("name"), _("aliases"), _("sources")}, 5);
    table_align_right(table, 1);
    size_t i;
    const json_t *row;
    json_array_foreach (rows, i, row) {
        const json_t *size = json_object_get(row, "recipients");
        AUTO(text)
        char *count = json_is_integer(size)
                          ? g_strdup_printf("%lld", (long long)json_integer_value(size))
                          : g_strdup("?");
        AUTO(text) char *aliases = joined(json_object_get(row, "aliases"));
        AUTO(text) char *sources = joined(json_object_get(row, "sources"));
        table_add(table, (const char *[]){json_get_text(row, "group"), count,
                                          json_get_text(row, "name"), aliases, sources});
    }
    table_print(table, stdout);
}

static int list(const struct people *people, const struct group *only, bool json)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(json) json_t *rows = json_array();
    for (size_t i = 0; i < people_group_count(people); i++)
        if (!only || only == people_group_at(people, i))
            json_array_append_new(rows, group_row(people, people_group_at(people, i), problems));
    if (json) {
        AUTO(json) json_t *answer = json_pack("{s:O}", "groups", rows);
        print_json(answer);
    } else {
        print_rows(rows);
    }
    return fail_all(problems);
}

/* --- one group's recipients ----------------------------------------------------------------------
 */

/* `groups` is his, and others' too. */
static json_t *recipient_row(const struct recipient *recipient, json_t *groups)
{
    json_t *row = json_object();
    json_object_set_new(row, "address", json_text(address_text(recipient->address)));
    json_object_set_new(row, "name", json_text(recipient->name));
    json_object_set_new(row, "title", json_text(recipient->title));
    json_object_set_new(row, "unit", json_text(recipient->unit));
    json_object_set(row, "groups", groups);
    json_object_set_new(row, "origin", json_text(recipient->origin));
    return row;
}

static int print_rows_json(const struct group *group, const GPtrArray *recipients)
{
    AUTO(json) json_t *rows = json_array();
    AUTO(json) json_t *groups = json_array();
    const GPtrArray *said = NULL; /* by `groups` */
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *one = recipients->pdata[i];
        if (one->groups != said) {
            json_decref(groups);
            groups = json_texts(said = one->groups);
        }
        json_array_append_new(rows, recipient_row(one, groups));
    }
    return then_print_json(group->id, group->name, rows);
}

/* Without JSON on the way: groups are long. */
static int print_table(const GPtrArray *recipients)
{
    AUTO(table_of) struct table *table = then_table();
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *one = recipients->pdata[i];
        table_add(table, (const char *[]){address_text(one->address), one->name, one->title,
                                          one->unit, one->origin});
    }
    table_print(table, stdout);
    return EX_OK;
}

static int expand(const struct people *people, const struct group *group, bool json)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(array) GPtrArray *ids = g_ptr_array_new();
    AUTO(array) GPtrArray *recipients = NULL;
    g_ptr_array_add(ids, group->id);
    if (!people_expand(people, ids, &recipients, problems))
        return fail_all(problems);
    return json ? print_rows_json(group, recipients) : print_table(recipients);
}

/* --- the command ---------------------------------------------------------------------------------
 */

struct wish {                      /* what was typed */
    const char *group, *diff, *at; /* NULL: not said */
    bool expand, json;
};

/* The id of a group of today; what no group is called stays as it is. */
static const char *known_as(const struct people *people, const char *name)
{
    AUTO(error) struct error unknown = {0};
    const struct group *group = NULL;
    return name && which_group(people, name, &group, &unknown) ? group->id : name;
}

static int show(const struct session *session, const struct wish *wish)
{
    AUTO(people) struct people *people = NULL;
    AUTO(error) struct error error = {0};
    const struct group *group = NULL;
    if (!people_read_configured(&people, session->conf, &error))
        return fail(&error);
    /* A group that the issue had may be gone by now: it need not be found. */
    if (wish->diff)
        return diff_show(session->conf, people, wish->diff, known_as(people, wish->group),
                         wish->json);
    if (wish->at)
        return then_show(session->conf, people, wish->group, wish->at, wish->json);
    if (wish->group && !which_group(people, wish->group, &group, &error))
        return fail(&error);
    if (!wish->expand)
        return list(people, group, wish->json);
    ask_to_note_lists(session->conf);
    return expand(people, group, wish->json);
}

static int run_groups(struct session *session, int argc, char **argv)
{
    struct wish wish = {0};
    const struct option_entry options[] = {{"expand", 0, OPTION_FLAG, &wish.expand},
                                           {"diff", 0, OPTION_TEXT, &wish.diff},
                                           {"at", 0, OPTION_TEXT, &wish.at},
                                           {"json", 0, OPTION_FLAG, &wish.json},
                                           {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    wish.group = arguments[0];
    if (count > 1 || ((wish.expand || wish.at) && !wish.group))
        return fail_usage(session, N_("name one group"));
    if (wish.expand + !!wish.diff + !!wish.at > 1)
        return fail_usage(session, N_("either --expand, --at or --diff"));
    if ((status = session_read_conf(session)) != EX_OK)
        return status;
    return show(session, &wish);
}
