/* What every command of `fensong` is made of. A command is a file (or a few that belong together)
 * with its entry; cli.c gathers the entries. */
#pragma once
#include "base/json.h"
#include "base/problem.h"
#include "conf/conf.h"

struct command;

struct session { /* one run of the program */
    const struct command *command;
    const char *config; /* the configuration's file */
    struct conf *conf;  /* NULL until session_read_conf() */
};

struct command {
    const char *name;
    const char *usage; /* its arguments: "ISSUE [--why TEXT]" */
    const char *help;  /* a msgid: one line */
    /* argv[0] is the command's name. Returns the exit status; has said what is wrong. */
    int (*run)(struct session *session, int argc, char **argv);
};

extern const struct command command_check, command_preview, command_send, command_status,
    command_recipients, command_hold, command_release, command_cancel, command_retry,
    command_settle, command_groups, command_suppress, command_history, command_find,
    command_export, command_import, command_help;

/* All of them in the order of the help, NULL after the last. */
extern const struct command *const commands[];
const struct command *command_named(const char *name); /* NULL: none */

/* Reads the configuration and goes on in its language. What is wrong with it is printed; remarks
 * are not. EX_OK, or the exit status. */
MUST int session_read_conf(struct session *session);
/* For what the daemon does: a configuration that is wrong is a remark on stderr, and what is needed to
 * find the daemon is taken from it. No publications, no relays stand in it then. */
MUST int session_read_control(struct session *session);

/* Prints the error, clears it, and returns its exit status. */
int fail(struct error *error);
/* Prints the problems, not the remarks, and returns the exit status that counts. */
int fail_all(const struct problems *problems);
/* Says what is wrong with the arguments (a msgid and what it names) and the usage. EX_USAGE. */
int fail_usage(const struct session *session, const char *what, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for the option over which getopt_long() has just stumbled with this code. */
int fail_option(const struct session *session, int code, char **argv);

/* --- options -----------------------------------------------------------------------------------
 */

enum option_kind {
    OPTION_FLAG,  /* to: bool */
    OPTION_TEXT,  /* to: const char * */
    OPTION_TEXTS, /* to: GPtrArray *, of const char *; may be said several times */
};
struct option_entry {
    const char *name; /* without -- */
    char letter;      /* 0: none */
    enum option_kind kind;
    void *to;
};

/* Reads the options, wherever they stand; `entries` ends with {0}. *arguments is what is left,
 * ended by NULL, *count how many. False: *status is the exit status, and all is said (--help, too).
 */
MUST bool options_read(const struct session *session, int argc, char **argv,
                       const struct option_entry entries[], char ***arguments, int *count,
                       int *status);

/* The usage line of a command, to a stream. */
void usage_print(const struct command *command, FILE *to);

/* --- printing ----------------------------------------------------------------------------------
 */

/* JSON to stdout. EX_OK. */
int print_json(const json_t *value);
/* "2023-11-16T09:30:00+08:00" as people read it: "2023-11-16 09:30:00". NULL: "". Caller frees. */
char *shown_time(const char *rfc3339);
