/* The last lines of what was said, for the log when something goes wrong. No secrets and no bodies:
 * whoever adds a line leaves them out. */
#pragma once
#include "base/auto.h"

#define TRANSCRIPT_LINES 48
#define TRANSCRIPT_WIDTH 160

struct transcript { /* = {0} */
    unsigned count; /* of all lines ever added */
    char lines[TRANSCRIPT_LINES][TRANSCRIPT_WIDTH];
};

/* Cut where it is too long; control characters become blanks. */
void transcript_add(struct transcript *transcript, const char *who, const char *line,
                    size_t length);
/* All of them, the oldest first, LF after each. The caller frees. */
char *transcript_text(const struct transcript *transcript);
