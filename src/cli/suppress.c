#include "cli/command.h"

#include "cli/ask.h"
#include "cli/table.h"
#include "control/route.h"

static int run_suppress(struct session *session, int argc, char **argv);

const struct command command_suppress = {
    .name = "suppress",
    .usage = "add ADDRESS --why TEXT [--until DATE] | remove ADDRESS | list [--json]",
    .help = N_("the stop list: whom nothing is sent to"),
    .run = run_suppress,
};

static int take_off_at(struct ask *ask, const char *resource)
{
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error error = {0};
    if (!ask_change(ask, "DELETE", resource, NULL, &answer, &error))
        return fail(&error);
    printf(_("%1$s: %2$s\n"), json_get_text(answer, "address"),
           _("off the stop list: the next issues are sent there again"));
    return EX_OK;
}

/* The end of that day, here; NULL: it is no date. The caller frees. */
static char *end_of_day(const char *text)
{
    int year, month, day, end = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || text[end] ||
        !date_is_valid(year, month, day))
        return NULL;
    GDateTime *midnight = g_date_time_new_local(year, month, day, 0, 0, 0);
    GDateTime *next = midnight ? g_date_time_add_days(midnight, 1) : NULL;
    char *time = next ? clock_rfc3339(g_date_time_to_unix(next) * USEC_PER_SEC) : NULL;
    g_clear_pointer(&midnight, g_date_time_unref);
    g_clear_pointer(&next, g_date_time_unref);
    return time;
}

/* What may surprise: one in flight still goes, and one that differs in case is stopped too. */
static void tell_remarks(const json_t *answer)
{
    const char *address = json_get_text(answer, "address");
    const json_t *alike = json_object_get(answer, "alike");
    json_int_t stopped = json_integer_value(json_object_get(answer, "stopped"));
    size_t i;
    const json_t *other;
    if (stopped)
        printf(_("deliveries of open issues that are stopped: %lld\n"), (long long)stopped);
    json_array_foreach (alike, i, other)
        printf(_("remark: %1$s is in the lists: it differs in case alone, and is stopped too\n"),
               json_string_value(other));
    if (json_is_false(json_object_get(answer, "listed")))
        printf(_("remark: %s is in no list\n"), address);
}

static int add(struct ask *ask, const char *address, const char *why, const char *until)
{
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error error = {0};
    AUTO(json)
    json_t *body = json_pack("{s:o, s:o}", "address", json_text(address), "why", json_text(why));
    if (until)
        json_object_set_new(body, "until", json_text(until));
    if (!ask_change(ask, "POST", "/v1/suppressions", body, &answer, &error))
        return fail(&error);
    printf(_("%1$s: %2$s\n"), json_get_text(answer, "address"), _("nothing is sent there any more"));
    tell_remarks(answer);
    return EX_OK;
}

static int take_off(struct ask *ask, const char *address)
{
    AUTO(text) char *segment = target_segment(address);
    AUTO(text) char *resource = g_strconcat("/v1/suppressions/", segment, NULL);
    return take_off_at(ask, resource);
}

static void print_table(const json_t *answer)
{
    AUTO(table_of)
    struct table *table = table_new(
        (const char *[]){_("address"), _("since"), _("until"), _("by whom"), _("why")}, 5);
    size_t i;
    const json_t *row;
    json_array_foreach (json_object_get(answer, "suppressed"), i, row) {
        AUTO(text) char *since = shown_time(json_get_text(row, "at"));
        AUTO(text) char *until = shown_time(json_get_text(row, "until"));
        table_add(table, (const char *[]){json_get_text(row, "address"), since, until,
                                          json_get_text(row, "who"), json_get_text(row, "why")});
    }
    table_print(table, stdout);
}

static int list(struct ask *ask, bool json)
{
    AUTO(error) struct error error = {0};
    AUTO(json) json_t *answer = ask_get(ask, "/v1/suppressions", &error);
    if (!answer)
        return fail(&error);
    if (json)
        return print_json(answer);
    print_table(answer);
    return EX_OK;
}

struct wish {                   /* what was typed */
    const char *what, *address; /* NULL: not said */
    const char *why, *until;
    bool json;
};

/* EX_OK, or what is wrong with it has been said. */
static int check_wish(const struct session *session, const struct wish *wish)
{
    bool adds = g_strcmp0(wish->what, "add") == 0, lists = g_strcmp0(wish->what, "list") == 0;
    if (!adds && !lists && g_strcmp0(wish->what, "remove") != 0)
        return fail_usage(session, N_("add, remove or list?"));
    if (lists == (wish->address != NULL))
        return lists ? fail_usage(session, N_("the whole list is shown: name no address"))
                     : fail_usage(session, N_("name one address"));
    if (adds != (wish->why != NULL))
        return adds ? fail_usage(session, N_("say why, with --why TEXT"))
                    : fail_usage(session, N_("--why is for `suppress add`"));
    if (wish->until && !adds)
        return fail_usage(session, N_("--until is for `suppress add`"));
    return EX_OK;
}

static int run_suppress(struct session *session, int argc, char **argv)
{
    struct wish wish = {0};
    AUTO(ask) struct ask *ask = NULL;
    AUTO(error) struct error error = {0};
    const struct option_entry options[] = {
        {"why", 0, OPTION_TEXT, &wish.why},
        {"until", 0, OPTION_TEXT, &wish.until},
        {"json", 0, OPTION_FLAG, &wish.json},
        {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count > 2)
        return fail_usage(session, N_("name one address"));
    wish.what = arguments[0];
    wish.address = wish.what ? arguments[1] : NULL;
    if ((status = check_wish(session, &wish)) != EX_OK ||
        (status = session_read_control(session)) != EX_OK)
        return status;
    AUTO(text) char *until = wish.until ? end_of_day(wish.until) : NULL;
    if (wish.until && !until)
        return fail_usage(session, N_("this is no date such as 2026-12-31: %s"), wish.until);
    if (!ask_open(&ask, session->conf, &error))
        return fail(&error);
    if (!wish.address)
        return list(ask, wish.json);
    return wish.why ? add(ask, wish.address, wish.why, until) : take_off(ask, wish.address);
}
