/* hold, release, cancel, retry, settle: what a person orders of an issue. The daemon does it. */
#include "cli/command.h"

#include "cli/ask.h"
#include "cli/words.h"

static int run_hold(struct session *session, int argc, char **argv);
static int run_release(struct session *session, int argc, char **argv);
static int run_cancel(struct session *session, int argc, char **argv);
static int run_retry(struct session *session, int argc, char **argv);
static int run_settle(struct session *session, int argc, char **argv);

const struct command command_hold = {
    .name = "hold",
    .usage = "ISSUE [--why TEXT]",
    .help = N_("hand out no more deliveries of an issue"),
    .run = run_hold,
};
const struct command command_release = {
    .name = "release",
    .usage = "ISSUE",
    .help = N_("go on with an issue that is held"),
    .run = run_release,
};
const struct command command_cancel = {
    .name = "cancel",
    .usage = "ISSUE",
    .help = N_("give up what is left of an issue"),
    .run = run_cancel,
};
const struct command command_retry = {
    .name = "retry",
    .usage = "ISSUE [ADDRESS…]",
    .help = N_("try deferred, failed or unknown deliveries again at once"),
    .run = run_retry,
};
const struct command command_settle = {
    .name = "settle",
    .usage = "ISSUE ADDRESS… (--sent | --failed)",
    .help = N_("say what became of unknown deliveries"),
    .run = run_settle,
};

struct order {
    const char *issue, *verb; /* "hold": the resource's last part */
    json_t *body;             /* borrowed */
};

/* Prints each problem of an answer; the exit status that counts. */
static int tell_problems(const json_t *list)
{
    AUTO(problems) struct problems *problems = problems_new();
    size_t i;
    const json_t *item;
    json_array_foreach (list, i, item) {
        AUTO(error) struct error error = {0};
        client_set_problem(&error, item);
        problems_take(problems, "daemon", &error);
    }
    return fail_all(problems);
}

/* Where `done` says what became of deliveries, that is told: the issue's own state follows from it,
 * but a moment later. */
static void tell_change(const json_t *answer, const char *done)
{
    const char *issue = json_get_text(answer, "issue");
    if (done)
        printf(_("%1$s: %2$s: %3$lld\n"), issue, _(done),
               (long long)json_integer_value(json_object_get(answer, "changed")));
    else
        printf(_("%1$s: now %2$s\n"), issue, word_of_state(json_get_text(answer, "state")));
}

static int give(const struct session *session, const struct order *order, const char *done)
{
    AUTO(ask) struct ask *ask = NULL;
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error error = {0};
    AUTO(text) char *more = g_strconcat("/", order->verb, NULL);
    AUTO(text) char *resource = ask_issue(order->issue, more);
    if (!ask_open(&ask, session->conf, &error) ||
        !ask_change(ask, "POST", resource, order->body, &answer, &error)) {
        const json_t *problems = json_object_get(answer, "problems");
        return json_array_size(problems) ? tell_problems(problems) : fail(&error);
    }
    tell_change(answer, done);
    return tell_problems(json_object_get(answer, "problems"));
}

/* One that takes nothing but an issue. */
static int run_plain(struct session *session, int argc, char **argv, const char *done)
{
    const struct option_entry none[] = {{0}};
    AUTO(json) json_t *body = json_object();
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, none, &arguments, &count, &status))
        return status;
    if (count != 1)
        return fail_usage(session, N_("name one issue"));
    if ((status = session_read_control(session)) != EX_OK)
        return status;
    const struct order order = {arguments[0], session->command->name, body};
    return give(session, &order, done);
}

static int run_release(struct session *session, int argc, char **argv)
{
    return run_plain(session, argc, argv, NULL);
}

static int run_cancel(struct session *session, int argc, char **argv)
{
    return run_plain(session, argc, argv, N_("deliveries cancelled"));
}

static int run_hold(struct session *session, int argc, char **argv)
{
    const char *why = NULL;
    const struct option_entry options[] = {{"why", 0, OPTION_TEXT, &why}, {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count != 1)
        return fail_usage(session, N_("name one issue"));
    if ((status = session_read_control(session)) != EX_OK)
        return status;
    AUTO(json) json_t *body = why ? json_pack("{s:o}", "why", json_text(why)) : json_object();
    const struct order order = {arguments[0], "hold", body};
    return give(session, &order, NULL);
}

static json_t *array_of(char *const texts[])
{
    json_t *array = json_array();
    for (; *texts; texts++)
        json_array_append_new(array, json_text(*texts));
    return array;
}

static int run_retry(struct session *session, int argc, char **argv)
{
    const struct option_entry none[] = {{0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, none, &arguments, &count, &status))
        return status;
    if (count < 1)
        return fail_usage(session, N_("name an issue"));
    if ((status = session_read_control(session)) != EX_OK)
        return status;
    AUTO(json) json_t *body = json_object();
    if (count > 1)
        json_object_set_new(body, "addresses", array_of(arguments + 1));
    const struct order order = {arguments[0], "retry", body};
    return give(session, &order, N_("deliveries to be tried again"));
}

static int run_settle(struct session *session, int argc, char **argv)
{
    bool sent = false, failed = false;
    const struct option_entry options[] = {
        {"sent", 0, OPTION_FLAG, &sent}, {"failed", 0, OPTION_FLAG, &failed}, {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count < 2)
        return fail_usage(session, N_("name an issue, and the addresses that are settled"));
    if (sent == failed)
        return fail_usage(session, N_("either --sent or --failed"));
    if ((status = session_read_control(session)) != EX_OK)
        return status;
    AUTO(json)
    json_t *body = json_pack("{s:o, s:b}", "addresses", array_of(arguments + 1), "sent", sent);
    const struct order order = {arguments[0], "settle", body};
    return give(session, &order, N_("deliveries settled"));
}
