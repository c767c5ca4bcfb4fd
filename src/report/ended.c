/* What people are told when an issue has come to its end, or to a stop. */
#include "base/log.h"
#include "mail/mail.h"
#include "outbox/outbox.h"
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

/* --- as files --------------------------------------------------------------------------------- */

static void add_to_sheet(void *sheet, const struct person *person)
{
    sheet_add(sheet, person);
}

static bool file_report(const struct publication *publication, const struct tally *tally,
                        const GString *sheet, struct error *error)
{
    const char *key = tally->issue->key;
    AUTO(str) GString *page = final_page(tally, _("All of them are in report.csv."));
    return outbox_write_sending(publication, key, "report.csv", sheet->str, sheet->len, error) &&
           outbox_write_sending(publication, key, "report.html", page->str, page->len, error) &&
           outbox_file_sent(publication, key, error);
}

/* --- as mail ---------------------------------------------------------------------------------- */

/* An end has one report. An issue that is tried again has another end, and another report. */
static char *report_key(const struct queue_issue *issue)
{
    GDateTime *end = g_date_time_new_from_unix_utc(issue->finished_at / USEC_PER_SEC);
    AUTO(text) char *stamp = g_date_time_format(end, "%Y%m%dT%H%M%SZ");
    g_date_time_unref(end);
    return g_strdup_printf("%s.report.%s", issue->key, stamp);
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
                        const struct queue_issue *issue, const GString *sheet, usec_t now,
                        struct error *error)
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
    return notice_admit(parts, &notice, now, error);
}

static bool report(const struct report_parts *parts, const struct publication *publication,
                   const struct queue_issue *issue, usec_t now, struct error *error)
{
    AUTO(str) GString *sheet = sheet_begin();
    AUTO(tally) struct tally *tally = NULL;
    AUTO(error) struct error not_filed = {0};
    if (!tally_read(&tally, parts, issue, MOST_ON_PAGE, add_to_sheet, sheet, error))
        return false;
    bool filed = file_report(publication, tally, sheet, &not_filed);
    /* A share that is away keeps nobody from reading his mail. */
    return mail_report(parts, publication, issue, sheet, now, error) &&
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

/* --- held ------------------------------------------------------------------------------------- */

/* When it was held last: each hold has one notice. */
static bool held_since(const struct report_parts *parts, const struct queue_issue *issue,
                       usec_t *since, struct error *error)
{
    AUTO(array) GPtrArray *entries = NULL;
    if (!queue_history(parts->queue, issue->id, &entries, error))
        return false;
    *since = issue->accepted_at;
    for (guint i = 0; i < entries->len; i++) {
        const struct history_entry *entry = entries->pdata[i];
        if (g_str_equal(entry->what, "held"))
            *since = entry->at;
    }
    return true;
}

/* Editors; administrators too where the trouble is the relay's or a list's. */
static GPtrArray *who_is_told(const struct report_parts *parts,
                              const struct publication *publication, enum hold_reason why)
{
    GPtrArray *to = g_ptr_array_new();
    g_ptr_array_extend(to, publication->report_to, NULL, NULL);
    if (why == HOLD_RELAY || why == HOLD_LISTS)
        g_ptr_array_extend(to, parts->conf->admins, NULL, NULL);
    return to;
}

static GString *held_page(const struct queue_issue *issue, const char *subject)
{
    GString *page = page_begin(subject, 0);
    page_add(page, "<h1>%s</h1>\n<p>%s</p>\n", subject, words_of_hold(issue->why));
    if (issue->why_text)
        page_add(page, "<p class=\"answer\">%s</p>\n", issue->why_text);
    page_add(page,
             "<p class=\"todo\">%s</p>\n<p class=\"answer\">fensong status %s<br>fensong "
             "release %s</p>\n",
             words_to_release(issue->why), issue->key, issue->key);
    page_end(page);
    return page;
}

static char *held_text(const struct queue_issue *issue, const char *subject)
{
    return g_strdup_printf("%s\n\n%s\n%s%s\n%s\n\n    fensong status %s\n    fensong release %s\n",
                           subject, words_of_hold(issue->why),
                           issue->why_text ? issue->why_text : "", issue->why_text ? "\n" : "",
                           words_to_release(issue->why), issue->key, issue->key);
}

bool report_held(const struct report_parts *parts, const struct queue_issue *issue, usec_t now,
                 struct error *error)
{
    const struct publication *publication = conf_publication(parts->conf, issue->publication);
    usec_t since;
    if (!publication || is_notice(issue))
        return true;
    if (!held_since(parts, issue, &since, error))
        return false;
    AUTO(array) GPtrArray *to = who_is_told(parts, publication, issue->why);
    AUTO(text) char *key = g_strdup_printf("%s.held.%lld", issue->key, (long long)since);
    AUTO(text)
    char *subject = g_strdup_printf(_("%1$s %2$s waits for a person: %3$lld of %4$lld sent"),
                                    issue->title, issue->key, (long long)issue->counts.sent,
                                    (long long)tally_expected(&issue->counts));
    AUTO(text) char *text = held_text(issue, subject);
    AUTO(str) GString *html = held_page(issue, subject);
    const struct notice notice = {
        .publication = publication,
        .key = key,
        .to = to,
        .subject = subject,
        .text = text,
        .html = html->str,
        .auto_submitted = "auto-generated",
    };
    return notice_admit(parts, &notice, now, error);
}
