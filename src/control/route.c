#include "control/route.h"

#include <string.h>

static bool is_none(const char *text, struct error *error)
{
    return error_set(error, EX_USAGE, NOWHERE, NULL, N_("this is no resource's address: %s"), text);
}

static bool decode_segments(GPtrArray *segments, const char *path)
{
    AUTO(texts) char **parts = g_strsplit(path + 1, "/", -1);
    for (char **part = parts; *part; part++) {
        char *decoded = g_uri_unescape_segment(*part, NULL, NULL);
        if (!decoded)
            return false;
        g_ptr_array_add(segments, decoded);
        if (!g_utf8_validate(decoded, -1, NULL))
            return false;
    }
    return true;
}

static bool split(const char *text, char **path, char **query)
{
    return *text == '/' &&
           g_uri_split(text, G_URI_FLAGS_ENCODED, NULL, NULL, NULL, NULL, path, query, NULL,
                       NULL) &&
           **path == '/';
}

bool target_parse(struct target *target, const char *text, struct error *error)
{
    AUTO(text) char *path = NULL;
    AUTO(text) char *query = NULL;
    *target = (struct target){0};
    if (!split(text, &path, &query))
        return is_none(text, error);
    target->segments = g_ptr_array_new_with_free_func(g_free);
    target->query = g_uri_parse_params(query ? query : "", -1, "&", G_URI_PARAMS_NONE, NULL);
    if (target->query && decode_segments(target->segments, path))
        return true;
    target_clear(target);
    return is_none(text, error);
}

void target_clear(struct target *target)
{
    if (target->segments)
        g_ptr_array_unref(target->segments);
    if (target->query)
        g_hash_table_unref(target->query);
    *target = (struct target){0};
}

bool target_matches(const struct target *target, const char *pattern, const char **named)
{
    AUTO(texts) char **parts = g_strsplit(pattern + 1, "/", -1);
    const char *found = NULL;
    if (g_strv_length(parts) != target->segments->len)
        return false;
    for (guint i = 0; parts[i]; i++) {
        const char *segment = target->segments->pdata[i];
        if (g_str_equal(parts[i], "*") && *segment)
            found = segment;
        else if (!g_str_equal(parts[i], segment))
            return false;
    }
    if (named)
        *named = found;
    return true;
}

char *target_segment(const char *text)
{
    return g_uri_escape_string(text, NULL, FALSE);
}
