#include "cli/command.h"

#include <stdlib.h>

#include "base/csv.h"
#include "cli/ask.h"
#include "cli/table.h"
#include "cli/words.h"
#include "queue/state.h"

static int run_recipients(struct session *session, int argc, char **argv);

const struct command command_recipients = {
    .name = "recipients",
    .usage = "ISSUE [--state STATE] [--csv | --json]",
    .help = N_("show who has it, who has not, and why"),
    .run = run_recipients,
};

static char *joined_groups(const json_t *row)
{
    GString *joined = g_string_new(NULL);
    size_t i;
    const json_t *group;
    json_array_foreach (json_object_get(row, "groups"), i, group)
        g_string_append_printf(joined, "%s%s", i ? " " : "", json_string_value(group));
    return g_string_free(joined, FALSE);
}

static char *number_or_empty(const json_t *row, const char *key)
{
    const json_t *number = json_object_get(row, key);
    return json_is_integer(number) ? g_strdup_printf("%lld", (long long)json_integer_value(number))
                                   : g_strdup("");
}

/* --- as a table ----------------------------------------------------------------------------------
 */

static char *answer_of(const json_t *row)
{
    AUTO(text) char *code = number_or_empty(row, "code");
    const char *parts[] = {code, json_get_text(row, "enhanced"), json_get_text(row, "answer")};
    GString *answer = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i] && *parts[i])
            g_string_append_printf(answer, "%s%s", answer->len ? " " : "", parts[i]);
    return g_string_free(answer, FALSE);
}

static void add_to_table(void *user, const json_t *row)
{
    AUTO(text) char *groups = joined_groups(row);
    AUTO(text) char *attempts = number_or_empty(row, "attempts");
    AUTO(text) char *sent = shown_time(json_get_text(row, "sent_at"));
    AUTO(text) char *next = shown_time(json_get_text(row, "next_attempt_at"));
    AUTO(text) char *answer = answer_of(row);
    table_add(user, (const char *[]){json_get_text(row, "address"), json_get_text(row, "name"),
                                     groups, word_of_state(json_get_text(row, "state")), attempts,
                                     sent, next, json_get_text(row, "reason"), answer});
}

static void print_page(void *user)
{
    table_print(user, stdout);
}

static bool show_table(struct ask *ask, const char *issue, const char *state, struct error *error)
{
    AUTO(table_of)
    struct table *table =
        table_new((const char *[]){_("address"), _("full name"), _("groups"), _("state"),
                                   _("attempts"), _("sent at"), _("next attempt"), _("reason"),
                                   _("the server's answer")},
                  9);
    table_align_right(table, 4);
    return ask_recipients(ask, issue, state, add_to_table, print_page, table, error);
}

/* --- as CSV --------------------------------------------------------------------------------------
 */

/* By their names, as report.csv has them. */
static char *named_groups(const json_t *row, const json_t *names)
{
    GString *joined = g_string_new(NULL);
    size_t i;
    const json_t *group;
    json_array_foreach (json_object_get(row, "groups"), i, group) {
        const char *name = json_get_text(names, json_string_value(group));
        g_string_append_printf(joined, "%s%s", i ? _(", ") : "",
                               name ? name : json_string_value(group));
    }
    return g_string_free(joined, FALSE);
}

/* Id to name, of an issue's groups. */
static json_t *names_of(const json_t *issue)
{
    json_t *names = json_object();
    size_t i;
    const json_t *group;
    json_array_foreach (json_object_get(issue, "groups"), i, group)
        json_object_set(names, json_get_text(group, "group"), json_object_get(group, "name"));
    return names;
}

static void print_csv_row(void *user, const json_t *row)
{
    AUTO(text) char *groups = named_groups(row, user);
    AUTO(text) char *attempts = number_or_empty(row, "attempts");
    AUTO(text) char *code = number_or_empty(row, "code");
    const char *fields[] = {json_get_text(row, "address"),
                            json_get_text(row, "name"),
                            groups,
                            word_of_state(json_get_text(row, "state")),
                            attempts,
                            json_get_text(row, "relay"),
                            code,
                            json_get_text(row, "enhanced"),
                            json_get_text(row, "answer"),
                            json_get_text(row, "sent_at"),
                            json_get_text(row, "next_attempt_at"),
                            json_get_text(row, "reason")};
    AUTO(str) GString *record = g_string_new(NULL);
    csv_add_record(record, fields, G_N_ELEMENTS(fields));
    (void)fputs(record->str, stdout);
}

static bool show_csv(struct ask *ask, const char *issue, const char *state, struct error *error)
{
    const char *heads[] = {_("address"), _("full name"),     _("groups"),
                           _("state"),   _("attempts"),      _("relay"),
                           _("code"),    _("enhanced code"), _("the server's answer"),
                           _("sent at"), _("next attempt"),  _("reason")};
    AUTO(str) GString *head = g_string_new(NULL);
    csv_add_bom(head);
    csv_add_record(head, heads, G_N_ELEMENTS(heads));
    /* An issue that isn't there is no empty table. */
    AUTO(text) char *resource = ask_issue(issue, "");
    AUTO(json) json_t *there = ask_get(ask, resource, error);
    if (!there)
        return false;
    AUTO(json) json_t *names = names_of(there);
    (void)fputs(head->str, stdout);
    return ask_recipients(ask, issue, state, print_csv_row, NULL, names, error);
}

/* --- as JSON -------------------------------------------------------------------------------------
 */

/* A row at a time: a million of them are not gathered first. */
static void print_json_row(void *user, const json_t *row)
{
    bool *any = user;
    char *text = json_dumps(row, 0);
    printf("%s%s", *any ? ",\n " : "[\n ", text);
    free(text);
    *any = true;
}

static bool show_json(struct ask *ask, const char *issue, const char *state, struct error *error)
{
    bool any = false;
    if (!ask_recipients(ask, issue, state, print_json_row, NULL, &any, error))
        return false;
    (void)puts(any ? "\n]" : "[]");
    return true;
}

static bool is_state(const char *name)
{
    return !name || delivery_state_named(name) >= 0;
}

static int run_recipients(struct session *session, int argc, char **argv)
{
    bool json = false, csv = false;
    const char *state = NULL;
    AUTO(ask) struct ask *ask = NULL;
    AUTO(error) struct error error = {0};
    const struct option_entry options[] = {{"state", 0, OPTION_TEXT, &state},
                                           {"csv", 0, OPTION_FLAG, &csv},
                                           {"json", 0, OPTION_FLAG, &json},
                                           {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count != 1)
        return fail_usage(session, N_("name one issue"));
    if (json && csv)
        return fail_usage(session, N_("either --csv or --json"));
    if (!is_state(state))
        return fail_usage(session,
                          N_("there is no state %s: queued, sending, sent, deferred, "
                             "unknown, failed, suppressed, cancelled"),
                          state);
    if ((status = session_read_control(session)) != EX_OK)
        return status;
    bool shown = ask_open(&ask, session->conf, &error) &&
                 (json  ? show_json(ask, arguments[0], state, &error)
                  : csv ? show_csv(ask, arguments[0], state, &error)
                        : show_table(ask, arguments[0], state, &error));
    return shown ? EX_OK : fail(&error);
}
