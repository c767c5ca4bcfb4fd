#include "base/text.h"

#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

/* --- charsets --- */

struct mark {
    const char *octets;
    size_t length;
    const char *charset;
};
static const struct mark byte_order_marks[] = {
    {"\xef\xbb\xbf", 3, "UTF-8"},
    {"\xff\xfe", 2, "UTF-16LE"},
    {"\xfe\xff", 2, "UTF-16BE"},
};

static const struct mark *mark_of(const char *octets, size_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(byte_order_marks); i++) {
        const struct mark *mark = &byte_order_marks[i];
        if (length >= mark->length && memcmp(octets, mark->octets, mark->length) == 0)
            return mark;
    }
    return NULL;
}

static int lines_before(const char *octets, size_t length)
{
    int lines = 0;
    for (size_t i = 0; i < length; i++)
        lines += octets[i] == '\n';
    return lines;
}

static GString *convert(const char *octets, size_t length, const char *charset, size_t *bad_at)
{
    GError *failure = NULL;
    gsize read = 0, written = 0;
    char *converted =
        g_convert(octets, (gssize)length, "UTF-8", charset, &read, &written, &failure);
    *bad_at = read;
    g_clear_error(&failure);
    if (!converted)
        return NULL;
    GString *text = g_string_new_len(converted, (gssize)written);
    g_free(converted);
    return text;
}

static void unify_line_ends(GString *text)
{
    size_t to = 0;
    for (size_t from = 0; from < text->len; from++) {
        if (text->str[from] == '\r') {
            if (from + 1 < text->len && text->str[from + 1] == '\n')
                continue;
            text->str[to++] = '\n';
        } else {
            text->str[to++] = text->str[from];
        }
    }
    g_string_truncate(text, to);
}

static GString *decode(const char *octets, size_t length, size_t *bad_at)
{
    const struct mark *mark = mark_of(octets, length);
    if (mark) {
        GString *text =
            convert(octets + mark->length, length - mark->length, mark->charset, bad_at);
        *bad_at += mark->length;
        return text;
    }
    const char *end;
    if (g_utf8_validate(octets, (gssize)length, &end))
        return g_string_new_len(octets, (gssize)length);
    size_t good_utf8 = (size_t)(end - octets);
    GString *text = convert(octets, length, "GB18030", bad_at);
    if (!text)
        *bad_at = MAX(*bad_at, good_utf8);
    return text;
}

bool text_decode(GString **text, const void *octets, size_t length, const char *file,
                 struct error *error)
{
    size_t bad_at = 0;
    AUTO(str) GString *decoded = decode(octets, length, &bad_at);
    if (!decoded)
        return error_set(error, EX_DATAERR,
                         (struct place){file, lines_before(octets, bad_at) + 1, 0},
                         N_("save the file as UTF-8 and try again"),
                         N_("this line is neither UTF-8 nor GB18030 text"));
    const char *nul = memchr(decoded->str, '\0', decoded->len);
    if (nul)
        return error_set(
            error, EX_DATAERR,
            (struct place){file, lines_before(decoded->str, (size_t)(nul - decoded->str)) + 1, 0},
            N_("save the file as text (UTF-8) and try again"), N_("this is not a text file"));
    unify_line_ends(decoded);
    *text = TAKE(decoded);
    return true;
}

/* --- widths and blanks --- */

int text_width_of(gunichar character)
{
    /* With a CJK encoding named, libunistring counts Ambiguous as 2. */
    int width = uc_width(character, "GBK");
    return width < 0 ? 0 : width;
}

int text_width(const char *text)
{
    int width = 0;
    for (; *text; text = g_utf8_next_char(text))
        width += text_width_of(g_utf8_get_char(text));
    return width;
}

static bool is_zero_width(gunichar c)
{
    return (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff || c == 0x00ad;
}

bool text_is_blank(gunichar c)
{
    return g_unichar_isspace(c) || is_zero_width(c);
}

char *text_fold(const char *text)
{
    GString *folded = g_string_sized_new(strlen(text));
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (is_zero_width(c))
            continue;
        if (c >= 0xff01 && c <= 0xff5e)
            c -= 0xff01 - '!';
        else if (c != '\n' && c != '\t' && g_unichar_isspace(c))
            c = ' ';
        g_string_append_unichar(folded, c);
    }
    return g_string_free(folded, FALSE);
}

char *text_trim(const char *text)
{
    while (*text && text_is_blank(g_utf8_get_char(text)))
        text = g_utf8_next_char(text);
    const char *end = text + strlen(text);
    while (end > text) {
        const char *last = g_utf8_prev_char(end);
        if (!text_is_blank(g_utf8_get_char(last)))
            break;
        end = last;
    }
    return g_strndup(text, (gsize)(end - text));
}

char *text_squeeze(const char *text)
{
    GString *squeezed = g_string_sized_new(strlen(text));
    for (; *text; text = g_utf8_next_char(text))
        if (!text_is_blank(g_utf8_get_char(text)))
            g_string_append_unichar(squeezed, g_utf8_get_char(text));
    return g_string_free(squeezed, FALSE);
}

/* --- likeness --- */

size_t text_distance(const char *a, const char *b)
{
    glong length_a, length_b;
    gunichar *from = g_utf8_to_ucs4_fast(a, -1, &length_a);
    gunichar *to = g_utf8_to_ucs4_fast(b, -1, &length_b);
    size_t *row = g_new0(size_t, (size_t)length_b + 1);
    for (glong j = 0; j <= length_b; j++)
        row[j] = (size_t)j;
    for (glong i = 1; i <= length_a; i++) {
        size_t diagonal = row[0];
        row[0] = (size_t)i;
        for (glong j = 1; j <= length_b; j++) {
            size_t changed = diagonal + (from[i - 1] != to[j - 1]);
            diagonal = row[j];
            row[j] = MIN(changed, MIN(row[j], row[j - 1]) + 1);
        }
    }
    size_t distance = row[length_b];
    g_free(row);
    g_free(from);
    g_free(to);
    return distance;
}

struct likeness {
    size_t distance;
    const char *name;
};

static int by_distance(const void *left, const void *right)
{
    const struct likeness *a = left, *b = right;
    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    return strcmp(a->name, b->name);
}

GPtrArray *text_nearest(const char *word, const GPtrArray *names, size_t most)
{
    GArray *near = g_array_new(FALSE, FALSE, sizeof(struct likeness));
    size_t length = (size_t)g_utf8_strlen(word, -1);
    for (guint i = 0; i < names->len; i++) {
        struct likeness one = {text_distance(word, names->pdata[i]), names->pdata[i]};
        size_t longer = MAX(length, (size_t)g_utf8_strlen(one.name, -1));
        if (one.distance * 2 <= longer)
            g_array_append_val(near, one);
    }
    g_array_sort(near, by_distance);
    GPtrArray *nearest = g_ptr_array_new();
    for (guint i = 0; i < near->len && i < most; i++)
        g_ptr_array_add(nearest, (void *)g_array_index(near, struct likeness, i).name);
    g_array_unref(near);
    return nearest;
}

/* --- wrapping --- */

/* GB/T 15834-2011 §5.1: what may not begin a line, and what may not end one. */
static const char never_first[] = "。，、；：？！”’）》】〕〉」』］｝~–—～…·.,;:?!)]}%％℃°";
static const char never_last[] = "“‘（《【〔〈「『［｛([{";

static bool is_in(const char *set, gunichar c)
{
    return g_utf8_strchr(set, -1, c) != NULL;
}

static bool is_wide(gunichar c)
{
    return text_width_of(c) == 2;
}

static bool may_break_between(gunichar before, gunichar after)
{
    if (before == ' ')
        return true;
    if (after == ' ' || is_in(never_first, after) || is_in(never_last, before))
        return false;
    return is_wide(before) || is_wide(after);
}

/* The end of the longest piece from `start` that fits; at least one character. */
static const char *fitting_end(const char *start, int columns)
{
    const char *break_at = NULL, *at = start;
    int width = 0;
    gunichar before = 0;
    while (*at) {
        gunichar c = g_utf8_get_char(at);
        if (before && may_break_between(before, c))
            break_at = at;
        if (c != ' ' && width + text_width_of(c) > columns && break_at)
            return break_at;
        width += text_width_of(c);
        before = c;
        at = g_utf8_next_char(at);
    }
    return at;
}

void text_wrap(GString *to, const char *paragraph, int columns, const char *first,
               const char *indent)
{
    const char *prefix = first;
    do {
        const char *end = fitting_end(paragraph, columns - text_width(prefix));
        const char *text_end = end;
        while (text_end > paragraph && text_end[-1] == ' ')
            text_end--;
        g_string_append(to, prefix);
        g_string_append_len(to, paragraph, text_end - paragraph);
        g_string_append_c(to, '\n');
        paragraph = end;
        while (*paragraph == ' ')
            paragraph++;
        prefix = indent;
    } while (*paragraph);
}
