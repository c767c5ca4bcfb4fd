/* Keeps the copies of lists: asks for remote ones, and looks whether files read whole. For
 * fensong-fetch alone, the only one who writes them. */
#pragma once
#include "conf/conf.h"

/* Every list of every group once. What is wrong with any, or with a group's own file, is added to
 * `problems`; those that are good are kept all the same. state_dir/copies/trouble.json then says
 * which lists and files are in trouble.
 * False: groups_dir can't be read, or the copies can't be written. */
MUST bool refresh_lists(const struct conf *conf, struct problems *problems, struct error *error);

/* Where it keeps the copies, and writes nothing else. The caller frees. */
char *refresh_folder(const struct conf *conf);
