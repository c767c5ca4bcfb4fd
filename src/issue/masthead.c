#include "issue/masthead.h"

#include "base/clock.h"
#include "base/text.h"
#include "issue/numerals.h"

#include <string.h>

/* All of them match text_fold()ed text: full-width digits, brackets and blanks are plain there. */
#define YEAR       "([" NUMERAL_DIGITS "](?:\\s*[" NUMERAL_DIGITS "]){3})"
#define NUMBER     "([" NUMERAL_CHARACTERS "](?:\\s*[" NUMERAL_CHARACTERS "]){0,4})"
#define AND_NUMBER "(?:\\s*期?\\s*[、,—–~至和-]{1,2}\\s*第?\\s*[" NUMERAL_CHARACTERS "]{1,4})"
#define OPEN       "[(\\[〔【{]?\\s*"
#define CLOSE      "\\s*[)\\]〕】}]?"
#define WEEKDAY    "(?:\\s*[(]?\\s*(?:星期|周)\\s*[一二三四五六日天]\\s*[)]?)?"

typedef void take(struct masthead *masthead, char **matched);

struct form {
    const char *pattern;
    take *take;
};

/* --- what each form says --- */

static int number_of(const char *text)
{
    int value = 0;
    return text && numeral_parse(text, &value) ? value : 0;
}

static void take_date(struct masthead *masthead, char **matched)
{
    int year = number_of(matched[1]), month = number_of(matched[2]), day = number_of(matched[3]);
    masthead->date_given = true;
    if (!date_is_valid(year, month, day)) {
        g_free(masthead->impossible);
        masthead->impossible = g_strdup(matched[0]);
        g_strstrip(masthead->impossible);
        return;
    }
    masthead->date_year = year;
    masthead->date_month = month;
    masthead->date_day = day;
}

/* 2024年11月1日—11月15日: what it reports on, not when it appears. */
static void take_day(struct masthead *masthead, char **matched)
{
    masthead->day_alone = !masthead->date_given;
    if (masthead->date_given)
        return;
    masthead->date_month = number_of(matched[1]);
    masthead->date_day = number_of(matched[2]);
}

static void take_period(struct masthead *masthead, char **matched)
{
    g_free(masthead->period);
    masthead->period = g_strdup(matched[1]);
}

static void take_total(struct masthead *masthead, char **matched)
{
    masthead->total = number_of(matched[1]);
    masthead->total_given = true;
}

static void take_combined(struct masthead *masthead, char **matched)
{
    masthead->number = number_of(matched[1]);
    g_free(masthead->combined);
    masthead->combined = text_squeeze(matched[0]);
}

static void take_supplement(struct masthead *masthead, char **matched)
{
    masthead->supplement = true;
    if (matched[1] && *matched[1])
        masthead->number = number_of(matched[1]);
}

static void take_year_and_number(struct masthead *masthead, char **matched)
{
    masthead->year = number_of(matched[1]);
    masthead->zero = masthead->zero || !number_of(matched[2]);
    if (!masthead->number)
        masthead->number = number_of(matched[2]);
}

static void take_number(struct masthead *masthead, char **matched)
{
    masthead->zero = masthead->zero || !number_of(matched[1]);
    /* 增刊第1期 came first, and a supplement is numbered apart. */
    if (!masthead->number)
        masthead->number = number_of(matched[1]);
}

static void take_number_without_sign(struct masthead *masthead, char **matched)
{
    if (masthead->number || masthead->zero)
        return;
    masthead->year = number_of(matched[1]);
    masthead->number = number_of(matched[2]);
    masthead->without_sign = g_strdup(matched[0]);
    g_strstrip(masthead->without_sign);
}

static void take_blank(struct masthead *masthead, char **matched)
{
    (void)matched;
    masthead->blank = true;
}

static void take_month(struct masthead *masthead, char **matched)
{
    masthead->month_given = true;
    if (!masthead->year)
        masthead->year = number_of(matched[1]);
}

static void take_year(struct masthead *masthead, char **matched)
{
    if (!masthead->year)
        masthead->year = number_of(matched[1]);
}

static void take_subtitle(struct masthead *masthead, char **matched)
{
    if (!masthead->subtitle)
        masthead->subtitle = text_squeeze(matched[1]);
}

#define DAY         "(?:" NUMBER_ONLY "\\s*月\\s*)?" NUMBER_ONLY "\\s*[日号]"
#define NUMBER_ONLY "[" NUMERAL_CHARACTERS "]{1,3}"
static const struct form forms[] = {
    {OPEN "([" NUMERAL_DIGITS "]{4}\\s*年\\s*" DAY "\\s*(?:[-—–~～]{1,2}|至)\\s*(?:[" NUMERAL_DIGITS
          "]{4}\\s*年\\s*)?" DAY ")" CLOSE,
     take_period},
    {YEAR "\\s*年\\s*" NUMBER "\\s*月\\s*" NUMBER "\\s*[日号]" WEEKDAY, take_date},
    {"(?<![0-9])([0-9]{4})\\s*[-./]\\s*([0-9]{1,2})\\s*[-./"
     "]\\s*([0-9]{1,2})(?![0-9])\\s*日?" WEEKDAY,
     take_date},
    {OPEN "(?:总期|总|累计)\\s*第?\\s*" NUMBER AND_NUMBER "?\\s*[期号]" CLOSE, take_total},
    {OPEN "总期[数号]\\s*:\\s*" NUMBER "\\s*期?" CLOSE, take_total},
    {OPEN "(?:总期|总|累计)\\s*第?()\\s*[期号]" CLOSE, take_total},
    {OPEN "增\\s*刊\\s*[(]?\\s*第?\\s*" NUMBER "\\s*[期号]?" CLOSE, take_supplement},
    {OPEN "增\\s*刊()" CLOSE, take_supplement},
    {OPEN "第\\s*" NUMBER AND_NUMBER "\\s*[期号]\\s*(?:合\\s*刊)?" CLOSE, take_combined},
    {OPEN YEAR "\\s*(?:年\\s*度?" CLOSE "|[)\\]〕】])\\s*第?\\s*" NUMBER "\\s*[期号]",
     take_year_and_number},
    {OPEN "第\\s*" NUMBER "\\s*[期号]" CLOSE, take_number},
    {"^\\s*" NUMBER "\\s*期\\s*$", take_number},
    {"^\\s*" OPEN YEAR "\\s*年\\s*第\\s*" NUMBER CLOSE "\\s*$", take_number_without_sign},
    {"^\\s*[(〔\\[]\\s*" YEAR "\\s*[)〕\\]]\\s*第?\\s*" NUMBER "\\s*$", take_number_without_sign},
    {"(?:^|\\s|\x1f)(" NUMBER_ONLY ")\\s*月\\s*(" NUMBER_ONLY ")\\s*日" WEEKDAY "\\s*$", take_day},
    {OPEN "第\\s*[_＿×xX]*\\s*期" CLOSE, take_blank},
    {"\\bNo\\.?\\s*([0-9]{1,4})\\b", take_number},
    {YEAR "\\s*年\\s*" NUMBER "\\s*月\\s*份?", take_month},
    {OPEN YEAR "\\s*年\\s*度?" CLOSE, take_year},
    {OPEN "(?<![^\\s(【\x1f])([^\\s()【】\x1f]*(?:特\\s*刊|专\\s*刊|专\\s*辑|号\\s*外|创\\s*刊\\s*"
          "号|试\\s*"
          "刊\\s*号))" CLOSE,
     take_subtitle},
};

static GRegex *form_regex(size_t form)
{
    static GRegex *compiled[G_N_ELEMENTS(forms)];
    if (!compiled[form])
        compiled[form] =
            g_regex_new(forms[form].pattern, G_REGEX_OPTIMIZE | G_REGEX_CASELESS, 0, NULL);
    return compiled[form];
}

/* --- a line --- */

/* What was read is cut out; a mark stays, so that the words on both sides don't become one. */
static char *cut_out(struct masthead *masthead, char *line, size_t form)
{
    GMatchInfo *match = NULL;
    if (g_regex_match(form_regex(form), line, 0, &match)) {
        AUTO(texts) char **matched = g_match_info_fetch_all(match);
        int from, to;
        g_match_info_fetch_pos(match, 0, &from, &to);
        forms[form].take(masthead, matched);
        char *cut = g_strdup_printf("%.*s\x1f%s", from, line, line + to);
        g_free(line);
        line = cut;
    }
    g_match_info_free(match);
    return line;
}

static bool is_decoration(gunichar c)
{
    return text_is_blank(c) || (c && g_utf8_strchr("()[]{}【】〔〕|·•,，;；:—–-=≡★☆*_~。", -1, c));
}

/* Words of a line's rest without what only parted them from the rest. */
static char *undecorated(const char *words)
{
    const char *end = words + strlen(words);
    while (*words && is_decoration(g_utf8_get_char(words)))
        words = g_utf8_next_char(words);
    while (end > words && is_decoration(g_utf8_get_char(g_utf8_prev_char(end))))
        end = g_utf8_prev_char(end);
    return g_strndup(words, (gsize)(end - words));
}

/* Wide blanks part words too, but not where they space out the letters of one. */
static char **words_apart(const char *piece)
{
    char **words = g_regex_split_simple("\\s{2,}", piece, 0, 0);
    for (char **word = words; *word; word++) {
        glong length = g_utf8_strlen(*word, -1);
        if (length == 0 || length > 2)
            continue;
        g_strfreev(words);
        return g_strsplit(piece, "\x1f", -1);
    }
    return words;
}

/* Do the words touch what was read on either side of them: 第5期培训班? Then they are no words of
 * their own. */
static bool is_glued(const char *piece, bool first, bool last)
{
    if (!*piece)
        return false;
    gunichar begin = g_utf8_get_char(piece);
    gunichar end = g_utf8_get_char(g_utf8_prev_char(piece + strlen(piece)));
    return (!first && !is_decoration(begin)) || (!last && !is_decoration(end));
}

/* 市科协办公室 日期：2024年9月12日: the word before the colon says what was read, and is none of
 * the words before it. */
static void part_caption(char *piece)
{
    char *end = piece + strlen(piece);
    while (end > piece && g_ascii_isspace(end[-1]))
        end--;
    char *word = end > piece && end[-1] == ':' ? end - 1 : piece;
    while (word > piece && !g_ascii_isspace(word[-1]))
        word--;
    if (word > piece)
        word[-1] = '\x1f';
}

static char **parted_at_captions(const char *line)
{
    AUTO(texts) char **pieces = g_strsplit(line, "\x1f", -1);
    for (char **piece = pieces; *piece && piece[1]; piece++)
        part_caption(*piece);
    AUTO(text) char *parted = g_strjoinv("\x1f", pieces);
    return g_strsplit(parted, "\x1f", -1);
}

static void keep_rest(struct masthead *masthead, const char *line)
{
    AUTO(texts) char **pieces = parted_at_captions(line);
    masthead->rest = g_ptr_array_new_with_free_func(g_free);
    for (char **piece = pieces; *piece; piece++) {
        AUTO(texts) char **apart = words_apart(*piece);
        masthead->glued = masthead->glued || is_glued(*piece, piece == pieces, !piece[1]);
        for (char **part = apart; *part; part++) {
            AUTO(text) char *words = undecorated(*part);
            if (*words)
                g_ptr_array_add(masthead->rest, TAKE(words));
        }
    }
}

enum { LONGEST_LINE = 600 }; /* octets; what is longer is no line of a masthead */

void masthead_read(struct masthead *masthead, const char *line)
{
    *masthead = (struct masthead){0};
    char *left = text_fold(line);
    g_strdelimit(left, "\x1f", ' ');
    for (size_t form = 0; form < G_N_ELEMENTS(forms) && strlen(line) <= LONGEST_LINE; form++)
        left = cut_out(masthead, left, form);
    keep_rest(masthead, left);
    g_free(left);
}

void masthead_clear(struct masthead *masthead)
{
    g_free(masthead->impossible);
    g_free(masthead->combined);
    g_free(masthead->period);
    g_free(masthead->subtitle);
    g_free(masthead->without_sign);
    if (masthead->rest)
        g_ptr_array_unref(masthead->rest);
    *masthead = (struct masthead){0};
}

bool masthead_says_something(const struct masthead *masthead)
{
    return masthead->year || masthead->number || masthead->blank || masthead->zero ||
           masthead->total_given || masthead->date_given || masthead->month_given ||
           masthead->day_alone || masthead->supplement || masthead->subtitle || masthead->period;
}

/* Nearly no line of text has one of these; to ask all forms of each would cost too much. */
static bool may_say_something(const char *line)
{
    static const char *const signs[] = {"期", "刊", "年", "月", "号", "专辑"};
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
        if (strstr(line, signs[i]))
            return true;
    return strpbrk(line, "0123456789") || strstr(line, "\xef\xbc"); /* full width */
}

bool masthead_is_line(const char *line)
{
    if (strlen(line) > 150 || !may_say_something(line))
        return false;
    struct masthead masthead;
    masthead_read(&masthead, line);
    bool is = masthead_says_something(&masthead) && !masthead.rest->len;
    masthead_clear(&masthead);
    return is;
}

char *masthead_office(const char *words)
{
    static GRegex *around;
    if (!around)
        around = g_regex_new("^(?:主办|主编|编印|主管|编发|编制|出版|承办|(?=单位|部门))(?:单位|"
                             "部门)?\\s*[:：\\s]\\s*|"
                             "\\s*(?:编印|主办|主编|编发|编制|印发|编)$",
                             G_REGEX_OPTIMIZE, 0, NULL);
    AUTO(text) char *bare = g_regex_replace_literal(around, words, -1, 0, "", 0, NULL);
    return text_trim(bare ? bare : words); /* NULL: too many blanks to try */
}
