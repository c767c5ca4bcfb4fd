#include "base/problem.h"

#include <stdarg.h>

struct problems {
    GPtrArray *all; /* of struct problem */
};

static void problem_free(void *pointer)
{
    struct problem *problem = pointer;
    error_clear(&problem->error);
    g_free(problem);
}

struct problems *problems_new(void)
{
    struct problems *problems = g_new0(struct problems, 1);
    problems->all = g_ptr_array_new_with_free_func(problem_free);
    return problems;
}

void problems_free(struct problems *problems)
{
    if (!problems)
        return;
    g_ptr_array_unref(problems->all);
    g_free(problems);
}

static struct problem *add(struct problems *problems, enum severity severity, const char *rule)
{
    struct problem *problem = g_new0(struct problem, 1);
    problem->severity = severity;
    problem->rule = rule;
    g_ptr_array_add(problems->all, problem);
    return problem;
}

bool problems_add(struct problems *problems, enum severity severity, const char *rule,
                  int exit_class, struct place place, const char *todo, const char *what, ...)
{
    va_list arguments;
    va_start(arguments, what);
    error_set_va(&add(problems, severity, rule)->error, exit_class, place, todo, what, arguments);
    va_end(arguments);
    return false;
}

bool problems_take(struct problems *problems, const char *rule, struct error *error)
{
    return error_pass(&add(problems, PROBLEM, rule)->error, error);
}

void problems_join(struct problems *problems, const struct problems *more)
{
    for (size_t i = 0; i < problems_count(more); i++) {
        const struct problem *problem = problems_at(more, i);
        error_copy(&add(problems, problem->severity, problem->rule)->error, &problem->error);
    }
}

void problems_rename_file(struct problems *problems, const char *from, const char *to)
{
    for (guint i = 0; i < problems->all->len; i++) {
        struct place *place = &((struct problem *)problems->all->pdata[i])->error.place;
        if (g_strcmp0(place->file, from) != 0)
            continue;
        g_free((char *)place->file);
        place->file = g_strdup(to);
    }
}

size_t problems_count(const struct problems *problems)
{
    return problems->all->len;
}

const struct problem *problems_at(const struct problems *problems, size_t index)
{
    return problems->all->pdata[index];
}

bool problems_any(const struct problems *problems)
{
    return problems_exit_class(problems) != 0;
}

int problems_exit_class(const struct problems *problems)
{
    static const int order[] = {EX_CONFIG, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE};
    size_t best = G_N_ELEMENTS(order);
    int exit_class = 0;
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        if (problem->severity != PROBLEM)
            continue;
        size_t rank = 0;
        while (rank < G_N_ELEMENTS(order) && order[rank] != problem->error.exit_class)
            rank++;
        if (!exit_class || rank < best) {
            exit_class = problem->error.exit_class;
            best = rank;
        }
    }
    return exit_class;
}

static int by_place(const void *left, const void *right)
{
    const struct problem *a = *(const struct problem *const *)left;
    const struct problem *b = *(const struct problem *const *)right;
    int order = g_strcmp0(a->error.place.file, b->error.place.file);
    return order ? order : a->error.place.line - b->error.place.line;
}

void problems_sort(struct problems *problems)
{
    g_ptr_array_sort(problems->all, by_place);
}

void problems_print(const struct problems *problems, enum severity severity, FILE *to)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (problems_at(problems, i)->severity == severity)
            error_print(&problems_at(problems, i)->error, to);
}
