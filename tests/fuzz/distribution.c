/* Any octets as the lines of a 分送 block, against the shipped groups (so it runs from the top of
 * the tree): each line names groups that there are, each once, or there is a problem with its line;
 * and what is read twice is read alike. */
#include "people/people.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static void free_line(void *pointer)
{
    struct distribution_line *line = pointer;
    g_free(line->label);
    g_free(line->text);
    if (line->groups)
        g_ptr_array_unref(line->groups);
    g_free(line);
}

/* A line that begins with ">" stands under another label. */
static GPtrArray *lines_of(const uint8_t *octets, size_t length)
{
    AUTO(text) char *text = g_utf8_make_valid((const char *)octets, (gssize)length);
    AUTO(texts) char **each = g_strsplit(text, "\n", -1);
    GPtrArray *lines = g_ptr_array_new_with_free_func(free_line);
    for (int i = 0; each[i]; i++) {
        struct distribution_line *line = g_new0(struct distribution_line, 1);
        bool copy = each[i][0] == '>';
        line->label = g_strdup(copy ? "抄送" : "分送");
        line->text = g_strdup(each[i] + copy);
        line->line = i + 1;
        g_ptr_array_add(lines, line);
    }
    return lines;
}

static void check_line(const struct people *people, const struct distribution_line *line)
{
    for (guint i = 0; i < line->groups->len; i++) {
        if (!people_group(people, line->groups->pdata[i]))
            abort();
        for (guint j = 0; j < i; j++)
            if (strcmp(line->groups->pdata[i], line->groups->pdata[j]) == 0)
                abort();
    }
}

static char *read_lines(const struct people *people, GPtrArray *lines)
{
    AUTO(problems) struct problems *problems = problems_new();
    bool good = people_resolve(people, lines, "a.md", problems);
    if (good != !problems_any(problems))
        abort();
    for (size_t i = 0; i < problems_count(problems); i++) {
        int line = problems_at(problems, i)->error.place.line;
        if (line < 1 || line > (int)lines->len)
            abort();
    }
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++) {
        const struct distribution_line *line = lines->pdata[i];
        check_line(people, line);
        for (guint g = 0; g < line->groups->len; g++)
            g_string_append_printf(all, "%s ", (const char *)line->groups->pdata[g]);
        g_string_append_c(all, '\n');
    }
    return g_string_free(all, FALSE);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    static struct people *people;
    AUTO(error) struct error error = {0};
    if (!people && !people_read(&people, "conf/groups.d", &error))
        abort();
    AUTO(array) GPtrArray *lines = lines_of(octets, length);
    AUTO(text) char *once = read_lines(people, lines);
    AUTO(text) char *again = read_lines(people, lines);
    if (strcmp(once, again) != 0)
        abort();
    return 0;
}
