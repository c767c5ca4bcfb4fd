#include "report/final.h"
#include "report/changes.h"
#include "report/page.h"
#include "report/words.h"

/* Who does not have it, in the order of what needs a person most. */
static const struct {
    enum delivery_state state;
    const char *heading, *todo;
} sections[] = {
    {FAILED, N_("Did not get it"), NULL},
    {UNKNOWN, N_("May or may not have it"),
     N_("Ask these recipients. If one has it: fensong settle ISSUE ADDRESS --sent; if not: fensong "
        "settle ISSUE ADDRESS --failed, or fensong retry ISSUE ADDRESS to send it once more.")},
    {DEFERRED, N_("Not yet"), NULL},
    {CANCELLED, N_("Given up because the issue was cancelled"), NULL},
    {SUPPRESSED, N_("On the stop list, not sent to"),
     N_("These don't count as missing. fensong suppress list shows the stop list.")},
};

static const char *todo_of(size_t section)
{
    return sections[section].todo ? _(sections[section].todo) : NULL;
}

static char *title_of(const struct queue_issue *issue)
{
    AUTO(text) char *key = words_of_key(issue->key);
    return g_strdup_printf(_("%1$s %2$s"), issue->title, key);
}

char *final_subject(const struct queue_issue *issue)
{
    AUTO(text) char *title = title_of(issue);
    long long sent = (long long)issue->counts.sent;
    long long expected = (long long)tally_expected(&issue->counts);
    if (issue->state == ISSUE_CANCELLED)
        return g_strdup_printf(_("%1$s cancelled: %2$lld of %3$lld sent"), title, sent, expected);
    if (sent == expected)
        return g_strdup_printf(_("%1$s sent to all %2$lld"), title, sent);
    return g_strdup_printf(_("%1$s finished: %2$lld of %3$lld sent, %4$lld not"), title, sent,
                           expected, expected - sent);
}

static char *sum_of(const struct counts *counts)
{
    return g_strdup_printf(_("Should get it: %1$lld; sent: %2$lld; not sent: %3$lld (failed "
                             "%4$lld, unknown %5$lld, cancelled %6$lld). On the stop list: "
                             "%7$lld."),
                           (long long)tally_expected(counts), (long long)counts->sent,
                           (long long)tally_missing(counts), (long long)counts->failed,
                           (long long)counts->unknown, (long long)counts->cancelled,
                           (long long)counts->suppressed);
}

static char *times_of(const struct queue_issue *issue)
{
    AUTO(text) char *accepted = words_of_time(issue->accepted_at);
    AUTO(text) char *finished = words_of_time(issue->finished_at);
    return g_strdup_printf(_("Taken in: %1$s; ended: %2$s."), accepted, finished);
}

/* "Sent" is what can be known: a server took it. */
static const char *what_sent_means(void)
{
    return _("Sent means that the mail server took it; a recipient in several groups gets one "
             "copy and counts in each group.");
}

bool final_is_cut(const struct tally *tally)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        if (tally_of(&tally->issue->counts, sections[i].state) >
            (int64_t)tally->people[sections[i].state]->len)
            return true;
    return false;
}

/* --- as a page --- */

static void add_group_table(GString *page, const struct tally *tally)
{
    const char *const columns[] = {_("group"),    _("should get it"), _("sent"),
                                   _("not sent"), _("suppressed"),    NULL};
    page_table_head(page, columns, 1);
    for (guint i = 0; i < tally->groups->len; i++) {
        const struct group_counts *group = tally->groups->pdata[i];
        const int64_t numbers[] = {tally_expected(&group->counts), group->counts.sent,
                                   tally_missing(&group->counts), group->counts.suppressed};
        page_add(page, "<tr><td>%s</td>", group->name);
        for (size_t n = 0; n < G_N_ELEMENTS(numbers); n++)
            page_add(page, "<td class=\"number\">%lld</td>", (long long)numbers[n]);
        page_add(page, "</tr>\n");
    }
    page_add(page, "</table>\n");
}

GString *final_page(const struct tally *tally, const GPtrArray *failing, const char *rest)
{
    const struct queue_issue *issue = tally->issue;
    AUTO(text) char *title = title_of(issue);
    AUTO(text) char *sum = sum_of(&issue->counts);
    AUTO(text) char *times = times_of(issue);
    GString *page = page_begin(title, 0);
    page_add(page, "<h1>%s</h1>\n<p class=\"state\">%s</p>\n<p>%s</p>\n<p>%s</p>\n", title,
             words_of_issue(issue->state), sum, times);
    add_group_table(page, tally);
    page_add(page, "<p class=\"note\">%s</p>\n", what_sent_means());
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        page_people(page, tally, sections[i].state, _(sections[i].heading), todo_of(i));
    if (final_is_cut(tally))
        page_add(page, "<p class=\"todo\">%s</p>\n", rest);
    failing_add_page(page, failing, failing_todo_ended());
    page_end(page);
    return page;
}

/* --- as text --- */

static void add_line(GString *text, const char *line)
{
    g_string_append_printf(text, "%s\n", line);
}

static void add_group_lines(GString *text, const struct tally *tally)
{
    for (guint i = 0; i < tally->groups->len; i++) {
        const struct group_counts *group = tally->groups->pdata[i];
        AUTO(text)
        char *line = g_strdup_printf(
            _("%1$s: should get it %2$lld, sent %3$lld, not sent %4$lld, on the stop list %5$lld"),
            group->name, (long long)tally_expected(&group->counts), (long long)group->counts.sent,
            (long long)tally_missing(&group->counts), (long long)group->counts.suppressed);
        g_string_append_printf(text, "  %s\n", line);
    }
}

static void add_person_lines(GString *text, guint number, const struct person *person)
{
    AUTO(text) char *name = person_name(person);
    g_string_append_printf(text, "%u. %s", number, name);
    if (*person->name)
        g_string_append_printf(text, " <%s>", person->address);
    g_string_append_printf(text, "\n   %s\n", person->groups);
    if (person->reason)
        g_string_append_printf(text, "   %s\n", person->reason);
    if (*person->answer) {
        AUTO(text) char *answer = g_strdup_printf(_("The server's answer: %s"), person->answer);
        g_string_append_printf(text, "   %s\n", answer);
    }
}

static void add_section_text(GString *text, const struct tally *tally, size_t section)
{
    int64_t count = tally_of(&tally->issue->counts, sections[section].state);
    const GPtrArray *people = tally->people[sections[section].state];
    if (!count)
        return;
    g_string_append_printf(text, "\n%s · %lld\n", _(sections[section].heading), (long long)count);
    if (todo_of(section))
        add_line(text, todo_of(section));
    for (guint i = 0; i < people->len; i++)
        add_person_lines(text, i + 1, people->pdata[i]);
    if (count > (int64_t)people->len)
        g_string_append_printf(text, _("… and %lld more"), (long long)(count - people->len));
    g_string_append(text, count > (int64_t)people->len ? "\n" : "");
}

GString *final_text(const struct tally *tally, const GPtrArray *failing, const char *rest)
{
    const struct queue_issue *issue = tally->issue;
    AUTO(text) char *title = title_of(issue);
    AUTO(text) char *sum = sum_of(&issue->counts);
    AUTO(text) char *times = times_of(issue);
    GString *text = g_string_new(NULL);
    add_line(text, title);
    add_line(text, words_of_issue(issue->state));
    g_string_append_printf(text, "\n%s\n%s\n\n", sum, times);
    add_group_lines(text, tally);
    g_string_append_printf(text, "\n%s\n", what_sent_means());
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        add_section_text(text, tally, i);
    if (final_is_cut(tally))
        g_string_append_printf(text, "\n%s\n", rest);
    if (failing->len)
        add_line(text, "");
    failing_add_text(text, failing, failing_todo_ended());
    return text;
}
