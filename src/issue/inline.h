/* The inside of a Markdown block: its lines without markup, and the pictures in it. */
#pragma once
#include "issue/block.h"

#include <cmark-gfm.h>

struct inline_text {
    GPtrArray *lines;    /* of struct block_line */
    GPtrArray *pictures; /* of struct block, each with `level` the count of lines before it */
    int html_picture;    /* the line of a picture written in HTML; 0: none */
};

/* Reads what is in `node` (a paragraph, heading or cell); its text begins on `line`. `source` is
 * the line that it begins on (indents are no part of a node), NULL: not known. */
void inline_read(struct inline_text *text, cmark_node *node, int line);
void inline_clear(struct inline_text *text);
/* All of it as one line. Caller frees. */
char *inline_joined(const struct inline_text *text);

/* Stands for a tag that ends a line, such as <br>: a line end would change the lines' numbers. */
#define INLINE_BREAK '\v'
/* Raw HTML without tags and comments, entities resolved; *picture is set if there was an <img>.
 * Caller frees. */
char *inline_html_text(const char *html, bool *picture);

/* A line of such text: <center>**…**</center> is bold, though within tags the stars stay. Caller
 * frees. */
struct block_line *inline_html_line(const char *text, int number, int indent);
