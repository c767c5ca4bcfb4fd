#include "cli/command.h"

#include "base/language.h"
#include "cli/ask.h"
#include "cli/document.h"
#include "cli/overview.h"
#include "cli/summary.h"
#include "cli/table.h"
#include "dispatch/dispatch.h"
#include "people/people.h"
#include "queue/inspect.h"
#include "queue/verify.h"

static int run_check(struct session *session, int argc, char **argv);

const struct command command_check = {
    .name = "check",
    .usage = "[--relays | --queue] [--json | --explain] [ISSUE-FILE…]",
    .help = N_("check issue files; without one: the configuration, the lists and the relays; or the "
               "queue"),
    .run = run_check,
};

/* --- configuration, lists, relays ----------------------------------------------------------------
 */

static void check_relays(const struct conf *conf, struct problems *problems)
{
    size_t before = problems_count(problems);
    dispatch_check_relays(conf, problems);
    if (problems_count(problems) == before)
        printf(_("relays: %u, all reachable\n"), conf->relays->len);
    AUTO(json) json_t *health = ask_health(conf);
    AUTO(text) char *text = overview_relays(health);
    (void)fputs(text, stdout);
}

static void check_people(const struct conf *conf, struct problems *problems)
{
    AUTO(people) struct people *people = NULL;
    AUTO(error) struct error error = {0};
    if (!people_read_configured(&people, conf, &error)) {
        error.exit_class = EX_CONFIG; /* groups_dir is of the configuration */
        problems_take(problems, "groups-dir", &error);
        return;
    }
    printf(_("groups: %zu\n"), people_group_count(people));
    people_check(people, problems);
}

/* All that can be checked is, whatever is wrong with the rest. */
static bool check_conf(struct session *session, struct problems *problems)
{
    bool good = conf_check(&session->conf, session->config, problems);
    if (session->conf)
        language_use(session->conf->language);
    if (good)
        printf(_("configuration: %s\n"), session->config);
    return good;
}

static int finish(struct problems *problems)
{
    problems_print(problems, REMARK, stdout);
    (void)fflush(stdout); /* before what goes to stderr, where both are one */
    return fail_all(problems);
}

static int check_relays_alone(struct session *session)
{
    AUTO(problems) struct problems *problems = problems_new();
    int status = session_read_conf(session);
    if (status != EX_OK)
        return status;
    check_relays(session->conf, problems);
    return finish(problems);
}

/* What is to be sent is there as it was accepted; of a queue that is well. */
static void check_parcels(struct queue *queue, const char *state_dir, struct problems *problems)
{
    AUTO(array) GPtrArray *issues = NULL;
    AUTO(text) char *parcels = g_build_filename(state_dir, "spool", "parcels", NULL);
    AUTO(error) struct error error = {0};
    if (!queue_verify(queue, parcels, &error) || !queue_open_issues(queue, &issues, &error))
        problems_take(problems, "queue", &error);
    for (guint i = 0; issues && i < issues->len; i++) {
        const struct queue_issue *issue = issues->pdata[i];
        AUTO(text) char *path = g_build_filename(parcels, issue->parcel, NULL);
        AUTO(parcel) struct parcel *parcel = NULL;
        bool open = issue->state == ISSUE_SENDING || issue->state == ISSUE_HELD;
        if (open && !parcel_open(&parcel, path, &error))
            problems_take(problems, "parcel", &error);
    }
}

/* In the file itself: the daemon may run, or not. */
static int check_queue(struct session *session)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(queue) struct queue *queue = NULL;
    AUTO(error) struct error error = {0};
    struct inspected seen = {0};
    int status = session_read_control(session);
    if (status != EX_OK)
        return status;
    const char *state_dir = session->conf->state_dir;
    if (!queue_open_reading(&queue, state_dir, &error) ||
        !queue_inspect(queue, problems, &seen, &error))
        problems_take(problems, "queue", &error);
    else if (!problems_any(problems))
        check_parcels(queue, state_dir, problems);
    if (!problems_any(problems))
        printf(_("the queue is sound: %lld issues, %lld deliveries\n"), (long long)seen.issues,
               (long long)seen.deliveries);
    return finish(problems);
}

static int check_all(struct session *session)
{
    AUTO(problems) struct problems *problems = problems_new();
    bool good = check_conf(session, problems);
    if (session->conf) {
        check_people(session->conf, problems);
        ask_to_note_lists(session->conf);
    }
    if (good)
        check_relays(session->conf, problems);
    return finish(problems);
}

/* --- issue files -------------------------------------------------------------------------------
 */

static void print_groups(const struct intake *intake)
{
    AUTO(array) GPtrArray *groups = summary_groups(intake);
    AUTO(table_of)
    struct table *table = table_new((const char *[]){_("group"), _("name"), _("recipients")}, 3);
    table_align_right(table, 2);
    for (guint i = 0; i < groups->len; i++) {
        const struct summary_group *group = groups->pdata[i];
        AUTO(text) char *count = g_strdup_printf("%u", group->recipients);
        table_add(table, (const char *[]){group->id, group->name, count});
    }
    table_print(table, stdout);
}

static void print_document(const struct document *document)
{
    const struct intake *intake = document->intake;
    if (!intake || !intake->issue)
        return;
    AUTO(text) char *line = summary_line(intake->issue);
    printf("%s: %s\n", document->path, line);
    if (!intake->recipients)
        return;
    print_groups(intake);
    printf(_("recipients altogether, each once: %u\n"), intake->recipients->len);
}

/* What each block of the document was taken for, and why: the answer to an editor's question. */
static void print_explained(const struct document *document)
{
    const struct source *source = document->source;
    AUTO(array) GPtrArray *explained = NULL;
    AUTO(issue) struct issue *issue = NULL;
    AUTO(problems) struct problems *told = problems_new(); /* document_read() told them */
    if (!source)
        return;
    gsize length;
    const void *octets = g_bytes_get_data(source->document, &length);
    (void)!issue_read_explained(&issue, &explained, octets, length, source->document_name, told);
    if (!explained)
        return;
    const char *const heads[] = {_("line"), _("taken for"), _("points"), _("text"), _("seen")};
    AUTO(table_of) struct table *table = table_new(heads, G_N_ELEMENTS(heads));
    table_align_right(table, 0);
    table_align_right(table, 2);
    for (guint i = 0; i < explained->len; i++) {
        const struct explained *one = explained->pdata[i];
        AUTO(text) char *line = g_strdup_printf("%d", one->line);
        AUTO(text) char *score = one->scored ? g_strdup_printf("%d", one->score) : NULL;
        table_add(table, (const char *[]){line, one->role, score, one->text, one->evidence});
    }
    table_print(table, stdout);
    printf(_("%d points make a title\n"), ISSUE_TITLE_POINTS);
}

/* Adds what was found to `all`; prints it, or adds it to `files` where that is wanted. */
static void check_file(const struct conf *conf, const char *path, json_t *files, bool explain,
                       struct problems *all)
{
    AUTO(document) struct document document = {0};
    AUTO(problems) struct problems *problems = problems_new();
    bool good = document_read(&document, conf, path, MAIL_ISSUE, problems);
    problems_join(all, problems);
    if (files) {
        json_array_append_new(files, summary_json(&document, problems));
        return;
    }
    print_document(&document);
    if (explain)
        print_explained(&document);
    problems_print(problems, REMARK, stdout);
    (void)fflush(stdout);
    if (!good)
        problems_print(problems, PROBLEM, stderr);
}

static int check_files(const struct session *session, char **paths, bool json, bool explain)
{
    AUTO(problems) struct problems *all = problems_new();
    AUTO(json) json_t *files = json ? json_array() : NULL;
    for (; *paths; paths++)
        check_file(session->conf, *paths, files, explain, all);
    if (json) {
        AUTO(json) json_t *answer = json_pack("{s:O}", "files", files);
        print_json(answer);
    }
    return problems_exit_class(all);
}

static int run_check(struct session *session, int argc, char **argv)
{
    bool relays = false, queue = false, json = false, explain = false;
    const struct option_entry options[] = {{"relays", 0, OPTION_FLAG, &relays},
                                           {"queue", 0, OPTION_FLAG, &queue},
                                           {"json", 0, OPTION_FLAG, &json},
                                           {"explain", 0, OPTION_FLAG, &explain},
                                           {0}};
    char **paths;
    int count, status;
    if (!options_read(session, argc, argv, options, &paths, &count, &status))
        return status;
    if (relays && count)
        return fail_usage(session, N_("either issue files or --relays"));
    if (queue && (count || relays || json || explain))
        return fail_usage(session, N_("--queue stands alone"));
    if (json && !count)
        return fail_usage(session, N_("--json is for issue files"));
    if (explain && (!count || json))
        return fail_usage(session, N_("--explain is for issue files, and without --json"));
    if (queue)
        return check_queue(session);
    if (!count)
        return relays ? check_relays_alone(session) : check_all(session);
    if ((status = session_read_conf(session)) != EX_OK)
        return status;
    return check_files(session, paths, json, explain);
}
