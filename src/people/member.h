/* Somebody whom a group file or a list names. */
#pragma once
#include "base/address.h"
#include "base/problem.h"
#include "people/term.h"

struct member {
    struct address *address;
    char *name, *title, *unit; /* NULL: not said */
    char *origin;              /* "leaders.csv:12", "leaders.xlsx:名单!B12", a DN */
    struct term term;
    char *post;                /* that names him instead of an address; NULL: none */
    int line;                  /* of the group's file, where a post is named */
    bool packed;               /* by member_pack() */
};

struct member *member_new(void);
/* A copy that takes one piece of memory for all of it: lists have a million rows. Nothing in it can
 * be taken away or replaced. */
struct member *member_pack(const struct member *member);
void member_free(struct member *member);
AUTO_DEFINE(member, struct member, member_free)

/* Reads the address of a new member, and the name before it where there is one and none is known.
 * Adds what is wrong with it (EX_DATAERR), and a remark for what is odd. */
MUST bool member_read_address(struct member *member, const char *text, struct place place,
                              struct problems *problems);

/* *counts: does the term hold today? Remarks on one that ended lately; false after a problem was
 * added: it ends before it begins. `who` is for the words. */
MUST bool member_term_counts(const struct term *term, const char *who, int today,
                             struct place place, struct problems *problems, bool *counts);
