#include "issue/markdown.h"

#include "issue/drawn.h"
#include "issue/inline.h"
#include "issue/layout.h"
#include "issue/prepare.h"
#include "issue/words.h"

#include <cmark-gfm-core-extensions.h>
#include <string.h>

struct reader {
    struct layout layout;
    const char *name; /* the document's */
    struct problems *problems;
    GPtrArray *blocks;
    GPtrArray *source; /* of const char *: where each line of the source begins */
    int footnotes;
};

/* The types of extensions have no names in the headers that Debian ships. */
static bool is_extension(cmark_node *node, const char *type)
{
    return strcmp(cmark_node_get_type_string(node), type) == 0;
}

/* Text right over a table's head is parted from it by cmark, which leaves it without a line and
 * gives the table the line on which the text began. */
static int first_line(cmark_node *node)
{
    int line = cmark_node_get_start_line(node);
    cmark_node *after = cmark_node_next(node);
    return line || !after ? MAX(line, 1) : cmark_node_get_start_line(after);
}

static int head_line(cmark_node *table)
{
    int line = cmark_node_get_start_line(table);
    cmark_node *before = cmark_node_previous(table);
    if (!before || cmark_node_get_start_line(before))
        return line;
    for (cmark_node *child = cmark_node_first_child(before); child; child = cmark_node_next(child))
        line += cmark_node_get_type(child) == CMARK_NODE_SOFTBREAK ||
                cmark_node_get_type(child) == CMARK_NODE_LINEBREAK;
    return line + 1;
}

/* --- pieces --- */

static void read_inline(struct reader *reader, struct inline_text *text, cmark_node *node)
{
    inline_read(text, node, first_line(node));
    if (text->html_picture)
        problems_add(reader->problems, PROBLEM, "html-picture", EX_DATAERR,
                     (struct place){reader->name, text->html_picture, 0},
                     N_("write it as ![words for those who cannot see it](file name)"),
                     N_("this picture is written in HTML and can't be read"));
}

static void add_pictures(struct reader *reader, struct inline_text *text)
{
    for (guint i = 0; i < text->pictures->len; i++) {
        g_ptr_array_add(reader->blocks, text->pictures->pdata[i]);
        text->pictures->pdata[i] = NULL;
    }
    g_ptr_array_set_size(text->pictures, 0);
}

/* Adds the parts of a line that tags broke; false if it is blank. */
static bool add_broken_line(GPtrArray *lines, const char *line, int number)
{
    AUTO(texts) char **parts = g_strsplit(line, (const char[]){INLINE_BREAK, '\0'}, -1);
    bool any = false;
    for (char **part = parts; *part; part++) {
        const char *rest;
        int indent = layout_indent(*part, &rest);
        if (!*rest)
            continue;
        any = true;
        struct block_line *added = inline_html_line(rest, number, indent);
        added->broken = part[1] != NULL;
        g_ptr_array_add(lines, added);
    }
    return any;
}

/* Adds text that Markdown took for something else (code, HTML), line by line. */
static void add_lines(struct reader *reader, const char *text, int first_line)
{
    AUTO(array) GPtrArray *lines = block_lines_new();
    AUTO(texts) char **pieces = g_strsplit(text, "\n", -1);
    for (int i = 0; pieces[i]; i++) {
        if (!add_broken_line(lines, pieces[i], first_line + i))
            layout_paragraphs(&reader->layout, lines, reader->blocks);
    }
    layout_paragraphs(&reader->layout, lines, reader->blocks);
}

/* --- paragraphs and headings --- */

static void add_paragraph(struct reader *reader, cmark_node *node)
{
    struct inline_text text;
    read_inline(reader, &text, node);
    AUTO(array) GPtrArray *lines = block_lines_new();
    guint taken = 0;
    for (guint i = 0; i < text.pictures->len; i++) {
        struct block *picture = text.pictures->pdata[i];
        text.pictures->pdata[i] = NULL;
        while (taken < (guint)picture->level) {
            g_ptr_array_add(lines, text.lines->pdata[taken]);
            text.lines->pdata[taken++] = NULL;
        }
        picture->level = 0;
        layout_paragraphs(&reader->layout, lines, reader->blocks);
        g_ptr_array_add(reader->blocks, picture);
    }
    for (; taken < text.lines->len; taken++) {
        g_ptr_array_add(lines, text.lines->pdata[taken]);
        text.lines->pdata[taken] = NULL;
    }
    layout_paragraphs(&reader->layout, lines, reader->blocks);
    inline_clear(&text);
}

static bool is_setext(const struct reader *reader, cmark_node *heading)
{
    int line = cmark_node_get_start_line(heading);
    if (line < 1 || (guint)line > reader->source->len)
        return false;
    const char *source = reader->source->pdata[line - 1];
    return source[strspn(source, " \t")] != '#';
}

/* `---` right under a line of a masthead or an imprint makes no heading of it, and under a title
 * the outline knows it by the rule. */
static void add_setext(struct reader *reader, cmark_node *node)
{
    add_paragraph(reader, node);
    struct block *rule = block_new(BLOCK_RULE, cmark_node_get_end_line(node));
    if (reader->blocks->len) {
        struct block *last = reader->blocks->pdata[reader->blocks->len - 1];
        last->underlined = true;
        rule->line = rule->last_line = last->last_line + 1;
    }
    g_ptr_array_add(reader->blocks, rule);
}

static void add_heading(struct reader *reader, cmark_node *node)
{
    if (is_setext(reader, node)) {
        add_setext(reader, node);
        return;
    }
    struct inline_text text;
    read_inline(reader, &text, node);
    AUTO(block) struct block *heading = block_new(BLOCK_HEADING, cmark_node_get_start_line(node));
    heading->level = cmark_node_get_heading_level(node);
    if (text.lines->len) {
        g_ptr_array_unref(heading->lines);
        heading->lines = g_ptr_array_ref(text.lines);
        block_join_lines(heading);
        g_ptr_array_add(reader->blocks, TAKE(heading));
    }
    add_pictures(reader, &text);
    inline_clear(&text);
}

/* --- lists and quotes --- */

enum { DEEPEST_INDENT = 8 };

struct collector { /* the texts of a list or quote, one after the other */
    struct reader *reader;
    struct block *block;
    GString *item;
    int depth, line, indent;
    bool new_item;
    int numbers[DEEPEST_INDENT]; /* of the last item at each depth */
    int number;                  /* of an item of a numbered list within a list; 0: none */
    GPtrArray *pictures;
};

static void end_item(struct collector *collector)
{
    if (!collector->item->len)
        return;
    g_ptr_array_add(collector->block->texts, g_strdup(collector->item->str));
    g_ptr_array_add(collector->block->lines,
                    block_line_new(collector->item->str, collector->line, collector->indent));
    g_string_truncate(collector->item, 0);
}

static void begin_item(struct collector *collector, int line)
{
    end_item(collector);
    collector->line = line;
    collector->indent = 2 * CLAMP(collector->depth - 1, 0, DEEPEST_INDENT);
    collector->new_item = true;
}

static void add_to_item(struct collector *collector, const char *text)
{
    if (!*text)
        return;
    if (collector->new_item)
        for (int i = 0; i < collector->indent; i++)
            g_string_append_c(collector->item, ' ');
    if (collector->new_item && collector->number)
        g_string_append_printf(collector->item, "%d. ", collector->number);
    collector->new_item = false;
    words_join(collector->item, text);
}

static void take_inline(struct collector *collector, cmark_node *node)
{
    struct inline_text text;
    read_inline(collector->reader, &text, node);
    AUTO(text) char *joined = inline_joined(&text);
    add_to_item(collector, joined);
    for (guint i = 0; i < text.pictures->len; i++) {
        g_ptr_array_add(collector->pictures, text.pictures->pdata[i]);
        text.pictures->pdata[i] = NULL;
    }
    inline_clear(&text);
    if (collector->block->kind == BLOCK_QUOTE)
        begin_item(collector, cmark_node_get_end_line(node) + 1);
}

static void take_literal(struct collector *collector, const char *literal)
{
    bool picture = false;
    AUTO(text) char *text = inline_html_text(literal, &picture);
    g_strdelimit(text, (const char[]){'\n', INLINE_BREAK, '\0'}, ' ');
    AUTO(text) char *clean = words_clean(text);
    add_to_item(collector, clean);
}

/* A list in a list may be numbered where the outer is not, and the other way round. */
static int inner_number(struct collector *collector, cmark_node *item)
{
    cmark_node *list = cmark_node_parent(item);
    int depth = collector->depth;
    if (depth < 2 || depth >= DEEPEST_INDENT ||
        cmark_node_get_list_type(list) != CMARK_ORDERED_LIST)
        return 0;
    if (cmark_node_previous(item))
        collector->numbers[depth]++;
    else
        collector->numbers[depth] = cmark_node_get_list_start(list);
    return collector->numbers[depth];
}

static void begin_numbered(struct collector *collector, cmark_node *item)
{
    begin_item(collector, cmark_node_get_start_line(item));
    collector->number = inner_number(collector, item);
}

/* What is right inside: deeper blocks come by themselves, so that no nesting is too deep. */
static void collect(struct collector *collector, cmark_event_type event, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_LIST)
        collector->depth += event == CMARK_EVENT_ENTER ? 1 : -1;
    else if (event != CMARK_EVENT_ENTER)
        return;
    else if (type == CMARK_NODE_ITEM)
        begin_numbered(collector, node);
    else if (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING ||
             is_extension(node, "table_cell"))
        take_inline(collector, node);
    else if (type == CMARK_NODE_CODE_BLOCK || type == CMARK_NODE_HTML_BLOCK)
        take_literal(collector, cmark_node_get_literal(node));
}

static void add_collected(struct reader *reader, cmark_node *node, enum block_kind kind)
{
    struct block *block = block_new(kind, cmark_node_get_start_line(node));
    block->ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    block->last_line = cmark_node_get_end_line(node);
    block->texts = g_ptr_array_new_with_free_func(g_free);
    struct collector collector = {
        .reader = reader, .block = block, .item = g_string_new(NULL), .pictures = blocks_new()};
    begin_item(&collector, block->line);
    cmark_iter *iter = cmark_iter_new(node);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
        collect(&collector, event, cmark_iter_get_node(iter));
    cmark_iter_free(iter);
    end_item(&collector);
    g_ptr_array_add(reader->blocks, block);
    struct inline_text pictures = {.pictures = collector.pictures};
    add_pictures(reader, &pictures);
    g_ptr_array_unref(collector.pictures);
    g_string_free(collector.item, TRUE);
}

/* A numbered list of one is a numbered title, or a paragraph with a number: lists have more. */
static void add_list(struct reader *reader, cmark_node *list)
{
    add_collected(reader, list, BLOCK_LIST);
    struct block *block = reader->blocks->pdata[reader->blocks->len - 1];
    if (block->kind != BLOCK_LIST || !block->ordered || block->texts->len != 1)
        return;
    AUTO(text)
    char *numbered =
        g_strdup_printf("%d. %s", cmark_node_get_list_start(list), (char *)block->texts->pdata[0]);
    struct block *paragraph = block_new(BLOCK_PARAGRAPH, block->line);
    g_ptr_array_add(paragraph->lines, block_line_new(numbered, block->line, 0));
    block_join_lines(paragraph);
    g_ptr_array_set_size(reader->blocks, (gint)reader->blocks->len - 1);
    g_ptr_array_add(reader->blocks, paragraph);
}

/* --- tables and footnotes --- */

static GPtrArray *read_row(struct reader *reader, cmark_node *row, GString *line)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
    for (cmark_node *cell = cmark_node_first_child(row); cell; cell = cmark_node_next(cell)) {
        struct inline_text text;
        read_inline(reader, &text, cell);
        char *joined = inline_joined(&text);
        g_string_append_printf(line, "%s%s", line->len && *joined ? "　" : "", joined);
        g_ptr_array_add(cells, joined);
        inline_clear(&text);
    }
    return cells;
}

static void add_table(struct reader *reader, cmark_node *node)
{
    struct block *table = block_new(BLOCK_TABLE, head_line(node));
    table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    for (cmark_node *row = cmark_node_first_child(node); row; row = cmark_node_next(row)) {
        AUTO(str) GString *line = g_string_new(NULL);
        g_ptr_array_add(table->rows, read_row(reader, row, line));
        int number =
            row == cmark_node_first_child(node) ? table->line : cmark_node_get_start_line(row);
        g_ptr_array_add(table->lines, block_line_new(line->str, number, 0));
    }
    table->last_line = cmark_node_get_end_line(node);
    g_ptr_array_add(reader->blocks, drawn_unboxed(table));
}

/* cmark numbers footnotes by their first reference, and gives them in that order. */
static void add_footnote(struct reader *reader, cmark_node *node)
{
    add_collected(reader, node, BLOCK_FOOTNOTE);
    struct block *footnote = reader->blocks->pdata[reader->blocks->len - 1];
    if (footnote->kind != BLOCK_FOOTNOTE)
        return;
    footnote->target = g_strdup_printf("%d", ++reader->footnotes);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < footnote->texts->len; i++)
        words_join(text, footnote->texts->pdata[i]);
    footnote->text = g_string_free(text, FALSE);
    g_ptr_array_unref(footnote->texts);
    footnote->texts = NULL;
}

static void add_html(struct reader *reader, cmark_node *node)
{
    bool picture = false;
    int line = cmark_node_get_start_line(node);
    AUTO(text) char *text = inline_html_text(cmark_node_get_literal(node), &picture);
    if (picture)
        problems_add(reader->problems, PROBLEM, "html-picture", EX_DATAERR,
                     (struct place){reader->name, line, 0},
                     N_("write it as ![words for those who cannot see it](file name)"),
                     N_("this picture is written in HTML and can't be read"));
    add_lines(reader, text, line);
}

/* --- the document --- */

static void add_block(struct reader *reader, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_PARAGRAPH)
        add_paragraph(reader, node);
    else if (type == CMARK_NODE_HEADING)
        add_heading(reader, node);
    else if (type == CMARK_NODE_LIST)
        add_list(reader, node);
    else if (type == CMARK_NODE_BLOCK_QUOTE)
        add_collected(reader, node, BLOCK_QUOTE);
    else if (is_extension(node, "table"))
        add_table(reader, node);
    else if (type == CMARK_NODE_THEMATIC_BREAK)
        g_ptr_array_add(reader->blocks, block_new(BLOCK_RULE, cmark_node_get_start_line(node)));
    else if (type == CMARK_NODE_FOOTNOTE_DEFINITION)
        add_footnote(reader, node);
    else if (type == CMARK_NODE_HTML_BLOCK)
        add_html(reader, node);
    else if (cmark_node_get_literal(node)) /* code: an indent made it that */
        add_lines(reader, cmark_node_get_literal(node), cmark_node_get_start_line(node));
}

static GPtrArray *line_starts(const char *text)
{
    GPtrArray *starts = g_ptr_array_new();
    while (*text) {
        g_ptr_array_add(starts, (void *)text);
        const char *end = strchrnul(text, '\n');
        text = *end ? end + 1 : end;
    }
    return starts;
}

static cmark_node *parse(const GString *text)
{
    cmark_gfm_core_extensions_ensure_registered();
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_FOOTNOTES);
    cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension("table"));
    cmark_parser_feed(parser, text->str, text->len);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return document;
}

/* A form feed ends a page: what stands around it may be one paragraph. To cmark it would be text,
 * so that a blank takes its place. The lines where they stood; the caller frees. */
static GArray *take_form_feeds(GString *text)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(int));
    int line = 1;
    for (char *at = text->str; *at; at++) {
        line += *at == '\n';
        if (*at != '\f')
            continue;
        *at = ' ';
        g_array_append_val(lines, line);
    }
    return lines;
}

static void end_pages(GPtrArray *blocks, const GArray *form_feeds)
{
    guint at = 0;
    for (guint i = 0; i < form_feeds->len; i++) {
        int line = g_array_index(form_feeds, int, i);
        while (at < blocks->len && ((struct block *)blocks->pdata[at])->last_line < line)
            at++;
        if (at)
            ((struct block *)blocks->pdata[at - 1])->page_end = true;
    }
}

GPtrArray *markdown_blocks(const GString *text, const char *name, struct problems *problems)
{
    AUTO(str) GString *prepared = prepare_markdown(text);
    GArray *form_feeds = take_form_feeds(prepared);
    AUTO(array) GPtrArray *source = line_starts(prepared->str);
    struct reader reader = {
        .name = name, .problems = problems, .blocks = blocks_new(), .source = source};
    layout_measure(&reader.layout, prepared->str, true);
    cmark_node *document = parse(prepared);
    for (cmark_node *node = cmark_node_first_child(document); node; node = cmark_node_next(node))
        add_block(&reader, node);
    cmark_node_free(document);
    end_pages(reader.blocks, form_feeds);
    g_array_unref(form_feeds);
    layout_clear(&reader.layout);
    return reader.blocks;
}
