#include "parcel/manifest.h"

#include <stdlib.h>

char *manifest_sha256(const json_t *manifest)
{
    AUTO(json) json_t *rest = json_copy((json_t *)manifest);
    json_object_del(rest, "sha256");
    char *canonical = json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS);
    char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, canonical, -1);
    free(canonical);
    return hex;
}

static json_t *groups_to_json(const GPtrArray *groups)
{
    json_t *array = json_array();
    for (guint i = 0; groups && i < groups->len; i++) {
        const struct parcel_group *group = groups->pdata[i];
        json_array_append_new(array, json_pack("{s:o, s:o}", "group", json_text(group->id), "name",
                                               json_text(group->name)));
    }
    return array;
}

static json_t *files_to_json(GHashTable *files)
{
    json_t *object = json_object();
    GHashTableIter iter;
    void *name, *hex;
    g_hash_table_iter_init(&iter, files);
    while (g_hash_table_iter_next(&iter, &name, &hex))
        json_object_set_new(object, name, json_text(hex));
    return object;
}

json_t *manifest_make(const struct parcel_facts *facts, GHashTable *files)
{
    json_t *manifest = json_object();
    json_object_set_new(manifest, "publication", json_text(facts->publication));
    json_object_set_new(manifest, "issue", json_text(facts->issue));
    json_object_set_new(manifest, "kind", json_text(facts->kind));
    json_object_set_new(manifest, "title", json_text(facts->title));
    json_object_set_new(manifest, "total_number", json_integer(facts->total_number));
    json_object_set_new(manifest, "date", json_text(facts->date));
    json_object_set_new(manifest, "document", json_text(facts->document));
    json_object_set_new(manifest, "document_sha256", json_text(facts->document_sha256));
    json_object_set_new(manifest, "message_id", json_text(facts->message_id));
    json_object_set_new(manifest, "envelope_from", json_text(facts->envelope_from));
    json_object_set_new(manifest, "personal", json_boolean(facts->personal));
    json_object_set_new(manifest, "recipients", json_integer(facts->recipients));
    json_object_set_new(manifest, "hold", json_text(facts->hold));
    json_object_set_new(manifest, "hold_words", json_text(facts->hold_words));
    json_object_set_new(manifest, "groups", groups_to_json(facts->groups));
    json_object_set_new(manifest, "files", files_to_json(files));
    AUTO(text) char *whole = manifest_sha256(manifest);
    json_object_set_new(manifest, "sha256", json_text(whole));
    return manifest;
}

static void group_free(void *pointer)
{
    struct parcel_group *group = pointer;
    g_free(group->id);
    g_free(group->name);
    g_free(group);
}

static GPtrArray *groups_from_json(const json_t *array)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);
    size_t index;
    json_t *one;
    json_array_foreach(array, index, one)
    {
        struct parcel_group *group = g_new0(struct parcel_group, 1);
        group->id = g_strdup(json_get_text(one, "group"));
        group->name = g_strdup(json_get_text(one, "name"));
        g_ptr_array_add(groups, group);
    }
    return groups;
}

bool manifest_read_facts(struct parcel_facts **facts, const json_t *manifest, const char *path,
                         struct error *error)
{
    static const char *const needed[] = {"publication", "issue",      "kind",
                                         "title",       "message_id", "envelope_from"};
    for (size_t i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!json_get_text(manifest, needed[i]))
            return error_set(error, EX_DATAERR, (struct place){path, 0, 0}, NULL,
                             N_("the manifest of this parcel lacks \"%s\""), needed[i]);
    struct parcel_facts *fresh = g_new0(struct parcel_facts, 1);
    fresh->publication = g_strdup(json_get_text(manifest, "publication"));
    fresh->issue = g_strdup(json_get_text(manifest, "issue"));
    fresh->kind = g_strdup(json_get_text(manifest, "kind"));
    fresh->title = g_strdup(json_get_text(manifest, "title"));
    fresh->total_number = (int)json_integer_value(json_object_get(manifest, "total_number"));
    fresh->date = g_strdup(json_get_text(manifest, "date"));
    fresh->document = g_strdup(json_get_text(manifest, "document"));
    fresh->document_sha256 = g_strdup(json_get_text(manifest, "document_sha256"));
    fresh->message_id = g_strdup(json_get_text(manifest, "message_id"));
    fresh->envelope_from = g_strdup(json_get_text(manifest, "envelope_from"));
    fresh->personal = json_is_true(json_object_get(manifest, "personal"));
    fresh->recipients = json_integer_value(json_object_get(manifest, "recipients"));
    fresh->hold = g_strdup(json_get_text(manifest, "hold"));
    fresh->hold_words = g_strdup(json_get_text(manifest, "hold_words"));
    fresh->groups = groups_from_json(json_object_get(manifest, "groups"));
    *facts = fresh;
    return true;
}

void parcel_facts_free(struct parcel_facts *facts)
{
    if (!facts)
        return;
    g_free(facts->publication);
    g_free(facts->issue);
    g_free(facts->kind);
    g_free(facts->title);
    g_free(facts->date);
    g_free(facts->document);
    g_free(facts->document_sha256);
    g_free(facts->message_id);
    g_free(facts->envelope_from);
    g_free(facts->hold);
    g_free(facts->hold_words);
    g_ptr_array_unref(facts->groups);
    g_free(facts);
}
