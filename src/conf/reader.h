/* Reads one libconfig file by tables of keys: the configuration and the group files alike. Whatever
 * is wrong (an unknown key, a wrong type, a value out of range) is added as a problem with its file
 * and line, and reading goes on. */
#pragma once
#include "base/problem.h"

#include <libconfig.h>
#include <stddef.h>
#include <stdint.h>

struct reader; /* opaque */
struct key;

/* Opens and parses a file: UTF-8 or GB18030, with or without BOM; @include is relative to its
 * folder. What is wrong with its keys later has this exit class too. `problems` is borrowed as long
 * as the reader lives. A syntax error is one problem: nothing more can be said. */
MUST bool reader_open(struct reader **reader, const char *path, int exit_class,
                      struct problems *problems);
/* After a syntax error, what stands before it. False: not even that. */
MUST bool reader_open_partly(struct reader **reader, const char *path, struct problems *problems);
void reader_free(struct reader *reader);
AUTO_DEFINE(reader, struct reader, reader_free)

const config_setting_t *reader_root(const struct reader *reader);
/* Where a setting stands, and where a key of a group does (else the group); the file name is the
 * reader's own. */
struct place reader_place(const struct reader *reader, const config_setting_t *setting);
struct place reader_place_of(const struct reader *reader, const config_setting_t *group,
                             const char *name);
/* A path as the file means it: absolute, or relative to the folder of the file. Caller frees. */
char *reader_path(const struct reader *reader, const char *path);

/* Adds a problem. Returns false. */
bool reader_problem(struct reader *reader, struct place place, const char *todo, const char *what,
                    ...) __attribute__((format(printf, 4, 5)));
/* The same for an error that a callee has set; *error is {0} after it. */
bool reader_take(struct reader *reader, struct error *error);
struct problems *reader_problems(const struct reader *reader);

enum value_type {
    VALUE_TEXT,
    VALUE_NUMBER,
    VALUE_SWITCH,
    VALUE_TEXTS,
    VALUE_ROWS,
    VALUE_GROUP,
    VALUE_ANY
};

/* What a key is given: by a setting of the file, or by the preset of the table. */
struct given {
    const config_setting_t *setting; /* NULL: the preset */
    struct place place;
    const char *text;
    long long number;
    bool truth;
};

/* A kind of value, with what its setting must be. */
struct kind {
    enum value_type type;
    /* Puts it into *field, or into nothing where that is NULL. False: it was wrong, a problem is
     * added, and *field is as it was. */
    bool (*take)(struct reader *reader, const struct key *key, const struct given *given,
                 void *field);
};

struct choice { /* a table of them ends with {NULL, 0} */
    const char *name;
    int value;
};

#define CHECKED_ONLY SIZE_MAX

struct key {
    const char *name;
    const struct kind *kind;
    size_t offset;      /* of the field in the struct; CHECKED_ONLY: there is none */
    const char *preset; /* taken where the key is not there, is "", or is wrong; NULL: nothing is */
    int64_t least, most; /* of a number, a duration (usec), a size; both 0: any */
    const struct choice *choices;
    bool required;
};

/* Reads a group of settings into *object (all zero before) by its table. Keys out of the table are
 * problems that name the nearest key. */
void reader_read(struct reader *reader, const config_setting_t *group, const struct key keys[],
                 size_t count, void *object);

/* --- kinds, and the field that each wants --- */

extern const struct kind kind_text;      /* char *, without blanks at its ends */
extern const struct kind kind_path;      /* char *, made absolute by reader_path() */
/* char *, the path of a systemd credential of that name. */
extern const struct kind kind_credential;
extern const struct kind kind_number;    /* unsigned */
extern const struct kind kind_port;      /* uint16_t */
extern const struct kind kind_switch;    /* bool */
extern const struct kind kind_duration;  /* usec_t */
extern const struct kind kind_size;      /* uint64_t */
extern const struct kind kind_choice;    /* int, an enum: one of choices */
extern const struct kind kind_choices;   /* unsigned: a set of choices */
extern const struct kind kind_texts;     /* GPtrArray *, of char * */
extern const struct kind kind_address;   /* struct address * */
extern const struct kind kind_addresses; /* GPtrArray *, of struct address */
extern const struct kind kind_mailbox;   /* struct sender_name */
extern const struct kind kind_any;       /* nothing: any value will do */

/* Text of a setting without blanks at its ends; NULL after adding a problem where it holds control
 * characters or no UTF-8. The caller frees. `name` is for the message. */
char *reader_text(struct reader *reader, const config_setting_t *setting, const char *name);
