/* Names in a publication's folders. They hold any octets but / and NUL. */
#pragma once
#include "base/auto.h"

#include <stdbool.h>

/* The names in an open folder without `.` and `..`, sorted; of char *. NULL: errno says why. */
GPtrArray *names_in(int folder);

/* Does it name something right in a folder: not empty, not `.` or `..`, no / in it? */
bool name_is_plain(const char *name);

/* Does it say that somebody still works on what stands beside it (`~$…`, `….part`)? Hidden names
 * and the litter of file managers say nothing. */
bool name_says_progress(const char *name);

/* `NAME (2)`; cut so that a file system takes it. Caller frees. */
char *name_numbered(const char *name, unsigned number);
/* `NAME (2).md`: the ending stays, since it says what the file is. Caller frees. */
char *name_numbered_before_ending(const char *name, unsigned number);

/* The name under which an original is filed: its own, unless we write a file of that name beside it
 * (`original-why.txt`). Caller frees. */
char *name_filed(const char *name);

/* The name as it may be shown: valid UTF-8 without control characters. Caller frees. */
char *name_shown(const char *name);
