/* The contract's state names, as people read them. */
#pragma once

/* The word for a state of an issue or a delivery ("deferred": 暂缓), or for why one is held; the
 * name itself where it is none of ours, "" for NULL. Static, or the name. */
const char *word_of_state(const char *name);
const char *word_of_hold(const char *name);
/* What was done, in the history. */
const char *word_of_deed(const char *name);
/* What the history adds to it: for "held" why ("by hand: TEXT"), else as it is. The caller frees.
 */
char *words_of_detail(const char *deed, const char *detail);
