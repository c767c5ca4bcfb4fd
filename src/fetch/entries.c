#include "fetch/entries.h"

#include <string.h>

#include "base/csv.h"

enum attribute { MAIL, CN, TITLE, O, ATTRIBUTES };
static const char *const names[ATTRIBUTES] = {"mail", "cn", "title", "o"};

struct entry {
    char *dn; /* NULL: none has begun */
    GString *value[ATTRIBUTES];
};

static void flush(struct entry *entry, GPtrArray *rows)
{
    if (entry->dn && entry->value[MAIL]->len) {
        const char *const fields[] = {entry->value[MAIL]->str, entry->value[CN]->str,
                                      entry->value[TITLE]->str, entry->value[O]->str, entry->dn};
        GString *row = g_string_new(NULL);
        csv_add_record(row, fields, G_N_ELEMENTS(fields));
        g_ptr_array_add(rows, g_string_free(row, FALSE));
    }
    for (size_t i = 0; i < ATTRIBUTES; i++)
        g_string_truncate(entry->value[i], 0);
    g_clear_pointer(&entry->dn, g_free);
}

/* All mails, apart by ;. Of the rest the first value: a directory keeps other spellings of a name.
 */
static void add_value(struct entry *entry, enum attribute attribute, const char *value)
{
    GString *to = entry->value[attribute];
    if (to->len && attribute != MAIL)
        return;
    g_string_append_printf(to, "%s%s", to->len ? ";" : "", value);
}

/* "mail: a@example.org", or "cn:: 5byg5LiJ" where it is not plain ASCII. NULL: neither. */
static char *value_of(const char *colon)
{
    bool encoded = colon[1] == ':';
    const char *value = colon + 1 + encoded;
    if (*value != ' ')
        return NULL;
    if (!encoded)
        return g_strdup(value + 1);
    gsize length = 0;
    guchar *octets = g_base64_decode(value + 1, &length);
    char *text = g_utf8_make_valid((const char *)octets, (gssize)length);
    g_free(octets);
    return text;
}

static bool take_line(struct entry *entry, GPtrArray *rows, const char *line)
{
    const char *colon = strchr(line, ':');
    if (!*line)
        return true;
    AUTO(text) char *value = colon ? value_of(colon) : NULL;
    if (!value)
        return false;
    if (*line != '\t') {
        flush(entry, rows);
        entry->dn = TAKE(value);
        return strncmp(line, "DN:", 3) == 0;
    }
    for (size_t i = 0; i < ATTRIBUTES; i++)
        if (strlen(names[i]) == (size_t)(colon - line - 1) &&
            g_ascii_strncasecmp(names[i], line + 1, strlen(names[i])) == 0)
            add_value(entry, (enum attribute)i, value);
    return entry->dn;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* A directory promises no order, and another order is no other list. */
static GString *list_of(GPtrArray *rows)
{
    static const char *const header[] = {"address", "name", "title", "unit", "dn"};
    GString *list = g_string_new(NULL);
    csv_add_record(list, header, G_N_ELEMENTS(header));
    g_ptr_array_sort(rows, by_text);
    for (guint i = 0; i < rows->len; i++)
        g_string_append(list, rows->pdata[i]);
    return list;
}

bool entries_to_list(GString **list, const char *text, size_t length, struct place place,
                     struct error *error)
{
    AUTO(text) char *all = g_strndup(text, length);
    AUTO(texts) char **lines = g_strsplit(all, "\n", -1);
    AUTO(array) GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
    struct entry entry = {0};
    bool good = strlen(all) == length;
    for (size_t i = 0; i < ATTRIBUTES; i++)
        entry.value[i] = g_string_new(NULL);
    for (size_t i = 0; good && lines[i]; i++)
        good = take_line(&entry, rows, lines[i]);
    flush(&entry, rows);
    for (size_t i = 0; i < ATTRIBUTES; i++)
        g_string_free(entry.value[i], TRUE);
    if (!good)
        return error_set(error, EX_UNAVAILABLE, place, NULL,
                         N_("the answer of the directory can't be read"));
    *list = list_of(rows);
    return true;
}
