/* Who receives: the groups of groups_dir with their lists, what a 分送 line names, and its
 * expansion into recipients. Section 4 of the contract. */
#pragma once
#include "base/address.h"
#include "base/problem.h"
#include "conf/conf.h"
#include "issue/issue.h"

struct recipient {
    struct address *address;
    char *name, *title, *unit; /* NULL: not said */
    GPtrArray *groups; /* of const char *: ids in the order of the 分送 lines; people's own. Shared
                          with others whom the same groups reach: not to be changed */
    char *origin;      /* where it came from: "leaders.csv:12" */
};

struct group {
    char *id, *name;
    GPtrArray *aliases;  /* of char * */
    GPtrArray *sources;  /* of char *: file names of its lists, and its own when it has members */
    GPtrArray *includes; /* of char *: ids */
};

/* The rule of the remark that a list is older than list_max_age: the issue is to be held. */
#define PEOPLE_LIST_TOO_OLD "list-too-old"

struct people; /* all groups as they were read; opaque */

/* Reads all groups and lists. A broken group or list fails nothing here: its problems are kept and
 * told by those who need it. False only where the folder itself can't be read. */
MUST bool people_read(struct people **people, const char *groups_dir, struct error *error);
/* The same with the copies in state_dir: of remote lists, and the last good ones of lists that do
 * not read whole. */
MUST bool people_read_configured(struct people **people, const struct conf *conf,
                                 struct error *error);
/* The same for what is to be sent: a list that was changed just now is a problem that passes
 * (EX_TEMPFAIL). */
MUST bool people_read_settled(struct people **people, const struct conf *conf, struct error *error);
void people_free(struct people *people);
AUTO_DEFINE(people, struct people, people_free)

/* Adds copies of the problems and remarks of all groups, those of lists too for which their last
 * good copy stands: for --check-config and `check`. */
void people_check(const struct people *people, struct problems *problems);

/* Sorted by id; people's own. */
size_t people_group_count(const struct people *people);
const struct group *people_group_at(const struct people *people, size_t index);
const struct group *people_group(const struct people *people, const char *id); /* NULL: none */

/* Finds the groups that each distribution line names and puts their ids into line->groups. Words
 * left over are a PROBLEM with the line of `document`, the words, and the nearest names. 存档 and
 * the like are remarks. False: there was a problem. */
MUST bool people_resolve(const struct people *people, GPtrArray *distribution, const char *document,
                         struct problems *problems);

/* The recipients of these groups (ids), each once, in the order of the groups, exclusions taken
 * out; what is wrong with a group that is needed is added. *recipients, of struct recipient, is the
 * caller's, and good while `people` is. False: there was a problem. */
MUST bool people_expand(const struct people *people, const GPtrArray *groups,
                        GPtrArray **recipients, struct problems *problems);

/* The ids named by all lines, each once, in order. The caller frees the array. */
GPtrArray *people_groups_of(const GPtrArray *distribution);
