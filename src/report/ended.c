/* What people are told when an issue has come to its end. */
#include "base/log.h"
#include "mail/mail.h"
#include "outbox/outbox.h"
#include "report/changes.h"
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

/* --- as files --- */

static void add_to_sheet(void *sheet, const struct person *person)
{
    sheet_add(sheet, person);
}

static bool file_report(const struct publication *publication, const struct tally *tally,
                        const GPtrArray *failing, const GString *sheet, struct error *error)
{
    const char *key = tally->issue->key;
    AUTO(str) GString *page = final_page(tally, failing, _("All of them are in report.csv."));
    return outbox_write_sending(publication, key, "report.csv", sheet->str, sheet->len, error) &&
           outbox_write_sending(publication, key, "report.html", page->str, page->len, error) &&
           outbox_file_sent(publication, key, error);
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
static bool mail_report(const struct report_parts *parts, const struct publication *publication,
                        const struct queue_issue *issue, const GPtrArray *failing,
                        const GString *sheet, usec_t now, struct error *error)
{
    AUTO(tally) struct tally *tally = NULL;
    if (!tally_read(&tally, parts, issue, MOST_IN_MAIL, NULL, NULL, error))
        return false;
    bool attached = final_is_cut(tally) && sheet->len <= LARGEST_ATTACHMENT;
    AUTO(array) GPtrArray *files = attached ? attach(issue, sheet) : NULL;
    const char *rest = attached ? _("All of them are in the attached report.csv.")
                                : _("All of them are in report.csv in the folder sent.");
    AUTO(text) char *key = report_key(issue);
    AUTO(text) char *subject = final_subject(issue);
    AUTO(str) GString *text = final_text(tally, failing, rest);
    AUTO(str) GString *html = final_page(tally, failing, rest);
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
    return notice_admit(parts, &notice, now, error);
}

static bool report(const struct report_parts *parts, const struct publication *publication,
                   const struct queue_issue *issue, usec_t now, struct error *error)
{
    AUTO(str) GString *sheet = sheet_begin();
    AUTO(tally) struct tally *tally = NULL;
    AUTO(array) GPtrArray *failing = NULL;
    AUTO(error) struct error not_filed = {0};
    if (!failing_read(&failing, parts, issue, error) ||
        !tally_read(&tally, parts, issue, MOST_ON_PAGE, add_to_sheet, sheet, error))
        return false;
    bool filed = file_report(publication, tally, failing, sheet, &not_filed);
    /* A share that is away keeps nobody from reading his mail. */
    return mail_report(parts, publication, issue, failing, sheet, now, error) &&
           (filed || error_pass(error, &not_filed));
}

bool report_ended(const struct report_parts *parts, const struct queue_issue *issue, usec_t now,
                  struct error *error)
{
    const struct publication *publication = conf_publication(parts->conf, issue->publication);
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
    if (publication && !is_notice(issue) && !report(parts, publication, issue, now, error))
        return false;
    return queue_set_reported(parts->queue, issue->id, error);
}
