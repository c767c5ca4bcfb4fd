/* Which lists are in trouble: state_dir/copies/trouble.json, which the last refresh left there for
 * the daemon. */
#pragma once
#include "conf/conf.h"
#include "people/copies.h"

struct list_trouble {
    usec_t since; /* when these very lists came to be in trouble; 0: none is */
    char *text;   /* for people: a line for each */
};
/* False: nothing that can be read. The texts are the caller's. */
bool list_trouble_read(struct list_trouble *trouble, const struct conf *conf);
void list_trouble_clear(struct list_trouble *trouble);

/* `keys` (of char *) are sorted; `text` is for people. */
MUST bool list_trouble_write(const struct copies *copies, GPtrArray *keys, const char *text,
                             usec_t now, struct error *error);
