#include "people/cell.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"

static bool is_at(gunichar c)
{
    return c == '@' || c == 0xff20;
}

static bool is_separator(gunichar c)
{
    return c && g_utf8_strchr(";；,，、", -1, c);
}

/* One kind of blank, those without width gone, and none beside an @: there they are slips. What is
 * quoted stays. */
static char *smooth(const char *text)
{
    GString *smoothed = g_string_sized_new(strlen(text));
    bool blank = false, after_at = false, quoted = false;
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        quoted ^= c == '"';
        if (!quoted && text_is_blank(c)) {
            blank |= g_unichar_isspace(c);
            continue;
        }
        if (blank && smoothed->len && !is_at(c) && !after_at)
            g_string_append_c(smoothed, ' ');
        g_string_append_unichar(smoothed, c);
        blank = false;
        after_at = is_at(c);
    }
    return g_string_free(smoothed, FALSE);
}

/* The end of a word: a blank or a separator out of quotes and <…>. */
static const char *word_end(const char *at)
{
    bool quoted = false, inside = false;
    for (; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (quoted && c == '\\' && at[1]) {
            at++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '<' || c == 0xff1c)) {
            inside = true;
        } else if (!quoted && (c == '>' || c == 0xff1e)) {
            inside = false;
        } else if (!quoted && !inside && (c == ' ' || is_separator(c))) {
            break;
        }
    }
    return at;
}

static bool is_address(const char *word)
{
    return strchr(word, '@') || strstr(word, "＠");
}

static void flush(GPtrArray *pieces, GString *names)
{
    if (names->len)
        g_ptr_array_add(pieces, g_strdup(names->str));
    g_string_truncate(names, 0);
}

static bool has_bracket(const char *word)
{
    return strchr(word, '<') || strstr(word, "＜");
}

/* Words without @ are the name of the <address> that follows; before anything else they are pieces
 * of their own, which nobody can write to. */
static void take_word(GPtrArray *pieces, GString *names, const char *word)
{
    if (!is_address(word)) {
        g_string_append_printf(names, "%s%s", names->len ? " " : "", word);
        return;
    }
    if (names->len && has_bracket(word)) {
        g_ptr_array_add(pieces, g_strconcat(names->str, " ", word, NULL));
        g_string_truncate(names, 0);
        return;
    }
    flush(pieces, names);
    g_ptr_array_add(pieces, g_strdup(word));
}

/* Most cells hold one address and nothing else; lists are long. */
bool cell_is_one(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f || *text == '"' ||
            *text == ';' || *text == ',' || *text == '<')
            return false;
    return true;
}

GPtrArray *cell_addresses(const char *text)
{
    GPtrArray *pieces = g_ptr_array_new_with_free_func(g_free);
    if (cell_is_one(text)) {
        g_ptr_array_add(pieces, g_strdup(text));
        return pieces;
    }
    AUTO(text) char *smoothed = smooth(text);
    AUTO(str) GString *names = g_string_new(NULL);
    for (const char *at = smoothed; *at;) {
        const char *end = word_end(at);
        AUTO(text) char *word = g_strndup(at, (gsize)(end - at));
        if (*word)
            take_word(pieces, names, word);
        if (is_separator(g_utf8_get_char(end)))
            flush(pieces, names);
        at = *end ? g_utf8_next_char(end) : end;
    }
    flush(pieces, names);
    return pieces;
}
