#include "people/list_trouble.h"
#include "base/file.h"
#include "base/json.h"

#include <string.h>

#define TROUBLE_MOST ((size_t)1 << 20)

static char *trouble_path(const struct copies *copies)
{
    return g_build_filename(copies->folder, copies_trouble_name, NULL);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static json_t *load(const struct copies *copies)
{
    AUTO(text) char *path = trouble_path(copies);
    AUTO(bytes) GBytes *bytes = NULL;
    AUTO(error) struct error error = {0};
    if (!file_load(&bytes, path, TROUBLE_MOST, &error))
        return NULL;
    size_t length;
    const char *octets = g_bytes_get_data(bytes, &length);
    return json_loadb(octets, length, 0, NULL);
}

/* The words may differ from time to time; people are told anew when other lists are in trouble. */
static json_int_t since_when(const struct copies *copies, const json_t *keys, usec_t now)
{
    AUTO(json) json_t *before = load(copies);
    bool same = json_equal(json_object_get(before, "lists"), keys);
    if (json_array_size(keys) == 0)
        return 0;
    return same ? json_integer_value(json_object_get(before, "since")) : now;
}

bool list_trouble_write(const struct copies *copies, GPtrArray *keys, const char *text, usec_t now,
                        struct error *error)
{
    AUTO(json) json_t *json = json_object();
    g_ptr_array_sort(keys, by_text);
    json_t *lists = json_texts(keys);
    json_object_set_new(json, "lists", lists);
    json_object_set_new(json, "since", json_integer(since_when(copies, lists, now)));
    json_object_set_new(json, "text", json_text(text));
    AUTO(text) char *written = json_pretty(json);
    AUTO(text) char *path = trouble_path(copies);
    return file_write_durably(path, written, strlen(written), error);
}

bool list_trouble_read(struct list_trouble *trouble, const struct conf *conf)
{
    AUTO(copies) struct copies *copies = copies_new(conf->state_dir, conf->list_max_age);
    AUTO(json) json_t *json = load(copies);
    const char *text = json_get_text(json, "text");
    if (!text)
        return false;
    trouble->since = json_integer_value(json_object_get(json, "since"));
    trouble->text = g_strdup(text);
    return true;
}

void list_trouble_clear(struct list_trouble *trouble)
{
    g_clear_pointer(&trouble->text, g_free);
    trouble->since = 0;
}
