#include "smtp/reply.h"

#include <string.h>

#define TEXT_MAX 1000

/* The length of an enhanced code of this class at the start of `line` (RFC 2034 §4), or 0. */
static size_t enhanced_length(int code, const char *line)
{
    int class = code / 100;
    if ((class != 2 && class != 4 && class != 5) || line[0] != '0' + class)
        return 0;
    size_t at = 1;
    for (int part = 0; part < 2; part++) {
        if (line[at] != '.')
            return 0;
        size_t digits = strspn(line + at + 1, "0123456789");
        if (digits < 1 || digits > 3)
            return 0;
        at += 1 + digits;
    }
    return line[at] == '\0' || line[at] == ' ' || line[at] == '\t' ? at : 0;
}

/* Mail servers of this country answer in GB18030 now and then. */
static char *to_utf8(const char *text)
{
    if (g_utf8_validate(text, -1, NULL))
        return g_strdup(text);
    char *converted = g_convert(text, -1, "UTF-8", "GB18030", NULL, NULL, NULL);
    return converted ? converted : g_utf8_make_valid(text, -1);
}

static bool is_blank(gunichar character)
{
    return character == ' ' || g_unichar_iscntrl(character) || character == 0x2028 ||
           character == 0x2029;
}

/* Adds `line` with every run of blanks and control characters as one blank, none at its start. */
static void add_clean(GString *to, const char *line)
{
    bool blank = to->len > 0;
    for (const char *at = line; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (is_blank(character)) {
            blank = to->len > 0;
            continue;
        }
        if (blank)
            g_string_append_c(to, ' ');
        blank = false;
        g_string_append_unichar(to, character);
    }
}

static void cut(GString *text, size_t most)
{
    if (text->len <= most)
        return;
    while (most > 0 && (text->str[most] & 0xc0) == 0x80)
        most--;
    g_string_truncate(text, most);
}

struct reply reply_new(int code, const char *text)
{
    struct reply reply = {.code = code};
    if (!text)
        return reply;
    AUTO(text) char *utf8 = to_utf8(text);
    AUTO(texts) char **lines = g_strsplit(utf8, "\n", -1);
    AUTO(str) GString *clean = g_string_new(NULL);
    for (size_t i = 0; lines[i]; i++) {
        const char *line = lines[i] + strspn(lines[i], " \t\r");
        size_t length = enhanced_length(code, line[0] ? line : "");
        if (length > 0 && !reply.enhanced)
            reply.enhanced = g_strndup(line, length);
        /* RFC 2034 has each line bear the same code: once is enough. */
        bool known = length > 0 && strncmp(reply.enhanced, line, length) == 0 &&
                     reply.enhanced[length] == '\0';
        add_clean(clean, known ? line + length : line);
    }
    cut(clean, TEXT_MAX);
    if (clean->len > 0)
        reply.text = g_strdup(clean->str);
    return reply;
}

struct reply reply_copy(const struct reply *reply)
{
    return (struct reply){reply->code, g_strdup(reply->enhanced), g_strdup(reply->text)};
}

void reply_clear(struct reply *reply)
{
    g_free(reply->enhanced);
    g_free(reply->text);
    *reply = (struct reply){0};
}

char *reply_line(const struct reply *reply)
{
    AUTO(text) char *code = reply->code ? g_strdup_printf("%d", reply->code) : NULL;
    const char *parts[] = {code, reply->enhanced, reply->text};
    GString *line = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (parts[i] && *parts[i])
            g_string_append_printf(line, "%s%s", line->len ? " " : "", parts[i]);
    return g_string_free(line, FALSE);
}
