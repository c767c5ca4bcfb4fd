#include "people/copies.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"

#define RECORD_MOST ((size_t)64 << 10)

const char copies_trouble_name[] = "trouble.json";
static const char ending[] = ".json";

struct copies *copies_new(const char *state_dir, usec_t max_age)
{
    struct copies *copies = g_new0(struct copies, 1);
    copies->folder = g_build_filename(state_dir, "copies", NULL);
    copies->max_age = max_age;
    return copies;
}

void copies_free(struct copies *copies)
{
    if (!copies)
        return;
    g_free(copies->folder);
    g_free(copies);
}

void copy_free(struct copy *copy)
{
    if (!copy)
        return;
    g_free(copy->key);
    g_free(copy->sha256);
    g_free(copy->etag);
    g_free(copy->last_modified);
    g_free(copy->trouble);
    g_free(copy);
}

/* A path or a URL is no file name: its hash is. */
static char *record_path(const struct copies *copies, const char *key)
{
    AUTO(text) char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
    AUTO(text) char *name = g_strdup_printf("%.32s%s", hex, ending);
    return g_build_filename(copies->folder, name, NULL);
}

char *copy_path(const struct copies *copies, const struct copy *copy)
{
    return g_build_filename(copies->folder, copy->sha256, NULL);
}

bool copy_is_too_old(const struct copies *copies, const struct copy *copy, usec_t now)
{
    return now - copy->good_at > copies->max_age;
}

/* --- reading --- */

static bool is_sha256(const char *text)
{
    return text && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static struct copy *copy_from_json(const json_t *json)
{
    struct copy *copy = g_new0(struct copy, 1);
    const char *sha256 = json_get_text(json, "sha256");
    copy->key = g_strdup(json_get_text(json, "list"));
    copy->sha256 = is_sha256(sha256) ? g_strdup(sha256) : NULL;
    copy->good_at = json_integer_value(json_object_get(json, "good_at"));
    copy->etag = g_strdup(json_get_text(json, "etag"));
    copy->last_modified = g_strdup(json_get_text(json, "last_modified"));
    copy->trouble = g_strdup(json_get_text(json, "trouble"));
    copy->trouble_since = json_integer_value(json_object_get(json, "trouble_since"));
    return copy;
}

static struct copy *read_record(const char *path)
{
    AUTO(bytes) GBytes *bytes = NULL;
    AUTO(error) struct error error = {0};
    if (!file_load(&bytes, path, RECORD_MOST, &error))
        return NULL;
    size_t length;
    const char *octets = g_bytes_get_data(bytes, &length);
    AUTO(json) json_t *json = json_loadb(octets, length, 0, NULL);
    return json ? copy_from_json(json) : NULL;
}

struct copy *copies_find(const struct copies *copies, const char *key)
{
    AUTO(text) char *path = record_path(copies, key);
    AUTO(copy) struct copy *copy = read_record(path);
    return copy && g_strcmp0(copy->key, key) == 0 ? TAKE(copy) : NULL;
}

/* --- cut off --- */

bool copies_is_settled(const char *path, usec_t now)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return true;
    usec_t age = now - (usec_t)status.st_mtim.tv_sec * USEC_PER_SEC;
    return age > COPIES_SETTLED || age < -COPIES_SETTLED;
}

/* In UTF-16 a NUL stands beside the line end. */
static bool ends_line(const char *octets, size_t length)
{
    return length > 1 &&
           (octets[length - 1] == '\n' || (!octets[length - 1] && octets[length - 2] == '\n'));
}

static bool begins_line_end(const char *octets)
{
    return octets[0] == '\r' || octets[0] == '\n' || (!octets[0] && octets[1] == '\r');
}

/* Nothing but a line end, without which the last row is whole too. */
static bool is_line_end(const char *octets, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (octets[i] && octets[i] != '\r' && octets[i] != '\n')
            return false;
    return true;
}

/* A program that ends the last row with a line break does so for another last row, too. */
static bool is_cut(const char *whole, size_t whole_length, const char *part, size_t length)
{
    if (length >= whole_length || memcmp(whole, part, length) != 0 || ends_line(part, length) ||
        is_line_end(whole + length, whole_length - length))
        return false;
    return ends_line(whole, whole_length) || !begins_line_end(whole + length);
}

static int line_count(const char *octets, size_t length)
{
    int count = 1;
    for (size_t i = 0; i < length; i++)
        count += octets[i] == '\n';
    return count;
}

bool copies_is_other(const struct copy *copy, GBytes *octets)
{
    AUTO(text) char *sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, octets);
    return copy && copy->sha256 && strcmp(copy->sha256, sha256) != 0;
}

bool copies_is_uncut(const struct copies *copies, const struct copy *copy, GBytes *octets,
                     const char *shown, struct problems *problems)
{
    AUTO(error) struct error gone = {0};
    AUTO(bytes) GBytes *good = NULL;
    struct stat status;
    size_t length, good_length;
    const char *data = g_bytes_get_data(octets, &length);
    const char *part = data ? data : "";
    if (!copy || !copy->sha256)
        return true;
    AUTO(text) char *path = copy_path(copies, copy);
    if (stat(path, &status) < 0 || (size_t)status.st_size <= length ||
        !file_load(&good, path, SIZE_MAX, &gone))
        return true;
    const char *whole = g_bytes_get_data(good, &good_length);
    if (!is_cut(whole, good_length, part, length))
        return true;
    return problems_add(problems, PROBLEM, "list", EX_DATAERR,
                        (struct place){shown, line_count(part, length), 0},
                        N_("save the list anew; if it is to end here, end it with a line break"),
                        N_("the list is cut off in this row: its last good copy goes on"));
}

/* --- keeping --- */

static bool keep_content(const struct copies *copies, struct copy *copy, GBytes *content,
                         struct error *error)
{
    size_t length;
    const void *octets = g_bytes_get_data(content, &length);
    g_free(copy->sha256);
    copy->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, content);
    AUTO(text) char *path = copy_path(copies, copy);
    return g_file_test(path, G_FILE_TEST_EXISTS) || file_write_durably(path, octets, length, error);
}

bool copies_keep(const struct copies *copies, struct copy *copy, GBytes *content,
                 struct error *error)
{
    if (!folder_make(copies->folder, error) ||
        (content && !keep_content(copies, copy, content, error)))
        return false;
    AUTO(json) json_t *json = json_object();
    json_object_set_new(json, "list", json_text(copy->key));
    json_object_set_new(json, "sha256", json_text(copy->sha256));
    json_object_set_new(json, "good_at", json_integer(copy->good_at));
    json_object_set_new(json, "etag", json_text(copy->etag));
    json_object_set_new(json, "last_modified", json_text(copy->last_modified));
    json_object_set_new(json, "trouble", json_text(copy->trouble));
    json_object_set_new(json, "trouble_since", json_integer(copy->trouble_since));
    AUTO(text) char *text = json_pretty(json);
    AUTO(text) char *path = record_path(copies, copy->key);
    return file_write_durably(path, text, strlen(text), error);
}

/* --- sweeping --- */

/* Fills *wanted, a set of file names. */
static void find_wanted(const struct copies *copies, GHashTable *keys, GHashTable *wanted)
{
    GHashTableIter iter;
    void *key;
    g_hash_table_iter_init(&iter, keys);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        AUTO(copy) struct copy *copy = copies_find(copies, key);
        AUTO(text) char *path = record_path(copies, key);
        g_hash_table_add(wanted, g_path_get_basename(path));
        if (copy && copy->sha256)
            g_hash_table_add(wanted, g_strdup(copy->sha256));
    }
}

bool copies_sweep(const struct copies *copies, GHashTable *keys, struct error *error)
{
    AUTO(table)
    GHashTable *wanted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GDir *folder = g_dir_open(copies->folder, 0, NULL);
    const char *name;
    bool good = true;
    find_wanted(copies, keys, wanted);
    g_hash_table_add(wanted, g_strdup(copies_trouble_name));
    while (folder && good && (name = g_dir_read_name(folder))) {
        AUTO(text) char *path = g_build_filename(copies->folder, name, NULL);
        if (!g_hash_table_contains(wanted, name))
            good = folder_remove(path, error);
    }
    if (folder)
        g_dir_close(folder);
    return good;
}
