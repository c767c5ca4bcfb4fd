/* The walk over what stands between masthead and imprint: an internal face of body.c (the walk),
 * context.c (what is seen of a block in its place) and decide.c (what it is taken for). */
#pragma once
#include "issue/outline.h"
#include "issue/words.h"

enum { MARKS = MARK_HAN + 1 };

struct walk {
    struct outline *outline;
    guint64 style;            /* the strongest form that titles have: heading, bold, or none */
    guint64 open_form;        /* the open article's title: a heading, bold */
    bool open_exclaims;       /* … it ends in ！ or ？ */
    gunichar sign;            /* ◆ or the like before the first title; 0: none */
    int title_level;          /* of the open article's heading; 0: it has none */
    bool in_article;          /* one is open … */
    bool has_text;            /* … and has text */
    bool ended;               /* … and its attribution has come */
    bool after_section;       /* nothing has come since a section */
    guint last_text;          /* the last paragraph, where it can be gone on with; else 0 */
    int articles, attributed; /* how many so far; how many of them ended in an attribution */
    int unnamed;              /* how many of them the contents do not name */
    enum mark title_mark;     /* 一、 or （一） stands before articles, not inside one */
    bool plain_titles;        /* the titles so far have no number */
    int title_numbers[MARKS]; /* the last title's number, by the mark it is written with */
    int inner_numbers[MARKS]; /* the last sub-heading's in the open article */
    bool numbered_sections;
    bool unit_sections;   /* one was called by a unit: 【通州区科协】 */
    GHashTable *sections; /* a set of the names that the list has */
};

/* A heading or a paragraph: what may be a title. */
bool walk_is_line(const struct reading *reading);
/* Does the paragraph say who contributed, on a line of its own or at its end? */
bool walk_is_attribution(const struct walk *walk, const struct reading *reading);
/* May it be a title, by itself? NULL: no. */
bool walk_may_be_title(const struct walk *walk, const struct reading *reading);

/* Adds what is seen of the block in its place to its evidence. */
void walk_see(const struct walk *walk, guint at);
/* The one place where it is decided what a block is taken for: the role for which the evidence
 * gives most points. Leaves the points for --explain. */
enum role walk_decide(struct reading *reading);
