/* From blocks to an issue. For each block evidence is gathered, and what it is taken for is decided
 * from that: the masthead from the beginning, the imprint from the end, the contents, then the
 * articles between them. Each decision keeps its reason. */
#pragma once
#include "issue/contents.h"
#include "issue/issue.h"

enum role { /* what a block is taken for */
            ROLE_NONE,
            ROLE_RULE,
            ROLE_MASTHEAD,
            ROLE_CONTENTS, /* its head, an entry, a name that groups them */
            ROLE_SECTION,
            ROLE_TITLE,
            ROLE_TITLE_MORE, /* the title goes on */
            ROLE_NOTE,       /* an editor's note before what it belongs to */
            ROLE_TEXT,
            ROLE_TEXT_MORE, /* the paragraph before goes on: a page ended in it */
            ROLE_IMPRINT,
            ROLE_STRAY, /* fits nowhere */
            ROLES,
};

/* What is seen of a block: by itself and its neighbours (evidence.c), in its place (context.c). */
#define SEEN_HEADING       (G_GUINT64_CONSTANT(1) << 0)
#define SEEN_BOLD          (G_GUINT64_CONSTANT(1) << 1)
#define SEEN_UNDERLINED    (G_GUINT64_CONSTANT(1) << 2)
#define SEEN_SHORT         (G_GUINT64_CONSTANT(1) << 3) /* short enough for a title, no sentence in it */
#define SEEN_CLOSED        (G_GUINT64_CONSTANT(1) << 4)  /* ends as a sentence does */
#define SEEN_FRAMED        (G_GUINT64_CONSTANT(1) << 5)  /* 【…】, or signs on both sides */
#define SEEN_NUMBERED      (G_GUINT64_CONSTANT(1) << 6)  /* 1. ■ */
#define SEEN_HAN_NUMBERED  (G_GUINT64_CONSTANT(1) << 7)  /* 一、 （一）, as inside articles */
#define SEEN_ENTRY         (G_GUINT64_CONSTANT(1) << 8)  /* the contents name it */
#define SEEN_INDENTED      (G_GUINT64_CONSTANT(1) << 9)  /* as a paragraph begins */
#define SEEN_ALONE         (G_GUINT64_CONSTANT(1) << 10) /* blank lines around it */
#define SEEN_OVER_TEXT     (G_GUINT64_CONSTANT(1) << 11) /* text follows */
#define SEEN_OVER_INDENTED (G_GUINT64_CONSTANT(1) << 12)
#define SEEN_LABEL         (G_GUINT64_CONSTANT(1) << 13) /* of an imprint */
#define SEEN_FIRST         (G_GUINT64_CONSTANT(1) << 14) /* no article before it in its section */
#define SEEN_AFTER_END                                                                             \
    (G_GUINT64_CONSTANT(1) << 15) /* the article before is ended by its attribution */
#define SEEN_AFTER_OPEN (G_GUINT64_CONSTANT(1) << 16) /* the paragraph before is not closed */
#define SEEN_BEFORE_END                                                                            \
    (G_GUINT64_CONSTANT(1) << 17) /* the others end in attributions, the open one has none yet */
#define SEEN_DEEPER (G_GUINT64_CONSTANT(1) << 18) /* a heading below the open article's level */
#define SEEN_WEAKER                                                                                \
    (G_GUINT64_CONSTANT(1) << 19) /* a form weaker than that of the document's titles */
#define SEEN_ATTRIBUTION (G_GUINT64_CONSTANT(1) << 20) /* it says who contributed */
#define SEEN_COMMA       (G_GUINT64_CONSTANT(1) << 21) /* as sentences have */
#define SEEN_CENTRED     (G_GUINT64_CONSTANT(1) << 22) /* moved in far, over text that is not */
#define SEEN_SAME_SIGN   (G_GUINT64_CONSTANT(1) << 23) /* ◆ before it, as before the first title */
#define SEEN_UNDER_TITLE (G_GUINT64_CONSTANT(1) << 24) /* right under a title of stronger form */
#define SEEN_BRACKETS    (G_GUINT64_CONSTANT(1) << 25) /* 【…】, no longer than a section's name */
#define SEEN_BRIEF       (G_GUINT64_CONSTANT(1) << 26) /* no longer than a section's name */
#define SEEN_SECTION_WORD                                                                          \
    (G_GUINT64_CONSTANT(1) << 27) /* 要闻, 基层动态: what sections are called */
#define SEEN_OVER_TITLE   (G_GUINT64_CONSTANT(1) << 28) /* what may be a title stands under it */
#define SEEN_OVER_HEADING (G_GUINT64_CONSTANT(1) << 29)
#define SEEN_OVER_DEEPER                                                                           \
    (G_GUINT64_CONSTANT(1) << 30) /* a heading of a deeper level stands under it */
#define SEEN_OVER_ENTRY (G_GUINT64_CONSTANT(1) << 31) /* what the contents name stands under it */
#define SEEN_GROUP      (G_GUINT64_CONSTANT(1) << 32) /* the contents group their entries under it */
#define SEEN_HAN        (G_GUINT64_CONSTANT(1) << 33) /* 一、 */
#define SEEN_HAN_SECTIONS                                                                          \
    (G_GUINT64_CONSTANT(1) << 34) /* the sections before it began with 一、 too */
#define SEEN_NO_SECTION (G_GUINT64_CONSTANT(1) << 35) /* 【编者按】, 【目录】 */
#define SEEN_NEXT_NUMBER                                                                           \
    (G_GUINT64_CONSTANT(1) << 36) /* its number follows that of the title before */
#define SEEN_NEXT_INSIDE                                                                           \
    (G_GUINT64_CONSTANT(1) << 37) /* its number follows one inside the open article */
#define SEEN_ODD_NUMBER                                                                            \
    (G_GUINT64_CONSTANT(1) << 38) /* numbered, which the titles before it are not */
#define SEEN_NO_ENTRY                                                                              \
    (G_GUINT64_CONSTANT(1) << 39) /* the contents name the titles before it, but not it */
#define SEEN_NOTE          (G_GUINT64_CONSTANT(1) << 40) /* begins as an editor's note does */
#define SEEN_GOES_ON_TITLE (G_GUINT64_CONSTANT(1) << 41) /* the title before may go on in it */
#define SEEN_GOES_ON_TEXT  (G_GUINT64_CONSTANT(1) << 42) /* the paragraph before may go on in it */
#define SEEN_SAME_FORM     (G_GUINT64_CONSTANT(1) << 43) /* in form and level as the open title */
#define SEEN_SIGNATURE     (G_GUINT64_CONSTANT(1) << 44) /* a unit, and persons, alone under text */
#define SEEN_DATE          (G_GUINT64_CONSTANT(1) << 45) /* nothing but a date or number */
#define SEEN_OVER_SIGN     (G_GUINT64_CONSTANT(1) << 46) /* a sign before it, another under it */
#define SEEN_EXCLAIMS      (G_GUINT64_CONSTANT(1) << 47) /* ends in ！ or ？, as titles do too */
#define SEEN_CAPTION       (G_GUINT64_CONSTANT(1) << 48) /* it says what a picture over it shows */

struct reading { /* of one block */
    const struct block *block;
    guint64 evidence;
    enum role role;
    bool decided;      /* by points … */
    int points[ROLES]; /* … for each role */
    char *key;         /* words_key() of a short text; else NULL */
    bool after_rule;   /* a rule stands right over it */
};

struct outline {
    const char *name; /* the document's, for messages; borrowed */
    struct problems *problems;
    struct issue *issue;
    struct reading *readings;
    guint count;
    bool two_issues;       /* told, and what stands between them with it */
    guint body, imprint;   /* where they begin */
    GPtrArray *head_lines; /* of struct block_line: of the masthead, but what an imprint says */
    struct contents contents;
    GHashTable *occurrences; /* key to how many short blocks have it */
};

/* Takes the blocks apart into `issue`, moving out of `blocks` what the articles keep; adds all
 * problems and remarks. Gives what each block was taken for, an array of struct explained, the
 * caller's, if `explain`; else NULL. */
GPtrArray *outline_make(struct issue *issue, GPtrArray *blocks, const char *name, bool explain,
                        struct problems *problems);

/* The steps, in their order; each leaves its blocks' roles. */
void outline_gather(struct outline *outline); /* evidence.c: what each block shows by itself */
void outline_find_imprint(struct outline *outline);             /* foot.c: where it begins */
void outline_read_head(struct outline *outline);                /* head.c: masthead and contents */
guint outline_read_contents(struct outline *outline, guint at); /* listing.c: where they end */
void outline_decide_body(struct outline *outline);              /* body.c: sections, titles, text */
void outline_tell_misplaced(const struct outline *outline);     /* foot.c: one in the middle */
void outline_build_articles(struct outline *outline, GPtrArray *blocks); /* article.c */
void outline_read_imprint(struct outline *outline);                      /* imprint.c */
GPtrArray *outline_explain(const struct outline *outline);               /* explain.c */

/* The name of a section in its heading: without 【】 and 一、. Caller frees. */
char *outline_section_name(const char *heading);

/* Adds a problem at a line of the document. */
#define outline_problem(outline, rule, line, todo, ...)                                            \
    problems_add((outline)->problems, PROBLEM, rule, EX_DATAERR,                                   \
                 (struct place){(outline)->name, line, 0}, todo, __VA_ARGS__)
#define outline_remark(outline, rule, line, todo, ...)                                             \
    problems_add((outline)->problems, REMARK, rule, EX_DATAERR,                                    \
                 (struct place){(outline)->name, line, 1}, todo, __VA_ARGS__)
