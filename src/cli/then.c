#include "cli/then.h"

#include "cli/ask.h"
#include "cli/command.h"
#include "cli/table.h"
#include "cli/which.h"
#include "control/route.h"

/* --- printing ------------------------------------------------------------------------------------
 */

struct table *then_table(void)
{
    return table_new(
        (const char *[]){_("address"), _("full name"), _("position"), _("unit"), _("origin")}, 5);
}

static int print_table(const json_t *recipients)
{
    AUTO(table_of) struct table *table = then_table();
    size_t i;
    const json_t *row;
    json_array_foreach (recipients, i, row)
        table_add(table, (const char *[]){json_get_text(row, "address"), json_get_text(row, "name"),
                                          json_get_text(row, "title"), json_get_text(row, "unit"),
                                          json_get_text(row, "origin")});
    table_print(table, stdout);
    return EX_OK;
}

int then_print_json(const char *group, const char *name, json_t *recipients)
{
    AUTO(json)
    json_t *answer = json_pack("{s:o, s:o, s:O}", "group", json_text(group), "name",
                               json_text(name), "recipients", recipients);
    return print_json(answer);
}

/* --- then
 * ------------------------------------------------------------------------------------------
 */

struct then {
    struct ask *ask;
    const char *issue;
    const char *group, *name; /* the group as it is called; name NULL: not known any more */
    json_t *recipients;
};

/* Its id, and its name as the issue had it. The group may be gone by now. */
static bool find_in_issue(struct then *then, const json_t *issue)
{
    size_t i;
    const json_t *group;
    json_array_foreach (json_object_get(issue, "groups"), i, group) {
        const char *id = json_get_text(group, "group"), *name = json_get_text(group, "name");
        if (g_strcmp0(id, then->group) && g_strcmp0(name, then->group))
            continue;
        then->group = id;
        then->name = name;
        return true;
    }
    return false;
}

/* "" and null are the same here. */
static void take_text(json_t *to, const json_t *row, const char *key)
{
    const char *text = json_get_text(row, key);
    json_object_set_new(to, key, json_text(text && *text ? text : NULL));
}

static void take_recipient(void *user, const json_t *row)
{
    static const char *const keys[] = {"address", "name", "title", "unit", "origin"};
    json_t *recipient = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        take_text(recipient, row, keys[i]);
    json_object_set(recipient, "groups", json_object_get(row, "groups"));
    json_array_append_new(user, recipient);
}

static bool read_snapshot(struct then *then, struct error *error)
{
    return ask_group(then->ask, then->issue, then->group, take_recipient, then->recipients, error);
}

static bool read_roll(struct then *then, struct error *error)
{
    AUTO(text) char *segment = target_segment(then->group);
    AUTO(text) char *query = g_strconcat("/roll?group=", segment, NULL);
    AUTO(text) char *resource = ask_issue(then->issue, query);
    AUTO(json) json_t *answer = ask_get(then->ask, resource, error);
    if (!answer)
        return false;
    json_array_extend(then->recipients, json_object_get(answer, "recipients"));
    return json_is_true(json_object_get(answer, "known")) ||
           error_set(error, EX_NOINPUT, NOWHERE,
                     N_("what a group was is known since the daemon first looked at it"),
                     N_("issue %1$s was not sent to a group %2$s, and nobody noted what it was "
                        "then"),
                     then->issue, then->group);
}

static bool read_then(struct then *then, const json_t *issue, const struct people *people,
                      struct error *error)
{
    const struct group *group = NULL;
    AUTO(error) struct error unknown_now = {0};
    if (find_in_issue(then, issue))
        return read_snapshot(then, error);
    if (which_group(people, then->group, &group, &unknown_now)) {
        then->group = group->id;
        then->name = group->name;
    }
    return find_in_issue(then, issue) ? read_snapshot(then, error) : read_roll(then, error);
}

int then_show(const struct conf *conf, const struct people *people, const char *group,
              const char *name, bool json)
{
    AUTO(ask) struct ask *ask = NULL;
    AUTO(error) struct error error = {0};
    AUTO(json) json_t *recipients = json_array();
    AUTO(json) json_t *issue = NULL;
    AUTO(text) char *resource = ask_issue(name, "");
    if (!ask_open(&ask, conf, &error))
        return fail(&error);
    issue = ask_get(ask, resource, &error);
    struct then then = {.ask = ask, .issue = name, .group = group, .recipients = recipients};
    if (!issue || !read_then(&then, issue, people, &error))
        return fail(&error);
    return json ? then_print_json(then.group, then.name, recipients) : print_table(recipients);
}
