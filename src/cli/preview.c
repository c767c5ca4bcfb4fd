#include "cli/command.h"

#include "cli/summary.h"

static int run_preview(struct session *session, int argc, char **argv);

const struct command command_preview = {
    .name = "preview",
    .usage = "ISSUE-FILE [-o FOLDER]",
    .help = N_("write exactly what would be sent, and to whom, into a folder"),
    .run = run_preview,
};

static bool is_empty(const char *folder)
{
    GDir *opened = g_dir_open(folder, 0, NULL);
    bool empty = opened && !g_dir_read_name(opened);
    if (opened)
        g_dir_close(opened);
    return empty;
}

/* Sealing a parcel replaces the one that was there: of anything else, nothing may be lost. */
static bool may_write(const char *folder, struct error *error)
{
    AUTO(text) char *manifest = g_build_filename(folder, "manifest.json", NULL);
    if (access(folder, F_OK) < 0 || access(manifest, F_OK) == 0 || is_empty(folder))
        return true;
    return error_set(error, EX_IOERR, NOWHERE, N_("name another folder with -o"),
                     N_("%s is there already and is no preview: it is left as it is"), folder);
}

static bool write_parcel(const struct document *document, const char *folder, struct error *error)
{
    AUTO(text) char *path = g_canonicalize_filename(folder, NULL);
    return may_write(path, error) &&
           intake_write_parcel(document->intake, document->source, path, error);
}

static int preview(const struct session *session, const char *path, const char *folder)
{
    AUTO(document) struct document document = {0};
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(error) struct error error = {0};
    if (!document_read(&document, session->conf, path, MAIL_ISSUE, problems))
        return fail_all(problems);
    AUTO(text) char *usual = g_strdup_printf("preview-%s", document.intake->issue->key);
    const char *to = folder ? folder : usual;
    if (!write_parcel(&document, to, &error)) {
        if (error.exit_class == EX_NOINPUT || error.exit_class == EX_CANTCREAT)
            error.exit_class = EX_IOERR; /* it is the writing that failed */
        return fail(&error);
    }
    AUTO(text) char *line = summary_line(document.intake->issue);
    printf(_("%s: to %u recipients; written to %s\n"), line, document.intake->recipients->len, to);
    problems_print(problems, REMARK, stdout);
    return EX_OK;
}

static int run_preview(struct session *session, int argc, char **argv)
{
    const char *folder = NULL;
    const struct option_entry options[] = {{"output", 'o', OPTION_TEXT, &folder}, {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count != 1)
        return fail_usage(session, N_("name one issue file"));
    if ((status = session_read_conf(session)) != EX_OK)
        return status;
    return preview(session, arguments[0], folder);
}
