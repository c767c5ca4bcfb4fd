#include "fetch/fetch.h"

#include <curl/curl.h>
#include <string.h>

#include "fetch/entries.h"
#include "fetch/url.h"

#define REDIRECTS_MOST 3L
#define SLOWEST        100L /* octets a second … */
#define SLOWEST_FOR    30L  /* … for so many seconds are no answer */

struct transfer {
    const struct fetch_order *order;
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

static bool perform(struct transfer *transfer, struct fetch_answer *answer, struct place place,
                    struct error *error)
{
    if (!set_up(transfer))
        return error_set(error, EX_SOFTWARE, place, NULL, N_("libcurl does not start"));
    CURLcode code = curl_easy_perform(transfer->curl);
    if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED)
        return refuse(transfer, place, error, _("the answer is too large"));
    if (code != CURLE_OK)
        return refuse(transfer, place, error,
                      *transfer->words ? transfer->words : curl_easy_strerror(code));
    return url_is_ldap(transfer->order->url) ? take_entries(transfer, answer, place, error)
                                             : take_http(transfer, answer, place, error);
}

bool fetch_run(struct fetch_answer *answer, const struct fetch_order *order, struct place place,
               struct error *error)
{
    struct transfer transfer = {
        .order = order, .curl = curl_easy_init(), .content = g_byte_array_new()};
    struct fetch_answer fresh = {0};
    bool good = perform(&transfer, &fresh, place, error);
    curl_easy_cleanup(transfer.curl);
    curl_slist_free_all(transfer.headers);
    g_byte_array_unref(transfer.content);
    if (good)
        *answer = fresh;
    else
        fetch_answer_clear(&fresh);
    return good;
}
