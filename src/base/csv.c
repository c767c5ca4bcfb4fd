#include "base/csv.h"

#include <csv.h>
#include <string.h>

void csv_add_bom(GString *to)
{
    g_string_append(to, "\xef\xbb\xbf");
}

/* With leading apostrophes too, so that csv_unguarded() gives back just what was written. */
static bool runs_as_formula(const char *field)
{
    field += strspn(field, "'");
    return *field && strchr("=+-@\t\r", *field);
}

const char *csv_unguarded(const char *field)
{
    return *field == '\'' && runs_as_formula(field) ? field + 1 : field;
}

/* Readers take blanks at the ends of what is not quoted for layout. */
static bool must_quote(const char *field)
{
    size_t length = strlen(field);
    return strpbrk(field, ",\"\r\n") ||
           (length && (g_ascii_isspace(field[0]) || g_ascii_isspace(field[length - 1])));
}

static void add_field(GString *to, const char *field)
{
    AUTO(text) char *guarded = runs_as_formula(field) ? g_strconcat("'", field, NULL) : NULL;
    const char *shown = guarded ? guarded : field;
    if (!must_quote(shown)) {
        g_string_append(to, shown);
        return;
    }
    g_string_append_c(to, '"');
    for (; *shown; shown++) {
        if (*shown == '"')
            g_string_append_c(to, '"');
        g_string_append_c(to, *shown);
    }
    g_string_append_c(to, '"');
}

void csv_add_record(GString *to, const char *const fields[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            g_string_append_c(to, ',');
        add_field(to, fields[i] ? fields[i] : "");
    }
    g_string_append(to, "\r\n");
}

struct csv_reader {
    struct csv_parser parser;
    const char *file;
    csv_record *record;
    void *user;
    struct error *error; /* of the call that runs */
    GPtrArray *fields;
    int line, record_line; /* of what is being fed; on which the record began */
    bool stopped;
};

static void take_field(void *octets, size_t length, void *pointer)
{
    struct csv_reader *reader = pointer;
    g_ptr_array_add(reader->fields, g_strndup(octets ? octets : "", length));
}

static void take_record(int terminator, void *pointer)
{
    (void)terminator;
    struct csv_reader *reader = pointer;
    if (!reader->stopped &&
        !reader->record(reader->user, reader->record_line, reader->fields, reader->error))
        reader->stopped = true;
    g_ptr_array_set_size(reader->fields, 0);
    reader->record_line = 0;
}

struct csv_reader *csv_reader_new(char delimiter, const char *file, csv_record *record, void *user)
{
    struct csv_reader *reader = g_new0(struct csv_reader, 1);
    reader->file = file;
    reader->record = record;
    reader->user = user;
    reader->fields = g_ptr_array_new_with_free_func(g_free);
    if (csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        g_error("the CSV reader does not start");
    csv_set_delim(&reader->parser, (unsigned char)delimiter);
    return reader;
}

void csv_reader_free(struct csv_reader *reader)
{
    if (!reader)
        return;
    csv_free(&reader->parser);
    g_ptr_array_unref(reader->fields);
    g_free(reader);
}

static bool tell_quotes(const struct csv_reader *reader, struct error *error)
{
    return error_set(error, EX_DATAERR, (struct place){reader->file, reader->record_line, 0},
                     N_("put a closing quotation mark \", or take the opening one out"),
                     N_("the quotation marks of this record don't close"));
}

static bool feed_line(struct csv_reader *reader, const char *text, size_t length)
{
    reader->line++;
    if (!reader->record_line)
        reader->record_line = reader->line;
    if (csv_parse(&reader->parser, text, length, take_field, take_record, reader) != length)
        return false;
    if (reader->fields->len == 0 && text[0] == '\n')
        reader->record_line = 0;
    return true;
}

/* libcsv counts no lines: so it is fed a line at a time. */
bool csv_reader_feed(struct csv_reader *reader, const char *text, size_t length,
                     struct error *error)
{
    const char *end = text + length;
    reader->error = error;
    while (text < end && !reader->stopped) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line = newline ? (size_t)(newline + 1 - text) : (size_t)(end - text);
        if (!feed_line(reader, text, line))
            return tell_quotes(reader, error);
        text += line;
    }
    return !reader->stopped;
}

bool csv_reader_end(struct csv_reader *reader, struct error *error)
{
    reader->error = error;
    if (csv_fini(&reader->parser, take_field, take_record, reader) != 0)
        return tell_quotes(reader, error);
    return !reader->stopped;
}

bool csv_read(const char *text, size_t length, char delimiter, const char *file,
              csv_record *record, void *user, struct error *error)
{
    AUTO(csv_reader) struct csv_reader *reader = csv_reader_new(delimiter, file, record, user);
    return csv_reader_feed(reader, text, length, error) && csv_reader_end(reader, error);
}
