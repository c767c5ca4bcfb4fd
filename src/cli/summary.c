#include "cli/summary.h"

char *summary_line(const struct issue *issue)
{
    GString *line = g_string_new(issue->name ? issue->name : "?");
    g_string_append_printf(line, " %s", issue->key ? issue->key : "?");
    if (issue->total_number)
        g_string_append_printf(line, _(" (%d in all)"), issue->total_number);
    if (issue->date)
        g_string_append_printf(line, ", %s", issue->date);
    return g_string_free(line, FALSE);
}

static guint count_of(const GPtrArray *recipients, const char *group)
{
    guint count = 0;
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *recipient = recipients->pdata[i];
        count += g_ptr_array_find_with_equal_func(recipient->groups, group, g_str_equal, NULL);
    }
    return count;
}

GPtrArray *summary_groups(const struct intake *intake)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; intake->groups && i < intake->groups->len; i++) {
        const char *id = intake->groups->pdata[i];
        const struct group *group = people_group(intake->people, id);
        struct summary_group *row = g_new(struct summary_group, 1);
        *row =
            (struct summary_group){id, group ? group->name : id, count_of(intake->recipients, id)};
        g_ptr_array_add(groups, row);
    }
    return groups;
}

static json_t *groups_json(const struct intake *intake)
{
    AUTO(array) GPtrArray *groups = summary_groups(intake);
    json_t *array = json_array();
    for (guint i = 0; i < groups->len; i++) {
        const struct summary_group *group = groups->pdata[i];
        json_array_append_new(array, json_pack("{s:o, s:o, s:I}", "group", json_text(group->id),
                                               "name", json_text(group->name), "recipients",
                                               (json_int_t)group->recipients));
    }
    return array;
}

static json_t *problems_json(const struct problems *problems)
{
    json_t *array = json_array();
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        const struct error *error = &problem->error;
        json_t *row = json_object();
        json_object_set_new(row, "severity",
                            json_string(problem->severity == REMARK ? "remark" : "problem"));
        json_object_set_new(row, "rule", json_text(problem->rule));
        json_object_set_new(row, "file", json_text(error->place.file));
        json_object_set_new(row, "line", json_number_or_null(error->place.line));
        json_object_set_new(row, "column", json_number_or_null(error->place.column));
        json_object_set_new(row, "message", json_text(error->what.local));
        json_object_set_new(row, "todo", json_text(error->todo.local));
        json_object_set_new(row, "exit", json_integer(error->exit_class));
        json_array_append_new(array, row);
    }
    return array;
}

json_t *summary_json(const struct document *document, const struct problems *problems)
{
    const struct intake *intake = document->intake;
    const struct issue *issue = intake ? intake->issue : NULL;
    bool expanded = intake && intake->recipients;
    json_t *file = json_object();
    json_object_set_new(file, "file", json_text(document->path));
    json_object_set_new(file, "issue", json_text(issue ? issue->key : NULL));
    json_object_set_new(file, "publication", json_text(issue ? issue->publication : NULL));
    json_object_set_new(file, "title", json_text(issue ? issue->name : NULL));
    json_object_set_new(file, "total_number", json_number_or_null(issue ? issue->total_number : 0));
    json_object_set_new(file, "date", json_text(issue ? issue->date : NULL));
    json_object_set_new(file, "recipients",
                        expanded ? json_integer(intake->recipients->len) : json_null());
    json_object_set_new(file, "groups", expanded ? groups_json(intake) : json_array());
    json_object_set_new(file, "problems", problems_json(problems));
    return file;
}
