#include "people/signs.h"

#include "base/text.h"

struct signs {
    GArray *all; /* of struct sign */
};

struct signs *signs_new(void)
{
    struct signs *signs = g_new0(struct signs, 1);
    signs->all = g_array_new(FALSE, FALSE, sizeof(struct sign));
    return signs;
}

void signs_free(struct signs *signs)
{
    if (!signs)
        return;
    g_array_unref(signs->all);
    g_free(signs);
}

/* 0: a character without width, which is nothing at all. */
static gunichar folded(const char *character)
{
    AUTO(text) char *one = g_strndup(character, (gsize)(g_utf8_next_char(character) - character));
    AUTO(text) char *half = text_fold(one);
    gunichar c = g_utf8_get_char(half);
    return text_is_blank(c) ? ' ' : c;
}

void signs_add_line(struct signs *signs, const char *text, guint line)
{
    for (; *text; text = g_utf8_next_char(text)) {
        const struct sign sign = {folded(text), text, line};
        if (sign.c)
            g_array_append_val(signs->all, sign);
    }
    const struct sign end = {'\n', text, line};
    g_array_append_val(signs->all, end);
}

struct sign signs_at(const struct signs *signs, guint at)
{
    if (at >= signs->all->len)
        return (struct sign){0};
    return g_array_index(signs->all, struct sign, at);
}

static bool is_mark(gunichar c)
{
    return c && g_utf8_strchr("、,;。 \n", -1, c);
}

guint signs_separator(const struct signs *signs, guint at)
{
    gunichar c = signs_at(signs, at).c;
    if (is_mark(c) || c == 0x548c /* 和 */ || c == 0x53ca /* 及 */ || c == 0x4e0e /* 与 */)
        return 1;
    if (c == 0x4ee5 /* 以 */ && signs_at(signs, at + 1).c == 0x53ca /* 及 */)
        return 2;
    return 0;
}

guint signs_next_mark(const struct signs *signs, guint at)
{
    while (at < signs->all->len && !is_mark(signs_at(signs, at).c))
        at++;
    return at;
}

char *signs_rest(const struct signs *signs, guint at)
{
    GString *rest = g_string_new(NULL);
    for (; at < signs->all->len && signs_at(signs, at).c != '\n'; at++)
        g_string_append_unichar(rest, signs_at(signs, at).c);
    return g_string_free(rest, FALSE);
}

char *signs_words(const struct signs *signs, guint from, guint to)
{
    const char *begin = signs_at(signs, from).from;
    return g_strndup(begin, (gsize)(signs_at(signs, to).from - begin));
}
