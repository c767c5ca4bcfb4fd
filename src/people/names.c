#include "people/names.h"

#include <string.h>

#include "base/text.h"

/* 市 alone, or 各, begins too many names to be meant as the first part of one. */
#define STEM_LEAST 2

struct names {
    GArray *all;      /* of struct known_name, the longest first */
    GPtrArray *shown; /* of const char * */
};

static void add_name(struct names *names, const struct group_file *file, const char *shown,
                     bool is_alias)
{
    AUTO(text) char *folded = text_fold(shown);
    AUTO(text) char *squeezed = text_squeeze(folded);
    glong length;
    gunichar *text = g_utf8_to_ucs4_fast(squeezed, -1, &length);
    if (length == 0) {
        g_free(text);
        return;
    }
    const struct known_name name = {
        shown, text, (guint)length, &file->group, is_alias, {file->path, file->name_line, 0}};
    g_array_append_val(names->all, name);
    g_ptr_array_add(names->shown, (void *)shown);
}

static int by_length(const void *left, const void *right)
{
    const struct known_name *a = left, *b = right;
    if (a->length != b->length)
        return a->length > b->length ? -1 : 1;
    int order = memcmp(a->text, b->text, a->length * sizeof *a->text);
    return order ? order : strcmp(a->group->id, b->group->id);
}

struct names *names_new(const GPtrArray *files)
{
    struct names *names = g_new0(struct names, 1);
    names->all = g_array_new(FALSE, FALSE, sizeof(struct known_name));
    names->shown = g_ptr_array_new();
    for (guint i = 0; i < files->len; i++) {
        const struct group_file *file = files->pdata[i];
        if (file->group.name)
            add_name(names, file, file->group.name, false);
        for (guint j = 0; j < file->group.aliases->len; j++)
            add_name(names, file, file->group.aliases->pdata[j], true);
    }
    g_array_sort(names->all, by_length);
    return names;
}

void names_free(struct names *names)
{
    if (!names)
        return;
    for (guint i = 0; i < names->all->len; i++)
        g_free(g_array_index(names->all, struct known_name, i).text);
    g_array_unref(names->all);
    g_ptr_array_unref(names->shown);
    g_free(names);
}

const GPtrArray *names_shown(const struct names *names)
{
    return names->shown;
}

static const struct known_name *name_at(const struct names *names, guint i)
{
    return &g_array_index(names->all, struct known_name, i);
}

static bool same_text(const struct known_name *a, const struct known_name *b)
{
    return a->length == b->length && memcmp(a->text, b->text, a->length * sizeof *a->text) == 0;
}

/* Another group with this very name. Those of one text stand side by side. */
static const struct group *other_group(const struct names *names, guint i)
{
    const struct known_name *name = name_at(names, i);
    for (guint j = i + 1; j < names->all->len && same_text(name, name_at(names, j)); j++)
        if (name_at(names, j)->group != name->group)
            return name_at(names, j)->group;
    return NULL;
}

void names_check(const struct names *names, struct problems *problems)
{
    for (guint i = 0; i < names->all->len; i++) {
        const struct known_name *name = name_at(names, i);
        const struct group *other = other_group(names, i);
        if (other)
            problems_add(problems, REMARK, "same-name", EX_DATAERR, name->place,
                         N_("give the groups different names: a distribution line that uses this "
                            "one is refused"),
                         N_("the groups %1$s and %2$s are both named %3$s"), name->group->id,
                         other->id, name->shown);
    }
}

/* --- matching --- */

/* （共印150份） and the like may follow a name at once. */
static bool is_bracket(gunichar c)
{
    return c == '(' || c == 0x3014 /* 〔 */ || c == '[';
}

/* Where `text` ends when it stands at `at`, blanks between its signs left out; 0: it does not. */
static guint end_of(const gunichar *text, guint length, const struct signs *signs, guint at,
                    bool torn)
{
    for (guint i = 0; i < length; i++, at++) {
        while (i > 0 && (signs_at(signs, at).c == ' ' || (torn && signs_at(signs, at).c == '\n')))
            at++;
        if (signs_at(signs, at).c != text[i])
            return 0;
    }
    gunichar after = signs_at(signs, at).c;
    return !after || signs_separator(signs, at) || is_bracket(after) ? at : 0;
}

struct match names_match(const struct names *names, const struct signs *signs, guint at, bool torn)
{
    for (guint i = 0; i < names->all->len; i++) {
        const struct known_name *name = name_at(names, i);
        guint end = end_of(name->text, name->length, signs, at, torn);
        if (end)
            return (struct match){name, other_group(names, i), end};
    }
    return (struct match){0};
}

/* The longest part that both begin with. */
static guint common_length(const struct known_name *name, struct stem stem)
{
    guint length = 0;
    while (length < name->length && length < stem.length && name->text[length] == stem.text[length])
        length++;
    return length;
}

/* What of `name` stands at `at` when some part of the stem before it is left out: the more of the
 * stem, the better, if the rest is as long. */
static guint end_after_stem(const struct known_name *name, struct stem stem,
                            const struct signs *signs, guint at, bool torn)
{
    guint longest = MIN(common_length(name, stem), name->length - 1);
    for (guint left_out = longest; left_out >= STEM_LEAST; left_out--) {
        guint end = end_of(name->text + left_out, name->length - left_out, signs, at, torn);
        if (end)
            return end;
    }
    return 0;
}

struct match names_match_after(const struct names *names, struct stem stem,
                               const struct signs *signs, guint at, bool torn)
{
    struct match best = {0};
    guint best_common = 0;
    for (guint i = 0; i < names->all->len; i++) {
        const struct known_name *name = name_at(names, i);
        guint end = end_after_stem(name, stem, signs, at, torn);
        guint common = common_length(name, stem);
        if (end && (end > best.end || (end == best.end && common > best_common))) {
            best = (struct match){name, other_group(names, i), end};
            best_common = common;
        }
    }
    return best;
}

struct stem names_begin_with(const struct names *names, const struct signs *signs, guint at,
                             guint to)
{
    for (guint i = 0; i < names->all->len; i++) {
        const struct known_name *name = name_at(names, i);
        guint length = 0, sign = at;
        while (sign < to && length < name->length && signs_at(signs, sign).c == name->text[length])
            sign++, length++;
        if (sign == to && length >= STEM_LEAST && length < name->length)
            return (struct stem){name->text, length};
    }
    return (struct stem){0};
}
