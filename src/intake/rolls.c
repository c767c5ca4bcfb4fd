#include "intake/rolls.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"

#include <string.h>

#define FILE_MOST ((size_t)1 << 30)

static const char index_name[] = "index.json";

static bool write_file(const char *folder, const char *name, const char *octets, size_t length,
                       struct error *error)
{
    AUTO(text) char *path = g_build_filename(folder, name, NULL);
    return file_write_durably(path, octets, length, error);
}

/* --- writing -----------------------------------------------------------------------------------
 */

/* "leaders.csv:12" and "leaders.xlsx:名单!B12" without the row: whoever moves to another one has
 * not changed. */
static char *list_of(const char *origin)
{
    const char *mark = strrchr(origin, '!');
    mark = mark ? mark : strrchr(origin, ':');
    const char *row = mark ? mark + 1 : "";
    row += mark && *mark == '!' ? strspn(row, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;
    bool is_row = *row && strspn(row, "0123456789") == strlen(row);
    return is_row ? g_strndup(origin, (gsize)(mark - origin)) : g_strdup(origin);
}

static GString *roll_csv(const GPtrArray *recipients, char **sha256)
{
    GString *csv = g_string_new(NULL);
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *one = recipients->pdata[i];
        const char *address = address_text(one->address);
        AUTO(text) char *list = list_of(one->origin);
        csv_add_record(csv, (const char *[]){address, one->name, list}, 3);
        g_checksum_update(checksum, (const guchar *)address, (gssize)strlen(address) + 1);
    }
    *sha256 = g_strdup(g_checksum_get_string(checksum));
    g_checksum_free(checksum);
    return csv;
}

/* A group that can't be expanded stands in the index without a hash. */
static bool write_group(const struct people *people, const struct group *group, const char *folder,
                        json_t *index, struct error *error)
{
    AUTO(problems) struct problems *told_elsewhere = problems_new();
    AUTO(array) GPtrArray *ids = g_ptr_array_new();
    AUTO(array) GPtrArray *recipients = NULL;
    AUTO(text) char *sha256 = NULL;
    g_ptr_array_add(ids, group->id);
    bool good = true;
    if (people_expand(people, ids, &recipients, told_elsewhere)) {
        AUTO(str) GString *csv = roll_csv(recipients, &sha256);
        AUTO(text) char *name = g_strconcat(group->id, ".csv", NULL);
        good = write_file(folder, name, csv->str, csv->len, error);
    }
    json_array_append_new(index, json_pack("{s:o, s:o, s:o}", "group", json_text(group->id), "name",
                                           json_text(group->name), "sha256", json_text(sha256)));
    return good;
}

bool rolls_write(const struct people *people, const char *folder, struct error *error)
{
    AUTO(json) json_t *index = json_array();
    if (!folder_make(folder, error))
        return false;
    for (size_t i = 0; i < people_group_count(people); i++)
        if (!write_group(people, people_group_at(people, i), folder, index, error))
            return false;
    AUTO(text) char *text = json_pretty(index);
    return write_file(folder, index_name, text, strlen(text), error);
}

/* --- noting ------------------------------------------------------------------------------------
 */

static void member_free_all(void *pointer)
{
    struct roll_member *member = pointer;
    g_free((char *)member->address);
    g_free((char *)member->name);
    g_free((char *)member->list);
    g_free(member);
}

static bool take_member(void *user, int line, const GPtrArray *fields, struct error *error)
{
    GPtrArray *members = user;
    if (fields->len != 3)
        return error_set(error, EX_DATAERR, (struct place){NULL, line, 0}, NULL,
                         N_("this is no roll of a group"));
    const char *name = csv_unguarded(fields->pdata[1]);
    struct roll_member *member = g_new0(struct roll_member, 1);
    member->address = g_strdup(csv_unguarded(fields->pdata[0]));
    member->name = *name ? g_strdup(name) : NULL;
    member->list = g_strdup(csv_unguarded(fields->pdata[2]));
    g_ptr_array_add(members, member);
    return true;
}

static bool note_group(struct queue *queue, const char *folder, const json_t *row, usec_t now,
                       int64_t *changes, struct error *error)
{
    const char *group = json_get_text(row, "group"), *name = json_get_text(row, "name");
    const char *sha256 = json_get_text(row, "sha256");
    AUTO(text) char *file = g_strconcat(group, ".csv", NULL);
    AUTO(text) char *path = g_build_filename(folder, file, NULL);
    AUTO(array) GPtrArray *members = g_ptr_array_new_with_free_func(member_free_all);
    AUTO(bytes) GBytes *bytes = NULL;
    bool known;
    if (!sha256)
        return true;
    if (!queue_roll_is_known(queue, group, sha256, &known, error))
        return false;
    if (known)
        return true;
    if (!file_load(&bytes, path, FILE_MOST, error))
        return false;
    gsize length;
    const char *octets = g_bytes_get_data(bytes, &length);
    int64_t count = 0;
    const struct roll roll = {group, name ? name : group, sha256, members};
    if (!csv_read(octets ? octets : "", length, ',', path, take_member, members, error) ||
        !queue_note_roll(queue, &roll, now, &count, error))
        return false;
    *changes += count;
    return true;
}

static bool is_listed(const json_t *index, const char *group)
{
    size_t i;
    const json_t *row;
    json_array_foreach (index, i, row) {
        if (g_strcmp0(json_get_text(row, "group"), group) == 0)
            return true;
    }
    return false;
}

static bool end_gone(struct queue *queue, const json_t *index, usec_t now, struct error *error)
{
    AUTO(array) GPtrArray *groups = NULL;
    if (!queue_roll_groups(queue, &groups, error))
        return false;
    for (guint i = 0; i < groups->len; i++)
        if (!is_listed(index, groups->pdata[i]) &&
            !queue_end_roll(queue, groups->pdata[i], now, error))
            return false;
    return true;
}

bool rolls_note(struct queue *queue, const char *folder, usec_t now, int64_t *changes,
                struct error *error)
{
    AUTO(text) char *path = g_build_filename(folder, index_name, NULL);
    AUTO(json) json_t *index = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    *changes = 0;
    if (!json_is_array(index))
        return error_set(error, EX_TEMPFAIL, (struct place){path, 0, 0}, NULL,
                         N_("the rolls of the groups were not written whole"));
    size_t i;
    const json_t *row;
    json_array_foreach (index, i, row) {
        if (!json_get_text(row, "group") || !note_group(queue, folder, row, now, changes, error))
            return false;
    }
    return end_gone(queue, index, now, error);
}
