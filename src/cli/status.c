#include "cli/command.h"

#include <time.h>

#include "cli/ask.h"
#include "cli/overview.h"
#include "outbox/outbox.h"

#define PAUSE_LEAST    (500 * USEC_PER_MSEC)
#define PAUSE_MOST     (30 * USEC_PER_SEC)
#define PAUSE_FACTOR   20
#define TERMINAL_CLEAR "\033[H\033[J" /* to the corner, and wipe what follows */

static int run_status(struct session *session, int argc, char **argv);

const struct command command_status = {
    .name = "status",
    .usage = "[ISSUE] [--watch] [--json]",
    .help = N_("show what is going on; of an issue: each group; --watch: until it is finished"),
    .run = run_status,
};

struct look { /* what was asked for */
    const struct conf *conf;
    struct ask *ask;
    const char *issue; /* NULL: all */
    bool json;
};

/* {"issues":[…]}, also for one. */
static json_t *get_status(const struct look *look, struct error *error)
{
    if (!look->issue)
        return ask_get(look->ask, "/v1/issues", error);
    AUTO(text) char *resource = ask_issue(look->issue, "");
    json_t *issue = ask_get(look->ask, resource, error);
    return issue ? json_pack("{s:[o]}", "issues", issue) : NULL;
}

/* Relays are the daemon's to know: nothing is said of them while it is down. */
static char *relays_text(const struct look *look)
{
    AUTO(error) struct error ignored = {0};
    AUTO(json) json_t *relays = ask_get(look->ask, "/v1/relays", &ignored);
    return overview_relays(relays);
}

/* Of one issue that the guard holds: what is to be judged. */
static char *changes_text(const struct look *look, const json_t *status)
{
    const json_t *issue = json_array_get(json_object_get(status, "issues"), 0);
    if (!look->issue || g_strcmp0(json_get_text(issue, "why"), "guard") != 0)
        return g_strdup("");
    AUTO(error) struct error ignored = {0};
    AUTO(text) char *resource = ask_issue(look->issue, "/changes");
    AUTO(json) json_t *changes = ask_get(look->ask, resource, &ignored);
    return changes ? overview_changes(changes) : g_strdup("");
}

static char *text_of(const struct look *look, const json_t *status)
{
    if (look->json)
        return json_pretty(status);
    AUTO(text) char *issues = overview_text(status, look->issue != NULL);
    AUTO(text) char *changes = changes_text(look, status);
    AUTO(text) char *relays = relays_text(look);
    return g_strconcat(issues, changes, relays, NULL);
}

static int show_once(const struct look *look)
{
    AUTO(error) struct error error = {0};
    AUTO(json) json_t *status = get_status(look, &error);
    if (!status)
        return fail(&error);
    AUTO(text) char *text = text_of(look, status);
    (void)fputs(text, stdout);
    return EX_OK;
}

/* On a terminal in place; elsewhere, such as in a file, only what is new. */
static void repaint(const char *text, bool in_place)
{
    (void)printf("%s%s", in_place ? TERMINAL_CLEAR : "", text);
    (void)fflush(stdout);
}

/* Something that was dropped leaves the outbox once it is accepted or rejected: until then who has
 * just dropped it waits for it. Who may not look into the folder does not. */
static bool is_waited_for(const struct publication *publication)
{
    AUTO(text) char *path = g_build_filename(publication->folder, "outbox", NULL);
    GDir *outbox = g_dir_open(path, 0, NULL);
    const char *name = NULL;
    while (outbox && (name = g_dir_read_name(outbox)) && outbox_is_work_in_progress(name)) {
        /* the next */
    }
    if (outbox)
        g_dir_close(outbox);
    return name;
}

static bool any_is_waited_for(const struct conf *conf)
{
    for (guint i = 0; i < conf->publications->len; i++)
        if (is_waited_for(conf->publications->pdata[i]))
            return true;
    return false;
}

/* Shows what is new since *shown. False: there is nothing more to see; *status says how it ended.
 */
static bool watch_on(const struct look *look, bool in_place, char **shown, int *status)
{
    AUTO(error) struct error error = {0};
    bool waited_for = any_is_waited_for(look->conf); /* first: it is accepted, then it leaves */
    AUTO(json) json_t *answer = get_status(look, &error);
    if (!answer) {
        if (error.exit_class == EX_NOINPUT && waited_for)
            return true;
        *status = fail(&error);
        return false;
    }
    AUTO(text) char *text = text_of(look, answer);
    if (g_strcmp0(text, *shown) != 0)
        repaint(text, in_place);
    g_free(*shown);
    *shown = TAKE(text);
    bool over = overview_is_over(answer) && (look->issue || !waited_for);
    return !over && !ferror(stdout);
}

/* A million recipients are counted by group in a quarter of a second, in which the daemon does
 * nothing else: so who watches takes no more than a twentieth of its time. */
static void pause_after(usec_t took)
{
    usec_t pause = CLAMP(took * PAUSE_FACTOR, PAUSE_LEAST, PAUSE_MOST);
    const struct timespec length = {.tv_sec = pause / USEC_PER_SEC,
                                    .tv_nsec = pause % USEC_PER_SEC * 1000};
    nanosleep(&length, NULL);
}

static int watch(const struct look *look)
{
    bool in_place = isatty(STDOUT_FILENO) && !look->json;
    AUTO(text) char *shown = NULL;
    int status = EX_OK;
    usec_t begun = clock_monotonic();
    while (watch_on(look, in_place, &shown, &status)) {
        pause_after(clock_monotonic() - begun);
        begun = clock_monotonic();
    }
    return status;
}

static int run_status(struct session *session, int argc, char **argv)
{
    bool json = false, watched = false;
    AUTO(ask) struct ask *ask = NULL;
    AUTO(error) struct error error = {0};
    const struct option_entry options[] = {
        {"watch", 'w', OPTION_FLAG, &watched}, {"json", 0, OPTION_FLAG, &json}, {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count > 1)
        return fail_usage(session, N_("one issue at a time"));
    if ((status = session_read_control(session)) != EX_OK)
        return status;
    if (!ask_open(&ask, session->conf, &error))
        return fail(&error);
    const struct look look = {
        .conf = session->conf, .ask = ask, .issue = arguments[0], .json = json};
    return watched ? watch(&look) : show_once(&look);
}
