#include "cli/command.h"

#include <fcntl.h>

#include "base/file.h"
#include "cli/summary.h"
#include "dispatch/dispatch.h"
#include "outbox/outbox.h"
#include "smtp/job.h"

static int run_send(struct session *session, int argc, char **argv);

const struct command command_send = {
    .name = "send",
    .usage = "ISSUE-FILE [--to ADDRESS]…",
    .help = N_("drop an issue into its outbox; with --to: a trial copy to these addresses alone"),
    .run = run_send,
};

/* --- into the outbox ---------------------------------------------------------------------------
 */

static bool drop(const struct document *document, struct error *error)
{
    const struct source *source = document->source;
    if (!g_str_equal(source->name, source->document_name))
        return error_set(error, EX_USAGE, NOWHERE,
                         N_("copy the folder into the outbox under a name that begins with a dot, "
                            "then rename it"),
                         N_("%s is a folder; this drops single files"), document->path);
    return outbox_drop(document->intake->publication, source->name, source->document, error);
}

static int send_issue(const struct document *document)
{
    AUTO(error) struct error error = {0};
    if (!drop(document, &error))
        return fail(&error);
    AUTO(text) char *line = summary_line(document->intake->issue);
    printf(_("%1$s: dropped into %2$s/outbox, to be sent to %3$u recipients\n"), line,
           document->intake->publication->folder, document->intake->recipients->len);
    printf(_("`fensong status %s --watch` shows how far it is\n"), document->intake->issue->key);
    return EX_OK;
}

/* --- a trial copy ------------------------------------------------------------------------------
 */

static bool parse_all(const GPtrArray *texts, GPtrArray **addresses, struct error *error)
{
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)address_free);
    for (guint i = 0; i < texts->len; i++) {
        struct address *address = NULL;
        if (!address_parse(&address, texts->pdata[i], NOWHERE, NULL, error))
            return false;
        g_ptr_array_add(all, address);
    }
    *addresses = TAKE(all);
    return true;
}

/* Says what became of one copy; the exit status for it. */
static int tell_verdict(const struct address *address, const struct verdict *verdict)
{
    const char *text = verdict->reply.text ? verdict->reply.text : "";
    switch (verdict->kind) {
    case VERDICT_SENT:
        printf(_("%s: sent\n"), address_text(address));
        return EX_OK;
    case VERDICT_REFUSED:
        (void)fprintf(stderr, _("%1$s: refused: %2$d %3$s\n"), address_text(address),
                      verdict->reply.code, text);
        return verdict->reply.code >= 500 ? EX_DATAERR : EX_TEMPFAIL;
    case VERDICT_UNTOUCHED:
        (void)fprintf(stderr, _("%s: not sent\n"), address_text(address));
        return EX_TEMPFAIL;
    case VERDICT_UNKNOWN:
        break;
    }
    (void)fprintf(stderr,
                  _("%s: the relay may have it: the connection was lost before its answer\n"),
                  address_text(address));
    return EX_TEMPFAIL;
}

static int tell_verdicts(const GPtrArray *addresses, const GPtrArray *verdicts)
{
    int status = EX_OK;
    for (guint i = 0; i < verdicts->len && i < addresses->len; i++) {
        int one = tell_verdict(addresses->pdata[i], verdicts->pdata[i]);
        if (one && (!status || one == EX_DATAERR))
            status = one;
    }
    return status;
}

/* The sender maps a file; nobody else needs to see it. */
static bool write_message(const GString *message, char **path, struct error *error)
{
    AUTO(fd) int fd = g_file_open_tmp("fensong-trial-XXXXXX", path, NULL);
    if (fd < 0)
        return error_set_errno(error, NOWHERE, N_("can't write the trial copy"));
    size_t written = 0;
    while (written < message->len) {
        ssize_t count = write(fd, message->str + written, message->len - written);
        if (count < 0)
            return error_set_errno(error, NOWHERE, N_("can't write the trial copy"));
        written += (size_t)count;
    }
    return true;
}

static int send_trial(const struct conf *conf, const struct document *document,
                      const GPtrArray *texts)
{
    AUTO(error) struct error error = {0};
    AUTO(array) GPtrArray *addresses = NULL;
    AUTO(array) GPtrArray *verdicts = NULL;
    AUTO(text) char *path = NULL;
    bool sent = parse_all(texts, &addresses, &error) &&
                write_message(document->intake->mail->message, &path, &error) &&
                dispatch_send_trial(conf, document->intake->publication->envelope_from, path,
                                    addresses, &verdicts, &error);
    if (path)
        (void)unlink(path);
    return sent ? tell_verdicts(addresses, verdicts) : fail(&error);
}

static int send_file(const struct session *session, const char *path, const GPtrArray *to)
{
    AUTO(document) struct document document = {0};
    AUTO(problems) struct problems *problems = problems_new();
    enum mail_kind kind = to->len ? MAIL_TRIAL : MAIL_ISSUE;
    if (!document_read(&document, session->conf, path, kind, problems))
        return fail_all(problems);
    problems_print(problems, REMARK, stdout);
    return to->len ? send_trial(session->conf, &document, to) : send_issue(&document);
}

static int run_send(struct session *session, int argc, char **argv)
{
    AUTO(array) GPtrArray *to = g_ptr_array_new();
    const struct option_entry options[] = {{"to", 0, OPTION_TEXTS, to}, {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count != 1)
        return fail_usage(session, N_("name one issue file"));
    if ((status = session_read_conf(session)) != EX_OK)
        return status;
    return send_file(session, arguments[0], to);
}
