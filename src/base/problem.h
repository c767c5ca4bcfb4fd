/* Everything that is wrong with an input, gathered in one run, and remarks that stop nothing. */
#pragma once
#include "base/error.h"

enum severity {
    REMARK,  /* told, but in nobody's way */
    PROBLEM, /* the input can't be used */
};

struct problem {
    enum severity severity;
    const char *rule; /* a short name such as "torn-paragraph"; static storage */
    struct error error;
};

struct problems; /* opaque; in the order in which they were found */

struct problems *problems_new(void);
void problems_free(struct problems *problems);
AUTO_DEFINE(problems, struct problems, problems_free)

/* Adds one, as error_set() would. Returns false, so that a reader can `return problems_add(…)`. */
bool problems_add(struct problems *problems, enum severity severity, const char *rule,
                  int exit_class, struct place place, const char *todo, const char *what, ...)
    __attribute__((format(printf, 7, 8)));
/* Adds an error that a callee has set, as a PROBLEM; *error is {0} after it. Returns false. */
bool problems_take(struct problems *problems, const char *rule, struct error *error);
/* Adds copies of all of `more`. */
void problems_join(struct problems *problems, const struct problems *more);
/* Places in the file `from` are places in `to` from now on: a document's name becomes the path that
 * somebody typed. */
void problems_rename_file(struct problems *problems, const char *from, const char *to);

size_t problems_count(const struct problems *problems);
/* Is there a PROBLEM, not remarks alone? */
bool problems_any(const struct problems *problems);
/* From 0; the problems' own, good until the next is added. */
const struct problem *problems_at(const struct problems *problems, size_t index);
/* The exit status that counts, by the contract's order 78, 65, 66, 69, then any other; 0. */
int problems_exit_class(const struct problems *problems);
/* Sorts by file and line; what has no place comes first. */
void problems_sort(struct problems *problems);
/* The same was said before, of another line of the same file: who shows them gathers them there. */
bool problems_is_repeat(const struct problems *problems, size_t index);
/* The lines of its repeats, ", 30, 38"; "" for none. Caller frees. */
char *problems_more_lines(const struct problems *problems, size_t index);
/* Prints those of this severity with error_print(), repeats gathered, remarks named as such. */
void problems_print(const struct problems *problems, enum severity severity, FILE *to);
