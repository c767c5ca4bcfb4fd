#include "intake/rolls.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"

#include <string.h>

#define PIECE ((size_t)64 * 1024)

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

struct rolls_noting {
    struct queue *queue;
    char *folder;
    json_t *index;
    size_t at; /* in the index */
    usec_t now;
    int64_t changes;
    /* of the group that is being noted; noting NULL: none is */
    struct noting *noting;
    struct csv_reader *csv;
    char *path;
    FILE *file;
};

static void end_group(struct rolls_noting *rolls)
{
    g_clear_pointer(&rolls->noting, noting_free);
    g_clear_pointer(&rolls->csv, csv_reader_free);
    g_clear_pointer(&rolls->path, g_free);
    if (rolls->file)
        (void)fclose(rolls->file); /* it was only read */
    rolls->file = NULL;
    rolls->at++;
}

void rolls_noting_free(struct rolls_noting *rolls)
{
    if (!rolls)
        return;
    end_group(rolls);
    json_decref(rolls->index);
    g_free(rolls->folder);
    g_free(rolls);
}

static bool take_member(void *user, int line, const GPtrArray *fields, struct error *error)
{
    const struct rolls_noting *rolls = user;
    if (fields->len != 3)
        return error_set(error, EX_DATAERR, (struct place){NULL, line, 0}, NULL,
                         N_("this is no roll of a group"));
    const char *name = csv_unguarded(fields->pdata[1]);
    const struct roll_member member = {.address = csv_unguarded(fields->pdata[0]),
                                       .name = *name ? name : NULL,
                                       .list = csv_unguarded(fields->pdata[2])};
    return noting_add(rolls->noting, &member, error);
}

static bool feed(void *user, struct noting *noting, bool *end, struct error *error)
{
    (void)noting;
    struct rolls_noting *rolls = user;
    char piece[PIECE];
    size_t got = fread(piece, 1, sizeof piece, rolls->file);
    if (ferror(rolls->file))
        return error_set_errno(error, (struct place){rolls->path, 0, 0}, N_("can't be read"));
    *end = got == 0;
    return *end ? csv_reader_end(rolls->csv, error)
                : csv_reader_feed(rolls->csv, piece, got, error);
}

/* Nothing is begun where it is known already. */
static bool begin_group(struct rolls_noting *rolls, struct error *error)
{
    const json_t *row = json_array_get(rolls->index, rolls->at);
    const char *group = json_get_text(row, "group"), *name = json_get_text(row, "name");
    const char *sha256 = json_get_text(row, "sha256");
    bool known = !sha256;
    if (!group)
        return error_set(error, EX_TEMPFAIL, (struct place){rolls->folder, 0, 0}, NULL,
                         N_("the rolls of the groups were not written whole"));
    if (sha256 && !queue_roll_is_known(rolls->queue, group, sha256, &known, error))
        return false;
    if (known) {
        rolls->at++;
        return true;
    }
    AUTO(text) char *file = g_strconcat(group, ".csv", NULL);
    const struct roll roll = {group, name ? name : group, sha256, NULL};
    rolls->path = g_build_filename(rolls->folder, file, NULL);
    rolls->file = fopen(rolls->path, "re");
    rolls->csv = csv_reader_new(',', rolls->path, take_member, rolls);
    if (!rolls->file)
        return error_set_errno(error, (struct place){rolls->path, 0, 0}, N_("can't be opened"));
    return noting_begin(&rolls->noting, rolls->queue, &roll, rolls->now, error);
}

static bool note_group(struct rolls_noting *rolls, usec_t most, struct error *error)
{
    bool done;
    if (!noting_step(rolls->noting, most, feed, rolls, &done, error))
        return false;
    if (done) {
        rolls->changes += noting_changes(rolls->noting);
        end_group(rolls);
    }
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

bool rolls_noting_begin(struct rolls_noting **rolls, struct queue *queue, const char *folder,
                        usec_t now, struct error *error)
{
    AUTO(text) char *path = g_build_filename(folder, index_name, NULL);
    AUTO(json) json_t *index = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_array(index))
        return error_set(error, EX_TEMPFAIL, (struct place){path, 0, 0}, NULL,
                         N_("the rolls of the groups were not written whole"));
    struct rolls_noting *fresh = g_new0(struct rolls_noting, 1);
    fresh->queue = queue;
    fresh->folder = g_strdup(folder);
    fresh->index = TAKE(index);
    fresh->now = now;
    *rolls = fresh;
    return true;
}

bool rolls_noting_step(struct rolls_noting *rolls, usec_t most, bool *done, int64_t *changes,
                       struct error *error)
{
    usec_t until = clock_monotonic() + most;
    *changes = 0;
    while (rolls->at < json_array_size(rolls->index)) {
        usec_t now = clock_monotonic();
        *done = false;
        if (now >= until)
            return true;
        if (!(rolls->noting ? note_group(rolls, until - now, error) : begin_group(rolls, error)))
            return false;
    }
    *done = true;
    *changes = rolls->changes;
    return end_gone(rolls->queue, rolls->index, rolls->now, error);
}

bool rolls_note(struct queue *queue, const char *folder, usec_t now, int64_t *changes,
                struct error *error)
{
    AUTO(rolls_noting) struct rolls_noting *rolls = NULL;
    bool done = false;
    *changes = 0;
    bool good = rolls_noting_begin(&rolls, queue, folder, now, error);
    while (good && !done)
        good = rolls_noting_step(rolls, USEC_PER_SEC, &done, changes, error);
    return good;
}
