#include "fetch/fetch.h"

#include <curl/curl.h>
#include <string.h>

#include "fetch/entries.h"
#include "fetch/url.h"

#define REDIRECTS_MOST 3L
#define SLOWEST        100L /* octets a second … */
#define SLOWEST_FOR    30L  /* … for so many seconds are no answer */
#define AT_ONCE        4    /* each may hold an answer of the largest size in memory */
#define WAIT_MSEC      1000

struct transfer {
    const struct fetch_task *task;
    const struct fetch_order *order; /* the task's */
    CURL *curl;
    struct curl_slist *headers;
    GByteArray *content;
    bool too_large, cut; /* cut: the directory gave as many entries as it may, and kept others */
    char words[CURL_ERROR_SIZE];
};

void fetch_answer_clear(struct fetch_answer *answer)
{
    g_clear_pointer(&answer->content, g_bytes_unref);
    g_clear_pointer(&answer->etag, g_free);
    g_clear_pointer(&answer->last_modified, g_free);
    answer->unchanged = false;
}

bool fetch_begin(struct error *error)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ||
           error_set(error, EX_SOFTWARE, NOWHERE, NULL, N_("libcurl does not start"));
}

/* --- what libcurl calls -------------------------------------------------------------------------
 */

static size_t take_octets(char *octets, size_t size, size_t count, void *user)
{
    struct transfer *transfer = user;
    size_t length = size * count;
    transfer->too_large |= transfer->content->len + length > transfer->order->most;
    if (transfer->too_large)
        return 0;
    g_byte_array_append(transfer->content, (const guint8 *)octets, (guint)length);
    return length;
}

/* libcurl takes sizeLimitExceeded for a success and says so here alone (lib/openldap.c). */
static int take_words(CURL *curl, curl_infotype type, char *words, size_t length, void *user)
{
    (void)curl;
    struct transfer *transfer = user;
    static const char cut[] = "There are more than";
    if (type == CURLINFO_TEXT && length >= strlen(cut) && memcmp(words, cut, strlen(cut)) == 0)
        transfer->cut = true;
    return 0;
}

/* --- set-up -------------------------------------------------------------------------------------
 */

static bool set_limits(CURL *curl, const struct fetch_order *order)
{
    return curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                            (long)(order->connect_timeout / USEC_PER_MSEC)) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(order->timeout / USEC_PER_MSEC)) ==
               CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOWEST) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOWEST_FOR) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)order->most) == CURLE_OK;
}

/* A redirection may not lead out of TLS. */
static const char *protocols(const char *url)
{
    return url_is_ldap(url)                             ? "ldap,ldaps"
           : g_ascii_strncasecmp(url, "https:", 6) == 0 ? "https"
                                                        : "http,https";
}

static bool set_way(CURL *curl, const struct fetch_order *order)
{
    const char *allowed = protocols(order->url);
    return curl_easy_setopt(curl, CURLOPT_URL, order->url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, allowed) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, allowed) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTS_MOST) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK && /* another's login … */
           curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L) == CURLE_OK &&  /* … is not ours */
           curl_easy_setopt(curl, CURLOPT_USERAGENT, "fensong-fetch/" VERSION) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip") == CURLE_OK &&
           (!order->ca_file || curl_easy_setopt(curl, CURLOPT_CAINFO, order->ca_file) == CURLE_OK);
}

/* With a password, LDAP turns to TLS or ends; without one too, except on this machine. */
static bool set_login(CURL *curl, const struct fetch_order *order)
{
    bool must_encrypt = url_is_ldap(order->url) && !url_is_loopback(order->url);
    if (must_encrypt &&
        curl_easy_setopt(curl, CURLOPT_USE_SSL,
                         (long)(order->password ? CURLUSESSL_ALL : CURLUSESSL_TRY)) != CURLE_OK)
        return false;
    if (!order->user)
        return true;
    return curl_easy_setopt(curl, CURLOPT_USERNAME, order->user) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PASSWORD, order->password ? order->password : "") ==
               CURLE_OK;
}

static void add_header(struct transfer *transfer, const char *name, const char *value)
{
    if (!value)
        return;
    AUTO(text) char *line = g_strdup_printf("%s: %s", name, value);
    transfer->headers = curl_slist_append(transfer->headers, line);
}

static bool set_up(struct transfer *transfer)
{
    CURL *curl = transfer->curl;
    if (!url_is_ldap(transfer->order->url)) {
        add_header(transfer, "If-None-Match", transfer->order->etag);
        add_header(transfer, "If-Modified-Since", transfer->order->last_modified);
    }
    return curl && set_limits(curl, transfer->order) && set_way(curl, transfer->order) &&
           set_login(curl, transfer->order) &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->words) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_octets) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, take_words) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_DEBUGDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L) == CURLE_OK;
}

/* --- what came ----------------------------------------------------------------------------------
 */

/* A copy, for a header of the last answer; NULL: it has none. */
static char *header_of(const struct transfer *transfer, const char *name)
{
    struct curl_header *header;
    if (curl_easy_header(transfer->curl, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return g_utf8_validate(header->value, -1, NULL) ? g_strdup(header->value) : NULL;
}

/* A page to log in, or one that says sorry, comes with 200 too. */
static bool is_fit_type(const char *type)
{
    static const char *const fit[] = {
        "text/csv",
        "text/plain",
        "text/comma-separated-values",
        "text/tab-separated-values",
        "text/x-csv",
        "application/csv",
        "application/x-csv",
        "application/octet-stream",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    AUTO(text) char *bare = g_strndup(type ? type : "", type ? strcspn(type, "; ") : 0);
    for (size_t i = 0; i < G_N_ELEMENTS(fit); i++)
        if (g_ascii_strcasecmp(bare, fit[i]) == 0)
            return true;
    return !*bare;
}

/* In HTTP/1 an answer of no said length ends where the connection does, whoever ended it. */
static bool has_end(const struct transfer *transfer)
{
    long version = 0;
    AUTO(text) char *length = header_of(transfer, "Content-Length");
    AUTO(text) char *coding = header_of(transfer, "Transfer-Encoding");
    curl_easy_getinfo(transfer->curl, CURLINFO_HTTP_VERSION, &version);
    bool one = version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1;
    return !one || length || (coding && strstr(coding, "chunked"));
}

static bool refuse(const struct transfer *transfer, struct place place, struct error *error,
                   const char *words)
{
    return error_set(error, EX_UNAVAILABLE, place,
                     N_("look whether the address is right and its server works"),
                     N_("%1$s gave no list: %2$s"), transfer->order->url, words);
}

static bool take_http(const struct transfer *transfer, struct fetch_answer *answer,
                      struct place place, struct error *error)
{
    long status = 0;
    char *type = NULL;
    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->curl, CURLINFO_CONTENT_TYPE, &type);
    bool asked = transfer->order->etag || transfer->order->last_modified;
    bool is_refused = status == 401 || status == 403;
    AUTO(text)
    char *words =
        is_refused ? g_strdup_printf(_("HTTP %ld: user or password are wrong, or missing"), status)
                   : g_strdup_printf("HTTP %ld", status);
    if (status == 304 && asked) {
        answer->unchanged = true;
        return true;
    }
    if (status != 200)
        return refuse(transfer, place, error, words);
    if (!is_fit_type(type))
        return refuse(transfer, place, error, type);
    if (!has_end(transfer))
        return refuse(transfer, place, error, _("the answer does not say where it ends"));
    if (transfer->content->len == 0)
        return refuse(transfer, place, error, _("the answer is empty"));
    answer->etag = header_of(transfer, "ETag");
    answer->last_modified = header_of(transfer, "Last-Modified");
    answer->content = g_bytes_new(transfer->content->data, transfer->content->len);
    return true;
}

static bool take_entries(const struct transfer *transfer, struct fetch_answer *answer,
                         struct place place, struct error *error)
{
    AUTO(str) GString *list = NULL;
    if (transfer->cut)
        return refuse(transfer, place, error,
                      _("the directory holds more entries than it gives (sizeLimitExceeded)"));
    if (!entries_to_list(&list, (const char *)transfer->content->data, transfer->content->len,
                         place, error))
        return false;
    answer->content = g_bytes_new(list->str, list->len);
    return true;
}

static bool conclude(const struct transfer *transfer, CURLcode code, struct fetch_answer *answer,
                     struct error *error)
{
    struct place place = transfer->task->place;
    if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED)
        return refuse(transfer, place, error, _("the answer is too large"));
    if (code != CURLE_OK)
        return refuse(transfer, place, error,
                      *transfer->words ? transfer->words : curl_easy_strerror(code));
    return url_is_ldap(transfer->order->url) ? take_entries(transfer, answer, place, error)
                                             : take_http(transfer, answer, place, error);
}

/* --- several at a time --------------------------------------------------------------------------
 */

struct fetching {
    CURLM *multi;
    struct transfer *running[AT_ONCE]; /* NULL: none */
    fetch_ended *ended;
    void *user;
};

static void transfer_free(CURLM *multi, struct transfer *transfer)
{
    if (!transfer)
        return;
    (void)curl_multi_remove_handle(multi, transfer->curl);
    curl_easy_cleanup(transfer->curl);
    curl_slist_free_all(transfer->headers);
    g_byte_array_unref(transfer->content);
    g_free(transfer);
}

static bool tell_curl_failed(struct error *error)
{
    return error_set(error, EX_SOFTWARE, NOWHERE, NULL, N_("libcurl does not start"));
}

static bool begin(struct fetching *fetching, struct transfer **place, const struct fetch_task *task,
                  struct error *error)
{
    struct transfer *transfer = *place = g_new0(struct transfer, 1);
    transfer->task = task;
    transfer->order = &task->order;
    transfer->curl = curl_easy_init();
    transfer->content = g_byte_array_new();
    return (set_up(transfer) &&
            curl_multi_add_handle(fetching->multi, transfer->curl) == CURLM_OK) ||
           tell_curl_failed(error);
}

static bool begin_more(struct fetching *fetching, const GPtrArray *tasks, guint *next,
                       struct error *error)
{
    for (size_t i = 0; i < AT_ONCE && *next < tasks->len; i++)
        if (!fetching->running[i] &&
            !begin(fetching, &fetching->running[i], tasks->pdata[(*next)++], error))
            return false;
    return true;
}

static void end_one(struct fetching *fetching, struct transfer *transfer, CURLcode code)
{
    struct fetch_answer answer = {0};
    AUTO(error) struct error wrong = {0};
    bool good = conclude(transfer, code, &answer, &wrong);
    fetching->ended(fetching->user, transfer->task, good ? &answer : NULL, &wrong);
    fetch_answer_clear(&answer);
    transfer_free(fetching->multi, transfer);
}

/* *ended: did any? */
static void end_some(struct fetching *fetching, bool *ended)
{
    int left;
    *ended = false;
    for (const CURLMsg *message; (message = curl_multi_info_read(fetching->multi, &left));)
        for (size_t i = 0; i < AT_ONCE; i++) {
            struct transfer *transfer = fetching->running[i];
            if (message->msg != CURLMSG_DONE || !transfer || transfer->curl != message->easy_handle)
                continue;
            fetching->running[i] = NULL;
            end_one(fetching, transfer, message->data.result);
            *ended = true;
            break; /* the message is gone with its transfer */
        }
}

static bool run_all(struct fetching *fetching, const GPtrArray *tasks, struct error *error)
{
    guint next = 0;
    int running = 0;
    do {
        bool ended;
        if (!begin_more(fetching, tasks, &next, error))
            return false;
        if (curl_multi_perform(fetching->multi, &running) != CURLM_OK)
            return tell_curl_failed(error);
        end_some(fetching, &ended);
        if (running && !ended &&
            curl_multi_poll(fetching->multi, NULL, 0, WAIT_MSEC, NULL) != CURLM_OK)
            return tell_curl_failed(error);
    } while (running || next < tasks->len);
    return true;
}

bool fetch_all(const GPtrArray *tasks, fetch_ended *ended, void *user, struct error *error)
{
    struct fetching fetching = {.multi = curl_multi_init(), .ended = ended, .user = user};
    if (!fetching.multi)
        return tell_curl_failed(error);
    bool good = run_all(&fetching, tasks, error);
    for (size_t i = 0; i < AT_ONCE; i++)
        transfer_free(fetching.multi, fetching.running[i]);
    (void)curl_multi_cleanup(fetching.multi);
    return good;
}
