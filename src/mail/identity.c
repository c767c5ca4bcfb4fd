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

/* RFC 5322 §3.2.3 atext but for what some servers trip over, and the dot. */
static void add_atoms(GString *to, const char *text)
{
    for (; *text; text++)
        g_string_append_c(to, g_ascii_isalnum(*text) || strchr("-_.", *text) ? *text : '-');
}

char *identity_message_id(const char *publication, const char *what, const char *hex,
                          const char *hostname)
{
    GString *id = g_string_new(NULL);
    add_atoms(id, publication);
    g_string_append_c(id, '.');
    add_atoms(id, what);
    g_string_append_printf(id, ".%s@", hex);
    add_atoms(id, hostname);
    return g_string_free(id, FALSE);
}
