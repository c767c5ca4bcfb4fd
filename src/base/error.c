#include "base/error.h"

#include <errno.h>
#include <libintl.h>
#include <stdarg.h>
#include <string.h>

/* Macros where the analyzer looks (error.h). */
#undef error_set
#undef error_set_errno
#undef error_pass

#define TEXT_DOMAIN "fensong"

const char *_(const char *msgid)
{
    return *msgid ? dgettext(TEXT_DOMAIN, msgid) : msgid;
}

/* The formats are msgids that the callers' format attribute has checked, and msgfmt
 * --check-format their translations. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static struct say say_va(const char *msgid, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    struct say say = {.english = g_strdup_vprintf(msgid, arguments),
                      .local = g_strdup_vprintf(_(msgid), again)};
    va_end(again);
    return say;
}

static void say_free(struct say *say)
{
    g_free(say->english);
    g_free(say->local);
}

bool error_set_va(struct error *error, int exit_class, struct place place, const char *todo,
                  const char *what, va_list arguments)
{
    if (!error || error_is_set(error))
        return false;
    error->exit_class = exit_class;
    error->place = place;
    error->place.file = g_strdup(place.file);
    error->what = say_va(what, arguments);
    if (todo)
        error->todo = (struct say){.english = g_strdup(todo), .local = g_strdup(_(todo))};
    return false;
}

bool error_set(struct error *error, int exit_class, struct place place, const char *todo,
               const char *what, ...)
{
    va_list arguments;
    va_start(arguments, what);
    error_set_va(error, exit_class, place, todo, what, arguments);
    va_end(arguments);
    return false;
}

static int exit_class_of_errno(int code)
{
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return EX_NOINPUT;
    case EACCES:
    case EPERM:
    case EROFS:
        return EX_NOPERM;
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
        return EX_TEMPFAIL;
    default:
        return EX_IOERR;
    }
}

static void add_words(char **sentence, const char *words)
{
    char *whole = g_strdup_printf("%s: %s", *sentence, words);
    g_free(*sentence);
    *sentence = whole;
}

bool error_set_errno(struct error *error, struct place place, const char *what, ...)
{
    int code = errno;
    if (!error || error_is_set(error))
        return false;
    va_list arguments;
    va_start(arguments, what);
    error_set_va(error, exit_class_of_errno(code), place, NULL, what, arguments);
    va_end(arguments);
    /* strerror() speaks the language of the locale: in the C locale that runs, English. */
    add_words(&error->what.english, strerror(code));
    add_words(&error->what.local, strerror(code));
    return false;
}

void error_clear(struct error *error)
{
    g_free((char *)error->place.file);
    say_free(&error->what);
    say_free(&error->todo);
    *error = (struct error){0};
}

bool error_pass(struct error *to, struct error *from)
{
    if (to && !error_is_set(to)) {
        *to = *from;
        *from = (struct error){0};
    } else {
        error_clear(from);
    }
    return false;
}

void error_copy(struct error *to, const struct error *from)
{
    to->exit_class = from->exit_class;
    to->place = from->place;
    to->place.file = g_strdup(from->place.file);
    to->what = (struct say){g_strdup(from->what.english), g_strdup(from->what.local)};
    to->todo = (struct say){g_strdup(from->todo.english), g_strdup(from->todo.local)};
}

char *place_column(int column)
{
    GString *letters = g_string_new(NULL);
    for (; column > 0; column = (column - 1) / 26)
        g_string_prepend_c(letters, (char)('A' + (column - 1) % 26));
    return g_string_free(letters, FALSE);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* one of the two in line_of() */
static char *with_column(const struct place *place, const char *message, const char *format)
{
    AUTO(text) char *column = place_column(place->column);
    return g_strdup_printf(format, place->file, place->line, message, column);
}
#pragma GCC diagnostic pop

/* The columns of a document are signs of a line, and nobody counts them; those of a list are named. */
static bool has_named_columns(const char *file)
{
    static const char *const documents[] = {".md", ".markdown", ".txt", ".text"};
    for (size_t i = 0; i < G_N_ELEMENTS(documents); i++)
        if (g_str_has_suffix(file, documents[i]))
            return false;
    return true;
}

/* `with` is for a place with a column. */
static char *line_of(const struct place *place, const char *message, const char *with)
{
    if (!place->file)
        return g_strdup(message);
    if (place->line > 0 && place->column > 0 && has_named_columns(place->file))
        return with_column(place, message, with);
    if (place->line > 0)
        return g_strdup_printf("%s:%d: %s", place->file, place->line, message);
    return g_strdup_printf("%s: %s", place->file, message);
}

char *error_line(const struct error *error)
{
    return line_of(&error->place, error->what.local, _("%1$s:%2$d: %3$s (column %4$s)"));
}

char *error_line_english(const struct error *error)
{
    return line_of(&error->place, error->what.english, "%1$s:%2$d: %3$s (column %4$s)");
}

void error_print(const struct error *error, FILE *to)
{
    AUTO(text) char *line = error_line(error);
    (void)fprintf(to, "%s\n", line);
    if (error->todo.local)
        (void)fprintf(to, "    %s\n", error->todo.local);
}
