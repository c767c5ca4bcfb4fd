/* What the characters of a line tell: how it begins and ends, what it looks like. */
#pragma once
#include "base/text.h"

/* Past the Hanzi of U+5000 to U+9FFF, nearly all of a document: what looks at each character need
 * not decode them. The text is valid UTF-8. */
static inline const char *words_skip_han(const char *at)
{
    while ((unsigned char)*at >= 0xe5 && (unsigned char)*at <= 0xe9)
        at += 3;
    return at;
}

/* --- cleaning --- */

/* A copy without blanks at both ends and zero-width characters; non-breaking blanks and tabs become
 * plain ones. Caller frees. */
char *words_clean(const char *text);
/* Adds a line to the one before it: a blank stands between them only where neither side is wide. */
void words_join(GString *to, const char *line);
/* A heading on one line: no blanks between Chinese characters, where a line once broke. Caller
 * frees. */
char *words_heading(const char *text);
/* A title as it was typed: what parts its words, 服务总队　打造品牌, is one blank; between
 * characters that are all apart, 科 普 大 篷 车, there is none. Caller frees. */
char *words_title(const char *text);
/* The title, and its second line, in one. Caller frees. */
char *words_title_more(const char *title, const char *line);
/* For comparing titles: letters, digits and Hanzi alone, folded, in lower case. Caller frees. */
char *words_key(const char *text);

/* Its words, of char *, apart by blanks, 、, commas, semicolons and slashes; none is empty. Caller
 * frees. */
GPtrArray *words_split(const char *text);

/* --- form --- */

bool words_is_han(gunichar character);
/* Does it end as a sentence or a quotation ends? A bracket that was not opened in it counts; one
 * that is still open makes it unclosed. */
bool words_is_closed(const char *text);
/* Does a sentence end before its last character? */
bool words_has_sentence(const char *text);
/* ─── ═══ ___ --- === *** and the like: a rule drawn with characters. */
bool words_is_rule(const char *text);
/* `— 3 —`, `第 3 页 共 8 页`, `3/8`: what stands at the foot of a page. */
bool words_is_page_number(const char *text);
/* Does it end in a word for an office or unit (…办公室, …科协), short enough for a name? */
bool words_is_unit(const char *text);
/* Is it a person's name, or several apart by blanks or 、? */
bool words_is_persons(const char *text);

/* --- marks --- */

enum mark { /* what a line begins with */
            MARK_NONE,
            MARK_BULLET,   /* ■ ◆ ※ ● · */
            MARK_NUMBER,   /* 1. 1、 1) ① */
            MARK_BRACKETS, /* （一） (1) */
            MARK_HAN,      /* 一、 */
};

/* *rest is where the text goes on after it, without blanks. */
enum mark words_mark(const char *text, const char **rest);
/* The number in that mark: 3 in 三、 （3） ③; 0: it has none. */
int words_mark_number(const char *text);
/* The text without 【】 〖〗 ≡≡ ◇◇ and the like around it, without blanks in it; NULL: it has none.
 * *bracketed (may be NULL): 【】 or 〖〗 stand around it. Caller frees. */
char *words_framed(const char *text, bool *bracketed);
