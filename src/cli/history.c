#include "cli/command.h"

#include "cli/ask.h"
#include "cli/table.h"
#include "cli/words.h"

static int run_history(struct session *session, int argc, char **argv);

const struct command command_history = {
    .name = "history",
    .usage = "[ISSUE] [--json]",
    .help = N_("show who did what and when"),
    .run = run_history,
};

static void print_table(const json_t *answer)
{
    AUTO(table_of)
    struct table *table = table_new(
        (const char *[]){_("when"), _("by whom"), _("what"), _("issue"), _("address"), _("detail")},
        6);
    size_t i;
    const json_t *row;
    json_array_foreach (json_object_get(answer, "history"), i, row) {
        const char *what = json_get_text(row, "what");
        AUTO(text) char *when = shown_time(json_get_text(row, "at"));
        AUTO(text) char *detail = words_of_detail(what, json_get_text(row, "detail"));
        table_add(table, (const char *[]){when, json_get_text(row, "who"), word_of_deed(what),
                                          json_get_text(row, "issue"),
                                          json_get_text(row, "address"), detail});
    }
    table_print(table, stdout);
}

static int show(const struct conf *conf, const char *issue, bool json)
{
    AUTO(ask) struct ask *ask = NULL;
    AUTO(error) struct error error = {0};
    AUTO(text) char *resource = issue ? ask_issue(issue, "/history") : g_strdup("/v1/history");
    if (!ask_open(&ask, conf, &error))
        return fail(&error);
    AUTO(json) json_t *answer = ask_get(ask, resource, &error);
    if (!answer)
        return fail(&error);
    if (json)
        return print_json(answer);
    print_table(answer);
    return EX_OK;
}

static int run_history(struct session *session, int argc, char **argv)
{
    bool json = false;
    const struct option_entry options[] = {{"json", 0, OPTION_FLAG, &json}, {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count > 1)
        return fail_usage(session, N_("one issue at a time"));
    if ((status = session_read_conf(session)) != EX_OK)
        return status;
    return show(session->conf, arguments[0], json);
}
