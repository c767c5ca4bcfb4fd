#include "cli/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MOST     ((size_t)256 << 20) /* a page of recipients is a few MiB */
#define CONNECT_SECONDS 5L
#define ANSWER_SECONDS  120L

struct client {
    CURL *curl;
    char *socket;
    bool nobody;
};

static void free_headers(struct curl_slist *headers)
{
    curl_slist_free_all(headers);
}
AUTO_DEFINE(headers, struct curl_slist, free_headers)

bool client_open(struct client **client, const char *socket, struct error *error)
{
    CURL *curl = curl_easy_init();
    if (!curl)
        return error_set(error, EX_SOFTWARE, NOWHERE, NULL, N_("libcurl can't be used"));
    *client = g_new0(struct client, 1);
    (*client)->curl = curl;
    (*client)->socket = g_strdup(socket);
    return true;
}

void client_close(struct client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    g_free(client->socket);
    g_free(client);
}

bool client_found_nobody(const struct client *client)
{
    return client->nobody;
}

static size_t take_octets(char *octets, size_t size, size_t count, void *user)
{
    GString *answer = user;
    if (answer->len + size * count > ANSWER_MOST)
        return 0;
    g_string_append_len(answer, octets, (gssize)(size * count));
    return size * count;
}

static void set_options(struct client *client, const char *method, const char *url,
                        const char *body, struct curl_slist *headers, GString *answer)
{
    CURL *curl = client->curl;
    curl_easy_reset(curl); /* the connection stays */
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, client->socket);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* whatever the environment says */
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, ANSWER_SECONDS);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_octets);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    if (body)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

/* No socket, or one at which nobody listens. */
static bool explain_connect(struct client *client, struct error *error)
{
    long code = 0;
    curl_easy_getinfo(client->curl, CURLINFO_OS_ERRNO, &code);
    if (code == EACCES || code == EPERM)
        return error_set(error, EX_NOPERM, NOWHERE,
                         N_("ask an administrator to make you a member of the group fensong"),
                         N_("you may not use the daemon's control socket %s"), client->socket);
    client->nobody = true;
    return error_set(error, EX_UNAVAILABLE, NOWHERE,
                     N_("start it: systemctl start fensongd, or fensongd --config FILE"),
                     N_("the daemon is not running: nobody answers at %s"), client->socket);
}

static bool explain(struct client *client, CURLcode code, struct error *error)
{
    if (code == CURLE_COULDNT_CONNECT)
        return explain_connect(client, error);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return error_set(error, EX_TEMPFAIL, NOWHERE, N_("try again, and look at its log"),
                         N_("the daemon does not answer in time"));
    return error_set(error, EX_TEMPFAIL, NOWHERE, N_("try again, and look at its log"),
                     N_("the talk with the daemon broke off: %s"), curl_easy_strerror(code));
}

bool client_set_problem(struct error *error, const json_t *problem)
{
    const char *message = json_get_text(problem, "message");
    const char *english = json_get_text(problem, "english");
    const char *todo = json_get_text(problem, "todo");
    int exit_class = (int)json_integer_value(json_object_get(problem, "exit"));
    if (!message || exit_class < EX__BASE || exit_class > EX__MAX)
        return error_set(error, EX_PROTOCOL, NOWHERE, NULL,
                         N_("the daemon's answer is not understood"));
    if (error_is_set(error))
        return false;
    error->exit_class = exit_class;
    error->what = (struct say){g_strdup(english ? english : message), g_strdup(message)};
    error->todo = (struct say){g_strdup(todo), g_strdup(todo)};
    return false;
}

static bool read_answer(const GString *octets, json_t **answer, struct error *error)
{
    *answer = json_loadb(octets->str, octets->len, 0, NULL);
    if (!*answer)
        return error_set(error, EX_PROTOCOL, NOWHERE, NULL,
                         N_("the daemon's answer is not understood"));
    const json_t *problem = json_object_get(*answer, "error");
    return !problem || client_set_problem(error, problem);
}

bool client_ask(struct client *client, const char *method, const char *resource, const json_t *body,
                json_t **answer, struct error *error)
{
    AUTO(text) char *url = g_strconcat("http://localhost", resource, NULL);
    AUTO(headers)
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    AUTO(str) GString *octets = g_string_new(NULL);
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    *answer = NULL;
    client->nobody = false;
    set_options(client, method, url, text, headers, octets);
    CURLcode code = curl_easy_perform(client->curl);
    free(text);
    if (code != CURLE_OK)
        return explain(client, code, error);
    return read_answer(octets, answer, error);
}
