#include "cli/overview.h"

#include <stdlib.h>

#include "cli/bar.h"
#include "cli/command.h"
#include "cli/table.h"
#include "cli/words.h"

#define BAR_CELLS 24

static int64_t number(const json_t *row, const char *key)
{
    return json_integer_value(json_object_get(row, key));
}

static char *number_text(const json_t *row, const char *key)
{
    return g_strdup_printf("%lld", (long long)number(row, key));
}

/* The suppressed and the cancelled were never to be sent, or are no more. */
static char *bar_of(const json_t *row)
{
    const struct progress progress = {
        .sent = number(row, "sent"),
        .deferred = number(row, "deferred"),
        .unknown = number(row, "unknown"),
        .failed = number(row, "failed"),
        .left = number(row, "queued"),
    };
    return bar_text(&progress, BAR_CELLS);
}

/* --- counts, the same for issues and groups ------------------------------------------------------
 */

enum { COUNTS = 8 };
static const struct {
    const char *key, *head;
} counts[COUNTS] = {
    {"recipients", N_("recipients")}, {"sent", N_("sent")},           {"deferred", N_("deferred")},
    {"failed", N_("failed")},         {"unknown", N_("unknown")},     {"queued", N_("queued")},
    {"suppressed", N_("suppressed")}, {"cancelled", N_("cancelled")},
};

/* A table with these columns, then the counts and a bar. */
static struct table *counts_table(const char *const heads[], size_t columns)
{
    const char *all[8 + COUNTS + 1];
    for (size_t i = 0; i < columns; i++)
        all[i] = heads[i];
    for (size_t i = 0; i < COUNTS; i++)
        all[columns + i] = _(counts[i].head);
    all[columns + COUNTS] = _("progress");
    struct table *table = table_new(all, columns + COUNTS + 1);
    for (size_t i = 0; i < COUNTS; i++)
        table_align_right(table, columns + i);
    return table;
}

static void add_counted(struct table *table, const char *const cells[], size_t columns,
                        const json_t *row)
{
    AUTO(array) GPtrArray *made = g_ptr_array_new_with_free_func(g_free);
    const char *all[8 + COUNTS + 1];
    for (size_t i = 0; i < columns; i++)
        all[i] = cells[i];
    for (size_t i = 0; i < COUNTS; i++) {
        g_ptr_array_add(made, number_text(row, counts[i].key));
        all[columns + i] = made->pdata[i];
    }
    AUTO(text) char *bar = bar_of(row);
    all[columns + COUNTS] = bar;
    table_add(table, all);
}

/* --- issues and groups ---------------------------------------------------------------------------
 */

static char *state_of(const json_t *issue)
{
    const char *state = word_of_state(json_get_text(issue, "state"));
    const char *why = json_get_text(issue, "why");
    return why ? g_strdup_printf("%s: %s", state, word_of_hold(why)) : g_strdup(state);
}

static void print_issues(const json_t *issues, FILE *to)
{
    AUTO(table_of)
    struct table *table =
        counts_table((const char *[]){_("issue"), _("title"), _("date"), _("state")}, 4);
    size_t i;
    const json_t *issue;
    json_array_foreach(issues, i, issue)
    {
        AUTO(text) char *state = state_of(issue);
        add_counted(table,
                    (const char *[]){json_get_text(issue, "issue"), json_get_text(issue, "title"),
                                     json_get_text(issue, "date"), state},
                    4, issue);
    }
    table_print(table, to);
}

static void print_groups(const json_t *groups, FILE *to)
{
    AUTO(table_of) struct table *table = counts_table((const char *[]){_("group"), _("name")}, 2);
    size_t i;
    const json_t *group;
    json_array_foreach(groups, i, group) add_counted(
        table, (const char *[]){json_get_text(group, "group"), json_get_text(group, "name")}, 2,
        group);
    table_print(table, to);
}

static void print_moment(const json_t *issue, const char *key, const char *label, FILE *to)
{
    const char *time = json_get_text(issue, key);
    AUTO(text) char *shown = shown_time(time);
    if (time)
        (void)fprintf(to, "%s %s\n", label, shown);
}

static void print_details(const json_t *issue, FILE *to)
{
    const char *words = json_get_text(issue, "why_text");
    if (words)
        (void)fprintf(to, "%s\n", words);
    print_moment(issue, "accepted_at", _("accepted:"), to);
    print_moment(issue, "next_attempt_at", _("next attempt:"), to);
    print_moment(issue, "waits_until", _("waits until:"), to);
    print_moment(issue, "finished_at", _("ended:"), to);
    (void)fputc('\n', to);
    print_groups(json_object_get(issue, "groups"), to);
}

/* Lets a function print into a string. */
static char *printed(void (*print)(const json_t *value, FILE *to), const json_t *value)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    if (!to)
        return g_strdup("");
    print(value, to);
    (void)fclose(to);
    char *copy = g_strdup(text);
    free(text);
    return copy;
}

char *overview_text(const json_t *status, bool named)
{
    const json_t *issues = json_object_get(status, "issues");
    if (json_array_size(issues) == 0)
        return g_strconcat(_("no issue has been accepted yet"), "\n", NULL);
    AUTO(text) char *table = printed(print_issues, issues);
    AUTO(text)
    char *details = named ? printed(print_details, json_array_get(issues, 0)) : g_strdup("");
    return g_strconcat(table, details, NULL);
}

char *overview_relays(const json_t *relays)
{
    GString *text = g_string_new(NULL);
    size_t i;
    const json_t *relay;
    json_array_foreach(json_object_get(relays, "relays"), i, relay)
    {
        const char *name = json_get_text(relay, "name");
        const char *trouble = json_get_text(relay, "trouble");
        AUTO(text) char *until = shown_time(json_get_text(relay, "rests_until"));
        if (json_is_true(json_object_get(relay, "resting")))
            g_string_append_printf(text, _("relay %1$s rests until %2$s: %3$s\n"), name, until,
                                   trouble ? trouble : "");
    }
    return g_string_free(text, FALSE);
}

bool overview_is_over(const json_t *status)
{
    size_t i;
    const json_t *issue;
    json_array_foreach(json_object_get(status, "issues"), i, issue)
    {
        const char *state = json_get_text(issue, "state");
        if (g_strcmp0(state, "sending") == 0 || g_strcmp0(state, "held") == 0)
            return false;
    }
    return true;
}
