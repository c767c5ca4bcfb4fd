#include "mail/identity.h"

#include <string.h>

#define HEX_DIGITS 32

struct identity identity_begin(void)
{
    return (struct identity){g_checksum_new(G_CHECKSUM_SHA256)};
}

void identity_add(struct identity *identity, const void *octets, size_t length)
{
    AUTO(text) char *head = g_strdup_printf("%zu:", length);
    g_checksum_update(identity->sum, (const guchar *)head, -1);
    g_checksum_update(identity->sum, octets, (gssize)length);
}

void identity_add_text(struct identity *identity, const char *text)
{
    if (text)
        identity_add(identity, text, strlen(text));
    else
        g_checksum_update(identity->sum, (const guchar *)"-", 1);
}

char *identity_end(struct identity *identity)
{
    char *hex = g_strndup(g_checksum_get_string(identity->sum), HEX_DIGITS);
    g_checksum_free(identity->sum);
    identity->sum = NULL;
    return hex;
}

char *identity_atom(const char *text)
{
    GString *atom = g_string_sized_new(strlen(text));
    for (; *text; text++)
        g_string_append_c(atom, g_ascii_isalnum(*text) || strchr("-_.", *text) ? *text : '-');
    return g_string_free(atom, FALSE);
}

char *identity_message_id(const char *publication, const char *what, const char *hex,
                          const char *hostname)
{
    AUTO(text) char *whole = g_strdup_printf("%s.%s.%s", publication, what, hex);
    AUTO(text) char *left = identity_atom(whole), *right = identity_atom(hostname);
    return g_strconcat(left, "@", right, NULL);
}
