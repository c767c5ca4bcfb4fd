#include "mail/encode.h"

#include <stdbool.h>
#include <string.h>

#include "base/auto.h"
#include "mail/subject.h"

#define WORD_OCTETS 39 /* 13 Hanzi: Subject: =?UTF-8?B?…?= then has 73 columns */
#define PLAIN_MAX   60 /* what is longer would have to be folded at blanks that it may not have */

static const char atom_marks[] = "!#$%&'*+-/=?^_`{|}~ ";

static char *words_of(const char *clean)
{
    GString *words = g_string_new(NULL);
    for (const char *at = clean; *at;) {
        const char *end = at;
        while (*end && g_utf8_next_char(end) - at <= WORD_OCTETS)
            end = g_utf8_next_char(end);
        AUTO(text) char *base64 = g_base64_encode((const guchar *)at, (gsize)(end - at));
        g_string_append_printf(words, "%s=?UTF-8?B?%s?=", words->len ? "\r\n " : "", base64);
        at = end;
    }
    return g_string_free(words, FALSE);
}

char *encode_words(const char *text)
{
    AUTO(text) char *clean = subject_clean(text);
    return words_of(clean);
}

/* Does it say the same when it stands in a header as it is? */
static bool is_plain(const char *clean)
{
    return g_str_is_ascii(clean) && strlen(clean) <= PLAIN_MAX && !strstr(clean, "=?");
}

char *encode_text(const char *text)
{
    char *clean = subject_clean(text);
    if (is_plain(clean))
        return clean;
    char *encoded = words_of(clean);
    g_free(clean);
    return encoded;
}

static bool is_atoms(const char *clean)
{
    for (; *clean; clean++)
        if (!g_ascii_isalnum(*clean) && !strchr(atom_marks, *clean))
            return false;
    return true;
}

static char *quoted(const char *clean)
{
    GString *string = g_string_new("\"");
    for (; *clean; clean++) {
        if (*clean == '"' || *clean == '\\')
            g_string_append_c(string, '\\');
        g_string_append_c(string, *clean);
    }
    g_string_append_c(string, '"');
    return g_string_free(string, FALSE);
}

char *encode_phrase(const char *text)
{
    AUTO(text) char *clean = subject_clean(text);
    if (!is_plain(clean))
        return words_of(clean);
    return is_atoms(clean) ? g_strdup(clean) : quoted(clean);
}
