#include "issue/attribution.h"

#include "base/text.h"
#include "issue/words.h"

#include <string.h>

enum {
    LONGEST = 60,          /* characters */
    LONGEST_BY_PLACE = 24, /* of one that nothing but its place shows */
};

/* Those of nine in ten people; none of them is a word that stands alone under a title. */
#define SURNAMES                                                                                                                           \
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛" \
    "阎余潘戴夏汪范姜崔谭陆邹熊孟秦邱侯尹邵雷龚康贺毛郝史钱顾赖武龙万段漕汤黎易常乔文闫肖齐姚"

/* Words that name what an attribution is, before a colon; before a blank or 自 too. */
static const char *const kinds[] = {
    "供稿单位", "供稿人",   "供稿", "来源",   "来稿单位", "来稿",     "作者系",   "作者",
    "撰稿",     "通讯员",   "记者", "文字",   "文/图",    "图/文",    "文图",     "图文",
    "文",       "图片",     "图",   "摄影",   "供图",     "撰文",     "编写",     "执笔人",
    "执笔",     "采写",     "整理", "课题组", "调研组",   "报送单位", "信息来源", "稿件来源",
    "资料来源", "责任编辑", "编辑", "摘自",   "转自",     "选自",     "据"};
static const char *const origins[] = {"摘自", "转自", "选自", "作者系", "作者：", "据《"};

/* May one of them begin the words? Nearly all begin otherwise. */
static bool begins_as_kind(const char *words)
{
    return g_utf8_strchr("供来作撰通记文图摄编执采整课调报信稿资责摘转选据", -1,
                         g_utf8_get_char(words)) != NULL;
}

/* If a kind and a colon begin the words: where the colon ends. */
static const char *after_kind(const char *words, const char **kind)
{
    if (!begins_as_kind(words))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!g_str_has_prefix(words, kinds[i]))
            continue;
        const char *colon = words + strlen(kinds[i]);
        while (*colon && text_is_blank(g_utf8_get_char(colon)))
            colon = g_utf8_next_char(colon);
        gunichar c = g_utf8_get_char(colon);
        if (c && g_utf8_strchr(":：|｜丨", -1, c)) {
            *kind = kinds[i];
            return g_utf8_next_char(colon);
        }
    }
    return NULL;
}

static bool says_nothing(const char *kind)
{
    static const char *const words[] = {"供稿", "供稿单位", "供稿人",
                                        "来稿", "来稿单位", "报送单位"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(kind, words[i]) == 0)
            return true;
    return false;
}

/* 供稿 区科协, without a colon. */
static const char *after_contributed(const char *words)
{
    const char *rest = g_str_has_prefix(words, "供稿") ? words + strlen("供稿") : NULL;
    return rest && text_is_blank(g_utf8_get_char(rest)) ? rest : NULL;
}

/* 供稿 says no more than the brackets do; what says more is kept: 来源, 作者. */
static char *named(const char *words)
{
    const char *kind = NULL;
    const char *bare = after_contributed(words);
    const char *value = bare ? bare : after_kind(words, &kind);
    if (!value || !*value)
        return NULL;
    /* 供稿：秘书处　摄影：老周: what stands beside it would not be told apart. */
    bool more = strstr(value, "：") || strchr(value, ':');
    return !more && (bare || says_nothing(kind)) ? text_trim(value) : g_strdup(words);
}

/* 密云区科协, 密云区科协 张三, 密云区科协、海淀区科协, 密云区科协供稿 */
static bool is_units(const char *words)
{
    AUTO(array) GPtrArray *parts = words_split(words);
    bool unit = false;
    for (guint i = 0; i < parts->len; i++) {
        char *part = parts->pdata[i];
        if (g_str_has_suffix(part, "供稿"))
            part[strlen(part) - strlen("供稿")] = '\0';
        if (words_is_unit(part))
            unit = true;
        else if (*part && !words_is_persons(part) && g_utf8_strlen(part, -1) > 1)
            return false;
    }
    return unit;
}

bool attribution_is_unit(const char *words)
{
    /* 科普馆建成, 密云区成立学会: what a title tells a unit did. */
    static const char *const verbs[] = {"建成", "召开", "举办", "成立", "启动", "开展", "走进",
                                        "揭牌", "落户", "获评", "荣获", "开放", "探访"};
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strstr(words, verbs[i]))
            return false;
    return strlen(words) < 150 && is_units(words);
}

/* 海 淀 区 科 协: nothing but single characters is one name, spaced out. */
static char *without_spacing(const char *inside)
{
    AUTO(array) GPtrArray *parts = words_split(inside);
    bool spaced = parts->len > 2;
    for (guint i = 0; spaced && i < parts->len; i++)
        spaced = words_is_han(g_utf8_get_char(parts->pdata[i])) &&
                 !*g_utf8_next_char((char *)parts->pdata[i]);
    return spaced ? text_squeeze(inside) : text_trim(inside);
}

static char *attribution_of(const char *inside)
{
    if (strlen(inside) > (size_t)LONGEST * 4 || g_str_has_suffix(inside, "。"))
        return NULL;
    AUTO(text) char *words = without_spacing(inside);
    if (g_utf8_strlen(words, -1) > LONGEST || strstr(words, "。") || strstr(words, "简称"))
        return NULL;
    char *name = named(words); /* 文：张三；图：李四 */
    if (name || words_has_sentence(words))
        return name;
    return is_units(words) ? TAKE(words) : NULL;
}

/* What stands in brackets after the last sentence says who contributed by its place, if it is
 * short, no sentence and none of the words that close an article in another way. */
static char *attribution_by_place(const char *inside)
{
    static GRegex *other, *kind;
    if (!other) {
        other = g_regex_new(
            "^(?:完|全文完|略|待续|未完待续|下转|上接|续完|笑|掌声|[0-9一二三四五六七"
            "八九十]+)|简称|附件|附后|附表|见图|如图|下图|上图|详见|另见|参见|见第|略[)）]?$|"
            "^[注另含共约占即如例]|^\\W*$|[%％]|^[0-9.年月日-]+$|^图\\s*[0-9]|"
            "^(?:截至|其中|包括|以上|此件|不含|以下|会后|时间|地点)",
            G_REGEX_OPTIMIZE, 0, NULL);
        kind = g_regex_new("^(?:文|图|文图|图文|摄|摄影)\\s*[/／]", G_REGEX_OPTIMIZE, 0, NULL);
    }
    AUTO(text) char *words = without_spacing(inside);
    glong length = g_utf8_strlen(words, -1);
    bool known = g_regex_match(kind, words, 0, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(origins); i++)
        known = known || g_str_has_prefix(words, origins[i]);
    if (length > LONGEST || strchr(words, '(') || strstr(words, "（"))
        return NULL;
    if (known)
        return TAKE(words);
    bool sentence = length < 2 || length > LONGEST_BY_PLACE || words_has_sentence(words) ||
                    strstr(words, "，") || strstr(words, "。") || strstr(words, "：") ||
                    g_regex_match(other, words, 0, NULL);
    return sentence ? NULL : TAKE(words);
}

struct brackets {
    const char *open, *close;
};

/* Which sort of bracket closes at `close`; NULL: none. */
static const struct brackets *brackets_of(const char *close)
{
    static const struct brackets sorts[] = {
        {"(（", ")）"}, {"[［", "]］"}, {"【", "】"}, {"〔", "〕"}};
    for (size_t i = 0; i < G_N_ELEMENTS(sorts); i++)
        if (g_utf8_strchr(sorts[i].close, -1, g_utf8_get_char(close)))
            return &sorts[i];
    return NULL;
}

/* The last bracket that opens, if the text ends in the one that closes it, a full stop after it or
 * not. */
static const char *last_bracket(const char *text, const char **inside, const char **inside_end)
{
    const char *end = text + strlen(text);
    if (g_str_has_suffix(text, "。"))
        end = g_utf8_prev_char(end);
    const char *close = end > text ? g_utf8_prev_char(end) : NULL;
    const struct brackets *sort = close ? brackets_of(close) : NULL;
    if (!sort)
        return NULL;
    int depth = 1;
    const char *at = close;
    for (int i = 0; i <= LONGEST && at > text; i++) {
        at = g_utf8_prev_char(at);
        gunichar c = g_utf8_get_char(at);
        depth += g_utf8_strchr(sort->close, -1, c) != NULL;
        depth -= g_utf8_strchr(sort->open, -1, c) != NULL;
        if (depth)
            continue;
        *inside = g_utf8_next_char(at);
        *inside_end = close;
        return at;
    }
    return NULL;
}

char *attribution_at_end(const char *text, const char **text_end)
{
    const char *inside, *inside_end;
    const char *open = last_bracket(text, &inside, &inside_end);
    if (!open)
        return NULL;
    const char *before = open;
    while (before > text && text_is_blank(g_utf8_get_char(g_utf8_prev_char(before))))
        before = g_utf8_prev_char(before);
    AUTO(text) char *sentence = g_strndup(text, (gsize)(before - text));
    if (*sentence && !words_is_closed(sentence))
        return NULL;
    AUTO(text) char *words = g_strndup(inside, (gsize)(inside_end - inside));
    char *attribution = attribution_of(words);
    if (!attribution)
        attribution = attribution_by_place(words);
    *text_end = before;
    return attribution;
}

/* 本报记者 王小丽, 通讯员　张三、李四, 王小丽: who wrote it, under the title. */
static bool is_by_line(const char *text)
{
    static GRegex *reporter, *named;
    if (!reporter) {
        reporter = g_regex_new("^(?:本报|本刊|特约|见习|实习)*(?:记者|通讯员|评论员|撰稿人|作者)"
                               "[\\s　:：]+(.+)$",
                               G_REGEX_OPTIMIZE, 0, NULL);
        named =
            g_regex_new("^(?:[" SURNAMES "]|欧阳|司马|诸葛|上官|司徒)", G_REGEX_OPTIMIZE, 0, NULL);
    }
    GMatchInfo *match = NULL;
    bool reports = g_regex_match(reporter, text, 0, &match);
    AUTO(text) char *names = reports ? g_match_info_fetch(match, 1) : g_strdup(text);
    g_match_info_free(match);
    if (!words_is_persons(names))
        return false;
    AUTO(array) GPtrArray *persons = words_split(names);
    for (guint i = 0; i < persons->len && !reports; i++)
        if (!g_regex_match(named, persons->pdata[i], 0, NULL) &&
            g_utf8_strlen(persons->pdata[i], -1) > 1)
            return false;
    return true;
}

/* Is it what somebody says, rather than who he is? */
static bool speaks(const char *line)
{
    gunichar last = g_utf8_get_char(g_utf8_prev_char(line + strlen(line)));
    return g_utf8_strchr("。？！…?!”", -1, last) && !g_str_has_prefix(line, "来源");
}

char *attribution_line(const char *text, bool under_title)
{
    const char *end;
    size_t length = strlen(text);
    if (length > 300 || !length)
        return NULL;
    /* Nearly all lines: a sentence, no bracket before its full stop. */
    const char *stop = g_str_has_suffix(text, "。") ? text + length - strlen("。") : NULL;
    if (stop && (stop == text || !brackets_of(g_utf8_prev_char(stop))) && !begins_as_kind(text))
        return NULL;
    char *bracketed = attribution_at_end(text, &end);
    if (bracketed && end == text)
        return bracketed;
    g_free(bracketed);
    if (g_str_has_prefix(text, "——") || g_str_has_prefix(text, "--")) {
        const char *words = text;
        while (*words && g_utf8_strchr("—-", -1, g_utf8_get_char(words)))
            words = g_utf8_next_char(words);
        return attribution_of(words);
    }
    char *name = named(text);
    if (name && speaks(text)) { /* 记者：您如何看待？ */
        g_free(name);
        return NULL;
    }
    if (name && (g_utf8_strlen(text, -1) > LONGEST || words_has_sentence(text)))
        g_clear_pointer(&name, g_free);
    if (!name && g_str_has_suffix(text, "供稿"))
        name = attribution_of(text);
    if (name || !under_title)
        return name;
    return is_by_line(text) ? text_trim(text) : attribution_of(text);
}
