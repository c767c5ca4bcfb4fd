/* The contents (目录提要): its heads, its entries, and which title an entry means. */
#pragma once
#include "base/auto.h"
#include "issue/words.h"

#include <stdbool.h>

struct entry {
    char *text;     /* without bullets, numbers, leaders and page numbers */
    char *key;      /* words_key() of it */
    char *bare_key; /* without the 【…】 that it begins with; NULL: it has none */
    int line;
    bool found;     /* a title of the body is meant by it */
    bool paged;     /* leaders or a page number ended it */
    enum mark mark; /* what it began with … */
    gunichar sign;  /* … ◆ or the like; 0: none */
};

struct contents {
    GPtrArray *entries;   /* of struct entry, in order */
    GHashTable *by_key;   /* entry key to struct entry */
    GHashTable *sections; /* a set of keys: the names under which entries are grouped */
    guint next;           /* the first entry not found yet */
};

/* Makes it empty; contents_clear() frees what it holds. */
void contents_init(struct contents *contents);
void contents_clear(struct contents *contents);

/* Is it 目录, 本期要目, 【目录提要】 and the like? */
bool contents_is_head(const char *line);
/* The line without leaders and page number. Caller frees. */
char *contents_without_page(const char *line);
/* Does it end in leaders or a page number, as an entry does? */
bool contents_has_page(const char *line);
/* words_key() of the entry that a line is. Caller frees. */
char *contents_key(const char *line);
/* Adds the entry that a line is; false if nothing but numbers and leaders is in it. */
bool contents_add(struct contents *contents, const char *line, int number);
void contents_add_section(struct contents *contents, const char *name);
/* The last entry goes on in this line. */
void contents_lengthen(struct contents *contents, const char *line);
/* Makes a name of a group of an entry. */
void contents_regroup(struct contents *contents, guint at);

/* The entry that means a title with this key (NULL: a text too long for one), also where it
 * shortens the title; NULL: none. */
struct entry *contents_match(struct contents *contents, const char *key);
/* Is there an entry with exactly this key? */
bool contents_has(const struct contents *contents, const char *key);
