#include "issue/prepare.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

static const char *line_end(const char *line)
{
    return strchrnul(line, '\n');
}

static const char *next_line(const char *line)
{
    const char *end = line_end(line);
    return *end ? end + 1 : end;
}

/* --- front matter --- */

static bool is_line(const char *line, const char *text)
{
    size_t length = strlen(text);
    if (strncmp(line, text, length) != 0)
        return false;
    const char *rest = line + length;
    while (*rest != '\n' && text_is_blank(g_utf8_get_char(rest)))
        rest = g_utf8_next_char(rest);
    return rest == line_end(line);
}

/* `key: value`, a list's item, a comment, or what goes on from the line before. */
static bool is_yaml(const char *line)
{
    if (strchr(" \t-#\n", *line))
        return true;
    const char *key = line;
    while (g_ascii_isalnum(*key) || *key == '_' || *key == '-')
        key++;
    return key > line && *key == ':';
}

/* How far front matter reaches; 0: there is none. A rule over a masthead is not one. */
static size_t front_matter_length(const char *source)
{
    if (!is_line(source, "---"))
        return 0;
    for (const char *line = next_line(source); *line; line = next_line(line)) {
        if (is_line(line, "---") || is_line(line, "..."))
            return (size_t)(line_end(line) - source);
        if (!is_yaml(line))
            return 0;
    }
    return 0;
}

/* --- definitions --- */

/* `[label]:` at the line's beginning: where the colon is; NULL: none. */
static const char *definition_colon(const char *line)
{
    const char *open = line + strspn(line, " ");
    if (*open != '[')
        return NULL;
    const char *end = line_end(line);
    const char *close = memchr(open, ']', (size_t)(end - open));
    return close && close[1] == ':' ? close + 1 : NULL;
}

static GHashTable *footnote_references(const char *source)
{
    GHashTable *references = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (const char *at = source; (at = strstr(at, "[^")); at += 2) {
        const char *end = at + strcspn(at, "]\n");
        if (*end == ']' && end[1] != ':')
            g_hash_table_add(references, g_strndup(at, (gsize)(end - at)));
    }
    return references;
}

static bool is_url(const char *text)
{
    text += strspn(text, " \t");
    return g_str_has_prefix(text, "http") || g_str_has_prefix(text, "mailto:") ||
           (*text && strchr("<#./", *text));
}

static bool is_swallowed(const char *line, const char *colon, GHashTable *references)
{
    const char *open = line + strspn(line, " ");
    if (open[1] != '^')
        return !is_url(colon + 1);
    AUTO(text) char *label = g_strndup(open, (gsize)(colon - 1 - open));
    return !g_hash_table_contains(references, label);
}

/* --- bold --- */

/* The next *, ** or *** before `end`, no more; *stars: of how many. NULL: none. */
static const char *next_stars(const char *line, const char *at, const char *end, size_t *stars)
{
    for (; at < end && (at = memchr(at, '*', (size_t)(end - at))); at += *stars) {
        *stars = strspn(at, "*");
        bool sign = *stars == 1 && (at + 1 == end || text_is_blank(g_utf8_get_char(at + 1))) &&
                    (at == line || text_is_blank((guchar)at[-1]));
        if (*stars <= 3 && !sign && (at == line || at[-1] != '\\'))
            return at;
    }
    return NULL;
}

/* Does a mark of bold between the two neither open nor close? */
static bool is_lost(gunichar inside, gunichar outside)
{
    return g_unichar_ispunct(inside) && outside && !text_is_blank(outside) &&
           !g_unichar_ispunct(outside);
}

static gunichar last_before(const char *start, const char *end)
{
    return end > start ? g_utf8_get_char(g_utf8_prev_char(end)) : 0;
}

/* **市科协****部署工作**: word processors write bold text piece by piece. */
static char *without_seams(const char *line, size_t length)
{
    AUTO(text) char *words = g_strndup(line, length);
    if (!strstr(words, "****") || strspn(words, "* ") == strlen(words))
        return TAKE(words);
    AUTO(texts) char **pieces = g_strsplit(words, "****", -1);
    return g_strjoinv("", pieces);
}

/* **编辑：**张三 is bold to whoever types it. To Markdown it is not: there a mark between a
 * punctuation mark and a Hanzi neither opens nor closes. What is put between the mark and the Hanzi
 * is no character of the text, but punctuation to cmark. Blanks inside go out of the pair. */
static void add_bold(GString *to, const char *line, const char *end)
{
    static const char apart[] = "&#8203;";
    const char *from, *open;
    size_t stars, closing, length;
    AUTO(text) char *joined = without_seams(line, (size_t)(end - line));
    from = line = joined;
    end = joined + strlen(joined);
    while (from < end && (open = next_stars(line, from, end, &stars))) {
        const char *inside = open + stars, *close = next_stars(line, inside, end, &closing);
        if (!close || closing != stars)
            break;
        const char *after = close + stars;
        AUTO(text) char *words = g_strndup(inside, (gsize)(close - inside));
        const char *bare = text_trimmed(words, &length);
        gunichar next = after < end ? g_utf8_get_char(after) : 0;
        bool before_lost =
            bare == words && length && is_lost(g_utf8_get_char(bare), last_before(line, open));
        bool after_lost =
            length && !bare[length] && is_lost(last_before(bare, bare + length), next);
        g_string_append_len(to, from, open - from);
        g_string_append_len(to, words, bare - words);
        g_string_append(to, before_lost ? apart : "");
        g_string_append_len(to, open, (gssize)stars);
        g_string_append_len(to, bare, (gssize)length);
        g_string_append_len(to, close, (gssize)stars);
        g_string_append(to, after_lost ? apart : "");
        g_string_append(to, bare + length);
        from = after;
    }
    g_string_append_len(to, from, end - from);
}

/* A backslash at a line's end breaks it there: blanks behind it are seen by nobody. */
static void drop_blanks_after_break(GString *text)
{
    bool ended = text->len && text->str[text->len - 1] == '\n';
    gsize end = ended ? text->len - 1 : text->len, last = end;
    while (last && (text->str[last - 1] == ' ' || text->str[last - 1] == '\t'))
        last--;
    if (last < end && last && text->str[last - 1] == '\\')
        g_string_erase(text, (gssize)last, (gssize)(end - last));
}

static void add_line(GString *to, const char *line)
{
    const char *end = next_line(line), *stop = line_end(line);
    size_t length = (size_t)(stop - line);
    bool starred = memchr(line, '*', length);
    bool code = g_str_has_prefix(line, "    ") || *line == '\t' || *line == '<';
    if (starred && !code && !memchr(line, '`', length)) {
        add_bold(to, line, stop);
        line = stop;
    }
    g_string_append_len(to, line, end - line);
    drop_blanks_after_break(to);
}

GString *prepare_markdown(const GString *source)
{
    AUTO(table) GHashTable *references = footnote_references(source->str);
    GString *prepared = g_string_sized_new(source->len + 64);
    size_t front = front_matter_length(source->str);
    for (size_t i = 0; i < front; i++)
        if (source->str[i] == '\n')
            g_string_append_c(prepared, '\n');
    for (const char *line = source->str + front; *line; line = next_line(line)) {
        if (is_line(line, "[TOC]") || is_line(line, "[toc]")) { /* where a program puts contents */
            g_string_append_c(prepared, '\n');
            continue;
        }
        const char *colon = definition_colon(line);
        if (colon && is_swallowed(line, colon, references)) {
            g_string_append_len(prepared, line, (gssize)strspn(line, " "));
            g_string_append_c(prepared, '\\');
            line += strspn(line, " ");
        }
        add_line(prepared, line);
    }
    return prepared;
}
