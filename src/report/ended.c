/* What people are told when an issue has come to its end. */
#include "base/log.h"
#include "mail/mail.h"
#include "outbox/outbox.h"
#include "report/ending.h"
#include "report/final.h"
#include "report/notice.h"
#include "report/page.h"
#include "report/sheet.h"
#include "report/words.h"

#define MOST_ON_PAGE 2000
#define MOST_IN_MAIL 200
/* What is larger is no attachment any more; it lies in the folder. */
#define LARGEST_ATTACHMENT (8 * 1024 * 1024)

static bool is_notice(const struct queue_issue *issue)
{
    return g_str_equal(issue->kind, "notice");
}

struct ending {
    const struct report_parts *parts;
    const struct publication *publication;
    const struct queue_issue *issue;
    usec_t now;
    struct tally_walk *walk;
    GString *rows;  /* of report.csv, not yet written */
    GString *sheet; /* all of it, for the letter; NULL: too large for one */
    struct draft *draft;
    struct error not_filed; /* a share that is away keeps nobody from reading his mail */
};

/* --- as files --- */

static void add_row(void *user, const struct person *person)
{
    struct ending *ending = user;
    sheet_add(ending->rows, person);
}

static void begin_file(struct ending *ending)
{
    (void)!outbox_draft_sending(&ending->draft, ending->publication, ending->issue->key,
                                "report.csv", &ending->not_filed);
}

/* After the first trouble with the folder nothing more is written there. */
static void write_rows(struct ending *ending)
{
    GString *rows = ending->rows;
    if (!error_is_set(&ending->not_filed))
        (void)!draft_add(ending->draft, rows->str, rows->len, &ending->not_filed);
    if (ending->sheet)
        g_string_append_len(ending->sheet, rows->str, (gssize)rows->len);
    if (ending->sheet && ending->sheet->len > LARGEST_ATTACHMENT) {
        g_string_free(ending->sheet, TRUE);
        ending->sheet = NULL;
    }
    g_string_truncate(rows, 0);
}

static void file_report(struct ending *ending, const struct tally *tally)
{
    const char *key = ending->issue->key;
    AUTO(str) GString *page = final_page(tally, _("All of them are in report.csv."));
    if (error_is_set(&ending->not_filed) || !draft_finish(ending->draft, &ending->not_filed))
        return;
    (void)!(outbox_write_sending(ending->publication, key, "report.html", page->str, page->len,
                                 &ending->not_filed) &&
            outbox_file_sent(ending->publication, key, &ending->not_filed));
}

/* --- as mail --- */

/* An end has one report. An issue that is tried again has another end, and another report. */
static char *report_key(const struct queue_issue *issue)
{
    GDateTime *end = g_date_time_new_from_unix_utc(issue->finished_at / USEC_PER_SEC);
    AUTO(text) char *stamp = g_date_time_format(end, "%Y%m%dT%H%M%S");
    g_date_time_unref(end);
    /* Two ends may lie in one second. */
    return g_strdup_printf("%s.report.%s%06dZ", issue->key, stamp,
                           (int)(issue->finished_at % USEC_PER_SEC));
}

static void attachment_free(void *pointer)
{
    struct attachment *attachment = pointer;
    g_free(attachment->name);
    g_bytes_unref(attachment->content);
    g_free(attachment);
}

static GPtrArray *attach(const struct queue_issue *issue, const GString *sheet)
{
    struct attachment *attachment = g_new0(struct attachment, 1);
    attachment->name = g_strdup_printf("%s-report.csv", issue->key);
    attachment->content = g_bytes_new(sheet->str, sheet->len);
    GPtrArray *files = g_ptr_array_new_with_free_func(attachment_free);
    g_ptr_array_add(files, attachment);
    return files;
}

/* The names of all go along only where the letter itself can't hold those that matter: personal
 * data is sent no further than is needed. */
static bool mail_report(const struct ending *ending, struct error *error)
{
    const struct publication *publication = ending->publication;
    const struct queue_issue *issue = ending->issue;
    AUTO(tally) struct tally *tally = NULL;
    if (!tally_read(&tally, ending->parts, issue, MOST_IN_MAIL, error))
        return false;
    bool attached = final_is_cut(tally) && ending->sheet;
    AUTO(array) GPtrArray *files = attached ? attach(issue, ending->sheet) : NULL;
    const char *rest = attached ? _("All of them are in the attached report.csv.")
                                : _("All of them are in report.csv in the folder sent.");
    AUTO(text) char *key = report_key(issue);
    AUTO(text) char *subject = final_subject(issue);
    AUTO(str) GString *text = final_text(tally, rest);
    AUTO(str) GString *html = final_page(tally, rest);
    const struct notice notice = {
        .publication = publication,
        .key = key,
        .to = publication->report_to,
        .subject = subject,
        .text = text->str,
        .html = html->str,
        .auto_submitted = "auto-replied",
        .files = files,
    };
    return notice_admit(ending->parts, &notice, ending->now, error);
}

/* --- both, in parts --- */

void ending_free(struct ending *ending)
{
    if (!ending)
        return;
    tally_walk_free(ending->walk);
    draft_free(ending->draft);
    if (ending->rows)
        g_string_free(ending->rows, TRUE);
    if (ending->sheet)
        g_string_free(ending->sheet, TRUE);
    error_clear(&ending->not_filed);
    g_free(ending);
}

static bool begin(struct ending **ending, const struct report_parts *parts,
                  const struct publication *publication, const struct queue_issue *issue,
                  usec_t now, struct error *error)
{
    AUTO(ending) struct ending *fresh = g_new0(struct ending, 1);
    *fresh = (struct ending){
        .parts = parts, .publication = publication, .issue = issue, .now = now};
    fresh->rows = sheet_begin();
    fresh->sheet = g_string_new(NULL);
    if (!tally_walk_begin(&fresh->walk, parts, issue, MOST_ON_PAGE, add_row, fresh, error))
        return false;
    begin_file(fresh);
    *ending = TAKE(fresh);
    return true;
}

bool ending_begin(struct ending **ending, const struct report_parts *parts,
                  const struct queue_issue *issue, usec_t now, struct error *error)
{
    const struct publication *publication = conf_publication(parts->conf, issue->publication);
    *ending = NULL;
    if (issue->reported)
        return true;
    if (!publication)
        log_line(LOG_WARNING, (struct log_about){.issue = issue->key},
                 "the publication %s is not configured any more: no report", issue->publication);
    else if (is_notice(issue) && issue->counts.failed)
        /* No notice of a notice: RFC 3834 §3.3. */
        log_line(LOG_WARNING, (struct log_about){.issue = issue->key},
                 "%lld recipients of this notice can't be reached",
                 (long long)issue->counts.failed);
    else if (!is_notice(issue) && !issue->filed)
        return error_set(error, EX_TEMPFAIL, NOWHERE, NULL,
                         N_("the original of %s is not filed yet; the report waits for it"),
                         issue->key);
    if (publication && !is_notice(issue))
        return begin(ending, parts, publication, issue, now, error);
    return queue_set_reported(parts->queue, issue->id, error);
}

static bool end(struct ending *ending, struct error *error)
{
    AUTO(tally) struct tally *tally = tally_walk_take(ending->walk);
    file_report(ending, tally);
    if (!mail_report(ending, error))
        return false;
    if (error_is_set(&ending->not_filed))
        return error_pass(error, &ending->not_filed);
    return queue_set_reported(ending->parts->queue, ending->issue->id, error);
}

bool ending_step(struct ending *ending, usec_t most, bool *done, struct error *error)
{
    if (!tally_walk_step(ending->walk, most, done, error))
        return false;
    write_rows(ending);
    return !*done || end(ending, error);
}

bool report_ended(const struct report_parts *parts, const struct queue_issue *issue, usec_t now,
                  struct error *error)
{
    AUTO(ending) struct ending *ending = NULL;
    bool done = false;
    bool good = ending_begin(&ending, parts, issue, now, error);
    while (good && ending && !done)
        good = ending_step(ending, USEC_PER_SEC, &done, error);
    return good;
}
