/* A spreadsheet that becomes the new content of a group's CSV list: who is added, gone, or changed,
 * with the order and whatever else stands in the rows of who stays. Somebody whom the spreadsheet
 * stops (停用) keeps his row, with that mark. */
#pragma once
#include "base/problem.h"

enum merge_kind {
    MERGE_ADDED,
    MERGE_GONE,
    MERGE_CHANGED,
    MERGE_STOPPED, /* in the spreadsheet, but stopped in the list (停用, out of term): stays so */
    MERGE_ELSEWHERE, /* in the spreadsheet, and in the group already by another list */
};
#define MERGE_KINDS 5

struct merge_change {
    enum merge_kind kind;
    char *address, *name; /* name "" where there is none */
    char *detail; /* "主席 → 副主席", where else somebody stands, and the like; or NULL */
};

struct merge {
    GPtrArray *changes; /* of struct merge_change: as the rows stand, the added ones last */
    GString *text;      /* the list as it will be: CSV, UTF-8 with BOM */
    size_t counts[MERGE_KINDS];
};

/* The headings of address, name, title and unit, as list_read() knows them, in the language of
 * people. Static. */
#define MERGE_HEADINGS 4
const char *merge_heading(size_t index);

/* Reads both; `list` need not be there yet. `elsewhere`: whom the group has without this list, a
 * struct address to its origin; NULL: nobody. False: one of them is wrong (told in `problems`) or
 * reading failed. *merge is then the caller's. */
MUST bool merge_read(struct merge **merge, const char *list, const char *spreadsheet,
                     GHashTable *elsewhere, struct problems *problems);
void merge_free(struct merge *merge);
AUTO_DEFINE(merge, struct merge, merge_free)
