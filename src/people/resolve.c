/* What the 分送 lines name: a sequence of names and aliases, the longest first. */
#include "people/roster.h"

#include <string.h>

#include "base/text.h"

#define NEAREST_MOST 3

struct reading {
    const struct people *people;
    const GPtrArray *lines; /* of struct distribution_line */
    const char *document;
    struct problems *problems;
    const struct signs *signs;
    guint at;
    bool line_begins;         /* nothing was read of this line yet */
    struct stem stem;         /* of the line, or of the one before */
    guint idle_from, idle_to; /* a stem that no name has needed so far; idle_to 0: there is none */
    bool left_over;           /* there were words that are no name */
};

static struct distribution_line *line_at(const struct reading *reading, guint at)
{
    return reading->lines->pdata[signs_at(reading->signs, at).line];
}

static struct place place_at(const struct reading *reading, guint at)
{
    return (struct place){reading->document, line_at(reading, at)->line, 0};
}

/* --- what is no name --- */

/* In folded text. Copies that are printed, copies that are filed, and the printer's line. */
static const struct {
    const char *pattern, *rule, *remark;
} no_names[] = {
    {"^[(〔\\[]?(共|各|共印|印|印发|印制)?[0-9〇一二三四五六七八九十百千]+份[)〕\\]]?(?=$|[、,;。 "
     "])",
     NULL, NULL},
    {"^[^、,;。 ]*?(存档|归档|存查|备查)(\\([^)]*\\))?(?=$|[、,;。 ])", "archive-copy",
     N_("nobody to send to: %s")},
    {"^[^、,;。]*[0-9]+年[0-9]+月[0-9]+日 *印发(?=$|[、,;。 ])", NULL, NULL},
    {"^(印发|印制)(?=$|[、,;。 ])", NULL, NULL},
};

static guint match_length(const char *pattern, const char *text)
{
    GMatchInfo *info = NULL;
    GRegex *regex = g_regex_new(pattern, 0, 0, NULL);
    guint length = 0;
    if (g_regex_match(regex, text, 0, &info)) {
        AUTO(text) char *matched = g_match_info_fetch(info, 0);
        length = (guint)g_utf8_strlen(matched, -1);
    }
    g_match_info_free(info);
    g_regex_unref(regex);
    return length;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* from the table above: one %s */
static bool pass_no_name(struct reading *reading)
{
    AUTO(text) char *rest = signs_rest(reading->signs, reading->at);
    for (size_t i = 0; i < G_N_ELEMENTS(no_names); i++) {
        guint length = match_length(no_names[i].pattern, rest);
        if (!length)
            continue;
        AUTO(text) char *words = signs_words(reading->signs, reading->at, reading->at + length);
        if (no_names[i].rule)
            problems_add(reading->problems, REMARK, no_names[i].rule, EX_DATAERR,
                         place_at(reading, reading->at), NULL, no_names[i].remark, words);
        reading->at += length;
        return true;
    }
    return false;
}
#pragma GCC diagnostic pop

/* --- names --- */

static void add_group(struct distribution_line *line, const struct group *group)
{
    for (guint i = 0; i < line->groups->len; i++)
        if (strcmp(line->groups->pdata[i], group->id) == 0)
            return;
    g_ptr_array_add(line->groups, g_strdup(group->id));
}

static void refuse_ambiguous(struct reading *reading, const struct match *match,
                             const struct group *a, const struct group *b)
{
    AUTO(text) char *words = signs_words(reading->signs, reading->at, match->end);
    problems_add(reading->problems, PROBLEM, "ambiguous-group", EX_DATAERR,
                 place_at(reading, reading->at),
                 N_("write the whole name, or give the groups different names"),
                 N_("%1$s may mean two groups: %2$s (%3$s) and %4$s (%5$s)"), words, a->name, a->id,
                 b->name, b->id);
}

static struct match match_after_stem(const struct reading *reading, bool torn)
{
    return names_match_after(reading->people->names, reading->stem, reading->signs, reading->at,
                             torn);
}

static void take(struct reading *reading, const struct match *match, const struct group *other)
{
    if (reading->idle_to && match_after_stem(reading, true).name)
        reading->idle_to = 0;
    if (other && other != match->name->group)
        refuse_ambiguous(reading, match, match->name->group, other);
    else
        add_group(line_at(reading, reading->at), match->name->group);
    reading->at = match->end;
}

/* A name by itself. An alias is short for something, and what it is short for depends on what
 * stands before it: where the two ways of reading it differ, nobody can tell which was meant. */
static bool take_name(struct reading *reading, bool torn)
{
    const struct names *names = reading->people->names;
    struct match match = names_match(names, reading->signs, reading->at, torn);
    if (!match.name)
        return false;
    const struct group *other = match.other;
    if (match.name->is_alias && !reading->line_begins && !other) {
        struct match longer = match_after_stem(reading, torn);
        if (longer.end == match.end)
            other = longer.name->group;
    }
    if (reading->line_begins)
        reading->stem = (struct stem){match.name->text, match.name->length};
    take(reading, &match, other);
    return true;
}

static bool take_name_after_stem(struct reading *reading, bool torn)
{
    struct match match = match_after_stem(reading, torn);
    if (!match.name)
        return false;
    take(reading, &match, match.other);
    return true;
}

/* 市科协第十届委员会：主席、副主席: what begins the line is no group, but begins some names. */
static bool take_stem(struct reading *reading)
{
    if (!reading->line_begins)
        return false;
    guint end = signs_next_mark(reading->signs, reading->at);
    for (guint at = reading->at; at < end; at++)
        if (signs_at(reading->signs, at).c == ':')
            end = at;
    struct stem stem = names_begin_with(reading->people->names, reading->signs, reading->at, end);
    if (!stem.length || signs_at(reading->signs, end).c == '\n')
        return false;
    reading->stem = stem;
    reading->idle_from = reading->at;
    reading->idle_to = end;
    reading->at = end + 1;
    return true;
}

/* --- words left over --- */

/* Up to the next sign that surely parts two names, or a word such as 及 before a name. */
static guint end_of_words(const struct reading *reading)
{
    guint end = signs_next_mark(reading->signs, reading->at);
    for (guint at = reading->at + 1; at < end; at++) {
        guint separator = signs_separator(reading->signs, at);
        if (separator &&
            names_match(reading->people->names, reading->signs, at + separator, false).name)
            return at;
    }
    return end;
}

static void refuse(struct reading *reading, guint from, guint end)
{
    AUTO(text) char *words = signs_words(reading->signs, from, end);
    AUTO(array)
    GPtrArray *nearest = text_nearest(words, names_shown(reading->people->names), NEAREST_MOST);
    const char *todo = N_("correct these words, or add a group or an alias with this name");
    struct place place = place_at(reading, from);
    g_ptr_array_add(nearest, NULL);
    AUTO(text) char *near = g_strjoinv(_(" or "), (char **)nearest->pdata);
    if (*near)
        problems_add(reading->problems, PROBLEM, "unknown-group", EX_DATAERR, place, todo,
                     N_("no group is named %1$s; is %2$s meant?"), words, near);
    else
        problems_add(reading->problems, PROBLEM, "unknown-group", EX_DATAERR, place, todo,
                     N_("no group is named %s"), words);
    reading->left_over = true;
}

static void refuse_words(struct reading *reading)
{
    guint end = end_of_words(reading);
    refuse(reading, reading->at, end);
    reading->at = end;
}

/* 读者、区科协 where 读者 was named 读者甲 lately: it begins a name, but no name after it goes on
 * so. To pass it by would be to forget a group. */
static void refuse_idle_stem(struct reading *reading)
{
    if (reading->idle_to)
        refuse(reading, reading->idle_from, reading->idle_to);
    reading->idle_to = 0;
}

/* --- reading --- */

/* Each way of reading what stands here, the surest first. */
static void read_words(struct reading *reading)
{
    if (take_name(reading, false) || take_name_after_stem(reading, false) ||
        pass_no_name(reading) || take_name(reading, true) || take_name_after_stem(reading, true))
        reading->line_begins = false;
    else if (take_stem(reading))
        reading->line_begins = false;
    else
        refuse_words(reading);
}

/* A name may begin with 和 or 与: so it is looked for before a separator is passed. */
static bool pass_separator(struct reading *reading)
{
    guint separator = signs_separator(reading->signs, reading->at);
    if (!separator || names_match(reading->people->names, reading->signs, reading->at, false).name)
        return false;
    if (signs_at(reading->signs, reading->at).c == '\n') {
        reading->line_begins = true;
        refuse_idle_stem(reading);
    }
    reading->at += separator;
    return true;
}

static void read_signs(struct reading *reading)
{
    reading->at = 0;
    reading->line_begins = true;
    while (signs_at(reading->signs, reading->at).c)
        if (!pass_separator(reading))
            read_words(reading);
    refuse_idle_stem(reading);
}

/* Lines under one label are read together: a name may be torn by a line's end. */
static guint read_run(struct reading *reading, guint first)
{
    AUTO(signs) struct signs *signs = signs_new();
    const struct distribution_line *begins = reading->lines->pdata[first];
    guint end = first;
    for (; end < reading->lines->len; end++) {
        const struct distribution_line *line = reading->lines->pdata[end];
        if (g_strcmp0(line->label, begins->label) != 0)
            break;
        signs_add_line(signs, line->text, end);
    }
    reading->signs = signs;
    reading->stem = (struct stem){0};
    read_signs(reading);
    return end;
}

static void empty_groups(GPtrArray *distribution)
{
    for (guint i = 0; i < distribution->len; i++) {
        struct distribution_line *line = distribution->pdata[i];
        if (line->groups)
            g_ptr_array_set_size(line->groups, 0);
        else
            line->groups = g_ptr_array_new_with_free_func(g_free);
    }
}

/* Words may be left over because the file that has them as its name can't be read. */
static void tell_nameless(const struct reading *reading)
{
    for (guint i = 0; reading->left_over && i < reading->people->files->len; i++) {
        const struct group_file *file = reading->people->files->pdata[i];
        if (!file->group.name)
            problems_join(reading->problems, file->problems);
    }
}

bool people_resolve(const struct people *people, GPtrArray *distribution, const char *document,
                    struct problems *problems)
{
    AUTO(problems) struct problems *found = problems_new();
    struct reading reading = {
        .people = people, .lines = distribution, .document = document, .problems = found};
    empty_groups(distribution);
    for (guint first = 0; first < distribution->len;)
        first = read_run(&reading, first);
    tell_nameless(&reading);
    problems_join(problems, found);
    return !problems_any(found);
}

GPtrArray *people_groups_of(const GPtrArray *distribution)
{
    GPtrArray *ids = g_ptr_array_new();
    AUTO(table) GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < distribution->len; i++) {
        const struct distribution_line *line = distribution->pdata[i];
        for (guint j = 0; line->groups && j < line->groups->len; j++)
            if (g_hash_table_add(seen, line->groups->pdata[j]))
                g_ptr_array_add(ids, line->groups->pdata[j]);
    }
    return ids;
}
