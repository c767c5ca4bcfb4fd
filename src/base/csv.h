/* CSV (RFC 4180) as Excel and WPS read and write it. */
#pragma once
#include "base/error.h"

/* Adds a record: fields quoted where needed, CRLF. A field that a spreadsheet would run as a formula
 * (= + - @ tab CR at its start) gets a ' before it. A NULL field is an empty one. */
void csv_add_record(GString *to, const char *const fields[], size_t count);
/* A field of a file that csv_add_record() wrote, without that '. Points into `field`. */
const char *csv_unguarded(const char *field);
/* The UTF-8 BOM, without which Excel takes the file for GBK. First of all. */
void csv_add_bom(GString *to);

/* Called for each record; `line` is the physical line on which it begins. The fields are gone after
 * the call. False stops. */
typedef bool csv_record(void *user, int line, const GPtrArray *fields, struct error *error);

/* Reads a long text in pieces of whole physical lines; a record may go on in the next piece. */
struct csv_reader; /* opaque */
struct csv_reader *csv_reader_new(char delimiter, const char *file, csv_record *record, void *user);
void csv_reader_free(struct csv_reader *reader);
MUST bool csv_reader_feed(struct csv_reader *reader, const char *text, size_t length,
                          struct error *error);
/* There is no more. EX_DATAERR: quotes that never end. */
MUST bool csv_reader_end(struct csv_reader *reader, struct error *error);
AUTO_DEFINE(csv_reader, struct csv_reader, csv_reader_free)

/* Reads UTF-8 text (text_decode() made it) with this delimiter. Fields are UTF-8 without changes;
 * empty lines are no records. EX_DATAERR: quotes that never end, with the line where they begin. */
MUST bool csv_read(const char *text, size_t length, char delimiter, const char *file,
                   csv_record *record, void *user, struct error *error);
