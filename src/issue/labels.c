#include "issue/labels.h"

#include "base/text.h"
#include "issue/words.h"

#include <string.h>

struct label_word {
    const char *word;
    enum label label;
};

/* The longest first, because a line is matched from its colon backwards. */
static const struct label_word label_words[] = {
    {"微信公众号", LABEL_OTHER},  {"公众号", LABEL_OTHER},      {"邮政编码", LABEL_OTHER},
    {"主办单位", LABEL_OTHER},    {"编印单位", LABEL_OTHER},    {"主管单位", LABEL_OTHER},
    {"印发机关", LABEL_OTHER},    {"e-mail", LABEL_CONTACT},    {"email", LABEL_CONTACT},
    {"邮箱", LABEL_CONTACT},      {"信箱", LABEL_CONTACT},      {"邮件", LABEL_CONTACT},
    {"电话", LABEL_TELEPHONE},    {"责编", LABEL_EDITOR},       {"编辑", LABEL_EDITOR},
    {"编校", LABEL_EDITOR},       {"主编", LABEL_EDITOR},       {"审核", LABEL_REVIEWER},
    {"审签", LABEL_REVIEWER},     {"审阅", LABEL_REVIEWER},     {"审定", LABEL_REVIEWER},
    {"签发", LABEL_REVIEWER},     {"核稿", LABEL_REVIEWER},     {"核发", LABEL_REVIEWER},
    {"分送", LABEL_DISTRIBUTION}, {"主送", LABEL_DISTRIBUTION}, {"抄送", LABEL_DISTRIBUTION},
    {"抄报", LABEL_DISTRIBUTION}, {"发送", LABEL_DISTRIBUTION}, {"报送", LABEL_DISTRIBUTION},
    {"呈报", LABEL_DISTRIBUTION}, {"呈送", LABEL_DISTRIBUTION}, {"印送", LABEL_DISTRIBUTION},
    {"分发", LABEL_DISTRIBUTION}, {"地址", LABEL_OTHER},        {"邮编", LABEL_OTHER},
    {"网址", LABEL_OTHER},        {"网站", LABEL_OTHER},        {"传真", LABEL_OTHER},
    {"印数", LABEL_OTHER},        {"主办", LABEL_OTHER},        {"主管", LABEL_OTHER},
    {"编印", LABEL_OTHER},        {"校对", LABEL_OTHER},        {"排版", LABEL_OTHER},
    {"联系人", LABEL_OTHER},      {"报", LABEL_DISTRIBUTION},   {"送", LABEL_DISTRIBUTION},
    {"发", LABEL_DISTRIBUTION},
};
static const char *const prefixes[] = {"信息", "报送", "投稿", "来稿", "电子", "联系", "本期",
                                       "责任", "执行", "咨询", "值班", "办公", "组稿", "本刊"};
static const char *const suffixes[] = {"人", "单位", "员"};

/* --- one label --- */

/* May the character before `end` be a blank, or stand for another? Ideographic blanks and
 * full-width letters are in U+3000 and U+FF00. */
static bool may_vary(const char *end)
{
    gunichar c = g_utf8_get_char(g_utf8_prev_char(end));
    return c < 0x3001 || c >= 0xff00;
}

/* If `word` stands right before `end`, blanks between its characters allowed: where it begins. */
static const char *ends_with_spaced(const char *start, const char *end, const char *word)
{
    const char *at = word + strlen(word);
    /* Nearly always the last octet already differs; this is asked of every colon and every word. */
    if (end <= start || ((unsigned char)end[-1] > 0x80 && at[-1] != end[-1] && !may_vary(end)))
        return NULL;
    while (at > word) {
        at = g_utf8_prev_char(at);
        gunichar wanted = g_utf8_get_char(at), c = 0;
        do {
            if (end <= start)
                return NULL;
            end = g_utf8_prev_char(end);
            c = g_utf8_get_char(end);
        } while (text_is_blank(c));
        if (c >= 0xff01 && c <= 0xff5e)
            c -= 0xff01 - '!';
        if (g_unichar_tolower(c) != wanted)
            return NULL;
    }
    return end;
}

static void *last_character(const char *word)
{
    return GUINT_TO_POINTER(g_utf8_get_char(g_utf8_prev_char(word + strlen(word))));
}

static const char *before_any(const char *start, const char *end, const char *const *words,
                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *begin = ends_with_spaced(start, end, words[i]);
        if (begin)
            return begin;
    }
    return NULL;
}

/* Does any label end in this character? Nearly every colon stands after one of which that is not
 * so. */
static bool may_end_label(const char *start, const char *end)
{
    static GHashTable *ends;
    if (!ends) {
        ends = g_hash_table_new(NULL, NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(label_words); i++)
            g_hash_table_add(ends, last_character(label_words[i].word));
        for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
            g_hash_table_add(ends, last_character(suffixes[i]));
    }
    while (end > start && text_is_blank(g_utf8_get_char(g_utf8_prev_char(end))))
        end = g_utf8_prev_char(end);
    gunichar c = end > start ? g_utf8_get_char(g_utf8_prev_char(end)) : 0;
    if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xff01 - '!';
    return g_hash_table_contains(ends, GUINT_TO_POINTER(g_unichar_tolower(c)));
}

/* Where the label that ends at `end` begins, prefixes such as 本期责任 with it; NULL: none. */
static const char *label_before(const char *start, const char *end, const struct label_word **found)
{
    if (!may_end_label(start, end))
        return NULL;
    const char *without = before_any(start, end, suffixes, G_N_ELEMENTS(suffixes));
    for (int pass = without ? 0 : 1; pass < 2; pass++) {
        for (size_t i = 0; i < G_N_ELEMENTS(label_words); i++) {
            const char *begin = ends_with_spaced(start, pass ? end : without, label_words[i].word);
            if (!begin)
                continue;
            const char *longer;
            while ((longer = before_any(start, begin, prefixes, G_N_ELEMENTS(prefixes))))
                begin = longer;
            *found = &label_words[i];
            return begin;
        }
    }
    return NULL;
}

static bool is_colon(gunichar c)
{
    return c == ':' || c == 0xff1a || c == 0xfe55 || c == 0x2236;
}

static bool parts_segments(gunichar c)
{
    return text_is_blank(c) || (c && g_utf8_strchr("；;，,、。|｜/／）)　", -1, c));
}

/* May a label begin here? 报, 送 and 发 are too common inside words to stand after one. */
static bool may_begin(const char *line, const char *begin, const struct label_word *word)
{
    if (begin == line || parts_segments(g_utf8_get_char(g_utf8_prev_char(begin))))
        return true;
    return g_utf8_strlen(word->word, -1) > 1;
}

/* --- cutting --- */

static void segment_free(void *pointer)
{
    struct segment *segment = pointer;
    g_free(segment->name);
    g_free(segment->value);
    g_free(segment);
}

static char *value_between(const char *from, const char *to)
{
    AUTO(text) char *value = g_strndup(from, (gsize)(to - from));
    return text_trim(value);
}

/* What parts two labels on a line is no part of the value. */
static void drop_separator(char *value)
{
    char *end = value + strlen(value);
    while (end > value) {
        char *last = g_utf8_prev_char(end);
        gunichar c = g_utf8_get_char(last);
        if (!text_is_blank(c) && !g_utf8_strchr("；;，,、|｜/／", -1, c))
            break;
        *last = '\0';
        end = last;
    }
}

static struct segment *segment_add(GPtrArray *segments, enum label label, char *name)
{
    struct segment *segment = g_new0(struct segment, 1);
    segment->label = label;
    segment->name = name;
    g_ptr_array_add(segments, segment);
    return segment;
}

/* Ends the segment before: its value runs from `from` to `to`. */
static void close_segment(GPtrArray *segments, const char *from, const char *to, bool last)
{
    char *value = value_between(from, to);
    if (!last)
        drop_separator(value);
    if (!segments->len) {
        if (*value)
            segment_add(segments, LABEL_NONE, NULL)->value = value;
        else
            g_free(value);
        return;
    }
    struct segment *before = segments->pdata[segments->len - 1];
    before->value = value;
}

static GPtrArray *cut_at_colons(const char *line)
{
    GPtrArray *segments = g_ptr_array_new_with_free_func(segment_free);
    const char *value = line;
    for (const char *at = line; *at; at = g_utf8_next_char(at)) {
        if (!is_colon(g_utf8_get_char(at)))
            continue;
        const struct label_word *word;
        const char *begin = label_before(value, at, &word);
        if (!begin || !may_begin(line, begin, word))
            continue;
        close_segment(segments, value, begin, false);
        AUTO(text) char *name = g_strndup(begin, (gsize)(at - begin));
        segment_add(segments, word->label, text_squeeze(name));
        value = g_utf8_next_char(at);
    }
    close_segment(segments, value, value + strlen(value), true);
    return segments;
}

/* --- without colons --- */

static bool value_fits(enum label label, const char *value)
{
    switch (label) {
    case LABEL_CONTACT:
        return strchr(value, '@') != NULL;
    case LABEL_TELEPHONE:
        return g_ascii_isdigit(*value) || *value == '(' || g_str_has_prefix(value, "（");
    case LABEL_EDITOR:
    case LABEL_REVIEWER:
        return words_is_persons(value);
    case LABEL_DISTRIBUTION:
        return *value && !words_has_sentence(value);
    case LABEL_NONE:
    case LABEL_OTHER:
        break;
    }
    return false;
}

/* If the line begins with a whole label and a blank: where its value begins. */
static const char *bare_label(const char *line, const struct label_word **word)
{
    const char *end = line;
    for (int characters = 0; *end && characters < 16; characters++, end = g_utf8_next_char(end)) {
        if (!text_is_blank(g_utf8_get_char(end)) || end == line)
            continue;
        const char *begin = label_before(line, end, word);
        if (begin == line && g_utf8_strlen((*word)->word, -1) > 1)
            return end;
    }
    return NULL;
}

/* `编辑 张红波  审核 李金涛`: each label is a word of its own. */
static GPtrArray *cut_at_blanks(const char *line)
{
    GPtrArray *segments = g_ptr_array_new_with_free_func(segment_free);
    const struct label_word *word;
    const char *value = bare_label(line, &word), *begin = line;
    while (value) {
        AUTO(text) char *name = g_strndup(begin, (gsize)(value - begin));
        segment_add(segments, word->label, text_squeeze(name));
        enum label label = word->label;
        const char *next = value, *next_value = NULL;
        while (*next && !next_value) {
            if (text_is_blank(g_utf8_get_char(next)))
                next_value = bare_label(g_utf8_next_char(next), &word);
            next = g_utf8_next_char(next);
        }
        close_segment(segments, value, next, !next_value);
        struct segment *segment = segments->pdata[segments->len - 1];
        if (!value_fits(label, segment->value)) {
            g_ptr_array_set_size(segments, 0);
            break;
        }
        begin = next;
        value = next_value;
    }
    return segments;
}

GPtrArray *labels_cut(const char *line)
{
    GPtrArray *segments = cut_at_colons(line);
    bool labelled = false;
    for (guint i = 0; i < segments->len; i++)
        labelled = labelled || ((struct segment *)segments->pdata[i])->label != LABEL_NONE;
    if (labelled)
        return segments;
    GPtrArray *bare = cut_at_blanks(line);
    if (bare->len) {
        g_ptr_array_unref(segments);
        return bare;
    }
    g_ptr_array_unref(bare);
    return segments;
}

enum label labels_first(const char *line)
{
    const char *at = line;
    bool blank = false;
    for (int characters = 0; *at && characters < 20; characters++, at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        blank = blank || text_is_blank(c);
        if (!is_colon(c))
            continue;
        const struct label_word *word;
        return label_before(line, at, &word) == line ? word->label : LABEL_NONE;
    }
    const struct label_word *word;
    const char *value = blank ? bare_label(line, &word) : NULL;
    if (!value || strlen(value) > 1000)
        return LABEL_NONE;
    AUTO(array) GPtrArray *segments = cut_at_blanks(line);
    return segments->len ? ((struct segment *)segments->pdata[0])->label : LABEL_NONE;
}
