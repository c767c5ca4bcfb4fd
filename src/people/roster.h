/* What a struct people is made of, for the files of this folder alone. */
#pragma once
#include "people/group.h"
#include "people/names.h"

struct people {
    GPtrArray *files;  /* of struct group_file, sorted by id */
    GHashTable *by_id; /* id → struct group_file, borrowed */
    struct names *names;
    struct problems *problems; /* of the folder */
};

/* Reads the group files without their lists, for who fetches them. */
MUST bool people_read_files(struct people **people, const char *groups_dir, struct error *error);

const struct group_file *people_file(const struct people *people, const char *id);
