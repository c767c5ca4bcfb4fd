/* Why an issue was rejected, for whoever dropped it. */
#include "report/page.h"
#include "report/report.h"

/* Names of files and words of documents come in any octets. */
static char *valid(const char *text)
{
    return g_utf8_make_valid(text ? text : "", -1);
}

/* `leaders.csv, line 7, column B: …`, `leaders.csv, lines 7, 9, column B: …` */
static char *sentence_of_list(const struct place *place, const char *file, const char *more,
                              const char *what)
{
    AUTO(text) char *letters = place_column(place->column);
    AUTO(text) char *column = *letters ? g_strdup_printf(_(", column %s"), letters) : g_strdup("");
    if (*more)
        return g_strdup_printf(_("%1$s, lines %2$d%3$s%4$s: %5$s"), file, place->line, more, column,
                               what);
    return g_strdup_printf(_("%1$s, line %2$d%3$s: %4$s"), file, place->line, column, what);
}

/* `Line 12: …` for the document itself; a list or another file is named too. */
static char *sentence_of(const char *document, const struct problems *problems, size_t index)
{
    const struct problem *problem = problems_at(problems, index);
    AUTO(text) char *more = problems_more_lines(problems, index);
    const struct error *error = &problem->error;
    AUTO(text) char *what = valid(error->what.local);
    AUTO(text) char *file = valid(error->place.file);
    AUTO(text) char *own = valid(document);
    bool is_own = !*file || g_str_equal(file, own);
    if (is_own && *more)
        return g_strdup_printf(_("Lines %1$d%2$s: %3$s"), error->place.line, more, what);
    if (is_own && error->place.line > 0)
        return g_strdup_printf(_("Line %1$d: %2$s"), error->place.line, what);
    if (is_own)
        return TAKE(what);
    if (error->place.line > 0)
        return sentence_of_list(&error->place, file, more, what);
    return g_strdup_printf(_("%1$s: %2$s"), file, what);
}

/* What several in a row ask for is said once, after the last of them. */
static bool is_asked_below(const struct problems *problems, size_t index)
{
    const struct problem *problem = problems_at(problems, index);
    for (size_t i = index + 1; i < problems_count(problems); i++) {
        const struct problem *next = problems_at(problems, i);
        if (next->severity == problem->severity && !problems_is_repeat(problems, i))
            return g_strcmp0(next->error.todo.local, problem->error.todo.local) == 0;
    }
    return false;
}

static char *mend_of(const struct problems *problems, size_t index)
{
    const struct problem *problem = problems_at(problems, index);
    if (!problem->error.todo.local || is_asked_below(problems, index))
        return NULL;
    AUTO(text) char *todo = valid(problem->error.todo.local);
    return g_strdup_printf(_("How to mend it: %s"), todo);
}

static guint count_of(const struct problems *problems, enum severity severity)
{
    guint count = 0;
    for (size_t i = 0; i < problems_count(problems); i++)
        count += problems_at(problems, i)->severity == severity && !problems_is_repeat(problems, i);
    return count;
}

static char *heading_of(const char *document)
{
    AUTO(text) char *shown = valid(document);
    return g_strdup_printf(_("%s was not sent"), shown);
}

static char *intro_of(const struct problems *problems)
{
    guint count = count_of(problems, PROBLEM);
    if (count == 1)
        return g_strdup(_("Nothing of this drop was sent. The reason:"));
    return g_strdup_printf(_("Nothing of this drop was sent. There are %u reasons:"), count);
}

static const char *closing(void)
{
    return _(
        "What is to be mended: mend it, then drop it into the folder outbox again. This folder "
        "may be deleted.");
}

static const char *remarks_heading(void)
{
    return _("Not in its way, but worth a look:");
}

/* --- as text --- */

static void add_text_list(GString *text, const char *document, const struct problems *problems,
                          enum severity severity)
{
    guint number = 0;
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        if (problem->severity != severity || problems_is_repeat(problems, i))
            continue;
        AUTO(text) char *sentence = sentence_of(document, problems, i);
        AUTO(text) char *mend = mend_of(problems, i);
        g_string_append_printf(text, "%u. %s\n", ++number, sentence);
        if (mend)
            g_string_append_printf(text, "   %s\n", mend);
        g_string_append_c(text, '\n');
    }
}

char *report_why_text(const char *document, const struct problems *problems)
{
    AUTO(text) char *heading = heading_of(document);
    AUTO(text) char *intro = intro_of(problems);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s\n\n%s\n\n", heading, intro);
    add_text_list(text, document, problems, PROBLEM);
    if (count_of(problems, REMARK)) {
        g_string_append_printf(text, "%s\n\n", remarks_heading());
        add_text_list(text, document, problems, REMARK);
    }
    g_string_append_printf(text, "%s\n", closing());
    return g_string_free(text, FALSE);
}

/* --- as a page --- */

static void add_page_list(GString *page, const char *document, const struct problems *problems,
                          enum severity severity)
{
    page_add(page, "<ol>\n");
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        if (problem->severity != severity || problems_is_repeat(problems, i))
            continue;
        AUTO(text) char *sentence = sentence_of(document, problems, i);
        AUTO(text) char *mend = mend_of(problems, i);
        page_add(page, "<li><b>%s</b>", sentence);
        if (mend)
            page_add(page, "<br>%s", mend);
        page_add(page, "</li>\n");
    }
    page_add(page, "</ol>\n");
}

char *report_why_html(const char *document, const struct problems *problems)
{
    AUTO(text) char *heading = heading_of(document);
    AUTO(text) char *intro = intro_of(problems);
    GString *page = page_begin(heading, 0);
    page_add(page, "<h1>%s</h1>\n<p>%s</p>\n", heading, intro);
    add_page_list(page, document, problems, PROBLEM);
    if (count_of(problems, REMARK)) {
        page_add(page, "<h2>%s</h2>\n", remarks_heading());
        add_page_list(page, document, problems, REMARK);
    }
    page_add(page, "<p class=\"todo\">%s</p>\n", closing());
    page_end(page);
    return g_string_free(page, FALSE);
}
