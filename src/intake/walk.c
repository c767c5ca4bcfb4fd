/* The way of one issue: read, lint, expand, compose. */
#include "intake/intake.h"

void intake_free(struct intake *intake)
{
    if (!intake)
        return;
    issue_free(intake->issue);
    if (intake->groups)
        g_ptr_array_unref(intake->groups);
    if (intake->recipients)
        g_ptr_array_unref(intake->recipients);
    people_free(intake->people);
    mail_free(intake->mail);
    problems_free(intake->problems);
    g_free(intake);
}

static struct place document_place(const struct intake_order *order, int line)
{
    return (struct place){order->source->document_name, line, 0};
}

static bool read_issue(struct intake *intake, const struct intake_order *order)
{
    gsize length;
    const void *octets = g_bytes_get_data(order->source->document, &length);
    return issue_read(&intake->issue, octets, length, order->source->document_name,
                      intake->problems);
}

static char *names_of_publications(const struct conf *conf)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < conf->publications->len; i++) {
        const struct publication *publication = conf->publications->pdata[i];
        g_string_append_printf(names, "%s%s", i ? "、" : "", publication->name);
    }
    return g_string_free(names, FALSE);
}

/* An issue belongs to the publication whose name its masthead bears. */
static bool find_publication(struct intake *intake, const struct intake_order *order)
{
    const struct issue *issue = intake->issue;
    if (!issue || !issue->name)
        return false;
    const struct publication *named = conf_publication_named(order->conf, issue->name);
    struct place place = document_place(order, issue->masthead_line);
    if (!named) {
        AUTO(text) char *names = names_of_publications(order->conf);
        if (issue_may_lack_name(issue))
            return problems_add(intake->problems, PROBLEM, "publication", EX_DATAERR, place,
                                N_("write the bulletin's name on the first line"),
                                N_("the masthead does not name the bulletin; known are: %s"),
                                names);
        return problems_add(intake->problems, PROBLEM, "publication", EX_DATAERR, place,
                            N_("write the name in the masthead as it is known"),
                            N_("there is no publication \"%1$s\"; known are: %2$s"), issue->name,
                            names);
    }
    if (order->publication && named != order->publication)
        return problems_add(intake->problems, PROBLEM, "wrong-outbox", EX_DATAERR, place,
                            N_("put it into the outbox of its own publication"),
                            N_("this is an issue of \"%1$s\", but it lay in the outbox of \"%2$s\""),
                            named->name, order->publication->name);
    intake->publication = named;
    intake->issue->publication = g_strdup(named->id);
    return true;
}

static void lint(struct intake *intake)
{
    issue_require(intake->issue, intake->publication->require, intake->problems);
}

static bool nobody_to_send_to(struct intake *intake, const struct intake_order *order)
{
    if (intake->recipients && intake->recipients->len)
        return false;
    problems_add(intake->problems, PROBLEM, "no-recipients", EX_DATAERR,
                 document_place(order, intake->issue->imprint_line),
                 N_("name the groups that receive it in the imprint's distribution line"),
                 N_("nobody would receive this issue"));
    return true;
}

static bool expand(struct intake *intake, const struct intake_order *order)
{
    AUTO(error) struct error error = {0};
    GPtrArray *distribution = intake->issue->distribution;
    bool read = order->sends ? people_read_settled(&intake->people, order->conf, &error)
                             : people_read_configured(&intake->people, order->conf, &error);
    if (!read)
        return problems_take(intake->problems, "groups", &error);
    bool resolved = people_resolve(intake->people, distribution, order->source->document_name,
                                   intake->problems);
    intake->groups = people_groups_of(distribution);
    bool expanded = people_expand(intake->people, intake->groups, &intake->recipients,
                                  intake->problems);
    if (!resolved || !expanded)
        return false;
    /* A 分送 block that is missing is told by lint() already. */
    bool told = problems_any(intake->problems) && distribution->len == 0;
    return told || !nobody_to_send_to(intake, order);
}

static bool compose(struct intake *intake, const struct intake_order *order)
{
    AUTO(error) struct error error = {0};
    struct mail_order mail = {
        .conf = order->conf,
        .publication = intake->publication,
        .issue = intake->issue,
        .attachments = order->source->attachments,
        .kind = order->kind,
        .date = order->date,
    };
    return mail_compose(&intake->mail, &mail, &error) ||
           problems_take(intake->problems, "message", &error);
}

/* All problems at once: each step goes as far as the former ones let it. A document that must not be
 * read on (a mark of secrecy) has no issue. */
static void walk(struct intake *intake, const struct intake_order *order)
{
    (void)!read_issue(intake, order);
    if (!intake->issue)
        return;
    bool ours = find_publication(intake, order);
    if (ours)
        lint(intake);
    (void)!expand(intake, order);
    if (ours && !problems_any(intake->problems))
        (void)!compose(intake, order);
}

bool intake_walk(struct intake **intake, const struct intake_order *order)
{
    *intake = g_new0(struct intake, 1);
    (*intake)->problems = problems_new();
    walk(*intake, order);
    problems_sort((*intake)->problems);
    return !problems_any((*intake)->problems);
}
