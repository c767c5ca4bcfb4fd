/* A parsed issue: what a document says, each part with its line. bulletin.md tells what is read
 * from which forms. Two halves: a reader makes blocks with lines of a document (markdown.c,
 * plain.c), the outline makes the issue of the blocks. */
#pragma once
#include "base/problem.h"

#include <jansson.h>

enum block_kind {
    BLOCK_HEADING,
    BLOCK_PARAGRAPH,
    BLOCK_LIST,
    BLOCK_TABLE,
    BLOCK_PICTURE,
    BLOCK_RULE,
    BLOCK_QUOTE,    /* texts: its paragraphs */
    BLOCK_FOOTNOTE, /* text, with `label` */
};

/* A line of a document as it stood, before lines were joined to paragraphs. */
struct block_line {
    char *text; /* no markup, no blanks around it */
    int line;
    int indent;  /* columns of blanks before it */
    bool bold;   /* all of it is bold */
    bool broken; /* a break that the author wanted ends it */
    bool full;   /* it was broken because the next word did not fit */
};

/* One block of a document, in the order of the document. Text has no markup and no line breaks. */
struct block {
    enum block_kind kind;
    int line, column; /* where it begins in the document, from 1 */
    int last_line;
    int indent;       /* paragraph: columns of blanks before its first line */
    int level;        /* heading: 1 to 6; list item depth is in its text's indent */
    bool bold;        /* all of it is bold */
    bool ordered;     /* list: numbered */
    bool underlined;  /* paragraph: a rule stands right under it */
    bool page_end;    /* a page of the document ended after it */
    char *text;       /* heading, paragraph, footnote; picture: the words for who can't see it */
    char *target;     /* picture: the file name; footnote: its label; else NULL */
    GPtrArray *texts; /* list and quote: char * each; else NULL */
    GPtrArray *rows;  /* table: GPtrArray of char * each, the first the head; else NULL */
    GPtrArray *lines; /* of struct block_line: its lines; a list's items, a table's rows */
};

struct article {
    char *title, *section, *attribution; /* section, attribution: NULL where there is none */
    int line;
    GPtrArray *blocks; /* of struct block: what stands under the title, in order */
};

/* One line of the imprint that says who receives: 分送：…, 抄送：…, or one that goes on. */
struct distribution_line {
    char *label; /* of the label it stands under */
    char *text;  /* without the label */
    int line;
    GPtrArray *groups; /* of char *: ids; filled when people/ resolves it */
};

/* A line of the imprint that is known and nothing else: an address, who printed it. */
struct imprint_line {
    char *label; /* NULL: none */
    char *text;
    int line;
};

struct issue {
    char *publication; /* its id; set once it is known whose it is, else NULL */
    char *name;
    char *key;                             /* 2023-25, 2023-s1 */
    char *kind;                            /* "regular", "supplement" */
    char *subtitle;                        /* NULL: none */
    int year, number, total_number;        /* 0: not there */
    char *office;                          /* NULL: none */
    char *date;                            /* 2023-11-16; NULL: none */
    GPtrArray *contents, *sections;        /* of char * */
    GPtrArray *articles;                   /* of struct article */
    char *contact, *telephone;             /* NULL: none */
    char *contact_label, *telephone_label; /* as the imprint has them, such as 信息报送邮箱 */
    GPtrArray *editor, *reviewer;          /* of char *: persons */
    GPtrArray *editor_labels,
        *reviewer_labels;    /* of char *: each person's, as the imprint has it */
    GPtrArray *distribution; /* of struct distribution_line */
    GPtrArray *other;        /* of struct imprint_line */
    char *document_name, *document_sha256;
    int masthead_line, imprint_line; /* an imprint that is not there: the last line */
};

/* What a document is, by its name's ending. */
enum document_form { DOCUMENT_MARKDOWN, DOCUMENT_PLAIN, DOCUMENT_UNKNOWN };
enum document_form document_form(const char *name);

/* Reads a document. `name` is its file name, for messages and its form. Adds all problems (missing
 * or impossible parts, marks of secrecy, two mastheads, no article …) and remarks (torn-paragraph,
 * stray-english …), each with the line and the mend; false where any is a PROBLEM. *issue is then
 * NULL, or what could be read of it; the caller frees it. */
MUST bool issue_read(struct issue **issue, const void *octets, size_t length, const char *name,
                     struct problems *problems);
void issue_free(struct issue *issue);

/* What a block of the document was taken for, and why. */
struct explained {
    int line;
    const char *role; /* in the reader's language, like the evidence */
    char *evidence;   /* what was seen of it, semicolons between */
    char *points;     /* of each role it may have had, the most first; NULL: its place decided */
    char *text;       /* its beginning */
};

/* As issue_read(), and *explained is an array of struct explained, the caller's, a block each;
 * NULL where nothing was read. */
MUST bool issue_read_explained(struct issue **issue, GPtrArray **explained, const void *octets,
                               size_t length, const char *name, struct problems *problems);
AUTO_DEFINE(issue, struct issue, issue_free)

/* Adds a problem for each part that the publication requires (a set of conf's enum require) and
 * that is not there. */
void issue_require(const struct issue *issue, unsigned require, struct problems *problems);

/* issue.json of bulletin.md, with the remarks among `problems`. A new reference. */
json_t *issue_to_json(const struct issue *issue, const struct problems *problems);

/* Is what stands as its name rather the office, so that the name was forgotten? */
bool issue_may_lack_name(const struct issue *issue);
