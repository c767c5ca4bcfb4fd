/* The rows of a list or a spreadsheet as a merge needs them: whole, each with its persons. */
#pragma once
#include "people/list.h"

struct merge_person {
    struct address *address;
    char *piece; /* of the cell that names him: his address, or 张三 <address> */
    char *name;  /* of the cell, else before the address; NULL: not said */
};

struct merge_row {
    enum list_row_kind kind;
    bool disabled, out_of_term;
    GPtrArray *fields;    /* of char *, without what guards them in a spreadsheet */
    char *cells[COLUMNS]; /* NULL: empty, or no such column */
    GPtrArray *persons;   /* of struct merge_person; may be empty */
};

struct merge_rows {
    GPtrArray *all; /* of struct merge_row */
    struct columns columns;
};

/* Of a file that list_read() takes ("x.xlsx#SHEET" too). False after a PROBLEM. *rows is then the
 * caller's. */
MUST bool merge_rows_read(struct merge_rows **rows, const char *path, struct problems *problems);
struct merge_rows *merge_rows_new(void);
void merge_rows_free(struct merge_rows *rows);
AUTO_DEFINE(merge_rows, struct merge_rows, merge_rows_free)
