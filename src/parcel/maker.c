/* Making a parcel. */
#include "base/csv.h"
#include "base/file.h"
#include "parcel/manifest.h"

#include <fcntl.h>

struct parcel_maker {
    char *path, *temporary; /* its final name, and the one it is made under */
    int folder;
    GHashTable *hashes; /* of file names */
    GString *recipients;
    int64_t count; /* of recipients */
    bool sealed;
};

static const char *const columns[] = {"address", "name", "title", "unit", "groups", "origin"};

static bool make_fresh_folder(struct parcel_maker *maker, struct error *error)
{
    if (!folder_remove(maker->temporary, error) || !folder_make(maker->temporary, error))
        return false;
    maker->folder = open(maker->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return maker->folder >= 0 ||
           error_set_errno(error, (struct place){maker->temporary, 0, 0}, N_("can't be opened"));
}

bool parcel_begin(struct parcel_maker **maker, const char *path, struct error *error)
{
    AUTO(parcel_maker) struct parcel_maker *fresh = g_new0(struct parcel_maker, 1);
    AUTO(text) char *folder = g_path_get_dirname(path);
    AUTO(text) char *name = g_path_get_basename(path);
    fresh->folder = -1;
    fresh->path = g_strdup(path);
    fresh->temporary = g_strdup_printf("%s/.%s.tmp", folder, name);
    fresh->hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    fresh->recipients = g_string_new(NULL);
    csv_add_bom(fresh->recipients);
    csv_add_record(fresh->recipients, columns, G_N_ELEMENTS(columns));
    if (!make_fresh_folder(fresh, error))
        return false;
    *maker = TAKE(fresh);
    return true;
}

bool parcel_add(struct parcel_maker *maker, const char *name, const void *octets, size_t length,
                struct error *error)
{
    if (!file_create_at(maker->folder, name, octets, length, error))
        return false;
    g_hash_table_replace(maker->hashes, g_strdup(name),
                         g_compute_checksum_for_data(G_CHECKSUM_SHA256, octets, length));
    return true;
}

void parcel_add_recipient(struct parcel_maker *maker, const struct parcel_recipient *recipient)
{
    const char *const fields[] = {address_text(recipient->address), recipient->name,
                                  recipient->title, recipient->unit, recipient->groups,
                                  recipient->origin};
    csv_add_record(maker->recipients, fields, G_N_ELEMENTS(fields));
    maker->count++;
}

static bool write_manifest(struct parcel_maker *maker, const struct parcel_facts *facts,
                           struct error *error)
{
    struct parcel_facts counted = *facts;
    counted.recipients = maker->count;
    AUTO(json) json_t *manifest = manifest_make(&counted, maker->hashes);
    AUTO(text) char *text = json_pretty(manifest);
    return file_create_at(maker->folder, MANIFEST_NAME, text, strlen(text), error);
}

/* rename() takes no folder's place that is not empty: so an older parcel is taken away first. */
static bool give_name(struct parcel_maker *maker, struct error *error)
{
    AUTO(text) char *parent = g_path_get_dirname(maker->path);
    if (!folder_remove(maker->path, error))
        return false;
    if (rename(maker->temporary, maker->path) < 0)
        return error_set_errno(error, (struct place){maker->path, 0, 0}, N_("can't be renamed"));
    maker->sealed = true;
    return folder_sync(parent, error);
}

bool parcel_seal(struct parcel_maker *maker, const struct parcel_facts *facts,
                 struct error *error)
{
    return parcel_add(maker, RECIPIENTS_NAME, maker->recipients->str, maker->recipients->len,
                      error) &&
           write_manifest(maker, facts, error) && folder_sync(maker->temporary, error) &&
           give_name(maker, error);
}

void parcel_maker_free(struct parcel_maker *maker)
{
    if (!maker)
        return;
    if (!maker->sealed && !folder_remove(maker->temporary, NULL)) {
        /* What can't be taken away now is swept at the next start. */
    }
    if (maker->folder >= 0)
        close(maker->folder);
    g_hash_table_unref(maker->hashes);
    g_string_free(maker->recipients, TRUE);
    g_free(maker->path);
    g_free(maker->temporary);
    g_free(maker);
}
