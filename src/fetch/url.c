#include "fetch/url.h"

#include <arpa/inet.h>
#include <string.h>

#define URL_MOST 4096

AUTO_DEFINE(uri, GUri, g_uri_unref)

/* What stands as %XX already stays. */
static char *wire_form(const char *text)
{
    return g_uri_escape_string(text, "%:/?#[]@!$&'()*+,;=", FALSE);
}

/* Its parts, of the form that goes over the wire; NULL: it is none. By GLib's parser: with
 * libcurl's each intake would load 32 libraries more. */
static GUri *parse(const char *url)
{
    AUTO(text) char *wire = wire_form(url);
    return g_uri_parse(wire, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
}

static bool is_loopback_host(const char *host)
{
    struct in_addr v4;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return g_ascii_strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}

bool url_is_ldap(const char *url)
{
    return g_ascii_strncasecmp(url, "ldap://", 7) == 0 ||
           g_ascii_strncasecmp(url, "ldaps://", 8) == 0;
}

bool url_is_loopback(const char *url)
{
    AUTO(uri) GUri *uri = parse(url);
    return uri && g_uri_get_host(uri) && is_loopback_host(g_uri_get_host(uri));
}

/* --- LDAP ---------------------------------------------------------------------------------------
 */

char *ldap_filter_value(const char *text)
{
    GString *escaped = g_string_new(NULL);
    for (; *text; text++)
        if (strchr("*()\\", *text) || (unsigned char)*text >= 0x80)
            g_string_append_printf(escaped, "\\%02x", (unsigned char)*text);
        else
            g_string_append_c(escaped, *text);
    return g_string_free(escaped, FALSE);
}

/* A parenthesis within a value stands as \28 or \29 there: so all others pair. */
static bool is_filter(const char *filter)
{
    int depth = 0;
    if (*filter != '(')
        return false;
    for (; *filter; filter++) {
        depth += *filter == '(' ? 1 : *filter == ')' ? -1 : 0;
        if (depth < 0 || (depth == 0 && filter[1]))
            return false;
    }
    return depth == 0;
}

static bool refuse_ldap(struct error *error, struct place place, const char *text)
{
    return error_set(error, EX_DATAERR, place,
                     N_("write it like ldaps://ldap.example.org/ou=people,dc=example,dc=org??sub?"
                        "(objectClass=person)"),
                     N_("this is no LDAP URL with a base, a scope and a filter: %s"), text);
}

static bool check_ldap(GString *checked, const char *text, struct place place, struct error *error)
{
    static const char *const scopes[] = {"base", "one", "sub", NULL};
    const char *base = strchr(strstr(text, "://") + 3, '/');
    AUTO(texts) char **parts = g_strsplit(base ? base + 1 : "", "?", 4);
    guint count = g_strv_length(parts);
    const char *scope = count > 2 && *parts[2] ? parts[2] : "sub";
    AUTO(text)
    char *filter = g_uri_unescape_string(count > 3 && *parts[3] ? parts[3] : "(mail=*)", NULL);
    if (!base || count == 0 || !*parts[0] || !g_strv_contains(scopes, scope) || !filter ||
        !is_filter(filter) || (count > 1 && *parts[1] && strcmp(parts[1], "mail,cn,title,o") != 0))
        return refuse_ldap(error, place, text);
    g_string_append_len(checked, text, base - text);
    g_string_append_printf(checked, "/%s?mail,cn,title,o?%s?%s", parts[0], scope, filter);
    return true;
}

/* --- all ----------------------------------------------------------------------------------------
 */

static bool check_scheme(const char *text, struct place place, struct error *error)
{
    bool fetched = url_is_ldap(text) || g_ascii_strncasecmp(text, "https://", 8) == 0;
    if (fetched || (g_ascii_strncasecmp(text, "http://", 7) == 0 && url_is_loopback(text)))
        return true;
    return error_set(error, EX_DATAERR, place, N_("use https://, ldaps:// or ldap://"),
                     N_("lists are not fetched from such an address: %s"), text);
}

bool url_check(char **url, const char *text, struct place place, struct error *error)
{
    AUTO(str) GString *checked = g_string_new(NULL);
    AUTO(uri) GUri *uri = parse(text);
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    if (!check_scheme(text, place, error))
        return false;
    if (strlen(text) > URL_MOST || !host || !*host || strstr(text, ":///"))
        return error_set(error, EX_DATAERR, place, N_("correct the address"),
                         N_("this is no address of a list: %s"), text);
    if (g_uri_get_userinfo(uri))
        return error_set(error, EX_DATAERR, place,
                         N_("take it out, and write fetch = { user = …; password_file = …; };"),
                         N_("a name or password stands in the address of a list"));
    if (!url_is_ldap(text))
        g_string_append(checked, text);
    else if (!check_ldap(checked, text, place, error))
        return false;
    *url = wire_form(checked->str);
    return true;
}
