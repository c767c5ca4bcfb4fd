#include "issue/inline.h"

#include "issue/layout.h"
#include "issue/words.h"

#include <string.h>

/* --- HTML --- */

static const char *skip_comment(const char *at)
{
    const char *end = strstr(at + 4, "-->");
    return end ? end + 3 : at + strlen(at);
}

static bool is_tag(const char *at, const char *name)
{
    if (*at != '<')
        return false;
    at += 1 + (at[1] == '/');
    size_t length = strlen(name);
    return g_ascii_strncasecmp(at, name, length) == 0 && !g_ascii_isalnum(at[length]);
}

/* Tags that end a line of text. */
static bool ends_line(const char *at)
{
    static const char *const tags[] = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "center"};
    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++)
        if (is_tag(at, tags[i]))
            return true;
    return false;
}

struct entity {
    const char *name;
    const char *text;
};
static const struct entity entities[] = {
    {"&nbsp;", " "},  {"&amp;", "&"},  {"&lt;", "<"},     {"&gt;", ">"},  {"&quot;", "\""},
    {"&emsp;", "　"}, {"&ensp;", " "}, {"&middot;", "·"}, {"&#39;", "'"},
};

static const char *take_entity(GString *text, const char *at)
{
    for (size_t i = 0; i < G_N_ELEMENTS(entities); i++) {
        if (g_str_has_prefix(at, entities[i].name)) {
            g_string_append(text, entities[i].text);
            return at + strlen(entities[i].name);
        }
    }
    g_string_append_c(text, '&');
    return at + 1;
}

char *inline_html_text(const char *html, bool *picture)
{
    GString *text = g_string_new(NULL);
    while (*html) {
        bool tag =
            *html == '<' && (g_ascii_isalpha(html[1]) || (html[1] && strchr("/!?", html[1])));
        if (g_str_has_prefix(html, "<!--")) {
            html = skip_comment(html);
        } else if (tag) {
            *picture = *picture || is_tag(html, "img");
            if (ends_line(html))
                g_string_append_c(text, INLINE_BREAK);
            const char *end = strchrnul(html, '>');
            html = *end ? end + 1 : end;
        } else if (*html == '&') {
            html = take_entity(text, html);
        } else {
            g_string_append_c(text, *html++);
        }
    }
    return g_string_free(text, FALSE);
}

struct block_line *inline_html_line(const char *text, int number, int indent)
{
    AUTO(text) char *bare = text_trim(text);
    size_t length = strlen(bare);
    bool bold = length > 4 && g_str_has_prefix(bare, "**") && g_str_has_suffix(bare, "**");
    if (bold)
        bare[length - 2] = '\0';
    struct block_line *line = block_line_new(bold ? bare + 2 : bare, number, indent);
    line->bold = bold;
    return line;
}

/* --- the walk --- */

struct walk {
    struct inline_text *to;
    GString *text; /* of the line so far */
    int line;
    int strong; /* how deep in bold text */
    bool plain; /* some of the line is not bold */
};

/* cmark may cut a footnote's reference within a character. */
static void mend_characters(GString *text)
{
    if (g_utf8_validate_len(text->str, text->len, NULL))
        return;
    AUTO(text) char *valid = g_utf8_make_valid(text->str, (gssize)text->len);
    g_string_assign(text, valid);
}

static void end_line(struct walk *walk, bool broken)
{
    const char *rest;
    mend_characters(walk->text);
    int indent = layout_indent(walk->text->str, &rest);
    if (*rest) {
        struct block_line *line = block_line_new(rest, walk->line, indent);
        line->bold = !walk->plain;
        line->broken = broken;
        g_ptr_array_add(walk->to->lines, line);
    }
    g_string_truncate(walk->text, 0);
    walk->plain = false;
}

static void add_text(struct walk *walk, const char *text)
{
    if (!text)
        return;
    const char *rest;
    layout_indent(text, &rest);
    if (*rest && !walk->strong)
        walk->plain = true;
    g_string_append(walk->text, text);
}

static void add_html(struct walk *walk, const char *html)
{
    bool picture = false;
    AUTO(text) char *text = inline_html_text(html, &picture);
    if (picture && !walk->to->html_picture)
        walk->to->html_picture = walk->line;
    if (strchr(text, INLINE_BREAK))
        end_line(walk, true);
    else
        add_text(walk, text);
}

/* An address that is not the text itself would be lost. */
static void end_link(struct walk *walk, cmark_node *link)
{
    const char *url = cmark_node_get_url(link);
    if (!url || !*url || *url == '#') /* within the document */
        return;
    const char *shown = g_str_has_prefix(url, "mailto:") ? url + 7 : url;
    if (g_str_has_suffix(walk->text->str, shown))
        return;
    add_text(walk, "（");
    add_text(walk, shown);
    add_text(walk, "）");
}

/* The words of a picture stand in it, as nodes. */
static void add_picture(struct walk *walk, cmark_node *image, cmark_iter *iter)
{
    AUTO(str) GString *words = g_string_new(NULL);
    while (cmark_iter_next(iter) != CMARK_EVENT_DONE && cmark_iter_get_node(iter) != image) {
        const char *literal = cmark_node_get_literal(cmark_iter_get_node(iter));
        g_string_append(words, literal ? literal : "");
    }
    end_line(walk, false);
    mend_characters(words);
    struct block *picture = block_new(BLOCK_PICTURE, walk->line);
    picture->text = words_clean(words->str);
    picture->target = g_strdup(cmark_node_get_url(image));
    picture->level = (int)walk->to->lines->len;
    g_ptr_array_add(walk->to->pictures, picture);
}

static void enter(struct walk *walk, cmark_node *node, cmark_iter *iter)
{
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) {
        add_text(walk, cmark_node_get_literal(node));
    } else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) {
        end_line(walk, type == CMARK_NODE_LINEBREAK);
        walk->line++;
    } else if (type == CMARK_NODE_HTML_INLINE) {
        add_html(walk, cmark_node_get_literal(node));
    } else if (type == CMARK_NODE_STRONG) {
        walk->strong++;
    } else if (type == CMARK_NODE_IMAGE) {
        add_picture(walk, node, iter);
    } else if (type == CMARK_NODE_FOOTNOTE_REFERENCE) {
        add_text(walk, "[");
        add_text(walk, cmark_node_get_literal(node));
        add_text(walk, "]");
    }
}

static void leave(struct walk *walk, cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_STRONG)
        walk->strong--;
    else if (type == CMARK_NODE_LINK)
        end_link(walk, node);
}

void inline_read(struct inline_text *text, cmark_node *node, int line)
{
    *text = (struct inline_text){.lines = block_lines_new(), .pictures = blocks_new()};
    struct walk walk = {.to = text, .text = g_string_new(NULL), .line = line};
    cmark_iter *iter = cmark_iter_new(node);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        if (event == CMARK_EVENT_ENTER)
            enter(&walk, cmark_iter_get_node(iter), iter);
        else
            leave(&walk, cmark_iter_get_node(iter));
    }
    cmark_iter_free(iter);
    end_line(&walk, false);
    g_string_free(walk.text, TRUE);
}

void inline_clear(struct inline_text *text)
{
    g_ptr_array_unref(text->lines);
    g_ptr_array_unref(text->pictures);
}

char *inline_joined(const struct inline_text *text)
{
    GString *joined = g_string_new(NULL);
    for (guint i = 0; i < text->lines->len; i++)
        words_join(joined, ((struct block_line *)text->lines->pdata[i])->text);
    return g_string_free(joined, FALSE);
}
