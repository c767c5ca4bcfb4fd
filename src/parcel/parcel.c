/* Opening a parcel. */
#include "base/csv.h"
#include "base/digest.h"
#include "base/file.h"
#include "parcel/manifest.h"

#include <errno.h>
#include <fcntl.h>

#define MANIFEST_MAX (16 << 20)
#define BOM "\xef\xbb\xbf"

struct parcel {
    char *path, *sha256;
    char *recipients_sha256; /* as the manifest has it */
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

static bool refuse_file(const char *path, struct error *error)
{
    return error_set(error, EX_DATAERR, at(path), NULL,
                     N_("this file of the parcel is not what was written"));
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
    return g_str_equal(hex, expected) || refuse_file(path, error);
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
        /* A million recipients are long to read: who reads them checks them. */
        if (!g_str_equal(name, RECIPIENTS_NAME) &&
            !check_file(path, name, json_string_value(hex), error))
            return false;
    return json_is_string(json_object_get(files, RECIPIENTS_NAME)) ||
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
    fresh->recipients_sha256 =
        g_strdup(json_get_text(json_object_get(manifest, "files"), RECIPIENTS_NAME));
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
    g_free(parcel->recipients_sha256);
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

#define PIECE ((size_t)256 * 1024) /* more of it is never in memory, unless a line is longer */

struct parcel_reader {
    char *file, *sha256;
    int fd;
    GByteArray *piece;     /* what was read and not yet fed: the beginning of a line */
    struct digest *digest; /* of what was read */
    bool began, at_end;    /* behind the byte order mark; behind the last octet */
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
    fresh->sha256 = g_strdup(parcel->recipients_sha256);
    fresh->visit = visit;
    fresh->user = user;
    fresh->piece = g_byte_array_new();
    fresh->digest = digest_new();
    fresh->csv = csv_reader_new(',', fresh->file, visit_record, fresh);
    fresh->fd = open(fresh->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fresh->fd < 0)
        return error_set_errno(error, at(fresh->file), N_("can't be opened"));
    *reader = TAKE(fresh);
    return true;
}

void parcel_reader_free(struct parcel_reader *reader)
{
    if (!reader)
        return;
    csv_reader_free(reader->csv);
    digest_free(reader->digest);
    g_byte_array_unref(reader->piece);
    if (reader->fd >= 0)
        close(reader->fd);
    g_free(reader->file);
    g_free(reader->sha256);
    g_free(reader);
}

static bool read_piece(struct parcel_reader *reader, struct error *error)
{
    guint had = reader->piece->len;
    g_byte_array_set_size(reader->piece, had + (guint)PIECE);
    ssize_t got;
    do
        got = read(reader->fd, reader->piece->data + had, PIECE);
    while (got < 0 && errno == EINTR);
    g_byte_array_set_size(reader->piece, had + (guint)MAX(got, 0));
    if (got < 0)
        return error_set_errno(error, at(reader->file), N_("can't be read"));
    digest_add(reader->digest, reader->piece->data + had, (size_t)got);
    reader->at_end = got == 0;
    return true;
}

/* Whole lines, and at the end all that is there. */
static bool feed_lines(struct parcel_reader *reader, struct error *error)
{
    const char *text = (const char *)reader->piece->data;
    size_t length = reader->piece->len;
    const char *line_end = length ? memrchr(text, '\n', length) : NULL;
    if (!reader->at_end)
        length = line_end ? (size_t)(line_end + 1 - text) : 0;
    if (length == 0)
        return true;
    size_t mark = !reader->began && length >= strlen(BOM) ? strlen(BOM) : 0;
    reader->began = true;
    if (!csv_reader_feed(reader->csv, text + mark, length - mark, error))
        return false;
    g_byte_array_remove_range(reader->piece, 0, (guint)length);
    return true;
}

bool parcel_reader_next(struct parcel_reader *reader, bool *end, struct error *error)
{
    if (!read_piece(reader, error) || !feed_lines(reader, error))
        return false;
    *end = reader->at_end;
    if (!*end)
        return true;
    if (!csv_reader_end(reader->csv, error))
        return false;
    AUTO(text) char *hex = digest_hex(reader->digest);
    return g_str_equal(hex, reader->sha256) || refuse_file(reader->file, error);
}

bool parcel_recipients(const struct parcel *parcel, parcel_visit *visit, void *user,
                       struct error *error)
{
    AUTO(parcel_reader) struct parcel_reader *reader = NULL;
    bool end = false;
    bool good = parcel_reader_open(&reader, parcel, visit, user, error);
    while (good && !end)
        good = parcel_reader_next(reader, &end, error);
    return good;
}
