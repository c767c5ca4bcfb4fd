/* A comparison as it is kept with the issue that the guard held for it: what people are shown then
 * is what it was held for, and nobody reads a million recipients again to show it. */
#include "base/json.h"
#include "queue/compare.h"

/* --- writing --- */

static json_t *persons_to_json(const GPtrArray *persons)
{
    json_t *array = json_array();
    for (guint i = 0; i < persons->len; i++) {
        const struct changed_person *one = persons->pdata[i];
        json_array_append_new(array, json_pack("{s:o, s:o}", "address", json_text(one->address),
                                               "name", json_text(one->name)));
    }
    return array;
}

static json_t *change_to_json(const struct group_change *change)
{
    json_t *object = json_object();
    json_object_set_new(object, "group", json_text(change->group));
    json_object_set_new(object, "name", json_text(change->name));
    json_object_set_new(object, "since", json_text(change->since));
    json_object_set_new(object, "before", json_integer(change->before));
    json_object_set_new(object, "now", json_integer(change->now));
    json_object_set_new(object, "added", json_integer(change->added));
    json_object_set_new(object, "gone", json_integer(change->gone));
    json_object_set_new(object, "alarming", json_boolean(change->alarming));
    json_object_set_new(object, "came", persons_to_json(change->came));
    json_object_set_new(object, "went", persons_to_json(change->went));
    return object;
}

char *comparison_to_text(const struct comparison *comparison)
{
    json_t *groups = json_array();
    for (guint i = 0; i < comparison->groups->len; i++)
        json_array_append_new(groups, change_to_json(comparison->groups->pdata[i]));
    AUTO(json) json_t *object =
        json_pack("{s:o, s:o}", "whole", change_to_json(comparison->whole), "groups", groups);
    return json_pretty(object);
}

/* --- reading --- */

static void persons_from_json(GPtrArray *persons, const json_t *array, size_t most)
{
    for (size_t i = 0; i < MIN(json_array_size(array), most); i++) {
        const json_t *row = json_array_get(array, i);
        struct changed_person *one = g_new0(struct changed_person, 1);
        one->address = g_strdup(json_get_text(row, "address"));
        one->name = g_strdup(json_get_text(row, "name"));
        g_ptr_array_add(persons, one);
    }
}

static int64_t number_of(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static struct group_change *change_from_json(const json_t *object, size_t most)
{
    struct group_change *change =
        group_change_new(json_get_text(object, "group"), json_get_text(object, "name"));
    change->since = g_strdup(json_get_text(object, "since"));
    change->before = number_of(object, "before");
    change->now = number_of(object, "now");
    change->added = number_of(object, "added");
    change->gone = number_of(object, "gone");
    change->alarming = json_is_true(json_object_get(object, "alarming"));
    persons_from_json(change->came, json_object_get(object, "came"), most);
    persons_from_json(change->went, json_object_get(object, "went"), most);
    return change;
}

struct comparison *comparison_from_text(const char *text, size_t most)
{
    AUTO(json) json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object))
        return NULL;
    const json_t *groups = json_object_get(object, "groups");
    struct comparison *comparison = g_new0(struct comparison, 1);
    comparison->whole = change_from_json(json_object_get(object, "whole"), most);
    comparison->groups = g_ptr_array_new_with_free_func(group_change_free);
    for (size_t i = 0; i < json_array_size(groups); i++)
        g_ptr_array_add(comparison->groups, change_from_json(json_array_get(groups, i), most));
    return comparison;
}
