#include "cli/command.h"

#include "cli/ask.h"
#include "cli/since.h"
#include "cli/table.h"
#include "cli/words.h"

static int run_history(struct session *session, int argc, char **argv);

const struct command command_history = {
    .name = "history",
    .usage = "[ISSUE] [--json] | --lists [GROUP|ADDRESS-OR-NAME] [--json]",
    .help = N_("show who did what and when; --lists: who came into the lists and who went"),
    .run = run_history,
};

struct wish {       /* what was typed */
    const char *of; /* an issue, or with --lists a group or a person; NULL: all */
    bool lists, json;
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

static char *resource_of(const struct wish *wish)
{
    return wish->of ? ask_issue(wish->of, "/history") : g_strdup("/v1/history");
}

static int show(const struct conf *conf, const struct wish *wish)
{
    AUTO(ask) struct ask *ask = NULL;
    AUTO(error) struct error error = {0};
    AUTO(text) char *resource = resource_of(wish);
    if (!ask_open(&ask, conf, &error))
        return fail(&error);
    AUTO(json) json_t *answer = ask_get(ask, resource, &error);
    if (!answer)
        return fail(&error);
    if (wish->json)
        return print_json(answer);
    print_table(answer);
    return EX_OK;
}

static int run_history(struct session *session, int argc, char **argv)
{
    struct wish wish = {0};
    const struct option_entry options[] = {
        {"lists", 0, OPTION_FLAG, &wish.lists}, {"json", 0, OPTION_FLAG, &wish.json}, {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count > 1)
        return fail_usage(session, N_("one issue, group or address at a time"));
    if ((status = session_read_control(session)) != EX_OK)
        return status;
    wish.of = arguments[0];
    return wish.lists ? since_show(session->conf, wish.of, wish.json) : show(session->conf, &wish);
}
