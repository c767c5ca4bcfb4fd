#include "mail/template.h"

#include <string.h>

#include "base/file.h"

#define TEMPLATE_SIZE_MAX (1024 * 1024)
#define PIECES_DEEP_MAX   16

static const char name_characters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

struct source { /* a template file, as it was read */
    char *path;
    GBytes *octets;
    const char *text, *end;
};

struct rendering {
    const char *folder;
    enum template_form form;
    GHashTable *sources; /* name → struct source: a piece is read once */
    int deep;
    GString *out;
    struct error *error;
};

struct scope { /* where names are looked for, innermost first */
    const json_t *value;
    const struct scope *outer;
};

enum tag_kind {
    TAG_NONE, /* there is no more */
    TAG_VALUE,
    TAG_SECTION = '#',
    TAG_UNLESS = '^',
    TAG_END = '/',
    TAG_PIECE = '>',
    TAG_COMMENT = '!',
};

struct tag {
    enum tag_kind kind;
    int line;
    char name[64];
    const char *begin, *end; /* what it takes up, its line included where it stands alone */
};

/* --- files --- */

static void source_free(void *memory)
{
    struct source *source = memory;
    g_free(source->path);
    if (source->octets)
        g_bytes_unref(source->octets);
    g_free(source);
}

static const struct source *source_load(struct rendering *rendering, const char *name)
{
    struct source *source = g_hash_table_lookup(rendering->sources, name);
    if (source)
        return source;
    source = g_new0(struct source, 1);
    source->path = g_build_filename(rendering->folder, name, NULL);
    struct error trouble = {0};
    if (!file_load(&source->octets, source->path, TEMPLATE_SIZE_MAX, &trouble)) {
        /* Whatever the system says: it is the installation that is wrong, not the issue. */
        trouble.exit_class = EX_CONFIG;
        (void)error_pass(rendering->error, &trouble);
        source_free(source);
        return NULL;
    }
    size_t length;
    source->text = g_bytes_get_data(source->octets, &length);
    source->end = source->text + length;
    g_hash_table_insert(rendering->sources, g_strdup(name), source);
    return source;
}

static struct place place_of(const struct source *source, const char *at)
{
    int line = 1;
    for (const char *c = source->text; c < at; c++)
        line += *c == '\n';
    return (struct place){source->path, line, 0};
}

/* --- tags --- */

static const char *find(const char *at, const char *end, const char *what)
{
    return at < end ? memmem(at, (size_t)(end - at), what, strlen(what)) : NULL;
}

/* A section, an end, a piece or a comment alone on its line takes the line with it. */
static void widen_to_line(struct tag *tag, const struct source *source)
{
    const char *begin = tag->begin, *end = tag->end;
    while (begin > source->text && (begin[-1] == ' ' || begin[-1] == '\t'))
        begin--;
    while (end < source->end && (*end == ' ' || *end == '\t' || *end == '\r'))
        end++;
    if ((begin > source->text && begin[-1] != '\n') || (end < source->end && *end != '\n'))
        return;
    tag->begin = begin;
    tag->end = end < source->end ? end + 1 : end;
}

static bool take_name(struct tag *tag, const char *from, const char *to)
{
    while (from < to && *from == ' ')
        from++;
    while (to > from && to[-1] == ' ')
        to--;
    size_t length = (size_t)(to - from);
    if (length == 0 || length >= sizeof tag->name)
        return false;
    memcpy(tag->name, from, length);
    tag->name[length] = '\0';
    return strspn(tag->name, name_characters) == length;
}

/* The next tag between `at` and `end`; TAG_NONE if there is no more. */
static bool tag_next(struct tag *tag, const struct source *source, const char *at, const char *end,
                     struct error *error)
{
    *tag = (struct tag){.kind = TAG_NONE, .begin = end, .end = end};
    const char *open = find(at, end, "{{");
    if (!open)
        return true;
    struct place place = place_of(source, open);
    const char *close = find(open + 2, end, "}}");
    if (!close)
        return error_set(error, EX_CONFIG, place, N_("correct the template"),
                         N_("this {{ has no }}"));
    const char *inner = open + 2;
    tag->kind = TAG_VALUE;
    tag->line = place.line;
    tag->begin = open;
    tag->end = close + 2;
    if (inner < close && strchr("#^/>!", *inner))
        tag->kind = (enum tag_kind) * inner++;
    if (tag->kind != TAG_COMMENT && !take_name(tag, inner, close)) {
        AUTO(text) char *shown = g_strndup(inner, (size_t)(close - inner));
        return error_set(error, EX_CONFIG, place, N_("correct the template"),
                         N_("this is no name that a template can hold: %s"), shown);
    }
    if (tag->kind != TAG_VALUE)
        widen_to_line(tag, source);
    return true;
}

/* The end tag of a section that begins before `at`. */
static bool tag_find_end(struct tag *ending, const struct source *source, const struct tag *section,
                         const char *end, struct error *error)
{
    const char *at = section->end;
    for (int open = 1; open > 0; at = ending->end) {
        if (!tag_next(ending, source, at, end, error))
            return false;
        if (ending->kind == TAG_NONE)
            return error_set(error, EX_CONFIG, (struct place){source->path, section->line, 0},
                             N_("correct the template"), N_("{{#%1$s}} has no {{/%1$s}}"),
                             section->name);
        if (ending->kind == TAG_SECTION || ending->kind == TAG_UNLESS)
            open++;
        else if (ending->kind == TAG_END)
            open--;
    }
    if (strcmp(ending->name, section->name) != 0)
        return error_set(error, EX_CONFIG, (struct place){source->path, ending->line, 0},
                         N_("correct the template"), N_("{{/%s}} stands where {{/%s}} should"),
                         ending->name, section->name);
    return true;
}

/* --- values --- */

static const json_t *scope_find(const struct scope *scope, const char *name)
{
    if (strcmp(name, ".") == 0)
        return scope->value;
    for (; scope; scope = scope->outer) {
        const json_t *value = json_object_get(scope->value, name);
        if (value)
            return value;
    }
    return NULL;
}

static const json_t *look_up(const struct rendering *rendering, const struct source *source,
                             const struct scope *scope, const struct tag *tag)
{
    const json_t *value = scope_find(scope, tag->name);
    if (!value)
        (void)error_set(rendering->error, EX_CONFIG, (struct place){source->path, tag->line, 0},
                        N_("correct the name in the template"),
                        N_("the template asks for something that is not there: %s"), tag->name);
    return value;
}

static bool is_there(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_NULL:
    case JSON_FALSE:
        return false;
    case JSON_INTEGER:
        return json_integer_value(value) != 0;
    case JSON_STRING:
        return json_string_length(value) > 0;
    case JSON_ARRAY:
        return json_array_size(value) > 0;
    case JSON_OBJECT:
    case JSON_REAL:
    case JSON_TRUE:
        break;
    }
    return true;
}

static const char *entity_of(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void add_escaped(GString *out, const char *text, enum template_form form)
{
    for (; *text; text++) {
        const char *entity = form == TEMPLATE_HTML ? entity_of(*text) : NULL;
        if (entity)
            g_string_append(out, entity);
        else
            g_string_append_c(out, g_ascii_iscntrl(*text) ? ' ' : *text);
    }
}

static void add_value(struct rendering *rendering, const json_t *value)
{
    if (json_is_string(value))
        add_escaped(rendering->out, json_string_value(value), rendering->form);
    else if (json_is_integer(value))
        g_string_append_printf(rendering->out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
}

/* --- rendering --- */

static bool render(struct rendering *rendering, const struct source *source, const char *at,
                   const char *end, const struct scope *scope);

static bool render_each(struct rendering *rendering, const struct source *source, const char *at,
                        const char *end, const struct scope *scope, const json_t *value)
{
    if (!json_is_array(value)) {
        struct scope inner = {value, scope};
        return render(rendering, source, at, end, &inner);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        struct scope inner = {json_array_get(value, i), scope};
        if (!render(rendering, source, at, end, &inner))
            return false;
    }
    return true;
}

static bool render_section(struct rendering *rendering, const struct source *source,
                           const struct tag *section, const struct tag *ending,
                           const struct scope *scope)
{
    const json_t *value = look_up(rendering, source, scope, section);
    if (!value)
        return false;
    if (section->kind == TAG_UNLESS)
        return is_there(value) || render(rendering, source, section->end, ending->begin, scope);
    return !is_there(value) ||
           render_each(rendering, source, section->end, ending->begin, scope, value);
}

static bool render_piece(struct rendering *rendering, const struct source *from,
                         const struct tag *tag, const struct scope *scope)
{
    if (rendering->deep == PIECES_DEEP_MAX)
        return error_set(rendering->error, EX_CONFIG, (struct place){from->path, tag->line, 0},
                         N_("correct the template"), N_("this piece contains itself: %s"),
                         tag->name);
    const struct source *piece = source_load(rendering, tag->name);
    if (!piece)
        return false;
    rendering->deep++;
    bool rendered = render(rendering, piece, piece->text, piece->end, scope);
    rendering->deep--;
    return rendered;
}

static bool render_tag(struct rendering *rendering, const struct source *source,
                       const struct tag *tag, const struct scope *scope)
{
    const json_t *value;
    switch (tag->kind) {
    case TAG_VALUE:
        value = look_up(rendering, source, scope, tag);
        if (!value)
            return false;
        add_value(rendering, value);
        return true;
    case TAG_PIECE:
        return render_piece(rendering, source, tag, scope);
    case TAG_END:
        return error_set(rendering->error, EX_CONFIG, (struct place){source->path, tag->line, 0},
                         N_("correct the template"), N_("{{/%s}} ends nothing"), tag->name);
    case TAG_NONE:
    case TAG_COMMENT:
    case TAG_SECTION:
    case TAG_UNLESS:
        break;
    }
    return true;
}

static bool render(struct rendering *rendering, const struct source *source, const char *at,
                   const char *end, const struct scope *scope)
{
    while (at < end) {
        struct tag tag, ending;
        if (!tag_next(&tag, source, at, end, rendering->error))
            return false;
        g_string_append_len(rendering->out, at, tag.begin - at);
        at = tag.end;
        if (tag.kind != TAG_SECTION && tag.kind != TAG_UNLESS) {
            if (!render_tag(rendering, source, &tag, scope))
                return false;
            continue;
        }
        if (!tag_find_end(&ending, source, &tag, end, rendering->error) ||
            !render_section(rendering, source, &tag, &ending, scope))
            return false;
        at = ending.end;
    }
    return true;
}

bool template_render(GString **rendered, const char *folder, const char *name, const json_t *values,
                     enum template_form form, struct error *error)
{
    AUTO(table)
    GHashTable *sources = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, source_free);
    AUTO(str) GString *out = g_string_new(NULL);
    struct rendering rendering = {folder, form, sources, 0, out, error};
    const struct source *source = source_load(&rendering, name);
    struct scope scope = {values, NULL};
    if (!source || !render(&rendering, source, source->text, source->end, &scope))
        return false;
    *rendered = TAKE(out);
    return true;
}
