#include "intake/rolls.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"

#include <fcntl.h>
#include <string.h>

/* What some hundredths of a second are enough for. */
#define PART        ((gsize)256 << 10) /* octets */
#define LOADED_MOST 20000
#define ENDED_MOST  5000

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
    size_t row; /* of the index: the next */
    usec_t now;
    int64_t changes;          /* of the groups before the one that is being noted */
    struct roll_noting *roll; /* its; NULL: none is */
    bool loaded, read;        /* all who were in it, all who are */
    char *path;               /* of its file */
    int fd;
    GString *text; /* of the file: what was read and makes no whole line so far */
    struct csv_reader *csv;
};

static void end_group(struct rolls_noting *noting)
{
    if (noting->roll)
        noting->changes += roll_noting_changes(noting->roll);
    g_clear_pointer(&noting->roll, roll_noting_free);
    g_clear_pointer(&noting->csv, csv_reader_free);
    g_clear_pointer(&noting->path, g_free);
    auto_fd(&noting->fd);
    noting->fd = -1;
    g_string_truncate(noting->text, 0);
    noting->loaded = noting->read = false;
}

void rolls_noting_free(struct rolls_noting *noting)
{
    if (!noting)
        return;
    end_group(noting);
    g_free(noting->folder);
    json_decref(noting->index);
    g_string_free(noting->text, TRUE);
    g_free(noting);
}

int64_t rolls_noting_changes(const struct rolls_noting *noting)
{
    return noting->changes + (noting->roll ? roll_noting_changes(noting->roll) : 0);
}

bool rolls_noting_begin(struct rolls_noting **noting, struct queue *queue, const char *folder,
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
    fresh->fd = -1;
    fresh->text = g_string_new(NULL);
    *noting = fresh;
    return true;
}

static bool take_member(void *user, int line, const GPtrArray *fields, struct error *error)
{
    const struct rolls_noting *noting = user;
    if (fields->len != 3)
        return error_set(error, EX_DATAERR, (struct place){noting->path, line, 0}, NULL,
                         N_("this is no roll of a group"));
    const char *name = csv_unguarded(fields->pdata[1]);
    const struct roll_member member = {csv_unguarded(fields->pdata[0]), *name ? name : NULL,
                                       csv_unguarded(fields->pdata[2])};
    return roll_noting_add(noting->roll, &member, error);
}

/* Content that was seen last time is not looked at. */
static bool begin_group(struct rolls_noting *noting, const json_t *row, struct error *error)
{
    const char *group = json_get_text(row, "group"), *name = json_get_text(row, "name");
    const struct roll roll = {group, name ? name : group, json_get_text(row, "sha256")};
    bool known;
    if (!group)
        return error_set(error, EX_DATAERR, (struct place){noting->folder, 0, 0}, NULL,
                         N_("this is no roll of a group"));
    if (!roll.sha256)
        return true;
    if (!queue_roll_is_known(noting->queue, group, roll.sha256, &known, error))
        return false;
    if (known)
        return true;
    AUTO(text) char *file = g_strconcat(group, ".csv", NULL);
    noting->path = g_build_filename(noting->folder, file, NULL);
    noting->fd = open(noting->path, O_RDONLY | O_CLOEXEC);
    noting->csv = csv_reader_new(',', noting->path, take_member, noting);
    if (noting->fd < 0)
        return error_set_errno(error, (struct place){noting->path, 0, 0}, N_("can't be opened"));
    return roll_noting_begin(&noting->roll, noting->queue, &roll, noting->now, error);
}

/* The next octets of the file, up to the last line end among them. */
static bool read_part(struct rolls_noting *noting, struct error *error)
{
    gsize before = noting->text->len;
    g_string_set_size(noting->text, before + PART);
    ssize_t got = read(noting->fd, noting->text->str + before, PART);
    g_string_truncate(noting->text, before + (got > 0 ? (gsize)got : 0));
    if (got < 0)
        return error_set_errno(error, (struct place){noting->path, 0, 0}, N_("can't be read"));
    noting->read = got == 0;
    const char *text = noting->text->str;
    const char *line_end = memrchr(text, '\n', noting->text->len);
    gsize whole = noting->read || !line_end ? noting->text->len : (gsize)(line_end + 1 - text);
    if (!noting->read && !line_end)
        return true;
    if (!csv_reader_feed(noting->csv, text, whole, error))
        return false;
    g_string_erase(noting->text, 0, (gssize)whole);
    return !noting->read || csv_reader_end(noting->csv, error);
}

static bool note_part(struct rolls_noting *noting, struct error *error)
{
    if (!noting->loaded)
        return roll_noting_load(noting->roll, LOADED_MOST, &noting->loaded, error);
    if (!noting->read)
        return read_part(noting, error);
    bool done;
    if (!roll_noting_end(noting->roll, ENDED_MOST, &done, error))
        return false;
    if (done)
        end_group(noting);
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

static bool take_step(struct rolls_noting *noting, bool *done, struct error *error)
{
    *done = false;
    if (noting->roll)
        return note_part(noting, error);
    if (noting->row < json_array_size(noting->index))
        return begin_group(noting, json_array_get(noting->index, noting->row++), error);
    *done = true;
    return end_gone(noting->queue, noting->index, noting->now, error);
}

bool rolls_noting_step(struct rolls_noting *noting, bool *done, struct error *error)
{
    return take_step(noting, done, error) && queue_commit(noting->queue, error);
}
