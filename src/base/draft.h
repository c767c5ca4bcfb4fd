/* A file that is written piece by piece, under a temporary name, and is there when it is whole. */
#pragma once
#include "base/error.h"

struct draft; /* opaque */

/* Begins `path`; nothing of that name changes before draft_finish(). */
MUST bool draft_begin(struct draft **draft, const char *path, struct error *error);
/* What was added is made durable as it grows, so that the end does not take long. */
MUST bool draft_add(struct draft *draft, const void *octets, size_t length, struct error *error);
/* Durable, under its name. Nothing may be added after it. */
MUST bool draft_finish(struct draft *draft, struct error *error);
void draft_free(struct draft *draft); /* takes away what was not finished; NULL is fine */
AUTO_DEFINE(draft, struct draft, draft_free)
