/* A list: a file that says who is in a group, as CSV or .xlsx, whatever it is called. With a header
 * row (address/邮箱, name/姓名, title/职务, unit/单位, 停用/disabled, 起/from, 止/until) or without
 * one: then the column that holds addresses. */
#pragma once
#include "people/columns.h"
#include "people/member.h"

enum list_row_kind {
    LIST_ASIDE, /* before the header, or empty */
    LIST_HEADER,
    LIST_PERSON /* or several */
};

struct list_row { /* borrowed */
    enum list_row_kind kind;
    const GPtrArray *fields;
    const struct columns *columns;
    bool disabled;    /* 停用 */
    bool out_of_term; /* gets nothing today */
};
typedef void list_visit(void *user, const struct list_row *row);

/* On one line; NULL: the row has none, or an empty one. Caller frees. */
char *list_row_cell(const struct list_row *row, enum column column);

struct list_file {     /* borrowed */
    const char *path;  /* of the file that is read: the list itself, or a copy of it */
    const char *shown; /* how people know it, in messages: its path or URL */
    const char *name;  /* how the group calls it, for the origin */
    const char *sheet; /* of an .xlsx; NULL: the first that is not hidden */
    struct place said; /* where the group names it */
    list_visit *visit; /* called for each row that has cells; NULL: nobody wants to see them */
    void *user;
};

/* Appends the members of a list, in the order of its rows, without those who are 停用 or out of
 * their term. Adds all that is wrong (EX_DATAERR; EX_TEMPFAIL: it is being written), each with the
 * list's line: where any is a PROBLEM, the list was not read whole and may not be used. */
void list_read_file(GPtrArray *members, const struct list_file *file, struct problems *problems);

/* The same for a list that lies at `path` and is known by it; "x.xlsx#SHEET" names a sheet. */
void list_read(GPtrArray *members, const char *path, const char *name, struct place said,
               struct problems *problems);

/* Parts "x.xlsx#名单" into the path, which is the caller's, and the sheet, which points into
 * `name`; NULL: none is named. */
char *list_sheet(const char *name, const char **sheet);

/* All of the file at file->path. EX_DATAERR, EX_TEMPFAIL as above. */
MUST bool list_load(GBytes **octets, const struct list_file *file, struct error *error);

/* Can these octets be a list: does it read whole, apart from what only people can know? For who
 * keeps copies. `file->path` is not looked at. */
void list_read_octets(GPtrArray *members, GBytes *octets, const struct list_file *file,
                      struct problems *problems);
