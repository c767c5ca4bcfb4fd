#include "base/problem.h"

#include <stdarg.h>

struct repeat {     /* of the problem with the same index */
    bool is_repeat; /* of one before it */
    guint next;     /* the next that says the same; 0: none */
};

struct problems {
    GPtrArray *all;  /* of struct problem */
    GArray *repeats; /* of struct repeat: as far as they were looked for, which takes its time */
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
    problems->repeats = g_array_new(FALSE, TRUE, sizeof(struct repeat));
    return problems;
}

void problems_free(struct problems *problems)
{
    if (!problems)
        return;
    g_ptr_array_unref(problems->all);
    g_array_unref(problems->repeats);
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
    g_array_set_size(problems->repeats, 0);
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
    g_array_set_size(problems->repeats, 0);
    g_ptr_array_sort(problems->all, by_place);
}

static gboolean says_the_same(const void *left, const void *right)
{
    const struct problem *a = left, *b = right;
    return a->severity == b->severity && g_strcmp0(a->error.place.file, b->error.place.file) == 0 &&
           g_strcmp0(a->error.what.local, b->error.what.local) == 0 &&
           g_strcmp0(a->error.todo.local, b->error.todo.local) == 0;
}

static guint hash_of_words(const void *problem)
{
    const char *words = ((const struct problem *)problem)->error.what.local;
    return words ? g_str_hash(words) : 0;
}

/* Once for all of them: a long list may be odd in each of its rows. What has no line repeats
 * nothing. */
static const struct repeat *repeat_of(const struct problems *problems, size_t index)
{
    GArray *repeats = problems->repeats;
    if (repeats->len == problems->all->len)
        return &g_array_index(repeats, struct repeat, index);
    AUTO(table) GHashTable *last = g_hash_table_new(hash_of_words, says_the_same);
    g_array_set_size(repeats, 0);
    g_array_set_size(repeats, problems->all->len);
    for (guint i = 0; i < problems->all->len; i++) {
        struct problem *problem = problems->all->pdata[i];
        void *before;
        if (problem->error.place.line <= 0)
            continue;
        if (g_hash_table_lookup_extended(last, problem, NULL, &before)) {
            g_array_index(repeats, struct repeat, GPOINTER_TO_UINT(before)).next = i;
            g_array_index(repeats, struct repeat, i).is_repeat = true;
        }
        g_hash_table_insert(last, problem, GUINT_TO_POINTER(i));
    }
    return &g_array_index(repeats, struct repeat, index);
}

bool problems_is_repeat(const struct problems *problems, size_t index)
{
    return repeat_of(problems, index)->is_repeat;
}

char *problems_more_lines(const struct problems *problems, size_t index)
{
    GString *lines = g_string_new(NULL);
    int last = problems_at(problems, index)->error.place.line;
    for (size_t i = index; (i = repeat_of(problems, i)->next);) {
        int line = problems_at(problems, i)->error.place.line;
        if (line != last)
            g_string_append_printf(lines, ", %d", line);
        last = line;
    }
    return g_string_free(lines, FALSE);
}

/* `FILE:LINE: remark: … (also in lines 30, 38)` */
static void print_one(const struct problems *problems, size_t index, bool with_todo, FILE *to)
{
    const struct problem *problem = problems_at(problems, index);
    AUTO(error) struct error shown = {0};
    AUTO(text) char *more = problems_more_lines(problems, index);
    error_copy(&shown, &problem->error);
    if (problem->severity == REMARK) {
        char *named = g_strdup_printf(_("remark: %s"), shown.what.local);
        g_free(shown.what.local);
        shown.what.local = named;
    }
    if (*more) {
        char *whole = g_strdup_printf(_("%1$s (also in lines %2$s)"), shown.what.local, more + 2);
        g_free(shown.what.local);
        shown.what.local = whole;
    }
    if (!with_todo) {
        g_clear_pointer(&shown.todo.english, g_free);
        g_clear_pointer(&shown.todo.local, g_free);
    }
    error_print(&shown, to);
}

static size_t next_shown(const struct problems *problems, enum severity severity, size_t from)
{
    while (from < problems_count(problems) && (problems_at(problems, from)->severity != severity ||
                                               problems_is_repeat(problems, from)))
        from++;
    return from;
}

/* What several in a row ask for is said once, after the last of them. */
void problems_print(const struct problems *problems, enum severity severity, FILE *to)
{
    size_t count = problems_count(problems);
    for (size_t i = next_shown(problems, severity, 0), next; i < count; i = next) {
        next = next_shown(problems, severity, i + 1);
        const char *todo = problems_at(problems, i)->error.todo.local;
        print_one(problems, i,
                  next == count ||
                      g_strcmp0(todo, problems_at(problems, next)->error.todo.local) != 0,
                  to);
    }
}
