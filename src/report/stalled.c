/* What people are told when nothing moves though it could. */
#include "report/notice.h"
#include "report/page.h"

/* Administrators, and the editors whose issues wait. */
static bool who_is_told(const struct report_parts *parts, GPtrArray *to, struct error *error)
{
    AUTO(array) GPtrArray *issues = NULL;
    if (!queue_open_issues(parts->queue, &issues, error))
        return false;
    g_ptr_array_extend(to, parts->conf->admins, NULL, NULL);
    for (guint i = 0; i < issues->len; i++) {
        const struct queue_issue *issue = issues->pdata[i];
        const struct publication *publication = conf_publication(parts->conf, issue->publication);
        if (publication && issue->state == ISSUE_SENDING && !g_str_equal(issue->kind, "notice"))
            g_ptr_array_extend(to, publication->report_to, NULL, NULL);
    }
    return true;
}

bool report_stalled(const struct report_parts *parts, const struct error *trouble, usec_t now,
                    struct error *error)
{
    AUTO(array) GPtrArray *to = g_ptr_array_new();
    AUTO(text) char *key = g_strdup_printf("stalled.%lld", (long long)now);
    const char *subject = _("Nothing is being sent, though it should be");
    AUTO(text)
    char *text = g_strdup_printf("%s\n\n%s\n%s\n", subject, trouble->what.local,
                                 trouble->todo.local ? trouble->todo.local : "");
    AUTO(str) GString *html = page_begin(subject, 0);
    page_add(html, "<h1>%s</h1>\n<p>%s</p>\n<p class=\"todo\">%s</p>\n", subject,
             trouble->what.local, trouble->todo.local ? trouble->todo.local : "");
    page_end(html);
    if (!who_is_told(parts, to, error))
        return false;
    const struct notice notice = {
        .publication = parts->conf->publications->pdata[0],
        .key = key,
        .to = to,
        .subject = subject,
        .text = text,
        .html = html->str,
        .auto_submitted = "auto-generated",
    };
    return notice_admit(parts, &notice, now, error);
}
