/* What people are told when an issue has come to a stop. */
#include "report/changes.h"
#include "report/notice.h"
#include "report/page.h"
#include "report/tally.h"
#include "report/words.h"

#define CHANGED_IN_MAIL 50 /* names for each group and direction */

static bool is_notice(const struct queue_issue *issue)
{
    return g_str_equal(issue->kind, "notice");
}

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

/* Editors; administrators too where the trouble is the relay's or the lists'. */
static GPtrArray *who_is_told(const struct report_parts *parts,
                              const struct publication *publication, enum hold_reason why)
{
    GPtrArray *to = g_ptr_array_new();
    g_ptr_array_extend(to, publication->report_to, NULL, NULL);
    if (why == HOLD_RELAY || why == HOLD_LISTS || why == HOLD_GUARD)
        g_ptr_array_extend(to, parts->conf->admins, NULL, NULL);
    return to;
}

/* `changes` NULL: they are not what it is held for. */
static GString *held_page(const struct queue_issue *issue, const struct changes *changes,
                          const char *subject)
{
    GString *page = page_begin(subject, 0);
    page_add(page, "<h1>%s</h1>\n<p>%s</p>\n", subject, words_of_hold(issue->why));
    if (issue->why_text)
        page_add(page, "<p class=\"answer\">%s</p>\n", issue->why_text);
    page_add(page,
             "<p class=\"todo\">%s</p>\n<p class=\"answer\">fensong status %s<br>fensong "
             "release %s</p>\n",
             words_to_release(issue->why), issue->key, issue->key);
    if (changes) {
        changes_add_page(page, changes);
        failing_add_page(page, changes->failing, failing_todo());
    }
    page_end(page);
    return page;
}

static GString *held_text(const struct queue_issue *issue, const struct changes *changes,
                          const char *subject)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(
        text, "%s\n\n%s\n%s%s\n%s\n\n    fensong status %s\n    fensong release %s\n", subject,
        words_of_hold(issue->why), issue->why_text ? issue->why_text : "",
        issue->why_text ? "\n" : "", words_to_release(issue->why), issue->key, issue->key);
    if (changes) {
        g_string_append_c(text, '\n');
        changes_add_text(text, changes);
        failing_add_text(text, changes->failing, failing_todo());
    }
    return text;
}

static char *held_subject(const struct queue_issue *issue)
{
    AUTO(text) char *key = words_of_key(issue->key);
    return g_strdup_printf(_("%1$s %2$s waits for a person: %3$lld of %4$lld sent"), issue->title,
                           key, (long long)issue->counts.sent,
                           (long long)tally_expected(&issue->counts));
}

bool report_held(const struct report_parts *parts, const struct queue_issue *issue, usec_t now,
                 struct error *error)
{
    const struct publication *publication = conf_publication(parts->conf, issue->publication);
    AUTO(changes) struct changes *changes = NULL;
    usec_t since;
    if (!publication || is_notice(issue))
        return true;
    if (!held_since(parts, issue, &since, error) ||
        (issue->why == HOLD_GUARD && !changes_read(&changes, parts, issue, CHANGED_IN_MAIL, error)))
        return false;
    AUTO(array) GPtrArray *to = who_is_told(parts, publication, issue->why);
    AUTO(text) char *key = g_strdup_printf("%s.held.%lld", issue->key, (long long)since);
    AUTO(text) char *subject = held_subject(issue);
    AUTO(str) GString *text = held_text(issue, changes, subject);
    AUTO(str) GString *html = held_page(issue, changes, subject);
    const struct notice notice = {
        .publication = publication,
        .key = key,
        .to = to,
        .subject = subject,
        .text = text->str,
        .html = html->str,
        .auto_submitted = "auto-generated",
    };
    return notice_admit(parts, &notice, now, error);
}
