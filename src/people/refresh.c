#include "people/refresh.h"
#include "people/list_trouble.h"

#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "fetch/fetch.h"
#include "people/list.h"
#include "people/roster.h"
#include "people/source.h"

#define CONNECT_TIMEOUT (15 * USEC_PER_SEC)
#define TIMEOUT         (2 * USEC_PER_MINUTE)
#define LARGEST         ((size_t)128 << 20)

struct look { /* at one list */
    const struct list_source *source;
    struct copy *copy;
    struct problems *found;
    struct fetch_task task; /* of one on a server … */
    char *password;         /* … NULL: none */
};

struct refresh {
    const struct copies *copies;
    GPtrArray *looks;    /* of struct look, in the order of the groups */
    GPtrArray *tasks;    /* theirs */
    struct error failed; /* the first copy that could not be kept */
    struct problems *problems;
    GHashTable *keys;    /* of lists that were looked at */
    GPtrArray *troubled; /* of char *: their keys */
    GString *text;
    usec_t now;
};

/* --- what is known of a list --------------------------------------------------------------------
 */

static void note_good(const struct refresh *refresh, struct copy *copy)
{
    copy->good_at = refresh->now;
    copy->trouble_since = 0;
    g_clear_pointer(&copy->trouble, g_free);
}

static const struct problem *first_problem(const struct problems *found)
{
    for (size_t i = 0; i < problems_count(found); i++)
        if (problems_at(found, i)->severity == PROBLEM)
            return problems_at(found, i);
    return NULL;
}

static void tell_trouble(struct refresh *refresh, const char *key, const struct problems *found)
{
    AUTO(text) char *line = error_line(&first_problem(found)->error);
    g_ptr_array_add(refresh->troubled, g_strdup(key));
    g_string_append_printf(refresh->text, "%s\n", line);
    problems_join(refresh->problems, found);
}

/* Where the group names the list is said by who tells it. */
static void note_trouble(const struct refresh *refresh, struct copy *copy,
                         const struct list_source *source, const struct problems *found)
{
    const struct error *first = &first_problem(found)->error;
    bool is_there_said = g_strcmp0(first->place.file, source->said.file) == 0;
    if (!copy->trouble)
        copy->trouble_since = refresh->now;
    g_free(copy->trouble);
    copy->trouble = is_there_said ? g_strdup(first->what.local) : error_line(first);
}

/* What a group's own file, or posts.conf, has wrong: an issue for it will be rejected. */
static void note_wrong_file(struct refresh *refresh, const char *path,
                            const struct problems *problems)
{
    if (first_problem(problems))
        tell_trouble(refresh, path, problems);
}

static bool is_there(const struct copies *copies, const struct copy *copy)
{
    if (!copy->sha256)
        return false;
    AUTO(text) char *path = copy_path(copies, copy);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* --- a list -------------------------------------------------------------------------------------
 */

static struct list_file list_file_of(const struct list_source *source)
{
    return (struct list_file){.path = source->path,
                              .shown = source->url ? source->url : source->path,
                              .name = source->name,
                              .sheet = source->sheet,
                              .said = source->said};
}

static void free_member(void *member)
{
    member_free(member);
}

static bool reads_whole(const struct copies *copies, const struct copy *copy, GBytes *content,
                        const struct list_source *source, struct problems *found)
{
    AUTO(array) GPtrArray *members = g_ptr_array_new_with_free_func(free_member);
    const struct list_file file = list_file_of(source);
    if (copies_is_uncut(copies, copy, content, file.shown, found))
        list_read_octets(members, content, &file, found);
    return !problems_any(found);
}

/* *content is NULL where the list is as good as it was. */
static bool load_file(const struct copies *copies, const struct copy *copy,
                      const struct list_source *source, GBytes **content, struct problems *found)
{
    AUTO(error) struct error error = {0};
    const struct list_file file = list_file_of(source);
    return list_load(content, &file, &error) ? reads_whole(copies, copy, *content, source, found)
                                             : problems_take(found, "list", &error);
}

static void take_validators(struct copy *copy, struct fetch_answer *answer)
{
    g_free(copy->etag);
    g_free(copy->last_modified);
    copy->etag = TAKE(answer->etag);
    copy->last_modified = TAKE(answer->last_modified);
}

/* One way for all: what reads whole is kept, and what is wrong is noted with the copy that stands.
 * `content` is NULL where the list is as good as it was. */
static void keep(struct refresh *refresh, struct look *look, GBytes *content)
{
    AUTO(error) struct error error = {0};
    bool good = !problems_any(look->found);
    if (good)
        note_good(refresh, look->copy);
    else
        note_trouble(refresh, look->copy, look->source, look->found);
    if (!copies_keep(refresh->copies, look->copy, good ? content : NULL, &error) &&
        !refresh->failed.exit_class)
        error_pass(&refresh->failed, &error);
}

static void look_at_file(struct refresh *refresh, struct look *look)
{
    AUTO(bytes) GBytes *content = NULL;
    (void)!load_file(refresh->copies, look->copy, look->source, &content, look->found);
    keep(refresh, look, content);
}

/* --- lists on servers ---------------------------------------------------------------------------
 */

static bool set_password(struct look *look, const struct login *login)
{
    AUTO(error) struct error error = {0};
    if (!login->password_file)
        return true;
    if (!password_read(&look->password, login->password_file, &error))
        return problems_take(look->found, "list", &error);
    look->task.order.password = look->password;
    return true;
}

static void order_one(struct refresh *refresh, struct look *look, const struct login *login)
{
    bool known = is_there(refresh->copies, look->copy);
    look->task.order =
        (struct fetch_order){.url = look->source->url,
                             .user = login->user,
                             .ca_file = login->ca_file,
                             .etag = known ? look->copy->etag : NULL,
                             .last_modified = known ? look->copy->last_modified : NULL,
                             .connect_timeout = CONNECT_TIMEOUT,
                             .timeout = TIMEOUT,
                             .most = LARGEST};
    look->task.place = look->source->said;
    look->task.user = look;
    if (set_password(look, login))
        g_ptr_array_add(refresh->tasks, &look->task);
    else
        keep(refresh, look, NULL);
}

static void take_answer(void *user, const struct fetch_task *task, struct fetch_answer *answer,
                        struct error *wrong)
{
    struct refresh *refresh = user;
    struct look *look = task->user;
    g_clear_pointer(&look->password, conf_password_free);
    if (!answer)
        problems_take(look->found, "list", wrong);
    else if (!answer->unchanged &&
             reads_whole(refresh->copies, look->copy, answer->content, look->source, look->found))
        take_validators(look->copy, answer);
    keep(refresh, look, answer ? answer->content : NULL);
}

/* --- all lists ----------------------------------------------------------------------------------
 */

static struct copy *known_of(const struct copies *copies, const char *key)
{
    struct copy *copy = copies_find(copies, key);
    if (copy)
        return copy;
    copy = g_new0(struct copy, 1);
    copy->key = g_strdup(key);
    return copy;
}

static void look_free(void *pointer)
{
    struct look *look = pointer;
    copy_free(look->copy);
    problems_free(look->found);
    conf_password_free(look->password);
    g_free(look);
}

/* Files at once; servers are asked together, later. */
static void look_at(struct refresh *refresh, const struct group_file *file,
                    const struct list_source *source)
{
    if (!g_hash_table_add(refresh->keys, source->key))
        return;
    /* What was changed just now may be half of what is to come: the next refresh sees the whole. */
    if (source->path && !copies_is_settled(source->path, refresh->now))
        return;
    struct look *look = g_new0(struct look, 1);
    look->source = source;
    look->copy = known_of(refresh->copies, source->key);
    look->found = problems_new();
    g_ptr_array_add(refresh->looks, look);
    if (source->path)
        look_at_file(refresh, look);
    else
        order_one(refresh, look, &file->login);
}

/* In the order of the groups, whichever server answered first. */
static void tell_troubles(struct refresh *refresh)
{
    for (guint i = 0; i < refresh->looks->len; i++) {
        const struct look *look = refresh->looks->pdata[i];
        if (problems_any(look->found))
            tell_trouble(refresh, look->copy->key, look->found);
    }
}

static bool refresh_all(struct refresh *refresh, const struct people *people, struct error *error)
{
    note_wrong_file(refresh, "posts.conf", people->problems);
    for (guint i = 0; i < people->files->len; i++) {
        const struct group_file *file = people->files->pdata[i];
        note_wrong_file(refresh, file->path, file->problems);
        for (guint j = 0; j < file->lists->len; j++)
            look_at(refresh, file, file->lists->pdata[j]);
    }
    bool good = fetch_all(refresh->tasks, take_answer, refresh, error);
    tell_troubles(refresh);
    return refresh->failed.exit_class ? error_pass(error, &refresh->failed) : good;
}

bool refresh_lists(const struct conf *conf, struct problems *problems, struct error *error)
{
    AUTO(people) struct people *people = NULL;
    AUTO(copies) struct copies *copies = copies_new(conf->state_dir, conf->list_max_age);
    AUTO(table) GHashTable *keys = g_hash_table_new(g_str_hash, g_str_equal);
    AUTO(array) GPtrArray *troubled = g_ptr_array_new_with_free_func(g_free);
    AUTO(str) GString *text = g_string_new(NULL);
    AUTO(array) GPtrArray *looks = g_ptr_array_new_with_free_func(look_free);
    AUTO(array) GPtrArray *tasks = g_ptr_array_new();
    struct refresh refresh = {.copies = copies,
                              .looks = looks,
                              .tasks = tasks,
                              .problems = problems,
                              .keys = keys,
                              .troubled = troubled,
                              .text = text,
                              .now = clock_now()};
    return people_read_files(&people, conf->groups_dir, error) &&
           folder_make(copies->folder, error) && refresh_all(&refresh, people, error) &&
           copies_sweep(copies, keys, error) && list_trouble_write(copies, troubled, text->str, refresh.now, error);
}

char *refresh_folder(const struct conf *conf)
{
    AUTO(copies) struct copies *copies = copies_new(conf->state_dir, conf->list_max_age);
    return g_strdup(copies->folder);
}
