#include "cli/ask.h"

#include <string.h>

#include "control/control.h"
#include "control/route.h"

#define PAGE 2000

struct ask {
    const struct conf *conf;
    struct client *client;
    struct queue *queue; /* open for reading while there is no daemon; else NULL */
    struct answers *answers;
    bool told;
};

bool ask_open(struct ask **ask, const struct conf *conf, struct error *error)
{
    AUTO(client) struct client *client = NULL;
    if (!client_open(&client, conf->control, error))
        return false;
    *ask = g_new0(struct ask, 1);
    (*ask)->conf = conf;
    (*ask)->client = TAKE(client);
    return true;
}

void ask_close(struct ask *ask)
{
    if (!ask)
        return;
    client_close(ask->client);
    queue_close(ask->queue);
    answers_free(ask->answers);
    g_free(ask);
}

/* --- without a daemon --------------------------------------------------------------------------
 */

static bool read_answers(struct ask *ask, struct error *error)
{
    AUTO(problems) struct problems *problems = problems_new();
    if (ask->answers || answers_read(&ask->answers, ask->conf->answers_file, problems))
        return true;
    for (size_t i = 0; i < problems_count(problems) && !error_is_set(error); i++)
        if (problems_at(problems, i)->severity == PROBLEM)
            error_copy(error, &problems_at(problems, i)->error);
    return false;
}

static bool open_queue(struct ask *ask, struct error *error)
{
    if (!read_answers(ask, error) ||
        (!ask->queue && !queue_open_reading(&ask->queue, ask->conf->state_dir, error)))
        return false;
    if (!ask->told)
        (void)fprintf(stderr, "%s\n",
                      _("(the daemon is not running: this is what its queue says)"));
    ask->told = true;
    return true;
}

/* `alone` says that no daemon is there; where there is no queue either, that is the answer. */
static json_t *read_queue(struct ask *ask, const char *resource, struct error *alone,
                          struct error *error)
{
    AUTO(error) struct error wrong = {0};
    if (!open_queue(ask, &wrong)) {
        error_pass(error, wrong.exit_class == EX_NOINPUT ? alone : &wrong);
        return NULL;
    }
    const struct control_parts parts = {
        .conf = ask->conf, .queue = ask->queue, .answers = ask->answers};
    return control_get(&parts, resource, error);
}

/* --- asking ------------------------------------------------------------------------------------
 */

json_t *ask_get(struct ask *ask, const char *resource, struct error *error)
{
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error wrong = {0};
    if (client_ask(ask->client, "GET", resource, NULL, &answer, &wrong)) {
        g_clear_pointer(&ask->queue, queue_close); /* what it knows is old now */
        return TAKE(answer);
    }
    if (client_found_nobody(ask->client))
        return read_queue(ask, resource, &wrong, error);
    error_pass(error, &wrong);
    return NULL;
}

bool ask_change(struct ask *ask, const char *method, const char *resource, const json_t *body,
                json_t **answer, struct error *error)
{
    return client_ask(ask->client, method, resource, body, answer, error);
}

json_t *ask_health(const struct conf *conf)
{
    AUTO(client) struct client *client = NULL;
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error ignored = {0};
    return client_open(&client, conf->control, &ignored) &&
                   client_ask(client, "GET", "/v1/relays", NULL, &answer, &ignored)
               ? TAKE(answer)
               : NULL;
}

void ask_to_note_lists(const struct conf *conf)
{
    AUTO(client) struct client *client = NULL;
    AUTO(json) json_t *answer = NULL;
    AUTO(error) struct error ignored = {0};
    /* It looks by itself before long; nothing depends on this one. */
    if (client_open(&client, conf->control, &ignored) &&
        client_ask(client, "POST", "/v1/lists", NULL, &answer, &ignored))
        return;
}

char *ask_issue(const char *name, const char *more)
{
    AUTO(text) char *segment = target_segment(name);
    return g_strconcat("/v1/issues/", segment, more, NULL);
}

/* `more` is more of the query: "&state=failed". */
static char *page_of(const char *issue, const char *more, json_int_t after)
{
    AUTO(text)
    char *query =
        g_strdup_printf("/recipients?limit=%d&after=%lld%s", PAGE, (long long)after, more);
    return ask_issue(issue, query);
}

static bool ask_pages(struct ask *ask, const char *issue, const char *more,
                      ask_recipient *recipient, ask_page *paged, void *user, struct error *error)
{
    json_int_t after = 0;
    do {
        AUTO(text) char *resource = page_of(issue, more, after);
        AUTO(json) json_t *page = ask_get(ask, resource, error);
        if (!page)
            return false;
        size_t i;
        const json_t *row;
        json_array_foreach (json_object_get(page, "recipients"), i, row)
            recipient(user, row);
        if (paged)
            paged(user);
        after = json_integer_value(json_object_get(page, "next"));
    } while (after);
    return true;
}

bool ask_recipients(struct ask *ask, const char *issue, const char *state, ask_recipient *recipient,
                    ask_page *paged, void *user, struct error *error)
{
    AUTO(text) char *more = state ? g_strconcat("&state=", state, NULL) : g_strdup("");
    return ask_pages(ask, issue, more, recipient, paged, user, error);
}

bool ask_group(struct ask *ask, const char *issue, const char *group, ask_recipient *recipient,
               void *user, struct error *error)
{
    AUTO(text) char *segment = target_segment(group);
    AUTO(text) char *more = g_strconcat("&details=1&group=", segment, NULL);
    return ask_pages(ask, issue, more, recipient, NULL, user, error);
}
