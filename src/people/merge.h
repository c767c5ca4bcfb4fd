/* A spreadsheet that becomes the new content of a group's CSV list: who is added, gone, or changed,
 * with the order and whatever else stands in the rows of who stays. */
#pragma once
#include "base/problem.h"

enum merge_kind {
    MERGE_ADDED,
    MERGE_GONE,
    MERGE_CHANGED,
    MERGE_STOPPED, /* in the spreadsheet, but stopped in the list (停用, out of term): stays so */
};

struct merge_change {
    enum merge_kind kind;
    char *address, *name; /* name "" where there is none */
    char *detail;         /* of a change: "主席 → 副主席"; else NULL */
};

struct merge {
    GPtrArray *changes; /* of struct merge_change: as the rows stand, the added ones last */
    GString *text;      /* the list as it will be: CSV, UTF-8 with BOM */
    size_t counts[MERGE_STOPPED + 1];
};

/* The headings of address, name, title and unit, as list_read() knows them, in the language of
 * people. Static. */
#define MERGE_HEADINGS 4
const char *merge_heading(size_t index);

/* Reads both; `list` need not be there yet. False: one of them is wrong (told in `problems`) or
 * reading failed. *merge is then the caller's. */
MUST bool merge_read(struct merge **merge, const char *list, const char *spreadsheet,
                     struct problems *problems);
void merge_free(struct merge *merge);
AUTO_DEFINE(merge, struct merge, merge_free)
