/* sending/KEY/status.html: how far an issue has got. */
#include "base/file.h"
#include "conf/window.h"
#include "outbox/outbox.h"
#include "report/changes.h"
#include "report/page.h"
#include "report/words.h"

#include <stdio.h>
#include <string.h>

#define RELOAD_SECONDS  5
#define MOST_LISTED     200
#define CHANGED_ON_PAGE 50 /* names for each group and direction */
/* Of a larger issue, what changed is shown only where it is held for that: it takes as long to read
 * as the issue itself, each time that the page is written. */
#define COMPARED_MOST 20000
#define LARGEST_PAGE  (4 * 1024 * 1024)
/* Of an issue's recipients: what may be read for its page, so that sending has the rest of the
 * time. */
#define ROWS_PER_SECOND 20000
#define MARK            "<!-- written "

/* --- its parts --- */

static void add_key(GString *page, const struct counts *counts, enum delivery_state state,
                    const char *class)
{
    int64_t count = tally_of(counts, state);
    if (count || state == SENT)
        page_add(page, "<i class=\"key %s\"></i>%s %lld", class, words_of_delivery(state),
                 (long long)count);
}

static void add_progress(GString *page, const struct counts *counts)
{
    AUTO(text)
    char *sentence = g_strdup_printf(_("%1$lld of %2$lld sent."), (long long)counts->sent,
                                     (long long)tally_expected(counts));
    page_add(page, "<p>%s</p>\n<div class=\"bar\">", sentence);
    page_bar(page, counts);
    page_add(page, "</div>\n<p class=\"note\">");
    add_key(page, counts, SENT, "sent");
    add_key(page, counts, DEFERRED, "deferred");
    add_key(page, counts, UNKNOWN, "unknown");
    add_key(page, counts, FAILED, "failed");
    add_key(page, counts, QUEUED, "left");
    add_key(page, counts, SENDING, "left");
    add_key(page, counts, SUPPRESSED, "none");
    add_key(page, counts, CANCELLED, "none");
    page_add(page, "</p>\n");
}

static void add_hold(GString *page, const struct queue_issue *issue)
{
    if (issue->state != ISSUE_HELD)
        return;
    page_add(page, "<p class=\"todo\">%s ", words_of_hold(issue->why));
    if (issue->why_text)
        page_add(page, "<span class=\"answer\">%s</span> ", issue->why_text);
    page_add(page, "%s</p>\n", words_to_release(issue->why));
}

/* When its publication may be sent again; 0: now. */
static usec_t opens_at(const struct report_parts *parts, const struct queue_issue *issue,
                       usec_t now)
{
    const struct publication *publication = conf_publication(parts->conf, issue->publication);
    if (!publication || issue->state != ISSUE_SENDING)
        return 0;
    return window_opens(&publication->window, parts->conf->workdays, now);
}

static void add_window(GString *page, usec_t opens)
{
    if (!opens)
        return;
    AUTO(text) char *time = words_of_time(opens);
    AUTO(text) char *sentence = g_strdup_printf(_("It goes on by itself at %s."), time);
    page_add(page, "<p class=\"todo\">%s</p>\n", sentence);
}

static void add_groups(GString *page, const struct tally *tally)
{
    const char *const columns[] = {_("group"),    "",           _("should get it"), _("sent"),
                                   _("deferred"), _("unknown"), _("failed"),        _("left"),
                                   NULL};
    page_table_head(page, columns, 2);
    for (guint i = 0; i < tally->groups->len; i++) {
        const struct group_counts *group = tally->groups->pdata[i];
        const struct counts *counts = &group->counts;
        const int64_t numbers[] = {tally_expected(counts), counts->sent,
                                   counts->deferred,       counts->unknown,
                                   counts->failed,         counts->queued + counts->sending};
        page_add(page, "<tr><td>%s</td><td class=\"bar\">", group->name);
        page_bar(page, counts);
        page_add(page, "</td>");
        for (size_t n = 0; n < G_N_ELEMENTS(numbers); n++)
            page_add(page, "<td class=\"number\">%lld</td>", (long long)numbers[n]);
        page_add(page, "</tr>\n");
    }
    page_add(page, "</table>\n");
}

static void add_foot(GString *page, usec_t now)
{
    AUTO(text) char *time = words_of_time(now);
    AUTO(text)
    char *sentence = g_strdup_printf(_("Last change: %1$s. This page reloads itself every %2$d "
                                       "seconds; when all is over it goes, and the report lies "
                                       "in the folder sent."),
                                     time, RELOAD_SECONDS);
    page_add(page, "<p class=\"note\">%s</p>\n", sentence);
}

static GString *status_page(const struct tally *tally, const struct changes *changes,
                            const char *fingerprint, usec_t opens, usec_t now)
{
    const struct queue_issue *issue = tally->issue;
    AUTO(text) char *key = words_of_key(issue->key);
    AUTO(text) char *title = g_strdup_printf(_("%1$s %2$s"), issue->title, key);
    GString *page = page_begin(title, RELOAD_SECONDS);
    page_add(page, MARK "%lld %s -->\n<h1>%s</h1>\n<p class=\"state\">%s</p>\n", (long long)now,
             fingerprint, title, words_of_issue(issue->state));
    add_hold(page, issue);
    add_window(page, opens);
    /* Where the lists are in question, they come first. */
    if (changes && issue->why == HOLD_GUARD)
        changes_add_page(page, changes);
    add_progress(page, &issue->counts);
    add_groups(page, tally);
    page_people(page, tally, FAILED, _("failed"), NULL);
    page_people(page, tally, UNKNOWN, _("unknown"), NULL);
    page_people(page, tally, DEFERRED, _("deferred: tried again by itself"), NULL);
    if (changes && issue->why != HOLD_GUARD)
        changes_add_page(page, changes);
    if (changes)
        changes_add_failing_page(page, changes);
    add_foot(page, now);
    page_end(page);
    return page;
}

/* --- writing it --- */

/* What the page is made of, but the time: so that the same is neither read nor written again. A
 * large issue's recipients are many rows. */
static char *fingerprint_of(const struct queue_issue *issue, usec_t opens)
{
    const struct counts *c = &issue->counts;
    AUTO(text)
    char *facts = g_strdup_printf(
        "%d %d %s %lld %lld %lld %lld %lld %lld %lld %lld %lld %lld %s", (int)issue->state,
        (int)issue->why, issue->why_text ? issue->why_text : "", (long long)issue->next_attempt_at,
        (long long)opens, (long long)c->recipients, (long long)c->queued, (long long)c->sending,
        (long long)c->sent, (long long)c->deferred, (long long)c->unknown, (long long)c->failed,
        (long long)c->suppressed, _("en"));
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, facts, -1);
}

/* The page that is there. Caller frees. */
static char *written_page(const struct publication *publication, const char *key)
{
    AUTO(text)
    char *path = g_build_filename(publication->folder, "sending", key, "status.html", NULL);
    AUTO(bytes) GBytes *page = NULL;
    if (!file_load(&page, path, LARGEST_PAGE, NULL))
        return g_strdup("");
    gsize length;
    const char *octets = g_bytes_get_data(page, &length);
    return g_strndup(octets, length);
}

/* Does it say the same already, or is it too fresh? A million rows take seconds to read, in which
 * nothing is sent: their page may be some time behind. */
static bool is_good_enough(const char *page, const char *fingerprint, int64_t recipients,
                           usec_t now)
{
    long long written = 0;
    const char *mark = strstr(page, MARK);
    if (!mark || strstr(mark, fingerprint))
        return mark != NULL;
    if (sscanf(mark, MARK "%lld", &written) != 1 || written > now)
        return false;
    return now - written < recipients / ROWS_PER_SECOND * USEC_PER_SEC;
}

static bool is_compared(const struct queue_issue *issue)
{
    return issue->why == HOLD_GUARD || issue->counts.recipients <= COMPARED_MOST;
}

bool report_status_page(const struct report_parts *parts, const struct queue_issue *issue,
                        usec_t now, struct error *error)
{
    const struct publication *publication = conf_publication(parts->conf, issue->publication);
    /* After its report there is no such folder any more, and of a notice there never was. */
    if (!publication || issue->reported || g_str_equal(issue->kind, "notice"))
        return true;
    usec_t opens = opens_at(parts, issue, now);
    AUTO(text) char *fingerprint = fingerprint_of(issue, opens);
    AUTO(text) char *written = written_page(publication, issue->key);
    if (is_good_enough(written, fingerprint, issue->counts.recipients, now))
        return true;
    AUTO(tally) struct tally *tally = NULL;
    AUTO(changes) struct changes *changes = NULL;
    if (!tally_read(&tally, parts, issue, MOST_LISTED, error) ||
        (is_compared(issue) && !changes_read(&changes, parts, issue, CHANGED_ON_PAGE, error)))
        return false;
    AUTO(str) GString *page = status_page(tally, changes, fingerprint, opens, now);
    return outbox_write_sending(publication, issue->key, "status.html", page->str, page->len,
                                error);
}
