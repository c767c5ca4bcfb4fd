#include "base/json.h"

#include <stdlib.h>

json_t *json_text(const char *text)
{
    if (!text)
        return json_null();
    json_t *value = json_string(text);
    if (value)
        return value;
    AUTO(text) char *valid = g_utf8_make_valid(text, -1);
    return json_string(valid);
}

json_t *json_time(usec_t time)
{
    if (!time)
        return json_null();
    AUTO(text) char *text = clock_rfc3339(time);
    return json_string(text);
}

json_t *json_texts(const GPtrArray *texts)
{
    json_t *array = json_array();
    for (guint i = 0; texts && i < texts->len; i++)
        json_array_append_new(array, json_text(texts->pdata[i]));
    return array;
}

json_t *json_number_or_null(json_int_t number)
{
    return number ? json_integer(number) : json_null();
}

const char *json_get_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

char *json_pretty(const json_t *value)
{
    char *dumped = json_dumps(value, JSON_INDENT(1) | JSON_ENSURE_ASCII * 0);
    char *text = g_strconcat(dumped, "\n", NULL);
    free(dumped);
    return text;
}
