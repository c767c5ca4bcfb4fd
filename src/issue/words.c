#include "issue/words.h"

#include "issue/numerals.h"

#include <string.h>

/* --- cleaning --- */

static bool is_zero_width(gunichar c)
{
    return (c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xfeff || c == 0x00ad;
}

static bool is_odd_blank(gunichar c)
{
    return c == '\t' || c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f;
}

/* Nearly all characters are copied as they are, run by run. */
static bool is_kept(gunichar c)
{
    return (c >= ' ' && c < 0x7f) || (c >= 0x3000 && c < 0xfeff) ||
           (c >= ' ' && !is_zero_width(c) && !is_odd_blank(c));
}

char *words_clean(const char *text)
{
    AUTO(text) char *trimmed = text_trim(text);
    GString *clean = g_string_sized_new(strlen(trimmed));
    const char *run = trimmed;
    for (const char *at = words_skip_han(trimmed), *next; *at; at = words_skip_han(next)) {
        gunichar c = (unsigned char)*at < 0x80 ? (gunichar)*at : g_utf8_get_char(at);
        next = g_utf8_next_char(at);
        if (is_kept(c))
            continue;
        g_string_append_len(clean, run, at - run);
        if (is_odd_blank(c))
            g_string_append_c(clean, ' ');
        run = next;
    }
    g_string_append(clean, run);
    return g_string_free(clean, FALSE);
}

static bool is_in(const char *set, gunichar c)
{
    return c && g_utf8_strchr(set, -1, c) != NULL;
}

static gunichar last_of(const char *text, size_t length)
{
    return length ? g_utf8_get_char(g_utf8_prev_char(text + length)) : 0;
}

void words_join(GString *to, const char *line)
{
    gunichar before = last_of(to->str, to->len);
    gunichar after = g_utf8_get_char(line);
    if (before && after && text_width_of(before) < 2 && text_width_of(after) < 2)
        g_string_append_c(to, ' ');
    g_string_append(to, line);
}

char *words_heading(const char *text)
{
    GString *heading = g_string_sized_new(strlen(text));
    gunichar before = 0;
    bool blank = false;
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (text_is_blank(c)) {
            blank = true;
            continue;
        }
        if (blank && before && (text_width_of(before) < 2 || text_width_of(c) < 2))
            g_string_append_c(heading, ' ');
        g_string_append_unichar(heading, c);
        before = c;
        blank = false;
    }
    return g_string_free(heading, FALSE);
}

/* 1: one Hanzi stands at `text`, apart from what follows; 2: more, or anything else. */
static int run_after(const char *text)
{
    const char *next = g_utf8_next_char(text);
    bool ends = !*next || text_is_blank(g_utf8_get_char(next));
    return words_is_han(g_utf8_get_char(text)) && ends ? 1 : 2;
}

/* 暨, a comma: what stands before the blank can't end there, a line was broken. */
static bool is_torn(const char *before)
{
    static const char *const open[] = {"暨", "以及", "、", "，", "：", "——", "《", "“", "（"};
    for (size_t i = 0; i < G_N_ELEMENTS(open); i++)
        if (g_str_has_suffix(before, open[i]))
            return true;
    return false;
}

/* May a blank stand between them? Beside digits and letters always. */
static bool parts_words(const GString *before, int run_before, const char *after)
{
    gunichar last = last_of(before->str, before->len), next = g_utf8_get_char(after);
    if (text_width_of(last) < 2 || text_width_of(next) < 2)
        return true;
    return (run_before > 1 || run_after(after) > 1) && !is_torn(before->str) &&
           !is_in("、，：；。—…）》”", next);
}

char *words_title(const char *text)
{
    GString *title = g_string_sized_new(strlen(text));
    int run_before = 0; /* characters since the last blank */
    bool blank = false;
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (text_is_blank(c)) {
            blank = true;
            continue;
        }
        if (blank && title->len && parts_words(title, run_before, text))
            g_string_append_c(title, ' ');
        if (blank)
            run_before = 0;
        g_string_append_unichar(title, c);
        run_before += words_is_han(c) ? 1 : 2;
        blank = false;
    }
    return g_string_free(title, FALSE);
}

char *words_title_more(const char *title, const char *line)
{
    AUTO(text) char *more = words_title(line);
    gunichar before = last_of(title, strlen(title)), after = g_utf8_get_char(more);
    bool narrow = before && after && (text_width_of(before) < 2 || text_width_of(after) < 2);
    return g_strconcat(title, narrow ? " " : "", more, NULL);
}

char *words_key(const char *text)
{
    AUTO(text) char *folded = text_fold(text);
    GString *key = g_string_sized_new(strlen(folded));
    for (const char *at = folded; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (g_unichar_isalnum(c))
            g_string_append_unichar(key, g_unichar_tolower(c));
    }
    return g_string_free(key, FALSE);
}

GPtrArray *words_split(const char *text)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    const char *start = text;
    for (;; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        bool parts = !c || text_is_blank(c) || g_utf8_strchr("、，,；;/", -1, c);
        if (parts && text > start)
            g_ptr_array_add(words, g_strndup(start, (gsize)(text - start)));
        if (!c)
            return words;
        if (parts)
            start = g_utf8_next_char(text);
    }
}

/* --- form --- */

bool words_is_han(gunichar c)
{
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) || c == 0x3007;
}

/* Is a bracket open at the end? Only the last 80 octets matter: an attribution, an aside. */
static bool is_open_at_end(const char *text)
{
    const char *full = strstr(text, "（") || strchr(text, '(') ? text + strlen(text) : text;
    for (int i = 0; i < 40 && full > text; i++) {
        full = g_utf8_prev_char(full);
        gunichar c = g_utf8_get_char(full);
        if (is_in("）)", c))
            return false;
        if (is_in("（(", c))
            return true;
    }
    return false;
}

bool words_is_closed(const char *text)
{
    gunichar last = last_of(text, strlen(text));
    return is_in("。！？；：…”’）》】〕』」.!?;:)]>\"", last) && !is_open_at_end(text);
}

bool words_has_sentence(const char *text)
{
    static const char *const ends[] = {"。", "！", "？", "；"};
    size_t length = strlen(text);
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        const char *end = strstr(text, ends[i]);
        if (end && (size_t)(end - text) + strlen(ends[i]) < length)
            return true;
    }
    return false;
}

bool words_is_rule(const char *text)
{
    int drawn = 0;
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (text_is_blank(c))
            continue;
        bool drawing = (c >= 0x2500 && c <= 0x257f) || is_in("-_=*+~—–―－＿＝＊﹍﹎﹏·•", c);
        if (!drawing)
            return false;
        drawn++;
    }
    return drawn >= 3;
}

static char *bare_page_number(const char *text)
{
    AUTO(text) char *folded = text_fold(text);
    return text_squeeze(folded);
}

bool words_is_page_number(const char *text)
{
    static GRegex *form;
    gunichar first = g_utf8_get_char(text);
    bool may = g_ascii_isdigit((char)first) || is_in("-—–－·~_.•第Pp０１２３４５６７８９", first);
    if (!may || strlen(text) > 60)
        return false;
    if (!form)
        form = g_regex_new("^(?:[-—–·~_.•]+\\d{1,4}[-—–·~_.•]+|"
                           "[-—–]*第[" NUMERAL_CHARACTERS "]{1,4}页(?:[,/，]?共[" NUMERAL_CHARACTERS
                           "]{1,4}页)?[-—–]*|"
                           "[Pp]age\\d{1,4}(?:of\\d{1,4})?|\\d{1,3}/\\d{1,3})$",
                           G_REGEX_OPTIMIZE, 0, NULL);
    AUTO(text) char *squeezed = bare_page_number(text);
    return g_regex_match(form, squeezed, 0, NULL);
}

static bool ends_in(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (g_str_has_suffix(text, *words))
            return true;
    return false;
}

bool words_is_unit(const char *text)
{
    static const char *const unit_words[] = {
        "科协",   "协会",   "学会",   "委员会", "研究会", "基金会", "联合会", "联盟",   "办公室",
        "中心",   "局",     "部",     "处",     "研究院", "学院",   "医院",   "法院",   "大学",
        "小学",   "中学",   "公司",   "集团",   "馆",     "厅",     "科室",   "编辑部", "政府",
        "街道",   "区委",   "市委",   "省委",   "县委",   "党委",   "党组",   "报社",   "社区",
        "工作站", "站",     "研究所", "科学院", "总社",   "杂志社", "出版社", "工会",   "团委",
        "妇联",   "科委",   "教委",   "党校",   "学校",   "工程院", "总队",   "支队",   "镇",
        "乡",     "县",     "区",     "室",     "学协会", "课题组", "调研组", "工作组", "小组",
        "编辑组", "编写组", "专班",   "促进会", "服务队", "联合体", "实验室", "基地",   "银行",
        "园区",   NULL};
    glong length = g_utf8_strlen(text, -1);
    return length >= 3 && length <= 40 && ends_in(text, unit_words) && !words_has_sentence(text);
}

static bool is_person(const char *name)
{
    int characters = 0;
    for (; *name; name = g_utf8_next_char(name)) {
        gunichar c = g_utf8_get_char(name);
        if (!words_is_han(c) && c != 0xb7)
            return false;
        characters++;
    }
    return characters >= 2 && characters <= 4;
}

static bool is_one_han(const char *text)
{
    return words_is_han(g_utf8_get_char(text)) && !*g_utf8_next_char(text);
}

bool words_is_persons(const char *text)
{
    AUTO(array) GPtrArray *names = words_split(text);
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        /* 张　三: a name of two characters is often spaced to the width of three. */
        bool spaced = is_one_han(name) && i + 1 < names->len && is_one_han(names->pdata[i + 1]);
        if (spaced)
            i++;
        else if (!is_person(name))
            return false;
    }
    return names->len > 0;
}

/* --- marks --- */

static const char *skip_blanks(const char *text)
{
    while (*text && text_is_blank(g_utf8_get_char(text)))
        text = g_utf8_next_char(text);
    return text;
}

static bool is_numeral(gunichar c, bool *han)
{
    if ((c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19))
        return true;
    *han = is_in("一二三四五六七八九十", c);
    return *han;
}

/* How many numerals stand there, at most three, all of one sort. */
static const char *skip_numerals(const char *text, bool *han)
{
    bool first_han = false;
    for (int i = 0; i < 3; i++) {
        bool this_han = false;
        if (!is_numeral(g_utf8_get_char(text), &this_han) || (i && this_han != first_han))
            break;
        first_han = this_han;
        text = g_utf8_next_char(text);
    }
    *han = first_han;
    return text;
}

static enum mark bracketed_mark(const char *text, const char **rest)
{
    bool han;
    const char *inside = skip_blanks(g_utf8_next_char(text));
    const char *end = skip_blanks(skip_numerals(inside, &han));
    if (end == inside || !is_in("）)〕]", g_utf8_get_char(end)))
        return MARK_NONE;
    *rest = skip_blanks(g_utf8_next_char(end));
    return MARK_BRACKETS;
}

/* 2.2024年…: item 2. */
static bool is_year(const char *text)
{
    int digits = 0;
    for (; g_unichar_isdigit(g_utf8_get_char(text)); text = g_utf8_next_char(text))
        digits++;
    return digits == 4;
}

/* 1/ 市科协…, 01 | 市科协…, 01 市科协…: where the title begins; NULL: none does. */
static const char *after_bar(const char *text, const char *end)
{
    bool padded = *text == '0' && end == text + 2 && text_is_blank(g_utf8_get_char(end));
    const char *bar = skip_blanks(end);
    bool barred = end <= text + 2 && is_in("/／|｜", g_utf8_get_char(bar));
    const char *rest = barred ? skip_blanks(g_utf8_next_char(bar)) : bar;
    bool figures = g_unichar_isdigit(g_utf8_get_char(rest)); /* 1/3 */
    return (padded || barred) && !figures ? rest : NULL;
}

static enum mark numbered_mark(const char *text, const char **rest)
{
    bool han;
    const char *end = skip_numerals(text, &han), *barred;
    if (end == text)
        return MARK_NONE;
    if (!han && (barred = after_bar(text, end))) {
        *rest = barred;
        return MARK_NUMBER;
    }
    if (!is_in(han ? "、．." : ".．、)）", g_utf8_get_char(end)))
        return MARK_NONE;
    const char *after = g_utf8_next_char(end);
    if (g_unichar_isdigit(g_utf8_get_char(after)) && !is_year(after))
        return MARK_NONE; /* 3.5 */
    *rest = skip_blanks(after);
    return han ? MARK_HAN : MARK_NUMBER;
}

enum mark words_mark(const char *text, const char **rest)
{
    text = skip_blanks(text);
    *rest = text;
    gunichar c = g_utf8_get_char(text);
    bool han;
    if (words_is_han(c) && !is_numeral(c, &han)) /* nearly all texts */
        return MARK_NONE;
    if (is_in("■□◆◇●○◎※★☆▲△▶►•·‧∙➢✦❖▌▍▎▋▊█▪▫", c)) {
        *rest = skip_blanks(g_utf8_next_char(text));
        return MARK_BULLET;
    }
    if (is_in("|｜", c) && !strpbrk(text + 1, "|") && !strstr(text + 1, "｜")) {
        *rest = skip_blanks(g_utf8_next_char(text));
        return **rest ? MARK_BULLET : MARK_NONE;
    }
    if (c >= 0x2460 && c <= 0x249b) { /* ① ⑴ ⒈ */
        *rest = skip_blanks(g_utf8_next_char(text));
        return MARK_NUMBER;
    }
    if (is_in("（(〔[", c))
        return bracketed_mark(text, rest);
    return numbered_mark(text, rest);
}

int words_mark_number(const char *text)
{
    const char *rest;
    bool han;
    int number = 0;
    if (words_mark(text, &rest) == MARK_NONE)
        return 0;
    text = skip_blanks(text);
    gunichar c = g_utf8_get_char(text);
    if (c >= 0x2460 && c <= 0x249b)
        return (int)(c - 0x2460) % 20 + 1;
    if (is_in("（(〔[", c))
        text = skip_blanks(g_utf8_next_char(text));
    AUTO(text) char *numeral = g_strndup(text, (gsize)(skip_numerals(text, &han) - text));
    return numeral_parse(numeral, &number) ? number : 0;
}

struct frame {
    const char *open, *close;
};

static char *in_brackets(const char *squeezed)
{
    static const struct frame brackets[] = {{"【", "】"}, {"〖", "〗"}, {"［", "］"},
                                            {"[", "]"},   {"「", "」"}, {"『", "』"}};
    for (size_t i = 0; i < G_N_ELEMENTS(brackets); i++) {
        if (!g_str_has_prefix(squeezed, brackets[i].open))
            continue;
        const char *inside = squeezed + strlen(brackets[i].open);
        const char *close = strstr(inside, brackets[i].close);
        bool all = close && close > inside && !close[strlen(brackets[i].close)];
        bool number = g_unichar_isdigit(g_utf8_get_char(inside)); /* [1] refers to a note */
        return all && !number ? g_strndup(inside, (gsize)(close - inside)) : NULL;
    }
    return NULL;
}

static char *in_signs(const char *squeezed, const char *signs)
{
    const char *from = squeezed, *to = squeezed + strlen(squeezed);
    while (is_in(signs, g_utf8_get_char(from)))
        from = g_utf8_next_char(from);
    while (to > from && is_in(signs, g_utf8_get_char(g_utf8_prev_char(to))))
        to = g_utf8_prev_char(to);
    return *to && to > from ? g_strndup(from, (gsize)(to - from)) : NULL;
}

char *words_framed(const char *text, bool *bracketed)
{
    static const char openers[] = "【〖［[「『";
    static const char signs[] = "≡=＝◇◆■□●○◎※★☆▲△▶►◀◄•·—-－~～*＊|｜";
    if (bracketed)
        *bracketed = false;
    gunichar first = g_utf8_get_char(skip_blanks(text));
    bool opens = is_in(openers, first);
    if (!opens && !is_in(signs, first)) /* nearly all texts */
        return NULL;
    AUTO(text) char *squeezed = text_squeeze(text);
    char *framed = opens ? in_brackets(squeezed) : in_signs(squeezed, signs);
    if (bracketed)
        *bracketed = framed && opens;
    return framed;
}
