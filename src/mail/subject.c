#include "mail/subject.h"

#include <string.h>

static const char trial_prefix[] = "[试发] ";
static const char supplement_word[] = "增刊";

static const struct {
    const char *open, *close;
} brackets[] = {
    {"（", "）"}, {"(", ")"}, {"〔", "〕"}, {"[", "]"}, {"【", "】"}, {"《", "》"}, {"「", "」"},
};

static const char *closing_of(const char *at, size_t *open_length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(brackets); i++)
        if (g_str_has_prefix(at, brackets[i].open)) {
            *open_length = strlen(brackets[i].open);
            return brackets[i].close;
        }
    return NULL;
}

/* The value of the placeholder at `at`, whose length is then known; "" is an empty one; NULL: there
 * is none. The caller frees. */
static char *value_at(const char *at, size_t *length, const struct publication *publication,
                      const struct issue *issue)
{
    const struct {
        const char *placeholder;
        int number;
    } numbers[] = {
        {"{year}", issue->year}, {"{number}", issue->number}, {"{total}", issue->total_number}};
    if (g_str_has_prefix(at, "{name}")) {
        *length = strlen("{name}");
        return g_strdup(publication->name);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        if (g_str_has_prefix(at, numbers[i].placeholder)) {
            *length = strlen(numbers[i].placeholder);
            return numbers[i].number ? g_strdup_printf("%d", numbers[i].number) : g_strdup("");
        }
    return NULL;
}

struct expansion {
    const struct publication *publication;
    const struct issue *issue;
    const char *at; /* what of the pattern is left */
};

/* Expands up to and with `closing` ("": the pattern's end). *hollow: a placeholder was empty. */
static char *expand(struct expansion *expansion, const char *closing, bool *hollow)
{
    GString *to = g_string_new(NULL);
    *hollow = false;
    while (*expansion->at && !(*closing && g_str_has_prefix(expansion->at, closing))) {
        size_t length;
        const char *inner_closing = closing_of(expansion->at, &length);
        if (inner_closing) {
            const char *open = expansion->at;
            bool inner_hollow;
            expansion->at += length;
            AUTO(text) char *inner = expand(expansion, inner_closing, &inner_hollow);
            if (!inner_hollow)
                g_string_append_printf(to, "%.*s%s", (int)length, open, inner);
            continue;
        }
        AUTO(text)
        char *value = value_at(expansion->at, &length, expansion->publication, expansion->issue);
        if (!value)
            length = 1;
        else if (!*value)
            *hollow = true;
        if (value)
            g_string_append(to, value);
        else
            g_string_append_len(to, expansion->at, 1);
        expansion->at += length;
    }
    if (*expansion->at && *closing) {
        g_string_append(to, closing);
        expansion->at += strlen(closing);
    }
    return g_string_free(to, FALSE);
}

static GString *pattern_of(const struct publication *publication, const struct issue *issue)
{
    GString *pattern = g_string_new(publication->subject);
    if (g_strcmp0(issue->kind, "supplement") != 0)
        return pattern;
    AUTO(text) char *with_word = g_strconcat(supplement_word, "第{number}", NULL);
    AUTO(text) char *bare_word = g_strconcat(supplement_word, "{number}", NULL);
    if (!g_string_replace(pattern, "第{number}", with_word, 1))
        g_string_replace(pattern, "{number}", bare_word, 1);
    return pattern;
}

char *subject_clean(const char *text)
{
    char *clean = g_utf8_make_valid(text, -1), *to = clean;
    const char *next;
    for (const char *at = clean; *at; at = next) {
        gunichar c = g_utf8_get_char(at);
        next = g_utf8_next_char(at);
        if (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029)
            *to++ = ' ';
        else
            while (at < next)
                *to++ = *at++;
    }
    *to = '\0';
    return g_strstrip(clean);
}

char *subject_of_issue(const struct publication *publication, const struct issue *issue,
                       enum mail_kind kind)
{
    AUTO(str) GString *pattern = pattern_of(publication, issue);
    struct expansion expansion = {publication, issue, pattern->str};
    bool hollow;
    AUTO(text) char *expanded = expand(&expansion, "", &hollow);
    AUTO(text) char *subject = g_strconcat(kind == MAIL_TRIAL ? trial_prefix : "", expanded, NULL);
    return subject_clean(subject);
}
