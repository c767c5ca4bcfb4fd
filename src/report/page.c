#include "report/page.h"
#include "report/words.h"

#include <stdarg.h>

static const char style[] =
    "body{margin:0;background:#f4f4f2;color:#222;font:16px/1.6 'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC',sans-serif}"
    "main{display:block;max-width:860px;margin:0 auto;padding:24px 20px 48px;background:#fff}"
    "h1{margin:0 0 4px;font-size:24px;line-height:1.35;color:#b3150f}"
    "h2{margin:32px 0 8px;padding-bottom:4px;font-size:18px;border-bottom:2px solid #b3150f}"
    "p{margin:8px 0}"
    ".state{font-size:18px;font-weight:bold}"
    ".note{color:#595959;font-size:14px}"
    ".todo{padding:8px 12px;background:#fff6e0;border-left:4px solid #c77700}"
    "table{width:100%;border-collapse:collapse;font-size:15px}"
    "th,td{padding:6px 8px;border-bottom:1px solid #ddd;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}"
    "th{background:#f4f4f2;font-weight:bold;white-space:nowrap}"
    "th.number,td.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}"
    "td.bar{width:30%}"
    ".bar div{height:14px;margin-top:5px;background:#e3e3e0;font-size:0;white-space:nowrap;"
    "overflow:hidden;border-radius:3px}"
    ".bar i{display:inline-block;height:100%;min-width:2px}"
    ".sent{background:#2e7d32}.deferred{background:#e0a100}.unknown{background:#7b4bb3}"
    ".failed{background:#c62828}.left{background:#c9c9c5}"
    ".none{border:1px solid "
    "#888;box-sizing:border-box}.key{display:inline-block;width:12px;height:12px;margin:0 4px 0 "
    "12px}"
    ".answer{color:#595959;font:13px/1.5 Consolas,Menlo,monospace}"
    "ol{padding-left:28px}li{margin:12px 0}"
    "@media(max-width:600px){td,th{padding:6px 4px}td.bar,th.bar{display:none}}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}main{background:#222}"
    "h1{color:#ff8a80}h2{border-color:#ff8a80}.note,.answer{color:#aaa}"
    ".todo{background:#3a3020}th{background:#2c2c2c}th,td{border-color:#444}"
    ".bar div{background:#444}.left{background:#666}}";

void page_add(GString *page, const char *html, ...)
{
    va_list arguments;
    va_start(arguments, html);
    AUTO(text) char *escaped = g_markup_vprintf_escaped(html, arguments);
    va_end(arguments);
    g_string_append(page, escaped);
}

GString *page_begin(const char *title, int reload_seconds)
{
    GString *page = g_string_new("<!DOCTYPE html>\n");
    /* The language of the catalogue in use, as RFC 5646 writes it. */
    page_add(page, "<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n", _("en"));
    page_add(page, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
    if (reload_seconds)
        page_add(page, "<meta http-equiv=\"refresh\" content=\"%d\">\n", reload_seconds);
    page_add(page, "<title>%s</title>\n<style>", title);
    g_string_append(page, style);
    page_add(page, "</style>\n</head>\n<body>\n<main>\n");
    return page;
}

void page_end(GString *page)
{
    page_add(page, "</main>\n</body>\n</html>\n");
}

static void add_column(GString *page, const char *column, bool is_text)
{
    if (!*column)
        page_add(page, "<th class=\"bar\"></th>");
    else
        page_add(page, is_text ? "<th>%s</th>" : "<th class=\"number\">%s</th>", column);
}

void page_table_head(GString *page, const char *const columns[], size_t texts)
{
    page_add(page, "<table>\n<tr>");
    for (size_t i = 0; columns[i]; i++)
        add_column(page, columns[i], i < texts);
    page_add(page, "</tr>\n");
}

static void add_piece(GString *bar, const char *name, int64_t part, int64_t whole)
{
    if (part > 0 && whole > 0)
        page_add(bar, "<i class=\"%s\" style=\"width:%.2f%%\"></i>", name,
                 100.0 * (double)part / (double)whole);
}

void page_bar(GString *page, const struct counts *counts)
{
    static const enum delivery_state shown[] = {SENT, DEFERRED, UNKNOWN, FAILED};
    page_add(page, "<div>");
    for (size_t i = 0; i < G_N_ELEMENTS(shown); i++)
        add_piece(page, delivery_state_name(shown[i]), tally_of(counts, shown[i]),
                  tally_expected(counts));
    page_add(page, "</div>");
}

static void add_tries(GString *page, const struct person *person)
{
    if (person->attempts > 0) {
        AUTO(text) char *tries = g_strdup_printf(_("tries: %d"), person->attempts);
        page_add(page, " · %s", tries);
    }
    if (person->next_attempt_at) {
        AUTO(text) char *time = words_of_time(person->next_attempt_at);
        AUTO(text) char *next = g_strdup_printf(_("next try: %s"), time);
        page_add(page, " · %s", next);
    }
}

static void add_person(GString *page, const struct person *person)
{
    AUTO(text) char *name = person_name(person);
    page_add(page, "<li><b>%s</b>", name);
    if (*person->name)
        page_add(page, " &lt;%s&gt;", person->address);
    page_add(page, "<br><span class=\"note\">%s", person->groups);
    add_tries(page, person);
    page_add(page, "</span>");
    if (person->reason)
        page_add(page, "<br>%s", person->reason);
    if (*person->answer)
        page_add(page, "<br><span class=\"answer\">%s</span>", person->answer);
    page_add(page, "</li>\n");
}

void page_people(GString *page, const struct tally *tally, enum delivery_state state,
                 const char *heading, const char *todo)
{
    int64_t count = tally_of(&tally->issue->counts, state);
    const GPtrArray *people = tally->people[state];
    if (!count)
        return;
    page_add(page, "<h2>%s · %lld</h2>\n", heading, (long long)count);
    if (todo)
        page_add(page, "<p class=\"todo\">%s</p>\n", todo);
    page_add(page, "<ol>\n");
    for (guint i = 0; i < people->len; i++)
        add_person(page, people->pdata[i]);
    page_add(page, "</ol>\n");
    if (count > (int64_t)people->len) {
        AUTO(text)
        char *more = g_strdup_printf(_("… and %lld more"), (long long)(count - people->len));
        page_add(page, "<p>%s</p>\n", more);
    }
}
