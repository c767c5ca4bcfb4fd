/* What the templates see of an issue: every name that bulletin.html and bulletin.txt may use is
 * made here, and all of them are always there (null where the issue has nothing). */
#pragma once
#include "base/address.h"
#include "base/json.h"
#include "issue/issue.h"

/* `subject` is for the title of the HTML; `pictures` maps a picture's target to its URL. A
 * new reference. */
json_t *view_of_issue(const struct issue *issue, const char *subject, GHashTable *pictures);

/* The imprint's mailbox, typed with full-width letters or not; NULL where there is none. The caller
 * frees. */
struct address *view_contact(const struct issue *issue);
