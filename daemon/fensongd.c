/* fensongd: watches the outboxes, admits issues, hands out deliveries, answers on the control
 * socket, reports. This file: options, set-up, the loop. */
#include "base/language.h"
#include "base/log.h"
#include "control/control.h"
#include "dispatch/dispatch.h"
#include "intake/fetching.h"
#include "intake/reception.h"
#include "intake/survey.h"
#include "people/people.h"
#include "people/list_trouble.h"
#include "queue/verify.h"
#include "report/closing.h"
#include "report/report.h"

#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#define TICK          (2 * USEC_PER_SEC)
#define END_MOST      (8 * USEC_PER_SEC)  /* of the 10 s that SIGTERM may take */
#define END_WAIT_MOST (58 * USEC_PER_SEC) /* for the answer to an end of data */
#define PAUSE_FIRST   10                  /* seconds after a failure of the queue; twice … */
#define PAUSE_MOST    320                 /* … as many after each further one, to these */
#define PAUSE_STEP    10                  /* between two signs of life to systemd */

struct daemon {
    const char *config_file;
    sd_event *loop;
    struct conf *conf;
    struct answers *answers;
    struct queue *queue;
    struct dispatch *dispatch;
    struct reception *reception;
    struct survey *survey;
    struct closing *closing;
    struct fetching *fetching;
    struct control *control;
    GPtrArray *outboxes; /* of struct outbox */
    sd_event_source *tick, *end_limit;
    usec_t troubled_since; /* of the lists that administrators were told of; 0: of none */
    usec_t ending_since;   /* monotonic; 0: it is not */
};

static struct log_about nothing(void)
{
    return (struct log_about){0};
}

static void log_problems(const struct problems *problems)
{
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        log_error(problem->severity == PROBLEM ? LOG_ERR : LOG_WARNING, nothing(), &problem->error);
    }
}

/* --- what is told --- */

static struct report_parts report_parts(const struct daemon *daemon)
{
    return (struct report_parts){daemon->conf, daemon->queue, daemon->answers};
}

static bool is_notice(const struct queue_issue *issue)
{
    return g_str_equal(issue->kind, "notice");
}

static bool is_ended(const struct queue_issue *issue)
{
    return issue->state == ISSUE_SENT || issue->state == ISSUE_FINISHED ||
           issue->state == ISSUE_CANCELLED;
}

/* Nothing more is told of a notice, whatever became of it: no notice of a failed notice. */
static bool tell_one(struct daemon *daemon, const struct queue_issue *issue, struct error *error)
{
    struct report_parts parts = report_parts(daemon);
    if (is_notice(issue))
        return !is_ended(issue) || queue_set_reported(daemon->queue, issue->id, error);
    if (!conf_publication(daemon->conf, issue->publication))
        return true;
    if (!is_ended(issue))
        return report_status_page(&parts, issue, clock_now(), error);
    return !issue->filed || closing_look(daemon->closing, issue, clock_now(), error);
}

static void add_status(GString *status, const struct queue_issue *issue)
{
    if (is_notice(issue) || is_ended(issue))
        return;
    g_string_append_printf(status, "%s%s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " sent",
                           status->len ? "; " : "", issue->key, issue->counts.sent,
                           issue->counts.recipients);
    if (issue->counts.deferred)
        g_string_append_printf(status, ", %" G_GINT64_FORMAT " deferred", issue->counts.deferred);
    if (issue->state == ISSUE_HELD)
        g_string_append_printf(status, ", held (%s)", hold_reason_name(issue->why));
}

static void add_outbox_troubles(const struct daemon *daemon, GString *status)
{
    for (guint i = 0; i < daemon->outboxes->len; i++) {
        const char *trouble = outbox_trouble(daemon->outboxes->pdata[i]);
        if (trouble)
            g_string_append_printf(status, "%s%s", status->len ? "; " : "", trouble);
    }
}

/* Files what is not yet filed, writes what people read, and tells systemd. The folders are an
 * editor's share: what they refuse is logged and tried at the next tick. */
static void tell_all(struct daemon *daemon)
{
    AUTO(error) struct error error = {0};
    AUTO(array) GPtrArray *issues = NULL;
    AUTO(str) GString *status = g_string_new(NULL);
    if (!reception_file_admitted(daemon->reception, &error) ||
        !queue_open_issues(daemon->queue, &issues, &error)) {
        dispatch_fail(daemon->dispatch, &error);
        return;
    }
    for (guint i = 0; i < issues->len; i++) {
        AUTO(error) struct error trouble = {0};
        const struct queue_issue *issue = issues->pdata[i];
        if (!tell_one(daemon, issue, &trouble))
            log_error(LOG_WARNING, (struct log_about){.issue = issue->key}, &trouble);
        add_status(status, issue);
    }
    add_outbox_troubles(daemon, status);
    const struct error *trouble = dispatch_trouble(daemon->dispatch);
    if (trouble)
        g_string_append_printf(status, "%s%s", status->len ? "; " : "", trouble->what.english);
    (void)sd_notifyf(0, "STATUS=%s", status->len ? status->str : "waiting for issues");
}

static void tell_held(struct daemon *daemon, int64_t id)
{
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    AUTO(error) struct error error = {0};
    struct report_parts parts = report_parts(daemon);
    if (queue_issue(daemon->queue, id, &issue, &error) && issue->state == ISSUE_HELD &&
        issue->why != HOLD_BY_HAND && !is_notice(issue) &&
        report_held(&parts, issue, clock_now(), &error))
        dispatch_wake(daemon->dispatch);
    if (error_is_set(&error))
        log_error(LOG_WARNING, nothing(), &error);
}

/* A former daemon may have ended between a hold and its notice; a notice that is there is not made
 * twice. */
static void tell_all_held(struct daemon *daemon)
{
    AUTO(error) struct error error = {0};
    AUTO(array) GPtrArray *issues = NULL;
    if (!queue_open_issues(daemon->queue, &issues, &error)) {
        log_error(LOG_WARNING, nothing(), &error);
        return;
    }
    for (guint i = 0; i < issues->len; i++)
        tell_held(daemon, ((const struct queue_issue *)issues->pdata[i])->id);
}

/* Once for each time that nothing moves; it is logged already. */
static void on_trouble(void *user, const struct error *trouble)
{
    struct daemon *daemon = user;
    AUTO(error) struct error error = {0};
    struct report_parts parts = report_parts(daemon);
    if (!report_stalled(&parts, trouble, clock_now(), &error))
        log_error(LOG_WARNING, nothing(), &error);
    tell_all(daemon);
    dispatch_wake(daemon->dispatch);
}

/* --- what happens --- */

static void on_admitted(void *user, int64_t issue)
{
    struct daemon *daemon = user;
    tell_all(daemon);
    tell_held(daemon, issue);
    survey_soon(daemon->survey); /* what its expansion saw is noted too */
    dispatch_wake(daemon->dispatch);
}

static void on_queue_failed(void *user, struct error *error)
{
    struct daemon *daemon = user;
    dispatch_fail(daemon->dispatch, error);
}

/* After a commit in which deliveries of this issue changed. */
static void on_changed(void *user, int64_t id)
{
    struct daemon *daemon = user;
    AUTO(queue_issue) struct queue_issue *issue = NULL;
    AUTO(error) struct error error = {0};
    if (!queue_issue(daemon->queue, id, &issue, &error))
        return;
    if (issue->state == ISSUE_HELD)
        tell_held(daemon, id);
    if (is_ended(issue)) {
        log_line(LOG_NOTICE, (struct log_about){.issue = issue->key},
                 "%s: %" G_GINT64_FORMAT " sent, %" G_GINT64_FORMAT " failed",
                 issue_state_name(issue->state), issue->counts.sent, issue->counts.failed);
        tell_all(daemon);
        dispatch_wake(daemon->dispatch);
    }
}

static void on_order(void *user, int64_t issue)
{
    struct daemon *daemon = user;
    dispatch_touch(daemon->dispatch, issue);
    tell_all(daemon);
}

static void on_lists(void *user)
{
    struct daemon *daemon = user;
    survey_soon(daemon->survey);
}

/* fensong-fetch has ended: administrators are told of lists that are in trouble. */
static void on_fetched(void *user)
{
    struct daemon *daemon = user;
    struct list_trouble trouble = {0};
    AUTO(error) struct error error = {0};
    struct report_parts parts = report_parts(daemon);
    survey_soon(daemon->survey); /* a list may have changed */
    if (!list_trouble_read(&trouble, daemon->conf))
        return;
    if (!trouble.since)
        daemon->troubled_since = 0;
    else if (trouble.since != daemon->troubled_since &&
             report_lists(&parts, trouble.text, trouble.since, clock_now(), &error)) {
        daemon->troubled_since = trouble.since;
        dispatch_wake(daemon->dispatch);
    }
    if (error_is_set(&error))
        log_error(LOG_WARNING, nothing(), &error);
    list_trouble_clear(&trouble);
}

static int on_tick(sd_event_source *source, uint64_t time, void *user)
{
    struct daemon *daemon = user;
    tell_all(daemon);
    (void)sd_event_source_set_time(source, time + (uint64_t)TICK);
    return 0;
}

/* --- the end --- */

static void on_drained(void *user)
{
    struct daemon *daemon = user;
    sd_event_exit(daemon->loop, EX_OK);
}

static int on_end_limit(sd_event_source *source, uint64_t time, void *user)
{
    struct daemon *daemon = user;
    bool waited = clock_monotonic() - daemon->ending_since > END_WAIT_MOST;
    dispatch_kill(daemon->dispatch, waited);
    if (dispatch_waits_for_end(daemon->dispatch))
        (void)sd_notify(0, "EXTEND_TIMEOUT_USEC=10000000\n"
                           "STATUS=waiting for the answer to an end of data");
    (void)sd_event_source_set_time(source, time + (uint64_t)USEC_PER_SEC);
    return 0;
}

static void close_outboxes(struct daemon *daemon)
{
    for (guint i = 0; i < daemon->outboxes->len; i++) {
        if (daemon->reception)
            reception_forget(daemon->reception, daemon->outboxes->pdata[i]);
        outbox_close(daemon->outboxes->pdata[i]);
    }
    g_ptr_array_set_size(daemon->outboxes, 0);
}

static int on_end(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
    (void)source;
    struct daemon *daemon = user;
    if (daemon->ending_since)
        return 0;
    /* Not strsignal(): that one speaks the language of people. */
    log_line(LOG_NOTICE, nothing(), "ending: SIG%s", sigabbrev_np((int)info->ssi_signo));
    (void)sd_notify(0, "STOPPING=1\nSTATUS=finishing the transactions in flight");
    daemon->ending_since = clock_monotonic();
    close_outboxes(daemon);
    fetching_stop(daemon->fetching);
    daemon->fetching = NULL;
    dispatch_drain(daemon->dispatch, on_drained, daemon);
    (void)sd_event_source_set_time(daemon->end_limit, (uint64_t)(daemon->ending_since + END_MOST));
    (void)sd_event_source_set_enabled(daemon->end_limit, SD_EVENT_ON);
    return 0;
}

/* --- outboxes and reload --- */

static struct outbox *find_outbox(const struct daemon *daemon, const struct publication *wanted)
{
    for (guint i = 0; i < daemon->outboxes->len; i++) {
        const struct publication *own = outbox_publication(daemon->outboxes->pdata[i]);
        if (g_str_equal(own->id, wanted->id) && g_str_equal(own->folder, wanted->folder))
            return daemon->outboxes->pdata[i];
    }
    return NULL;
}

static bool open_outboxes(struct daemon *daemon, struct error *error)
{
    for (guint i = 0; i < daemon->conf->publications->len; i++) {
        const struct publication *publication = daemon->conf->publications->pdata[i];
        struct outbox_calls calls = {reception_settled, reception_refused, daemon->reception};
        struct outbox *outbox = find_outbox(daemon, publication);
        if (outbox) {
            outbox_set_publication(outbox, publication);
            continue;
        }
        if (!outbox_open(&outbox, daemon->loop, publication, calls, error))
            return false;
        g_ptr_array_add(daemon->outboxes, outbox);
    }
    return true;
}

static void close_gone_outboxes(struct daemon *daemon, const struct conf *conf)
{
    for (guint i = daemon->outboxes->len; i > 0; i--) {
        struct outbox *outbox = daemon->outboxes->pdata[i - 1];
        const struct publication *own = outbox_publication(outbox);
        const struct publication *same = conf_publication(conf, own->id);
        if (same && g_str_equal(same->folder, own->folder))
            continue;
        reception_forget(daemon->reception, outbox);
        outbox_close(outbox);
        g_ptr_array_remove_index(daemon->outboxes, i - 1);
    }
}

static bool read_conf(const char *file, struct conf **conf, struct answers **answers,
                      struct problems *problems)
{
    if (!conf_check(conf, file, problems))
        return false;
    language_use((*conf)->language);
    return answers_read(answers, (*conf)->answers_file, problems);
}

static struct control_parts control_parts(struct daemon *daemon)
{
    return (struct control_parts){.conf = daemon->conf,
                                  .queue = daemon->queue,
                                  .dispatch = daemon->dispatch,
                                  .answers = daemon->answers,
                                  .changed = on_order,
                                  .look_at_lists = on_lists,
                                  .user = daemon};
}

/* What a running daemon can't change: they name where its truth lies. */
static bool is_reloadable(const struct daemon *daemon, const struct conf *fresh)
{
    return g_str_equal(daemon->conf->state_dir, fresh->state_dir) &&
           g_str_equal(daemon->conf->control, fresh->control);
}

static void take_conf(struct daemon *daemon, struct conf *conf, struct answers *answers)
{
    struct conf *old_conf = daemon->conf;
    struct answers *old_answers = daemon->answers;
    AUTO(error) struct error error = {0};
    close_gone_outboxes(daemon, conf);
    daemon->conf = conf;
    daemon->answers = answers;
    dispatch_reconfigure(daemon->dispatch, conf, answers);
    reception_set_conf(daemon->reception, conf);
    struct report_parts telling = report_parts(daemon);
    survey_set_parts(daemon->survey, &telling);
    closing_set_parts(daemon->closing, &telling);
    if (daemon->fetching)
        fetching_set_conf(daemon->fetching, conf);
    struct control_parts parts = control_parts(daemon);
    control_set_parts(daemon->control, &parts);
    if (!open_outboxes(daemon, &error))
        log_error(LOG_ERR, nothing(), &error);
    conf_free(old_conf);
    answers_free(old_answers);
}

static int on_reload(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
    (void)source, (void)info;
    struct daemon *daemon = user;
    AUTO(conf) struct conf *conf = NULL;
    AUTO(answers) struct answers *answers = NULL;
    AUTO(problems) struct problems *problems = problems_new();
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, clock_monotonic());
    bool good = read_conf(daemon->config_file, &conf, &answers, problems);
    log_problems(problems);
    if (!good)
        log_line(LOG_ERR, nothing(), "the configuration is wrong: the former one stays in force");
    else if (!is_reloadable(daemon, conf))
        log_line(
            LOG_ERR, nothing(),
            "state_dir and control change with a restart alone: the former configuration stays");
    else
        take_conf(daemon, TAKE(conf), TAKE(answers));
    language_use(daemon->conf->language);
    (void)sd_notify(0, "READY=1");
    return 0;
}

/* --- set-up --- */

static bool add_sources(struct daemon *daemon, struct error *error)
{
    static const int ends[] = {SIGTERM, SIGINT};
    bool good = sd_event_add_signal(daemon->loop, NULL, SIGHUP | SD_EVENT_SIGNAL_PROCMASK,
                                    on_reload, daemon) >= 0 &&
                sd_event_add_time_relative(daemon->loop, &daemon->tick, CLOCK_MONOTONIC,
                                           (uint64_t)TICK, 0, on_tick, daemon) >= 0 &&
                sd_event_source_set_enabled(daemon->tick, SD_EVENT_ON) >= 0 &&
                sd_event_add_time(daemon->loop, &daemon->end_limit, CLOCK_MONOTONIC, UINT64_MAX, 0,
                                  on_end_limit, daemon) >= 0 &&
                sd_event_set_watchdog(daemon->loop, true) >= 0;
    for (size_t i = 0; good && i < G_N_ELEMENTS(ends); i++)
        good = sd_event_add_signal(daemon->loop, NULL, ends[i] | SD_EVENT_SIGNAL_PROCMASK, on_end,
                                   daemon) >= 0;
    return good || error_set(error, EX_OSERR, NOWHERE, NULL, N_("the event loop does not start"));
}

static bool open_loop(struct daemon *daemon, struct error *error)
{
    if (sd_event_new(&daemon->loop) < 0)
        return error_set(error, EX_OSERR, NOWHERE, NULL, N_("the event loop does not start"));
    /* For sd_event_add_child(); inherited by no helper (see spawn()). */
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    return add_sources(daemon, error);
}

/* Nothing is sent out of a queue that is damaged: it might go to strangers, or a second time. */
static bool open_queue(struct daemon *daemon, struct error *error)
{
    const char *state_dir = daemon->conf->state_dir;
    AUTO(text) char *parcels = g_build_filename(state_dir, "spool", "parcels", NULL);
    return queue_open(&daemon->queue, state_dir, error) &&
           queue_verify(daemon->queue, parcels, error);
}

static bool start_reception(struct daemon *daemon, struct error *error)
{
    struct reception_parts parts = {daemon->conf, daemon->queue, on_admitted, on_queue_failed,
                                    daemon};
    return reception_start(&daemon->reception, daemon->loop, &parts, error);
}

static bool start_survey(struct daemon *daemon, struct error *error)
{
    struct report_parts parts = report_parts(daemon);
    return survey_start(&daemon->survey, daemon->loop, &parts, error);
}

static void on_reported(void *user)
{
    struct daemon *daemon = user;
    tell_all(daemon);
    dispatch_wake(daemon->dispatch); /* the report is a letter too */
}

static bool start_closing(struct daemon *daemon, struct error *error)
{
    struct report_parts parts = report_parts(daemon);
    return closing_start(&daemon->closing, daemon->loop, &parts, on_reported, daemon, error);
}

static bool start_control(struct daemon *daemon, struct error *error)
{
    struct control_parts parts = control_parts(daemon);
    return control_start(&daemon->control, daemon->loop, &parts, error);
}

static void stop(struct daemon *daemon)
{
    control_stop(daemon->control);
    close_outboxes(daemon);
    fetching_stop(daemon->fetching);
    reception_stop(daemon->reception);
    survey_stop(daemon->survey);
    closing_stop(daemon->closing);
    dispatch_free(daemon->dispatch);
    queue_close(daemon->queue);
    sd_event_source_disable_unref(daemon->tick);
    sd_event_source_disable_unref(daemon->end_limit);
    sd_event_unref(daemon->loop);
    daemon->control = NULL;
    daemon->reception = NULL;
    daemon->survey = NULL;
    daemon->closing = NULL;
    daemon->fetching = NULL;
    daemon->dispatch = NULL;
    daemon->queue = NULL;
    daemon->tick = daemon->end_limit = NULL;
    daemon->loop = NULL;
}

/* From an opened queue to the end of the loop. *started: it came to the loop. */
static int run(struct daemon *daemon, bool *started)
{
    AUTO(error) struct error error = {0};
    int result = 0;
    bool good =
        open_loop(daemon, &error) && open_queue(daemon, &error) &&
        start_reception(daemon, &error) &&
        dispatch_start(&daemon->dispatch, daemon->loop, daemon->conf, daemon->queue,
                       daemon->answers, &error) &&
        start_survey(daemon, &error) && start_closing(daemon, &error) &&
        start_control(daemon, &error) && open_outboxes(daemon, &error) &&
        fetching_start(&daemon->fetching, daemon->loop, daemon->conf, on_fetched, daemon, &error);
    if (good) {
        *started = true;
        dispatch_on_ended(daemon->dispatch, on_changed, daemon);
        dispatch_on_trouble(daemon->dispatch, on_trouble, daemon);
        dispatch_wake(daemon->dispatch);
        tell_all(daemon);
        tell_all_held(daemon);
        log_line(LOG_NOTICE, nothing(), "ready");
        (void)sd_notify(0, "READY=1");
        result = sd_event_loop(daemon->loop);
    } else {
        log_error(LOG_CRIT, nothing(), &error);
        result = error.exit_class;
    }
    stop(daemon);
    return result < 0 ? EX_SOFTWARE : result;
}

/* A full disk passes: the queue is opened anew and the start-up recovers, instead of an end that
 * somebody would have to notice. False: asked to end meanwhile. */
static bool wait_after_failure(int seconds)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    const struct timespec step = {.tv_sec = PAUSE_STEP};
    log_line(LOG_ERR, nothing(), "trying again in %d s", seconds);
    for (; seconds > 0; seconds -= PAUSE_STEP) {
        (void)sd_notify(0, "WATCHDOG=1\nSTATUS=the queue can't be used; trying again");
        if (sigtimedwait(&ends, NULL, &step) >= 0)
            return false;
    }
    return true;
}

/* What fails again as soon as it is tried is tried less and less often: the log stays readable. */
static int serve(struct daemon *daemon)
{
    bool started = false;
    for (int pause = PAUSE_FIRST;; pause = MIN(2 * pause, PAUSE_MOST)) {
        usec_t began = clock_monotonic();
        int result = run(daemon, &started);
        bool passes = result == EX_TEMPFAIL || result == EX_IOERR;
        if (!started || !passes)
            return result;
        if (clock_monotonic() - began > USEC_PER_MINUTE)
            pause = PAUSE_FIRST;
        if (!wait_after_failure(pause))
            return EX_OK;
    }
}

/* --- the program --- */

static void check_lists(const struct conf *conf, struct problems *problems)
{
    AUTO(people) struct people *people = NULL;
    AUTO(error) struct error error = {0};
    if (people_read_configured(&people, conf, &error))
        people_check(people, problems);
    else
        problems_take(problems, "groups", &error);
}

/* Everything that is configured, lists too; for --check-config. */
static int check_config(const char *file)
{
    AUTO(conf) struct conf *conf = NULL;
    AUTO(answers) struct answers *answers = NULL;
    AUTO(problems) struct problems *problems = problems_new();
    bool good = conf_check(&conf, file, problems);
    if (conf) {
        language_use(conf->language);
        if (good)
            (void)!answers_read(&answers, conf->answers_file, problems);
        check_lists(conf, problems);
    }
    problems_print(problems, PROBLEM, stderr);
    problems_print(problems, REMARK, stdout);
    return problems_any(problems) ? EX_CONFIG : EX_OK;
}

static int serve_with(const char *file)
{
    struct daemon daemon = {.config_file = file, .outboxes = g_ptr_array_new()};
    AUTO(problems) struct problems *problems = problems_new();
    bool good = read_conf(file, &daemon.conf, &daemon.answers, problems);
    log_problems(problems);
    int result = good ? serve(&daemon) : EX_CONFIG;
    conf_free(daemon.conf);
    answers_free(daemon.answers);
    g_ptr_array_unref(daemon.outboxes);
    return result;
}

static int usage(FILE *to, int status)
{
    (void)fputs("usage: fensongd [--config FILE] [--check-config] [--version]\n", to);
    return status;
}

int main(int argc, char *argv[])
{
    static const struct option known[] = {
        {"config", required_argument, NULL, 'c'},
        {"check-config", no_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {0},
    };
    const char *file = conf_default_file;
    bool check = false;
    int option;
    log_open("fensongd");
    umask(0007); /* the modes that are asked for, whatever the caller's: recipients are private */
    language_use(language_of_environment());
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'c')
            file = optarg;
        else if (option == 'k')
            check = true;
        else if (option == 'v')
            return puts("fensongd " VERSION) < 0;
        else
            return option == 'h' ? usage(stdout, EX_OK) : usage(stderr, EX_USAGE);
    }
    if (optind < argc)
        return usage(stderr, EX_USAGE);
    return check ? check_config(file) : serve_with(file);
}
