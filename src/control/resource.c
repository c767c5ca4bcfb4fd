#include "control/resource.h"

#include <string.h>

#include "control/tables.h"

static const struct resource {
    const char *method, *path;
    resource_handler *handler;
} resources[] = {
    {"GET", "/v1/issues", read_issues},
    {"GET", "/v1/issues/*", read_issue},
    {"GET", "/v1/issues/*/recipients", read_recipients},
    {"GET", "/v1/issues/*/roll", read_roll},
    {"GET", "/v1/issues/*/changes", read_changes},
    {"GET", "/v1/issues/*/history", read_history},
    {"GET", "/v1/history", read_history},
    {"GET", "/v1/lists/history", read_list_history},
    {"GET", "/v1/find", read_find},
    {"GET", "/v1/suppressions", read_suppressions},
    {"GET", "/v1/relays", read_relays},
    {"POST", "/v1/issues/*/hold", change_hold},
    {"POST", "/v1/issues/*/release", change_release},
    {"POST", "/v1/issues/*/cancel", change_cancel},
    {"POST", "/v1/issues/*/retry", change_retry},
    {"POST", "/v1/issues/*/settle", change_settle},
    {"POST", "/v1/suppressions", change_suppress},
    {"DELETE", "/v1/suppressions/*", change_unsuppress},
    {"POST", "/v1/lists", change_lists},
};

enum { HTTP_OK = 200, HTTP_NOT_FOUND = 404, HTTP_METHOD_NOT_ALLOWED = 405 };

static const struct {
    int exit_class;
    unsigned status;
} statuses[] = {
    {EX_USAGE, 400},   {EX_NOPERM, 403},      {EX_NOINPUT, HTTP_NOT_FOUND},
    {EX_DATAERR, 409}, {EX_UNAVAILABLE, 502}, {EX_TEMPFAIL, 503},
};

json_t *resource_error(const struct error *error, unsigned *status)
{
    *status = 500;
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (statuses[i].exit_class == error->exit_class)
            *status = statuses[i].status;
    return json_pack("{s:o}", "error", table_problem(error));
}

/* *status says what is wrong where there is none. */
static const struct resource *find(const char *method, struct request *request, unsigned *status,
                                   struct error *error)
{
    *status = HTTP_NOT_FOUND;
    for (size_t i = 0; i < G_N_ELEMENTS(resources); i++) {
        if (!target_matches(&request->target, resources[i].path, &request->named))
            continue;
        if (g_str_equal(resources[i].method, method))
            return &resources[i];
        *status = HTTP_METHOD_NOT_ALLOWED;
    }
    if (*status == HTTP_METHOD_NOT_ALLOWED)
        error_set(error, EX_USAGE, NOWHERE, NULL, N_("%s can't be done with this resource"),
                  method);
    else
        error_set(error, EX_USAGE, NOWHERE, NULL, N_("there is no such resource"));
    return NULL;
}

static bool parse_body(json_t **body, const char *octets, size_t length, struct error *error)
{
    if (!length) {
        *body = json_object();
        return true;
    }
    json_error_t wrong;
    AUTO(json) json_t *value = json_loadb(octets, length, JSON_REJECT_DUPLICATES, &wrong);
    if (!value)
        return error_set(error, EX_USAGE, NOWHERE, NULL, N_("the request's body is no JSON: %s"),
                         wrong.text);
    if (!json_is_object(value))
        return error_set(error, EX_USAGE, NOWHERE, NULL,
                         N_("the request's body is no JSON object"));
    *body = TAKE(value);
    return true;
}

/* As far as it comes; *status stays 0 where the error says enough. */
static json_t *answer_request(const struct control_parts *parts, const char *method,
                              struct request *request, const char *body, size_t length,
                              unsigned *status, struct error *error)
{
    AUTO(json) json_t *parsed = NULL;
    const struct resource *resource = find(method, request, status, error);
    if (!resource)
        return NULL;
    *status = 0;
    if (!parse_body(&parsed, body, length, error))
        return NULL;
    request->body = parsed;
    return resource->handler(parts, request, error);
}

json_t *resource_answer(const struct control_parts *parts, const char *method, const char *target,
                        const char *body, size_t length, const char *who, unsigned *status)
{
    AUTO(error) struct error error = {0};
    struct request request = {.who = who};
    json_t *answer = NULL;
    unsigned unfound = 0, fitting;
    if (target_parse(&request.target, target, &error)) {
        answer = answer_request(parts, method, &request, body, length, &unfound, &error);
        target_clear(&request.target);
    }
    if (!answer)
        answer = resource_error(&error, &fitting);
    else
        fitting = HTTP_OK;
    *status = unfound ? unfound : fitting;
    return answer;
}

json_t *control_get(const struct control_parts *parts, const char *resource, struct error *error)
{
    struct request request = {0};
    unsigned status;
    if (!target_parse(&request.target, resource, error))
        return NULL;
    const struct resource *found = find("GET", &request, &status, error);
    json_t *answer = found ? found->handler(parts, &request, error) : NULL;
    target_clear(&request.target);
    return answer;
}
