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

enum { COUNTS = 8, CELLS_MOST = 4 + COUNTS + 1 };
static const struct {
    const char *key, *head;
    bool always; /* else only where there is one */
} counts[COUNTS] = {
    {"recipients", N_("recipients"), true},  {"sent", N_("sent"), true},
    {"queued", N_("queued"), true},          {"deferred", N_("deferred"), false},
    {"failed", N_("failed"), false},         {"unknown", N_("unknown"), false},
    {"suppressed", N_("suppressed"), false}, {"cancelled", N_("cancelled"), false},
};

struct grid { /* a table: some columns of text, then the counts worth showing, then a bar */
    struct table *table;
    size_t texts, shown;
    const char *keys[COUNTS];
};

static bool is_shown(const json_t *rows, size_t count)
{
    size_t i;
    const json_t *row;
    json_array_foreach (rows, i, row)
        if (number(row, counts[count].key))
            return true;
    return counts[count].always;
}

static struct grid grid_new(const char *const heads[], size_t texts, const json_t *rows)
{
    struct grid grid = {.texts = texts};
    const char *all[CELLS_MOST];
    for (size_t i = 0; i < texts; i++)
        all[i] = heads[i];
    for (size_t i = 0; i < COUNTS; i++) {
        if (!is_shown(rows, i))
            continue;
        all[texts + grid.shown] = _(counts[i].head);
        grid.keys[grid.shown++] = counts[i].key;
    }
    all[texts + grid.shown] = _("progress");
    grid.table = table_new(all, texts + grid.shown + 1);
    for (size_t i = 0; i < grid.shown; i++)
        table_align_right(grid.table, texts + i);
    return grid;
}

static void grid_add(const struct grid *grid, const char *const cells[], const json_t *row)
{
    AUTO(array) GPtrArray *made = g_ptr_array_new_with_free_func(g_free);
    const char *all[CELLS_MOST];
    for (size_t i = 0; i < grid->texts; i++)
        /* It does not see that there are as many as grid_new() was told. */
        all[i] = cells[i]; // NOLINT(clang-analyzer-core.uninitialized.Assign)
    for (size_t i = 0; i < grid->shown; i++) {
        g_ptr_array_add(made, number_text(row, grid->keys[i]));
        all[grid->texts + i] = made->pdata[i];
    }
    AUTO(text) char *bar = bar_of(row);
    all[grid->texts + grid->shown] = bar;
    table_add(grid->table, all);
}

static void grid_print(struct grid *grid, FILE *to)
{
    table_print(grid->table, to);
    table_free(grid->table);
}

/* --- issues and groups ---------------------------------------------------------------------------
 */

static char *state_of(const json_t *issue)
{
    const char *state = word_of_state(json_get_text(issue, "state"));
    const char *why = json_get_text(issue, "why");
    const char *until = json_get_text(issue, "waits_until");
    if (why)
        return g_strdup_printf(_("%1$s: %2$s"), state, word_of_hold(why));
    if (!until)
        return g_strdup(state);
    AUTO(text) char *shown = shown_time(until);
    return g_strdup_printf(_("waits until %s"), shown);
}

static void print_issues(const json_t *issues, FILE *to)
{
    struct grid grid =
        grid_new((const char *[]){_("issue"), _("title"), _("date"), _("state")}, 4, issues);
    size_t i;
    const json_t *issue;
    json_array_foreach (issues, i, issue) {
        AUTO(text) char *state = state_of(issue);
        grid_add(&grid,
                 (const char *[]){json_get_text(issue, "issue"), json_get_text(issue, "title"),
                                  json_get_text(issue, "date"), state},
                 issue);
    }
    grid_print(&grid, to);
}

static void print_groups(const json_t *groups, FILE *to)
{
    struct grid grid = grid_new((const char *[]){_("group"), _("name")}, 2, groups);
    size_t i;
    const json_t *group;
    json_array_foreach (groups, i, group)
        grid_add(&grid,
                 (const char *[]){json_get_text(group, "group"), json_get_text(group, "name")},
                 group);
    grid_print(&grid, to);
}

static void print_moment(const json_t *issue, const char *key, const char *label, FILE *to)
{
    const char *time = json_get_text(issue, key);
    AUTO(text) char *shown = shown_time(time);
    if (time)
        (void)fprintf(to, "%s  %s\n", label, shown);
}

static void print_details(const json_t *issue, FILE *to)
{
    const char *words = json_get_text(issue, "why_text");
    bool answered = g_strcmp0(json_get_text(issue, "why"), "relay") == 0;
    AUTO(text) char *shown = table_harmless(words ? words : "");
    if (*shown)
        (void)fprintf(to, _("%1$s: %2$s\n"), answered ? _("the server's answer") : _("why"), shown);
    print_moment(issue, "accepted_at", _("accepted"), to);
    print_moment(issue, "next_attempt_at", _("next attempt"), to);
    print_moment(issue, "waits_until", _("waits until"), to);
    print_moment(issue, "finished_at", _("ended"), to);
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

static void print_persons(const json_t *group, const char *key, const char *count, char sign,
                          FILE *to)
{
    const json_t *persons = json_object_get(group, key);
    json_int_t more = json_integer_value(json_object_get(group, count));
    size_t i;
    const json_t *person;
    json_array_foreach (persons, i, person) {
        const char *name = json_get_text(person, "name");
        AUTO(text) char *shown = table_harmless(name ? name : "");
        (void)fprintf(to, "  %c %s%s%s\n", sign, json_get_text(person, "address"),
                      *shown ? "  " : "", shown);
    }
    more -= (json_int_t)json_array_size(persons);
    if (json_array_size(persons) && more > 0)
        (void)fprintf(to, _("  %1$c and %2$lld more\n"), sign, (long long)more);
}

static void print_changes(const json_t *changes, FILE *to)
{
    size_t i;
    const json_t *group;
    json_array_foreach (json_object_get(changes, "groups"), i, group) {
        json_int_t added = json_integer_value(json_object_get(group, "added"));
        json_int_t gone = json_integer_value(json_object_get(group, "gone"));
        if (!json_is_string(json_object_get(group, "since")) || (!added && !gone))
            continue;
        (void)fprintf(to, "\n%s %s: %lld → %lld (+%lld -%lld) [%s]\n",
                      json_is_true(json_object_get(group, "alarming")) ? "!" : " ",
                      json_get_text(group, "name"),
                      (long long)json_integer_value(json_object_get(group, "before")),
                      (long long)json_integer_value(json_object_get(group, "now")),
                      (long long)added, (long long)gone, json_get_text(group, "since"));
        print_persons(group, "went", "gone", '-', to);
        print_persons(group, "came", "added", '+', to);
    }
}

char *overview_changes(const json_t *changes)
{
    return printed(print_changes, changes);
}

bool overview_is_over(const json_t *status)
{
    size_t i;
    const json_t *issue;
    json_array_foreach (json_object_get(status, "issues"), i, issue) {
        const char *state = json_get_text(issue, "state");
        if (g_strcmp0(state, "sending") == 0 || g_strcmp0(state, "held") == 0)
            return false;
    }
    return true;
}
