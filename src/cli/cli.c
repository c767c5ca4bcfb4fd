#include "cli/cli.h"

#include <getopt.h>
#include <string.h>

#include "base/language.h"
#include "base/log.h"
#include "cli/command.h"

const struct command *const commands[] = {
    &command_check,  &command_preview,  &command_send,    &command_status, &command_recipients,
    &command_hold,   &command_release,  &command_cancel,  &command_retry,  &command_settle,
    &command_groups, &command_find,     &command_import,  &command_export, &command_suppress,
    &command_history, &command_help,    NULL,
};

const struct command *command_named(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (g_str_equal(commands[i]->name, name))
            return commands[i];
    return NULL;
}

int session_read_conf(struct session *session)
{
    AUTO(problems) struct problems *problems = problems_new();
    bool good = conf_read(&session->conf, session->config, problems);
    if (session->conf)
        language_use(session->conf->language);
    return good ? EX_OK : fail_all(problems);
}

/* The first problem is enough: `fensong check` tells all. */
static void remark_on_conf(const struct problems *problems)
{
    size_t first = 0;
    while (problems_at(problems, first)->severity != PROBLEM)
        first++;
    AUTO(text) char *line = error_line(&problems_at(problems, first)->error);
    (void)fprintf(stderr, _("remark: the configuration is wrong (fensong check tells all): %s\n"),
                  line);
}

int session_read_control(struct session *session)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(conf) struct conf *few = conf_read_control(session->config);
    if (few)
        language_use(few->language);
    if (conf_read(&session->conf, session->config, problems))
        return EX_OK;
    if (!few)
        return fail_all(problems);
    remark_on_conf(problems);
    session->conf = TAKE(few);
    return EX_OK;
}

/* --- what stands before the command -------------------------------------------------------------
 */

enum { GO_ON = -1, CONFIG = 256 /* has no letter */ };

static int show_version(void)
{
    printf("fensong %s\n", VERSION);
    return EX_OK;
}

/* Stops at the first word that is no option: the command. */
static int read_overall(struct session *session, int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, CONFIG},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'V'},
                                            {0}};
    int letter;
    optind = 0; /* glibc: from the start */
    opterr = 0;
    while ((letter = getopt_long(argc, argv, "+:hV", options, NULL)) != -1)
        switch (letter) {
        case CONFIG:
            session->config = optarg;
            break;
        case 'h':
            return command_help.run(session, 1, (char *[]){"help", NULL});
        case 'V':
            return show_version();
        default:
            return fail_option(session, letter, argv);
        }
    return GO_ON;
}

static int run_command(struct session *session, int argc, char **argv)
{
    if (argc == 0)
        return fail_usage(session, N_("no command is named"));
    session->command = command_named(argv[0]);
    if (!session->command)
        return fail_usage(session, N_("there is no command %s"), argv[0]);
    return session->command->run(session, argc, argv);
}

/* What was printed counts only once it is written. */
static int flush_stdout(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    AUTO(error) struct error error = {0};
    error_set_errno(&error, NOWHERE, N_("can't write the output"));
    error.exit_class = EX_IOERR;
    return status ? status : fail(&error);
}

int cli_main(int argc, char **argv)
{
    struct session session = {.config = conf_default_file};
    language_use(language_of_environment());
    log_open("fensong");
    log_set_level(LOG_WARNING);
    int status = read_overall(&session, argc, argv);
    if (status == GO_ON)
        status = run_command(&session, argc - optind, argv + optind);
    conf_free(session.conf);
    return flush_stdout(status);
}
