/* What those who keep the lists are told about them. */
#include "report/notice.h"
#include "report/page.h"

/* The same troubles are told once a day: as long as they last, but not at each look. */
static char *key_of(const char *troubles, usec_t now)
{
    AUTO(text) char *day = clock_rfc3339(now);
    AUTO(text) char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, troubles, -1);
    return g_strdup_printf("lists.%.10s.%.12s", day, hash);
}

static GString *page_of(const char *subject, const char *intro, const char *troubles)
{
    GString *page = page_begin(subject, 0);
    AUTO(texts) char **lines = g_strsplit(troubles, "\n", -1);
    page_add(page, "<h1>%s</h1>\n<p>%s</p>\n", subject, intro);
    for (char **line = lines; *line; line++)
        if (**line)
            page_add(page, **line == ' ' ? "<p class=\"todo\">%s</p>\n" : "<p><b>%s</b></p>\n",
                     *line);
    page_end(page);
    return page;
}

bool report_list_troubles(const struct report_parts *parts, const char *troubles, usec_t now,
                          struct error *error)
{
    AUTO(text) char *key = key_of(troubles, now);
    const char *subject = _("Recipient lists that can't be used");
    const char *intro = _("Issues that need these lists are held or rejected until they are "
                          "mended:");
    AUTO(text) char *text = g_strdup_printf("%s\n\n%s\n", intro, troubles);
    AUTO(str) GString *html = page_of(subject, intro, troubles);
    const struct notice notice = {
        .publication = parts->conf->publications->pdata[0],
        .key = key,
        .to = parts->conf->admins,
        .subject = subject,
        .text = text,
        .html = html->str,
        .auto_submitted = "auto-generated",
    };
    return notice_admit(parts, &notice, now, error);
}
