#include "queue/census.h"

#include <string.h>

struct entry_sort { /* recipients who are in just the same groups */
    char *groups;
    int64_t count;
    unsigned number;
};

struct census {
    uint64_t *hashes; /* 0: free; an open table */
    unsigned *sorts;  /* beside them */
    size_t places, taken;
    GPtrArray *by_number;  /* of struct entry_sort */
    GHashTable *by_groups; /* the same */
    struct entry_sort *last; /* most come one after the other */
};

/* --- addresses --- */

/* FNV-1a, and its bits mixed, for the table takes the upper ones. */
static uint64_t hash_of(const char *address)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (const char *c = address; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccd;
    hash ^= hash >> 33;
    return hash ? hash : 1;
}

/* Where this hash stands, or the free place where it would. */
static size_t place_of(const struct census *census, uint64_t hash)
{
    size_t place = (size_t)(((hash >> 32) * (uint64_t)census->places) >> 32);
    while (census->hashes[place] && census->hashes[place] != hash)
        place = place + 1 == census->places ? 0 : place + 1;
    return place;
}

static void make_places(struct census *census, size_t places)
{
    census->places = places;
    census->hashes = g_new0(uint64_t, places);
    census->sorts = g_new(unsigned, places);
}

static void grow(struct census *census)
{
    struct census old = *census;
    make_places(census, old.places * 2);
    for (size_t i = 0; i < old.places; i++) {
        if (!old.hashes[i])
            continue;
        size_t place = place_of(census, old.hashes[i]);
        census->hashes[place] = old.hashes[i];
        census->sorts[place] = old.sorts[i];
    }
    g_free(old.hashes);
    g_free(old.sorts);
}

/* --- sorts --- */

static void entry_sort_free(void *pointer)
{
    struct entry_sort *sort = pointer;
    g_free(sort->groups);
    g_free(sort);
}

static struct entry_sort *sort_of(struct census *census, const char *groups)
{
    if (census->last && g_str_equal(census->last->groups, groups))
        return census->last;
    struct entry_sort *sort = g_hash_table_lookup(census->by_groups, groups);
    if (!sort) {
        sort = g_new0(struct entry_sort, 1);
        sort->groups = g_strdup(groups);
        sort->number = census->by_number->len;
        g_ptr_array_add(census->by_number, sort);
        g_hash_table_insert(census->by_groups, sort->groups, sort);
    }
    return census->last = sort;
}

/* --- the face --- */

struct census *census_new(int64_t expected)
{
    struct census *census = g_new0(struct census, 1);
    make_places(census, (size_t)CLAMP(expected, 0, INT32_MAX / 2) * 4 / 3 + 8);
    census->by_number = g_ptr_array_new_with_free_func(entry_sort_free);
    census->by_groups = g_hash_table_new(g_str_hash, g_str_equal);
    return census;
}

void census_free(struct census *census)
{
    if (!census)
        return;
    g_free(census->hashes);
    g_free(census->sorts);
    g_hash_table_unref(census->by_groups);
    g_ptr_array_unref(census->by_number);
    g_free(census);
}

bool census_add(struct census *census, const char *address, const char *groups, unsigned *sort)
{
    struct entry_sort *own = sort_of(census, groups);
    uint64_t hash = hash_of(address);
    size_t place = place_of(census, hash);
    *sort = own->number;
    if (census->hashes[place])
        return false;
    census->hashes[place] = hash;
    census->sorts[place] = own->number;
    own->count++;
    if (++census->taken * 8 > census->places * 7)
        grow(census);
    return true;
}

bool census_move(struct census *census, const char *address, unsigned sort)
{
    size_t place = place_of(census, hash_of(address));
    if (!census->hashes[place])
        return false;
    struct entry_sort *const *by_number = (struct entry_sort *const *)census->by_number->pdata;
    by_number[census->sorts[place]]->count--;
    by_number[sort]->count++;
    census->sorts[place] = sort;
    return true;
}

bool census_find(const struct census *census, const char *address, unsigned *sort)
{
    size_t place = place_of(census, hash_of(address));
    if (!census->hashes[place])
        return false;
    *sort = census->sorts[place];
    return true;
}

unsigned census_sort(struct census *census, const char *groups)
{
    return sort_of(census, groups)->number;
}

unsigned census_sorts(const struct census *census)
{
    return census->by_number->len;
}

const char *census_groups(const struct census *census, unsigned sort)
{
    return ((const struct entry_sort *)census->by_number->pdata[sort])->groups;
}

int64_t census_count(const struct census *census, unsigned sort)
{
    return ((const struct entry_sort *)census->by_number->pdata[sort])->count;
}
