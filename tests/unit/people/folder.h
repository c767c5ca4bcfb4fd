/* A folder of group files for one test, and what is asked of it in one line. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/clock.h"
#include "people/people.h"

struct folder_file {
    const char *name, *text;
};

static inline char *folder_new(const struct folder_file files[], size_t count)
{
    char *path = g_strdup("/tmp/fensong-people-XXXXXX");
    assert_non_null(mkdtemp(path));
    for (size_t i = 0; i < count && files[i].name; i++) {
        AUTO(text) char *file = g_build_filename(path, files[i].name, NULL);
        assert_true(g_file_set_contents(file, files[i].text, -1, NULL));
    }
    return path;
}

static inline void folder_free(char *path)
{
    assert_true(folder_remove(path, NULL));
    g_free(path);
}
AUTO_DEFINE(folder, char, folder_free)

static inline struct people *people_of(const char *folder)
{
    struct people *people = NULL;
    AUTO(error) struct error error = {0};
    assert_true(people_read(&people, folder, &error));
    return people;
}

/* The recipients of groups apart by blanks: "address=group+group address=…"; NULL: it failed. */
static inline char *expanded(const struct people *people, const char *ids,
                             struct problems *problems)
{
    AUTO(texts) char **each = g_strsplit(ids, " ", -1);
    AUTO(array) GPtrArray *groups = g_ptr_array_new();
    AUTO(array) GPtrArray *recipients = NULL;
    for (int i = 0; each[i]; i++)
        g_ptr_array_add(groups, each[i]);
    if (!people_expand(people, groups, &recipients, problems))
        return NULL;
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *recipient = recipients->pdata[i];
        g_string_append_printf(text, "%s%s=", i ? " " : "", address_text(recipient->address));
        for (guint j = 0; j < recipient->groups->len; j++)
            g_string_append_printf(text, "%s%s", j ? "+" : "",
                                   (const char *)recipient->groups->pdata[j]);
    }
    return g_string_free(text, FALSE);
}

/* Does one of them say this, with this line (0: any)? */
static inline bool is_told(const struct problems *problems, enum severity severity, int line,
                           const char *words)
{
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        if (problem->severity == severity && strstr(problem->error.what.english, words) &&
            (!line || problem->error.place.line == line))
            return true;
    }
    problems_print(problems, PROBLEM, stderr);
    problems_print(problems, REMARK, stderr);
    return false;
}

static inline void free_line(void *pointer)
{
    struct distribution_line *line = pointer;
    g_free(line->label);
    g_free(line->text);
    if (line->groups)
        g_ptr_array_unref(line->groups);
    g_free(line);
}

/* Lines apart by |, each with its label before ： (else that of the one before); line numbers count
 * from 101. */
static inline GPtrArray *distribution_of(const char *text)
{
    AUTO(texts) char **lines = g_strsplit(text, "|", -1);
    GPtrArray *all = g_ptr_array_new_with_free_func(free_line);
    for (int i = 0; lines[i]; i++) {
        struct distribution_line *line = g_new0(struct distribution_line, 1);
        AUTO(texts) char **parts = g_strsplit(lines[i], "=", 2);
        const struct distribution_line *before = i ? all->pdata[i - 1] : NULL;
        line->label = g_strdup(parts[1] ? parts[0] : before ? before->label : "分送");
        line->text = g_strdup(parts[1] ? parts[1] : parts[0]);
        line->line = 101 + i;
        g_ptr_array_add(all, line);
    }
    return all;
}

/* What they resolve to: "a b|c"; of what failed, what could be resolved. */
static inline char *resolved(const struct people *people, const char *text,
                             struct problems *problems, bool *good)
{
    AUTO(array) GPtrArray *lines = distribution_of(text);
    *good = people_resolve(people, lines, "issue.md", problems);
    GString *ids = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++) {
        const struct distribution_line *line = lines->pdata[i];
        if (i)
            g_string_append_c(ids, '|');
        for (guint j = 0; j < line->groups->len; j++)
            g_string_append_printf(ids, "%s%s", j ? " " : "", (const char *)line->groups->pdata[j]);
    }
    return g_string_free(ids, FALSE);
}
