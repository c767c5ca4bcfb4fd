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
};

enum evidence { /* what is seen of a block by itself and its neighbours */
                SEEN_HEADING = 1 << 0,
                SEEN_BOLD = 1 << 1,
                SEEN_UNDERLINED = 1 << 2,
                SEEN_SHORT = 1 << 3,        /* short enough for a title, no sentence in it */
                SEEN_CLOSED = 1 << 4,       /* ends as a sentence does */
                SEEN_FRAMED = 1 << 5,       /* 【…】 */
                SEEN_NUMBERED = 1 << 6,     /* 1. ■ */
                SEEN_HAN_NUMBERED = 1 << 7, /* 一、 （一） */
                SEEN_ENTRY = 1 << 8,        /* the contents name it */
                SEEN_INDENTED = 1 << 9,     /* as a paragraph begins */
                SEEN_ALONE = 1 << 10,       /* blank lines around it */
                SEEN_OVER_TEXT = 1 << 11,   /* text follows */
                SEEN_OVER_INDENTED = 1 << 12,
                SEEN_LABEL = 1 << 13,      /* of an imprint */
                SEEN_FIRST = 1 << 14,      /* no article before it in its section */
                SEEN_AFTER_END = 1 << 15,  /* the article before is ended by its attribution */
                SEEN_AFTER_OPEN = 1 << 16, /* the paragraph before is not closed */
                SEEN_BEFORE_END =
                    1 << 17, /* the others end in attributions, and the open one has none yet */
                SEEN_DEEPER = 1 << 18,      /* a heading below the open article's level */
                SEEN_WEAKER = 1 << 19,      /* a form weaker than that of the document's titles */
                SEEN_ATTRIBUTION = 1 << 20, /* it says who contributed */
                SEEN_COMMA = 1 << 21,       /* as sentences have */
                SEEN_CENTRED = 1 << 22,     /* moved in far, over text that is not */
                SEEN_SAME_SIGN = 1 << 23,   /* ◆ before it, as before the first title */
                SEEN_UNDER_TITLE = 1 << 24, /* right under a title of stronger form */
};

struct reading { /* of one block */
    const struct block *block;
    unsigned evidence;
    enum role role;
    bool scored; /* asked whether it is a title … */
    int score;   /* … what speaks for it */
    char *key;   /* words_key() of a short text; else NULL */
};

struct outline {
    const char *name; /* the document's, for messages; borrowed */
    struct problems *problems;
    struct issue *issue;
    struct reading *readings;
    guint count;
    guint body, imprint; /* where they begin */
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
void outline_find_imprint(struct outline *outline);             /* imprint.c: where it begins */
void outline_read_head(struct outline *outline);                /* head.c: masthead and contents */
guint outline_read_contents(struct outline *outline, guint at); /* listing.c: where they end */
void outline_decide_body(struct outline *outline);              /* body.c: sections, titles, text */
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
