/* Any octets as CSV: whole and a line at a time the same records; and what was read, written as our
 * own CSV, reads as the same again. */
#include "base/csv.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

struct records {
    GString *seen;    /* all fields, for comparing */
    GString *written; /* as csv_add_record() writes them; NULL: they were written by it */
    int line;
};

/* An empty line is no record: so a record of one empty field can't be written. */
static bool is_empty(const GPtrArray *fields)
{
    return fields->len == 1 && !*(const char *)fields->pdata[0];
}

static bool take_record(void *user, int line, const GPtrArray *fields, struct error *error)
{
    (void)error;
    struct records *records = user;
    if (line < 1 || line <= records->line || fields->len == 0)
        abort();
    records->line = line;
    if (is_empty(fields))
        return true;
    for (guint i = 0; i < fields->len; i++) {
        const char *field = fields->pdata[i];
        g_string_append_printf(records->seen, "%s\1",
                               records->written ? field : csv_unguarded(field));
    }
    g_string_append_c(records->seen, '\2');
    if (records->written)
        csv_add_record(records->written, (const char *const *)fields->pdata, fields->len);
    return true;
}

static bool read_by_lines(const GString *text, struct records *records)
{
    AUTO(error) struct error error = {0};
    AUTO(csv_reader)
    struct csv_reader *reader = csv_reader_new(',', "l", take_record, records);
    for (size_t at = 0; at < text->len;) {
        const char *end = memchr(text->str + at, '\n', text->len - at);
        size_t line = end ? (size_t)(end + 1 - text->str) - at : text->len - at;
        if (!csv_reader_feed(reader, text->str + at, line, &error))
            return false;
        at += line;
    }
    return csv_reader_end(reader, &error);
}

static void compare(const GString *text)
{
    AUTO(str) GString *whole = g_string_new(NULL);
    AUTO(str) GString *parts = g_string_new(NULL);
    AUTO(str) GString *again = g_string_new(NULL);
    AUTO(str) GString *written = g_string_new(NULL);
    AUTO(str) GString *unused = g_string_new(NULL);
    AUTO(error) struct error error = {0};
    struct records first = {whole, written, 0}, second = {parts, unused, 0},
                   third = {again, NULL, 0};
    bool good = csv_read(text->str, text->len, ',', "l", take_record, &first, &error);
    if (good != read_by_lines(text, &second) || !g_string_equal(whole, parts))
        abort();
    if (!csv_read(written->str, written->len, ',', "l", take_record, &third, &error) && good)
        abort();
    if (good && !g_string_equal(whole, again))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    AUTO(error) struct error error = {0};
    AUTO(str) GString *text = NULL;
    if (text_decode(&text, octets, length, "l", &error))
        compare(text);
    return 0;
}
