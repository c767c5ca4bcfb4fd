/* The names and aliases of all groups, and where they stand in 分送 lines. */
#pragma once
#include "people/group.h"
#include "people/signs.h"

struct known_name {
    const char *shown; /* as the group's file has it */
    gunichar *text;    /* folded, without blanks */
    guint length;
    const struct group *group;
    bool is_alias;
    struct place place; /* of the group's name; borrowed */
};

struct names; /* opaque */

/* Of all groups (struct group_file), which are borrowed. */
struct names *names_new(const GPtrArray *files);
void names_free(struct names *names);

/* All of them as they are written, borrowed; for text_nearest(). */
const GPtrArray *names_shown(const struct names *names);
/* Adds a remark for each two groups that have a name in common. */
void names_check(const struct names *names, struct problems *problems);

struct match {
    const struct known_name *name; /* NULL: none stands here */
    const struct group *other;     /* another group of the same name; NULL: none */
    guint end;                     /* of what it takes */
};

/* The longest name that stands at `at` and ends at a separator or the like. `torn`: it may go on on
 * the next line. */
struct match names_match(const struct names *names, const struct signs *signs, guint at, bool torn);

struct stem { /* what begins a line: the names after it may have its first part in common with it */
    const gunichar *text;
    guint length;
};

/* The same for what is a name only with the first part of `stem` before it: after
 * 市科协第十届委员会主席 stands 副主席 for 市科协第十届委员会副主席. */
struct match names_match_after(const struct names *names, struct stem stem,
                               const struct signs *signs, guint at, bool torn);

/* What stands from `at` up to `to` as the beginning of some name, or length 0. */
struct stem names_begin_with(const struct names *names, const struct signs *signs, guint at,
                             guint to);
