#include "issue/plain.h"

#include "base/text.h"
#include "issue/layout.h"

#include <string.h>

enum {
    WIDEST_MARGIN = 40, /* columns */
    MOST_BLANKS = 120,  /* octets of them */
    TAB_COLUMNS = 16,   /* wide enough for most cells */
};

struct reader {
    struct layout layout;
    GPtrArray *blocks;
    GPtrArray *lines; /* of struct block_line, no blank line between them */
    int line;
    int margin; /* columns of blanks before every line */
};

/* Columns of blanks that all lines with text have: whoever pasted the text moved all of it in. */
static int margin_of(const char *text)
{
    int margin = WIDEST_MARGIN;
    while (*text && margin) {
        const char *end = strchrnul(text, '\n'), *rest;
        AUTO(text) char *beginning = g_strndup(text, (gsize)MIN(end - text, MOST_BLANKS));
        int indent = layout_indent(beginning, &rest);
        if (*rest)
            margin = MIN(margin, indent);
        text = *end ? end + 1 : end;
    }
    return margin;
}

static void end_lines(struct reader *reader)
{
    layout_paragraphs(&reader->layout, reader->lines, reader->blocks);
}

/* Tabs part columns: what follows stands at the next of their stops. */
static char *without_tabs(const char *text)
{
    if (!strchr(text, '\t'))
        return g_strdup(text);
    GString *spread = g_string_new(NULL);
    for (int column = 0; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        if (c != '\t') {
            g_string_append_unichar(spread, c);
            column += text_width_of(c);
            continue;
        }
        do {
            g_string_append(spread, "　");
            column += 2;
        } while (column % TAB_COLUMNS > 1);
    }
    return g_string_free(spread, FALSE);
}

static void take_piece(struct reader *reader, const char *piece)
{
    const char *text;
    int indent = layout_indent(piece, &text);
    if (*text) {
        AUTO(text) char *spread = without_tabs(text);
        g_ptr_array_add(reader->lines,
                        block_line_new(spread, reader->line, indent - reader->margin));
    } else {
        end_lines(reader);
    }
}

/* A form feed ends a page: what stands around it may be one paragraph. */
static void end_page(struct reader *reader)
{
    end_lines(reader);
    if (reader->blocks->len)
        ((struct block *)reader->blocks->pdata[reader->blocks->len - 1])->page_end = true;
}

static void take_line(struct reader *reader, const char *line)
{
    if (!strchr(line, '\f')) {
        take_piece(reader, line);
        return;
    }
    AUTO(texts) char **pieces = g_strsplit(line, "\f", -1);
    for (char **piece = pieces; *piece; piece++) {
        if (piece != pieces)
            end_page(reader);
        if (**piece)
            take_piece(reader, *piece);
    }
}

GPtrArray *plain_blocks(const GString *text)
{
    struct reader reader = {
        .blocks = blocks_new(), .lines = block_lines_new(), .margin = margin_of(text->str)};
    layout_measure(&reader.layout, text->str, false);
    for (const char *at = text->str; *at;) {
        const char *end = strchrnul(at, '\n');
        AUTO(text) char *line = g_strndup(at, (gsize)(end - at));
        reader.line++;
        take_line(&reader, line);
        at = *end ? end + 1 : end;
    }
    end_lines(&reader);
    layout_clear(&reader.layout);
    g_ptr_array_unref(reader.lines);
    return reader.blocks;
}
