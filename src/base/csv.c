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

static void add_field(GString *to, const char *field)
{
    AUTO(text) char *guarded = runs_as_formula(field) ? g_strconcat("'", field, NULL) : NULL;
    const char *shown = guarded ? guarded : field;
    if (!strpbrk(shown, ",\"\r\n")) {
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

struct reading {
    csv_record *record;
    void *user;
    struct error *error;
    GPtrArray *fields;
    int line, record_line; /* of what is being fed; on which the record began */
    bool stopped;
};

static void take_field(void *octets, size_t length, void *pointer)
{
    struct reading *reading = pointer;
    g_ptr_array_add(reading->fields, g_strndup(octets ? octets : "", length));
}

static void take_record(int terminator, void *pointer)
{
    (void)terminator;
    struct reading *reading = pointer;
    if (!reading->stopped &&
        !reading->record(reading->user, reading->record_line, reading->fields, reading->error))
        reading->stopped = true;
    g_ptr_array_set_size(reading->fields, 0);
    reading->record_line = 0;
}

/* libcsv counts no lines: so it is fed a line at a time. */
static bool feed_lines(struct csv_parser *parser, const char *text, size_t length,
                       struct reading *reading)
{
    const char *end = text + length;
    while (text < end && !reading->stopped) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t line = newline ? (size_t)(newline + 1 - text) : (size_t)(end - text);
        reading->line++;
        if (!reading->record_line)
            reading->record_line = reading->line;
        if (csv_parse(parser, text, line, take_field, take_record, reading) != line)
            return false;
        if (reading->fields->len == 0 && text[0] == '\n')
            reading->record_line = 0;
        text += line;
    }
    return reading->stopped || csv_fini(parser, take_field, take_record, reading) == 0;
}

bool csv_read(const char *text, size_t length, char delimiter, const char *file,
              csv_record *record, void *user, struct error *error)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return error_set(error, EX_SOFTWARE, NOWHERE, NULL, N_("the CSV reader did not start"));
    csv_set_delim(&parser, (unsigned char)delimiter);
    AUTO(array) GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
    struct reading reading = {.record = record, .user = user, .error = error, .fields = fields};
    bool good = feed_lines(&parser, text, length, &reading);
    if (!good)
        error_set(error, EX_DATAERR, (struct place){file, reading.record_line, 0},
                  N_("put a closing quotation mark \", or take the opening one out"),
                  N_("the quotation marks of this record don't close"));
    csv_free(&parser);
    return good && !reading.stopped;
}
