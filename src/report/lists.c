/* What administrators are told of lists that can't be read or fetched. */
#include "report/notice.h"
#include "report/page.h"

static const char *what_follows(void)
{
    return _(
        "Until it is mended, the last good copy of each list stands; an issue for a group whose "
        "own file is wrong is rejected.");
}

static GString *page_of(const char *subject, const char *text)
{
    AUTO(texts) char **lines = g_strsplit(text, "\n", -1);
    GString *page = page_begin(subject, 0);
    page_add(page, "<h1>%s</h1>\n", subject);
    for (size_t i = 0; lines[i]; i++)
        if (*lines[i])
            page_add(page, "<p class=\"answer\">%s</p>\n", lines[i]);
    page_add(page, "<p class=\"todo\">%s</p>\n", what_follows());
    page_end(page);
    return page;
}

bool report_lists(const struct report_parts *parts, const char *text, usec_t since, usec_t now,
                  struct error *error)
{
    AUTO(text) char *key = g_strdup_printf("lists.%lld", (long long)since);
    const char *subject = _("lists that can't be read");
    AUTO(text)
    char *whole = g_strdup_printf("%s\n\n%s\n%s\n", subject, text, what_follows());
    AUTO(str) GString *html = page_of(subject, text);
    const struct notice notice = {
        .publication = parts->conf->publications->pdata[0],
        .key = key,
        .to = parts->conf->admins,
        .subject = subject,
        .text = whole,
        .html = html->str,
        .auto_submitted = "auto-generated",
    };
    return notice_admit(parts, &notice, now, error);
}
