/* How a document's lines are laid out, and which of them are one paragraph. Both readers of
 * documents use it: an office's Markdown is typed text as well. */
#pragma once
#include "issue/block.h"

struct layout {
    bool markdown;
    int wrap; /* the width at which lines were broken by hand or editor, in columns; 0: none */
    GHashTable
        *again; /* a set: the lines of contents that come again as lines, over their articles */
    bool line_blocks; /* each line is a paragraph: nothing parts them but the line end */
};

/* Measures all lines of the text (LF between them). layout_clear() frees what it keeps. */
void layout_measure(struct layout *layout, const char *text, bool markdown);
void layout_clear(struct layout *layout);

/* Was this line broken because the first word of `next` did not fit? */
bool layout_is_full(const struct layout *layout, const char *line, int indent, const char *next);

/* Makes paragraphs, and rules, of lines with no blank line between them, and adds them to `blocks`.
 * Takes the lines out of `lines`. */
void layout_paragraphs(const struct layout *layout, GPtrArray *lines, GPtrArray *blocks);

/* The columns of blanks that begin a line; *rest is what follows them. */
int layout_indent(const char *line, const char **rest);
