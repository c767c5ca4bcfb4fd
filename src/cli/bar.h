/* A bar that shows how far an issue is: `#` sent, `~` deferred, `?` nobody knows, `x` failed, `.`
 * left. */
#pragma once
#include <glib.h>
#include <stdint.h>

struct progress {
    int64_t sent, deferred, unknown, failed, left;
};

/* Just `cells` characters wide, and `[` `]` around it. Whatever is more than none has a cell, so
 * that one failure among thousands is seen; the last cell of `left` goes only with the last
 * delivery. The caller frees. ASCII: terminals don't agree how wide the blocks are. */
char *bar_text(const struct progress *progress, int cells);
