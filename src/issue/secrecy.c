#include "issue/secrecy.h"

#include "base/text.h"
#include "issue/numerals.h"

#include <string.h>

enum {
    HEAD_LINES = 25,    /* lines with text in which a mark may stand without ★ or term */
    LONGEST_MARK = 400, /* octets of a line: what is longer is running text */
};

/* Of a squeezed and folded line without Markdown's marks. 保密法实施条例 (2024): level, ★, then
 * term, date or condition. */
#define LEVEL "(?:绝密|机密|秘密)"
#define TERM  "(?:[" NUMERAL_CHARACTERS "]{1,3}(?:年|个月|月|天|日)|长期|启封前|解密前|公开前)"

enum mark {
    MARKED_LINE, /* on a line of its own, anywhere in the document */
    MARKED_HEAD, /* at the head, on a line with other words too */
    HEAD_WORD,   /* at the head, a word on a line apart by blanks */
    MARKS,
};
static const char *const patterns[MARKS] = {
    [MARKED_LINE] = "^(?:密级:?)?(" LEVEL "(?:[★☆✩⭐]+(?:" TERM "|[0-9年月日前]*)?|" TERM "))$",
    [MARKED_HEAD] =
        "(" LEVEL "[★☆✩⭐]|[★☆✩⭐]" LEVEL "|密级:?" LEVEL "|内部(?:资料|文件|刊物|材料)[,、·.!]?"
        "(?:请)?(?:注意|妥善|严格)?保[存管密]|内部(?:资料|文件)不得外传)",
    [HEAD_WORD] = "^(" LEVEL TERM "?|内部(?:资料|文件|参阅|参考|材料|刊物|传阅|掌握))$",
};

static char *first_match(enum mark mark, const char *text)
{
    static GRegex *compiled[MARKS];
    if (!compiled[mark])
        compiled[mark] = g_regex_new(patterns[mark], G_REGEX_OPTIMIZE, 0, NULL);
    GMatchInfo *match = NULL;
    char *words =
        g_regex_match(compiled[mark], text, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
    g_match_info_free(match);
    return words;
}

static bool has_words_of_secrecy(const char *squeezed)
{
    return strstr(squeezed, "密") || strstr(squeezed, "内部");
}

static void drop_decoration(char *text)
{
    static const char *const decorations[] = {"#", "*", "_", ">",  "|",  "\\",  "【",   "】", "(",
                                              ")", "[", "]", "〔", "〕", "<u>", "</u>", "`"};
    for (size_t i = 0; i < G_N_ELEMENTS(decorations); i++) {
        size_t length = strlen(decorations[i]);
        for (char *at = text; (at = strstr(at, decorations[i]));)
            memmove(at, at + length, strlen(at + length) + 1);
    }
}

static char *plain_line(const char *line)
{
    AUTO(text) char *squeezed = text_squeeze(line);
    char *plain = text_fold(squeezed);
    drop_decoration(plain);
    return plain;
}

/* The mark among the words that blanks part: 内部资料　　2023年第25期. */
static char *word_mark(const char *line)
{
    AUTO(text) char *folded = text_fold(line);
    AUTO(texts) char **words = g_regex_split_simple("\\s{2,}|[|\\t]", folded, 0, 0);
    for (char **word = words; *word; word++) {
        AUTO(text) char *plain = plain_line(*word);
        char *mark = first_match(HEAD_WORD, plain);
        if (mark)
            return mark;
    }
    return NULL;
}

static char *mark_of(const char *line, bool head)
{
    AUTO(text) char *plain = plain_line(line);
    if (!has_words_of_secrecy(plain))
        return NULL;
    char *mark = first_match(MARKED_LINE, plain);
    if (!mark && head)
        mark = first_match(MARKED_HEAD, plain);
    if (!mark && head)
        mark = first_match(HEAD_WORD, plain);
    if (!mark && head)
        mark = word_mark(line);
    return mark;
}

/* Has the text begun? A sentence, or the contents: no mark of the head stands after it. */
static bool ends_head(const char *line)
{
    AUTO(text) char *squeezed = text_squeeze(line);
    return strlen(squeezed) > 240 || g_str_has_suffix(squeezed, "。") || strstr(squeezed, "目录") ||
           strstr(squeezed, "要目");
}

static bool might_be_marked(const char *line, size_t length)
{
    /* 密 and 内: the cheap question first, this is asked of every line. */
    return memmem(line, length, "密", 3) || memmem(line, length, "内", 3);
}

bool secrecy_check(const char *text, const char *name, struct problems *problems)
{
    int number = 0, with_text = 0;
    bool head = true;
    while (*text) {
        const char *end = strchrnul(text, '\n');
        size_t length = (size_t)(end - text);
        number++;
        if (length <= LONGEST_MARK && (head || might_be_marked(text, length))) {
            AUTO(text) char *line = g_strndup(text, length);
            AUTO(text) char *mark = mark_of(line, head);
            if (mark)
                return problems_add(
                    problems, PROBLEM, "secrecy", EX_DATAERR, (struct place){name, number, 0},
                    N_("send it by the way that is prescribed for it; if it is not secret, take "
                       "the mark out and drop it again"),
                    N_("the document bears the mark %s: it must not go out by mail, and nothing "
                       "of it was read"),
                    mark);
            with_text += *g_strstrip(line) != '\0';
            head = head && with_text < HEAD_LINES && !ends_head(line);
        } else if (length > LONGEST_MARK) {
            head = false;
        }
        text = *end ? end + 1 : end;
    }
    return true;
}
