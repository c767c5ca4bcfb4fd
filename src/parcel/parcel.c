/* Opening a parcel. */
#include "base/csv.h"
#include "base/file.h"
#include "parcel/manifest.h"

#include <fcntl.h>

#define MANIFEST_MAX (16 << 20)
#define BOM "\xef\xbb\xbf"

struct parcel {
    char *path, *sha256;
    struct parcel_facts *facts;
};

static struct place at(const char *path)
{
    return (struct place){path, 0, 0};
}

static bool load_manifest(json_t **manifest, const char *path, struct error *error)
{
    AUTO(text) char *file = g_build_filename(path, MANIFEST_NAME, NULL);
    AUTO(bytes) GBytes *bytes = NULL;
    if (!file_load(&bytes, file, MANIFEST_MAX, error))
        return false;
    gsize length;
    const char *octets = g_bytes_get_data(bytes, &length);
    json_error_t why;
    *manifest = json_loadb(octets, length, JSON_REJECT_DUPLICATES, &why);
    return *manifest ||
           error_set(error, EX_DATAERR, (struct place){file, why.line, 0}, NULL,
                     N_("the manifest of this parcel can't be read: %s"), why.text);
}

static bool check_file(const char *folder, const char *name, const char *expected,
                       struct error *error)
{
    AUTO(text) char *path = g_build_filename(folder, name, NULL);
    if (strchr(name, '/') || !expected)
        return error_set(error, EX_DATAERR, at(path), NULL, N_("this parcel names a strange file"));
    AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return error_set_errno(error, at(path), N_("can't be opened"));
    AUTO(text) char *hex = NULL;
    if (!file_sha256(&hex, fd, path, error))
        return false;
    return g_str_equal(hex, expected) ||
           error_set(error, EX_DATAERR, at(path), NULL,
                     N_("this file of the parcel is not what was written"));
}

static bool check_hashes(const json_t *manifest, const char *path, struct error *error)
{
    AUTO(text) char *whole = manifest_sha256(manifest);
    if (g_strcmp0(whole, json_get_text(manifest, "sha256")) != 0)
        return error_set(error, EX_DATAERR, at(path), NULL,
                         N_("the manifest of this parcel is not what was written"));
    json_t *files = json_object_get(manifest, "files");
    const char *name;
    json_t *hex;
    json_object_foreach(files, name, hex)
        if (!check_file(path, name, json_string_value(hex), error))
            return false;
    return json_object_get(files, RECIPIENTS_NAME) ||
           error_set(error, EX_DATAERR, at(path), NULL, N_("this parcel has no recipients"));
}

bool parcel_open(struct parcel **parcel, const char *path, struct error *error)
{
    AUTO(json) json_t *manifest = NULL;
    struct parcel_facts *facts = NULL;
    if (!load_manifest(&manifest, path, error) || !check_hashes(manifest, path, error) ||
        !manifest_read_facts(&facts, manifest, path, error))
        return false;
    struct parcel *fresh = g_new0(struct parcel, 1);
    fresh->path = g_strdup(path);
    fresh->sha256 = g_strdup(json_get_text(manifest, "sha256"));
    fresh->facts = facts;
    *parcel = fresh;
    return true;
}

void parcel_free(struct parcel *parcel)
{
    if (!parcel)
        return;
    parcel_facts_free(parcel->facts);
    g_free(parcel->path);
    g_free(parcel->sha256);
    g_free(parcel);
}

const struct parcel_facts *parcel_facts(const struct parcel *parcel)
{
    return parcel->facts;
}

const char *parcel_path(const struct parcel *parcel)
{
    return parcel->path;
}

void parcel_moved(struct parcel *parcel, const char *path)
{
    g_free(parcel->path);
    parcel->path = g_strdup(path);
}

const char *parcel_sha256(const struct parcel *parcel)
{
    return parcel->sha256;
}

/* --- its recipients --- */

struct parcel_reader {
    char *file;
    GMappedFile *mapped;
    size_t at; /* what was fed so far */
    struct csv_reader *csv;
    parcel_visit *visit;
    void *user;
};

enum column { ADDRESS, NAME, TITLE, UNIT, GROUPS, ORIGIN, COLUMNS };

static bool visit_record(void *pointer, int line, const GPtrArray *fields, struct error *error)
{
    const struct parcel_reader *reader = pointer;
    struct place place = {reader->file, line, 0};
    if (line == 1)
        return true;
    if (fields->len != COLUMNS)
        return error_set(error, EX_DATAERR, place, NULL, N_("this row of the parcel is not whole"));
    AUTO(address) struct address *address = NULL;
    if (!address_parse(&address, csv_unguarded(fields->pdata[ADDRESS]), place, NULL, error))
        return false;
    struct parcel_recipient recipient = {
        .address = address,
        .name = csv_unguarded(fields->pdata[NAME]),
        .title = csv_unguarded(fields->pdata[TITLE]),
        .unit = csv_unguarded(fields->pdata[UNIT]),
        .groups = csv_unguarded(fields->pdata[GROUPS]),
        .origin = csv_unguarded(fields->pdata[ORIGIN]),
    };
    return reader->visit(reader->user, &recipient, error);
}

bool parcel_reader_open(struct parcel_reader **reader, const struct parcel *parcel,
                        parcel_visit *visit, void *user, struct error *error)
{
    AUTO(parcel_reader) struct parcel_reader *fresh = g_new0(struct parcel_reader, 1);
    fresh->file = g_build_filename(parcel->path, RECIPIENTS_NAME, NULL);
    fresh->visit = visit;
    fresh->user = user;
    fresh->mapped = g_mapped_file_new(fresh->file, FALSE, NULL);
    fresh->csv = csv_reader_new(',', fresh->file, visit_record, fresh);
    fresh->at = strlen(BOM);
    if (!fresh->mapped || g_mapped_file_get_length(fresh->mapped) < fresh->at)
        return error_set(error, EX_IOERR, at(fresh->file), NULL, N_("can't be read"));
    *reader = TAKE(fresh);
    return true;
}

void parcel_reader_free(struct parcel_reader *reader)
{
    if (!reader)
        return;
    csv_reader_free(reader->csv);
    if (reader->mapped)
        g_mapped_file_unref(reader->mapped);
    g_free(reader->file);
    g_free(reader);
}

/* Up to the last line end within `most`; all that is left where it is less. */
static size_t piece_length(const char *text, size_t left, size_t most)
{
    const char *line_end = left > most ? memrchr(text, '\n', most) : NULL;
    return line_end ? (size_t)(line_end + 1 - text) : left;
}

bool parcel_reader_next(struct parcel_reader *reader, size_t most, bool *end, struct error *error)
{
    const char *text = g_mapped_file_get_contents(reader->mapped) + reader->at;
    size_t left = g_mapped_file_get_length(reader->mapped) - reader->at;
    size_t length = piece_length(text, left, most);
    if (!csv_reader_feed(reader->csv, text, length, error))
        return false;
    reader->at += length;
    *end = length == left;
    return !*end || csv_reader_end(reader->csv, error);
}

bool parcel_recipients(const struct parcel *parcel, parcel_visit *visit, void *user,
                       struct error *error)
{
    AUTO(parcel_reader) struct parcel_reader *reader = NULL;
    bool end;
    return parcel_reader_open(&reader, parcel, visit, user, error) &&
           parcel_reader_next(reader, SIZE_MAX, &end, error);
}
