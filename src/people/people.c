#include "people/people.h"

#include <dirent.h>
#include <string.h>

#include "people/posts.h"
#include "people/roster.h"

static const char ending[] = ".conf";

static void free_file(void *file)
{
    group_file_free(file);
}

static struct people *people_new(void)
{
    struct people *people = g_new0(struct people, 1);
    people->files = g_ptr_array_new_with_free_func(free_file);
    people->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    people->problems = problems_new();
    return people;
}

void people_free(struct people *people)
{
    if (!people)
        return;
    names_free(people->names);
    g_hash_table_unref(people->by_id);
    g_ptr_array_unref(people->files);
    problems_free(people->problems);
    g_free(people);
}

static bool is_id(const char *text)
{
    return *text && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(text);
}

static void read_entry(struct people *people, const char *folder, const char *name)
{
    if (name[0] == '.' || !g_str_has_suffix(name, ending) || strcmp(name, posts_file_name) == 0)
        return;
    AUTO(text) char *path = g_build_filename(folder, name, NULL);
    AUTO(text) char *id = g_strndup(name, strlen(name) - strlen(ending));
    if (is_id(id)) {
        g_ptr_array_add(people->files, group_file_read(path, id));
        return;
    }
    problems_add(people->problems, PROBLEM, "group", EX_DATAERR, (struct place){path, 0, 0},
                 N_("name the file with a to z, 0 to 9 and - alone, such as leaders.conf"),
                 N_("this group was left out: %s is no id"), id);
}

/* By id, and so by nothing else: what is read does not depend on how a folder lists its files. */
static int by_id(const void *left, const void *right)
{
    const struct group_file *a = *(const struct group_file *const *)left;
    const struct group_file *b = *(const struct group_file *const *)right;
    return strcmp(a->group.id, b->group.id);
}

static void fill_posts(struct people *people, const char *folder)
{
    AUTO(text) char *path = g_build_filename(folder, posts_file_name, NULL);
    AUTO(posts) struct posts *posts = posts_read(path, people->problems);
    for (guint i = 0; i < people->files->len; i++)
        posts_fill(posts, people->files->pdata[i]);
}

bool people_read_files(struct people **people, const char *groups_dir, struct error *error)
{
    DIR *folder = opendir(groups_dir);
    if (!folder)
        return error_set_errno(error, (struct place){groups_dir, 0, 0},
                               N_("the folder of the groups can't be read"));
    struct people *fresh = people_new();
    for (const struct dirent *entry; (entry = readdir(folder));)
        read_entry(fresh, groups_dir, entry->d_name);
    closedir(folder);
    g_ptr_array_sort(fresh->files, by_id);
    fill_posts(fresh, groups_dir);
    for (guint i = 0; i < fresh->files->len; i++) {
        struct group_file *file = fresh->files->pdata[i];
        g_hash_table_insert(fresh->by_id, file->group.id, file);
    }
    fresh->names = names_new(fresh->files);
    *people = fresh;
    return true;
}

static bool read_all(struct people **people, const char *groups_dir, const struct copies *copies,
                     struct error *error)
{
    if (!people_read_files(people, groups_dir, error))
        return false;
    usec_t now = clock_now();
    for (guint i = 0; i < (*people)->files->len; i++)
        group_file_read_lists((*people)->files->pdata[i], copies, now);
    return true;
}

bool people_read(struct people **people, const char *groups_dir, struct error *error)
{
    return read_all(people, groups_dir, NULL, error);
}

bool people_read_settled(struct people **people, const struct conf *conf, struct error *error)
{
    AUTO(copies) struct copies *copies = copies_new(conf->state_dir, conf->list_max_age);
    copies->waits = true;
    return read_all(people, conf->groups_dir, copies, error);
}

bool people_read_configured(struct people **people, const struct conf *conf, struct error *error)
{
    AUTO(copies) struct copies *copies = copies_new(conf->state_dir, conf->list_max_age);
    return read_all(people, conf->groups_dir, copies, error);
}

size_t people_group_count(const struct people *people)
{
    return people->files->len;
}

const struct group *people_group_at(const struct people *people, size_t index)
{
    return &((const struct group_file *)people->files->pdata[index])->group;
}

const struct group_file *people_file(const struct people *people, const char *id)
{
    return g_hash_table_lookup(people->by_id, id);
}

const struct group *people_group(const struct people *people, const char *id)
{
    const struct group_file *file = people_file(people, id);
    return file ? &file->group : NULL;
}
