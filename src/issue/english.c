#include "issue/english.h"

#include "issue/words.h"

#include <string.h>

/* Words that are never names or terms of their own. */
static bool is_common(const char *word, size_t length)
{
    static const char *const common[] = {"and",  "or", "the", "of",   "in",   "to",   "with",
                                         "for",  "is", "are", "by",   "on",   "at",   "as",
                                         "from", "an", "be",  "that", "this", "also", "but"};
    for (size_t i = 0; i < G_N_ELEMENTS(common); i++)
        if (strlen(common[i]) == length && g_ascii_strncasecmp(word, common[i], length) == 0)
            return true;
    return false;
}

static gunichar before_blanks(const char *start, const char *at)
{
    while (at > start) {
        at = g_utf8_prev_char(at);
        gunichar c = g_utf8_get_char(at);
        if (!text_is_blank(c))
            return c;
    }
    return 0;
}

static gunichar after_blanks(const char *at)
{
    while (*at && text_is_blank(g_utf8_get_char(at)))
        at = g_utf8_next_char(at);
    return g_utf8_get_char(at);
}

static void check_line(const struct block_line *line, const char *name, struct problems *problems)
{
    const char *at = line->text;
    while (*at) {
        if (!g_ascii_isalpha(*at)) {
            at++;
            continue;
        }
        const char *end = at;
        while (g_ascii_isalpha(*end))
            end++;
        size_t length = (size_t)(end - at);
        if (length <= 4 && is_common(at, length) && words_is_han(before_blanks(line->text, at)) &&
            words_is_han(after_blanks(end)))
            problems_add(
                problems, REMARK, "stray-english", EX_DATAERR,
                (struct place){name, line->line, (int)g_utf8_pointer_to_offset(line->text, at) + 1},
                N_("write the Chinese word for it"),
                N_("an English word stands in a Chinese sentence: %.*s"), (int)length, at);
        at = end;
    }
}

void english_check(const struct block *block, const char *name, struct problems *problems)
{
    for (guint i = 0; i < block->lines->len; i++)
        check_line(block->lines->pdata[i], name, problems);
}
