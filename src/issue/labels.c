#include "issue/labels.h"

#include "base/text.h"
#include "issue/words.h"

#include <string.h>

struct label_word {
    const char *word;
    enum label label;
};

static const struct label_word label_words[] = {
    {"e-mail", LABEL_CONTACT},     {"email", LABEL_CONTACT},     {"邮箱", LABEL_CONTACT},
    {"信箱", LABEL_CONTACT},       {"邮件", LABEL_CONTACT},      {"电邮", LABEL_CONTACT},
    {"邮址", LABEL_CONTACT},       {"投稿", LABEL_CONTACT},      {"来稿", LABEL_CONTACT},
    {"电话", LABEL_TELEPHONE},     {"tel", LABEL_TELEPHONE},     {"拟稿", LABEL_EDITOR},
    {"热线", LABEL_TELEPHONE},     {"手机", LABEL_TELEPHONE},    {"座机", LABEL_TELEPHONE},
    {"联系方式", LABEL_TELEPHONE}, {"编辑", LABEL_EDITOR},       {"责编", LABEL_EDITOR},
    {"编校", LABEL_EDITOR},        {"主编", LABEL_OTHER},        {"总编", LABEL_OTHER},
    {"美编", LABEL_OTHER},         {"执编", LABEL_EDITOR},       {"采编", LABEL_EDITOR},
    {"编务", LABEL_OTHER},         {"编写", LABEL_EDITOR},       {"编撰", LABEL_EDITOR},
    {"组稿", LABEL_EDITOR},        {"统稿", LABEL_OTHER},        {"整理", LABEL_EDITOR},
    {"审核", LABEL_REVIEWER},      {"审签", LABEL_REVIEWER},     {"审阅", LABEL_REVIEWER},
    {"审定", LABEL_REVIEWER},      {"签发", LABEL_REVIEWER},     {"核稿", LABEL_REVIEWER},
    {"核发", LABEL_REVIEWER},      {"审校", LABEL_REVIEWER},     {"审稿", LABEL_REVIEWER},
    {"审发", LABEL_REVIEWER},      {"审批", LABEL_REVIEWER},     {"审查", LABEL_REVIEWER},
    {"编审", LABEL_REVIEWER},      {"监审", LABEL_REVIEWER},     {"批准", LABEL_REVIEWER},
    {"复核", LABEL_REVIEWER},      {"核准", LABEL_REVIEWER},     {"核签", LABEL_REVIEWER},
    {"签批", LABEL_REVIEWER},      {"会签", LABEL_REVIEWER},     {"终审", LABEL_REVIEWER},
    {"复审", LABEL_REVIEWER},      {"初审", LABEL_REVIEWER},     {"一审", LABEL_REVIEWER},
    {"二审", LABEL_REVIEWER},      {"三审", LABEL_REVIEWER},     {"分送", LABEL_DISTRIBUTION},
    {"主送", LABEL_DISTRIBUTION},  {"抄送", LABEL_DISTRIBUTION}, {"抄报", LABEL_DISTRIBUTION},
    {"发送", LABEL_DISTRIBUTION},  {"报送", LABEL_DISTRIBUTION}, {"呈报", LABEL_DISTRIBUTION},
    {"呈送", LABEL_DISTRIBUTION},  {"印送", LABEL_DISTRIBUTION}, {"分发", LABEL_DISTRIBUTION},
    {"送阅", LABEL_DISTRIBUTION},  {"呈阅", LABEL_DISTRIBUTION}, {"印发", LABEL_DISTRIBUTION},
    {"下发", LABEL_DISTRIBUTION},  {"发至", LABEL_DISTRIBUTION}, {"送达", LABEL_DISTRIBUTION},
    {"寄送", LABEL_DISTRIBUTION},  {"赠送", LABEL_DISTRIBUTION}, {"赠阅", LABEL_DISTRIBUTION},
    {"转发", LABEL_DISTRIBUTION},  {"发放", LABEL_DISTRIBUTION}, {"主报", LABEL_DISTRIBUTION},
    {"抄发", LABEL_DISTRIBUTION},  {"抄告", LABEL_DISTRIBUTION}, {"抄呈", LABEL_DISTRIBUTION},
    {"内送", LABEL_DISTRIBUTION},  {"报", LABEL_DISTRIBUTION},   {"送", LABEL_DISTRIBUTION},
    {"发", LABEL_DISTRIBUTION},    {"呈", LABEL_DISTRIBUTION},   {"抄", LABEL_DISTRIBUTION},
    {"微信公众号", LABEL_OTHER},   {"公众号", LABEL_OTHER},      {"微信", LABEL_OTHER},
    {"微博", LABEL_OTHER},         {"邮政编码", LABEL_OTHER},    {"邮编", LABEL_OTHER},
    {"主办单位", LABEL_OTHER},     {"主办", LABEL_OTHER},        {"主管单位", LABEL_OTHER},
    {"主管", LABEL_OTHER},         {"编印单位", LABEL_OTHER},    {"编印", LABEL_OTHER},
    {"编制", LABEL_OTHER},         {"编发", LABEL_OTHER},        {"承办", LABEL_OTHER},
    {"协办", LABEL_OTHER},         {"出版", LABEL_OTHER},        {"印发机关", LABEL_OTHER},
    {"印发单位", LABEL_OTHER},     {"印发部门", LABEL_OTHER},    {"印发日期", LABEL_OTHER},
    {"印发时间", LABEL_OTHER},     {"印数", LABEL_OTHER},        {"份数", LABEL_OTHER},
    {"印刷", LABEL_OTHER},         {"印制", LABEL_OTHER},        {"承印", LABEL_OTHER},
    {"监印", LABEL_OTHER},         {"打印", LABEL_OTHER},        {"打字", LABEL_OTHER},
    {"录入", LABEL_OTHER},         {"校对", LABEL_OTHER},        {"排版", LABEL_OTHER},
    {"版式", LABEL_OTHER},         {"设计", LABEL_OTHER},        {"制作", LABEL_OTHER},
    {"地址", LABEL_OTHER},         {"网址", LABEL_OTHER},        {"网站", LABEL_OTHER},
    {"传真", LABEL_OTHER},         {"联系人", LABEL_OTHER},      {"联络人", LABEL_OTHER},
    {"顾问", LABEL_OTHER},         {"策划", LABEL_OTHER},        {"统筹", LABEL_OTHER},
    {"监制", LABEL_OTHER},         {"编委", LABEL_OTHER},        {"编委会", LABEL_OTHER},
    {"编辑部", LABEL_OTHER},       {"编辑单位", LABEL_OTHER},    {"主任", LABEL_OTHER},
    {"发行", LABEL_OTHER},         {"准印证", LABEL_OTHER},      {"准印证号", LABEL_OTHER},
    {"刊号", LABEL_OTHER},         {"主题词", LABEL_OTHER},      {"关键词", LABEL_OTHER},
    {"存档", LABEL_OTHER},         {"归档", LABEL_OTHER},
};
/* What may stand before one of them, and is part of the label: 本期责任编辑. */
static const char *const prefixes[] = {
    "信息",   "报送",   "投稿", "来稿", "电子", "联系", "本期", "责任", "执行", "咨询", "值班",
    "办公",   "组稿",   "本刊", "副",   "总",   "美术", "文字", "技术", "特约", "执笔", "编辑",
    "办公室", "编辑部", "联络", "通讯", "通信", "监督", "服务", "反馈", "征稿", "供稿", "收稿",
    "官方",   "栏目",   "当期", "轮值", "常务", "内容", "稿件", "终",   "公共", "微信"};
static const char *const suffixes[] = {"人",   "单位", "员",   "地址", "范围", "对象",
                                       "机关", "部门", "号码", "号",   "者",   "名单"};

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

/* The longest word that stands right before `end`: where it begins; NULL: none. */
static const char *word_before(const char *start, const char *end, const struct label_word **found)
{
    const char *first = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(label_words); i++) {
        const char *begin = ends_with_spaced(start, end, label_words[i].word);
        if (!begin || (first && begin >= first))
            continue;
        first = begin;
        *found = &label_words[i];
    }
    return first;
}

/* Where the label that ends at `end` begins, prefixes such as 本期责任 with it; NULL: none. */
static const char *label_before(const char *start, const char *end, const struct label_word **found)
{
    if (!may_end_label(start, end))
        return NULL;
    const char *begin = word_before(start, end, found);
    const char *without = before_any(start, end, suffixes, G_N_ELEMENTS(suffixes));
    if (!begin && without)
        begin = word_before(start, without, found);
    const char *longer = begin;
    while (longer && (longer = before_any(start, begin, prefixes, G_N_ELEMENTS(prefixes))))
        begin = longer;
    return begin;
}

/* 编辑｜张三 and 编辑 | 张三 are written too. */
static bool is_colon(gunichar c)
{
    return c == ':' || c == 0xff1a || c == 0xfe55 || c == 0x2236 || c == '|' || c == 0xff5c ||
           c == 0x4e28;
}

static bool is_closing(gunichar c)
{
    return c == 0x3011 || c == 0x3015 || c == ']' || c == 0xff3d;
}

/* 【分送】: where the bracket before the label opens; NULL: there is none. */
static const char *opening_before(const char *start, const char *begin)
{
    const char *open = begin > start ? g_utf8_prev_char(begin) : NULL;
    bool opens = open && g_utf8_strchr("【〔[［", -1, g_utf8_get_char(open));
    return opens ? open : NULL;
}

/* If the character at `at` ends a label, as a colon or the bracket around it does: where the label
 * begins, with that bracket. *name is where its words begin. */
static const char *label_at(const char *start, const char *at, const struct label_word **word,
                            const char **name)
{
    gunichar c = g_utf8_get_char(at);
    if (!is_colon(c) && !is_closing(c))
        return NULL;
    *name = label_before(start, at, word);
    return *name && is_closing(c) ? opening_before(start, *name) : *name;
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
        if (!text_is_blank(c) && !g_utf8_strchr("；;，,、|｜/／◆●■★▲※", -1, c))
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

/* 信息报送：a@b.cn is where to write, 联系方式：a@b.cn too; 印发：…3月1日印发 is who printed it. */
static enum label label_of_value(enum label label, const char *value)
{
    bool address = strchr(value, '@') && !strchr(value, ' ');
    if ((label == LABEL_DISTRIBUTION || label == LABEL_TELEPHONE) && address)
        return LABEL_CONTACT;
    if (label == LABEL_CONTACT && !strchr(value, '@') && g_ascii_isdigit(*value))
        return LABEL_TELEPHONE;
    if (label == LABEL_DISTRIBUTION && g_str_has_suffix(value, "印发"))
        return LABEL_OTHER;
    return label;
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
    before->label = label_of_value(before->label, value);
}

static GPtrArray *cut_at_colons(const char *line)
{
    GPtrArray *segments = g_ptr_array_new_with_free_func(segment_free);
    const char *value = line;
    for (const char *at = line; *at; at = g_utf8_next_char(at)) {
        const struct label_word *word;
        const char *words, *begin = label_at(value, at, &word, &words);
        if (!begin || !may_begin(line, begin, word))
            continue;
        close_segment(segments, value, begin, false);
        AUTO(text) char *name = g_strndup(words, (gsize)(at - words));
        segment_add(segments, word->label, text_squeeze(name));
        value = g_utf8_next_char(at);
        if (is_closing(g_utf8_get_char(at)) && is_colon(g_utf8_get_char(value)))
            value = g_utf8_next_char(value); /* 【分送】：… */
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

/* 投稿邮箱a@b.cn, 电话010-1: where the value begins that only its letters part from the label. */
static const char *glued_value(const char *line, const struct label_word **word)
{
    const char *value = line;
    while (*value && !g_ascii_isalnum(*value) && value - line < 60)
        value = g_utf8_next_char(value);
    if (!g_ascii_isalnum(*value) || strlen(value) > 100 || strchr(value, ' ') ||
        label_before(line, value, word) != line)
        return NULL;
    bool fits = (*word)->label == LABEL_CONTACT ? strchr(value, '@') != NULL
                                                : (*word)->label == LABEL_TELEPHONE &&
                                                      strspn(value, "0123456789-") == strlen(value);
    return fits ? value : NULL;
}

/* If the line begins with a whole label and a blank: where its value begins. */
static const char *bare_label(const char *line, const struct label_word **word)
{
    const char *end = line, *glued = glued_value(line, word);
    if (glued)
        return glued;
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

/* 分送 alone, those who receive under it. */
static bool is_distribution(const char *line, const char *end)
{
    const struct label_word *word;
    return label_before(line, end, &word) == line && word->label == LABEL_DISTRIBUTION &&
           g_utf8_strlen(word->word, -1) > 1;
}

/* ◆编辑：张三: the sign is no part of the label. */
static const char *without_sign(const char *line)
{
    const char *rest;
    bool may = (unsigned char)*line == 0xe2; /* of U+2000 to U+2FFF */
    return may && words_mark(line, &rest) == MARK_BULLET ? rest : line;
}

GPtrArray *labels_cut(const char *line)
{
    line = without_sign(line);
    if (is_distribution(line, line + strlen(line))) {
        GPtrArray *alone = g_ptr_array_new_with_free_func(segment_free);
        segment_add(alone, LABEL_DISTRIBUTION, text_squeeze(line))->value = g_strdup("");
        return alone;
    }
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
    line = without_sign(line);
    const char *at = line;
    bool blank = false;
    for (int characters = 0; *at && characters < 20; characters++, at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        blank = blank || text_is_blank(c);
        if (!is_colon(c) && !is_closing(c))
            continue;
        const struct label_word *word;
        const char *words, *begin = label_at(line, at, &word, &words);
        return begin == line ? label_of_value(word->label, g_utf8_next_char(at)) : LABEL_NONE;
    }
    if (!*at && is_distribution(line, at))
        return LABEL_DISTRIBUTION;
    const struct label_word *word;
    const char *value = blank ? bare_label(line, &word) : glued_value(line, &word);
    if (!value || strlen(value) > 1000)
        return LABEL_NONE;
    AUTO(array) GPtrArray *segments = cut_at_blanks(line);
    return segments->len ? ((struct segment *)segments->pdata[0])->label : LABEL_NONE;
}
