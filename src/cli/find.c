#include "cli/command.h"

#include <string.h>

#include "cli/ask.h"
#include "cli/table.h"
#include "cli/which.h"
#include "cli/words.h"
#include "control/route.h"
#include "people/people.h"

#define FOUND_MOST 100 /* persons in the queue */
#define ASKED_MOST 20  /* addresses that only the lists know, asked for one by one */

static int run_find(struct session *session, int argc, char **argv);

const struct command command_find = {
    .name = "find",
    .usage = "ADDRESS-OR-NAME [--json]",
    .help = N_("say where somebody stands in the lists, and what was sent to him lately"),
    .run = run_find,
};

struct finding {
    const char *words; /* in lower case */
    json_t *found;     /* rows as the contract has them */
    GHashTable *rows;  /* address to its row, borrowed */
};

static json_t *row_of(struct finding *finding, const char *address)
{
    json_t *row = g_hash_table_lookup(finding->rows, address);
    if (row)
        return row;
    row = json_pack("{s:o, s:n, s:[], s:n, s:[]}", "address", json_text(address), "name", "groups",
                    "suppressed", "deliveries");
    json_array_append_new(finding->found, row);
    g_hash_table_insert(finding->rows, g_strdup(address), row);
    return row;
}

/* --- in the lists --------------------------------------------------------------------------------
 */

static bool holds(const char *text, const char *words)
{
    AUTO(text) char *lower = text ? g_utf8_strdown(text, -1) : NULL;
    return lower && strstr(lower, words);
}

static bool address_holds(const char *address, const char *words)
{
    AUTO(text) char *shown = address_shown(address);
    return holds(address, words) || holds(shown, words);
}

static void find_in_group(struct finding *finding, const struct people *people,
                          const struct group *group, struct problems *problems)
{
    AUTO(array) GPtrArray *ids = g_ptr_array_new();
    AUTO(array) GPtrArray *recipients = NULL;
    g_ptr_array_add(ids, group->id);
    if (!people_expand(people, ids, &recipients, problems))
        return;
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *one = recipients->pdata[i];
        const char *address = address_text(one->address);
        if (!address_holds(address, finding->words) && !holds(one->name, finding->words))
            continue;
        json_t *row = row_of(finding, address);
        if (one->name && json_is_null(json_object_get(row, "name")))
            json_object_set_new(row, "name", json_text(one->name));
        json_array_append_new(json_object_get(row, "groups"),
                              json_pack("{s:o, s:o}", "group", json_text(group->id), "origin",
                                        json_text(one->origin)));
    }
}

/* A list that is wrong is told; the others are searched all the same. */
static bool find_in_lists(struct finding *finding, const struct conf *conf,
                          struct problems *problems, struct error *error)
{
    AUTO(people) struct people *people = NULL;
    if (!people_read_configured(&people, conf, error))
        return false;
    for (size_t i = 0; i < people_group_count(people); i++)
        find_in_group(finding, people, people_group_at(people, i), problems);
    return true;
}

/* --- in the queue ------------------------------------------------------------------------------
 */

/* What is told of him first takes the place of what an earlier question said; the next pages of the
 * same answer add to it. */
static void take_row(struct finding *finding, GHashTable *told_of, const json_t *told)
{
    const char *address = json_get_text(told, "address");
    json_t *row = row_of(finding, address);
    json_t *deliveries = json_object_get(told, "deliveries");
    json_object_set(row, "suppressed", json_object_get(told, "suppressed"));
    if (g_hash_table_add(told_of, g_strdup(address)))
        json_object_set(row, "deliveries", deliveries);
    else
        json_array_extend(json_object_get(row, "deliveries"), deliveries);
    if (json_is_null(json_object_get(row, "name")))
        json_object_set(row, "name", json_object_get(told, "name"));
}

static char *resource_of(const char *words, const json_t *next)
{
    AUTO(text) char *segment = target_segment(words);
    if (!next)
        return g_strconcat("/v1/find?words=", segment, NULL);
    return g_strdup_printf("/v1/find?words=%s&issue=%lld&after=%lld", segment,
                           (long long)json_integer_value(json_object_get(next, "issue")),
                           (long long)json_integer_value(json_object_get(next, "after")));
}

/* A page after the other: the daemon looks at no million deliveries in one turn. */
static bool ask_for(struct finding *finding, struct ask *ask, const char *words,
                    struct error *error)
{
    AUTO(table)
    GHashTable *told_of = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    AUTO(json) json_t *next = NULL;
    do {
        AUTO(text) char *resource = resource_of(words, next);
        AUTO(json) json_t *answer = ask_get(ask, resource, error);
        size_t i;
        const json_t *row;
        if (!answer)
            return false;
        json_array_foreach (json_object_get(answer, "found"), i, row)
            take_row(finding, told_of, row);
        json_decref(next);
        next = json_incref(json_object_get(answer, "next"));
    } while (json_is_object(next) && g_hash_table_size(told_of) < FOUND_MOST);
    return true;
}

/* Who was found by a name that only the lists have is asked for by his address. */
static bool ask_for_unknown(struct finding *finding, struct ask *ask, struct error *error)
{
    guint asked = 0;
    AUTO(json) json_t *before = json_copy(finding->found);
    size_t i;
    json_t *row;
    json_array_foreach (before, i, row) {
        const char *address = json_get_text(row, "address");
        bool known = json_array_size(json_object_get(row, "deliveries")) ||
                     !json_is_null(json_object_get(row, "suppressed"));
        if (known || holds(address, finding->words)) /* was asked for */
            continue;
        if (++asked > ASKED_MOST)
            break;
        if (!ask_for(finding, ask, address, error))
            return false;
    }
    return true;
}

/* Where there is no queue yet, the lists are all there is. */
static bool find_in_queue(struct finding *finding, const struct conf *conf, const char *words,
                          struct error *error)
{
    AUTO(ask) struct ask *ask = NULL;
    AUTO(error) struct error wrong = {0};
    if (ask_open(&ask, conf, &wrong) && ask_for(finding, ask, words, &wrong) &&
        ask_for_unknown(finding, ask, &wrong))
        return true;
    if (wrong.exit_class == EX_UNAVAILABLE || wrong.exit_class == EX_NOINPUT)
        return true;
    return error_pass(error, &wrong);
}

/* --- telling -----------------------------------------------------------------------------------
 */

static void print_person(const json_t *row)
{
    AUTO(text) char *name = table_harmless(json_get_text(row, "name"));
    const json_t *suppressed = json_object_get(row, "suppressed");
    size_t i;
    const json_t *item;
    printf("%s%s%s\n", json_get_text(row, "address"), *name ? "  " : "", name);
    json_array_foreach (json_object_get(row, "groups"), i, item)
        printf("    %s  %s\n", json_get_text(item, "group"), json_get_text(item, "origin"));
    if (!json_array_size(json_object_get(row, "groups")))
        printf("    %s\n", _("in no group"));
    if (json_is_object(suppressed)) {
        AUTO(text) char *why = table_harmless(json_get_text(suppressed, "why"));
        AUTO(text) char *at = shown_time(json_get_text(suppressed, "at"));
        AUTO(text) char *until = shown_time(json_get_text(suppressed, "until"));
        AUTO(text) char *who = table_harmless(json_get_text(suppressed, "who"));
        printf(_("    on the stop list: %1$s (since %2$s%3$s%4$s, by %5$s)\n"), why, at,
               *until ? _(" until ") : "", until, who);
    }
    json_array_foreach (json_object_get(row, "deliveries"), i, item) {
        AUTO(text) char *when = shown_time(json_get_text(item, "sent_at"));
        AUTO(text) char *answer = table_harmless(json_get_text(item, "answer"));
        printf("    %s  %s  %s%s%s\n", json_get_text(item, "issue"),
               word_of_state(json_get_text(item, "state")), when, *when ? "  " : "", answer);
    }
}

static int tell(const struct finding *finding, const char *words, bool json)
{
    AUTO(error) struct error error = {0};
    size_t i;
    const json_t *row;
    if (json) {
        AUTO(json) json_t *answer = json_pack("{s:O}", "found", finding->found);
        print_json(answer);
    } else {
        json_array_foreach (finding->found, i, row)
            print_person(row);
    }
    if (json_array_size(finding->found))
        return EX_OK;
    error_set(&error, EX_NOINPUT, NOWHERE, NULL, N_("nobody is called %s"), words);
    return fail(&error);
}

static int find(const struct conf *conf, const char *words, bool json)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(error) struct error error = {0};
    bool whole;
    AUTO(text) char *lower = which_person(words, &whole);
    AUTO(json) json_t *found = json_array();
    AUTO(table) GHashTable *rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct finding finding = {lower, found, rows};
    if (!find_in_lists(&finding, conf, problems, &error) ||
        !find_in_queue(&finding, conf, lower, &error))
        return fail(&error);
    int told = tell(&finding, words, json);
    int wrong = fail_all(problems);
    return wrong ? wrong : told;
}

static int run_find(struct session *session, int argc, char **argv)
{
    bool json = false;
    const struct option_entry options[] = {{"json", 0, OPTION_FLAG, &json}, {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count != 1 || !*arguments[0])
        return fail_usage(session, N_("name one address or one name"));
    if ((status = session_read_conf(session)) != EX_OK)
        return status;
    return find(session->conf, arguments[0], json);
}
