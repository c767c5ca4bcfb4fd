/* The one error object: what went wrong, at which place of the input, what to do about it.
 * Each sentence stands twice: English for the journal, and the language that people read. */
#pragma once
#include "base/auto.h"

#include <stdbool.h>
#include <sysexits.h>

/* Marks a msgid that error_set() and its like translate themselves. */
#define N_(msgid) msgid
/* Translates now. */
const char *_(const char *msgid) __attribute__((format_arg(1)));

/* A place in an input, not in our C. Lines and columns count from 1; 0: not known. As an
 * argument it borrows `file`; inside a struct error it owns it. */
struct place {
    const char *file; /* NULL: no place */
    int line, column;
};
/* A column of a table as spreadsheets call it: "A" for 1, "AB" for 28; "" for 0. Caller frees. */
char *place_column(int column);
#define NOWHERE ((struct place){0})

struct say {
    char *english, *local;
};

struct error { /* = {0}: nothing is wrong */
    int exit_class; /* EX_DATAERR, EX_CONFIG … of <sysexits.h> */
    struct place place;
    struct say what, todo;
};

/* Returns false, always. Formats the msgids twice, plain and through gettext; copies all.
 * `todo` (may be NULL) is a msgid without arguments. A second call changes nothing: the first
 * error was the cause. `error` may be NULL where nobody wants to know. */
bool error_set(struct error *error, int exit_class, struct place place, const char *todo,
               const char *what, ...) __attribute__((format(printf, 5, 6)));
bool error_set_va(struct error *error, int exit_class, struct place place, const char *todo,
                  const char *what, va_list arguments) __attribute__((format(printf, 5, 0)));

/* The same for a failed system call: errno chooses the exit class (EX_NOINPUT, EX_NOPERM,
 * EX_TEMPFAIL for a full disk, else EX_IOERR), and its words are added after a colon. */
bool error_set_errno(struct error *error, struct place place, const char *what, ...)
    __attribute__((format(printf, 3, 4)));

static inline bool error_is_set(const struct error *error)
{
    return error->exit_class != 0;
}

/* Frees what it holds; it is {0} again. */
void error_clear(struct error *error);
/* Moves *from to *to, which keeps what it has if it is set already. Returns false. */
bool error_pass(struct error *to, struct error *from);

#ifdef __clang_analyzer__ /* looks at one file at a time, and must be told that these are false */
static inline bool false_after(bool result)
{
    (void)result;
    return false;
}
#define error_set(...)       false_after(error_set(__VA_ARGS__))
#define error_set_errno(...) false_after(error_set_errno(__VA_ARGS__))
#define error_pass(to, from) false_after(error_pass(to, from))
#endif
/* Makes a deep copy in *to, which must be {0}. */
void error_copy(struct error *to, const struct error *from);

/* `FILE:LINE: message`, with ` (column C)` after it where that is known, or the message alone. The caller frees. */
char *error_line(const struct error *error);         /* in the language of people */
char *error_line_english(const struct error *error); /* for the journal */

/* Prints error_line(), then what to do on a line of its own, indented. */
void error_print(const struct error *error, FILE *to);

static inline void auto_error(struct error *error)
{
    error_clear(error);
}
