/* What the lists of a group hold, or the last good copies of them. */
#include "people/group.h"
#include "people/list.h"
#include "people/source.h"

static void free_member(void *member)
{
    member_free(member);
}

static void take_members(struct group_file *file, GPtrArray *members)
{
    g_ptr_array_extend_and_steal(file->members, g_ptr_array_ref(members));
}

static struct list_file list_file_of(const struct list_source *source, const char *path)
{
    return (struct list_file){.path = path,
                              .shown = source->url ? source->url : source->path,
                              .name = source->name,
                              .sheet = source->sheet,
                              .said = source->said};
}

/* Known to the copies, and changed just now: half of what is being saved may read whole. */
static bool is_being_saved(const struct copies *copies, const struct copy *former, const char *path,
                           GBytes *octets, usec_t now)
{
    return copies && copies->waits && !copies_is_settled(path, now) &&
           copies_is_other(former, octets);
}

/* Members and remarks of a list that reads whole. False: it does not, and nothing is taken. */
static bool take_octets(struct group_file *file, const struct list_file *list, GBytes *octets,
                        struct problems *found)
{
    AUTO(array) GPtrArray *members = g_ptr_array_new_with_free_func(free_member);
    list_read_octets(members, octets, list, found);
    if (problems_any(found))
        return false;
    problems_join(file->problems, found);
    take_members(file, members);
    return true;
}

/* `former`: its last good copy; NULL: none. */
static bool read_own(struct group_file *file, const struct list_source *source,
                     const struct copies *copies, const struct copy *former, usec_t now,
                     struct problems *found)
{
    AUTO(bytes) GBytes *octets = NULL;
    AUTO(error) struct error error = {0};
    const struct list_file list = list_file_of(source, source->path);
    if (!list_load(&octets, &list, &error))
        return problems_take(found, "list", &error);
    if (is_being_saved(copies, former, list.path, octets, now))
        problems_add(file->problems, PROBLEM, "list", EX_TEMPFAIL, source->said,
                     N_("wait until it is written"), N_("the list %s was changed just now"),
                     source->name);
    return copies_is_uncut(copies, former, octets, list.shown, found) &&
           take_octets(file, &list, octets, found);
}

/* --- copies --- */

static void remark_on_age(struct group_file *file, const struct list_source *source,
                          const struct copy *copy)
{
    AUTO(text) char *when = clock_rfc3339(copy->good_at);
    problems_add(file->problems, REMARK, PEOPLE_LIST_TOO_OLD, EX_DATAERR, source->said,
                 N_("look why the list can't be read; what is to be sent to it is held"),
                 N_("the last good copy of the list %1$s, of %2$s, is older than list_max_age"),
                 source->name, when);
}

static void remark_on_copy(struct group_file *file, const struct list_source *source,
                           const struct copy *copy)
{
    AUTO(text) char *when = clock_rfc3339(copy->good_at);
    if (source->path)
        problems_add(file->problems, REMARK, "list-copy", EX_DATAERR, source->said,
                     N_("mend the list"),
                     N_("the list %1$s does not read whole; its last good copy, of %2$s, stands"),
                     source->name, when);
    else if (copy->trouble)
        problems_add(file->problems, REMARK, "list-copy", EX_DATAERR, source->said,
                     N_("look whether the address is right and its server works"),
                     N_("the list %1$s can't be fetched (%2$s); its last good copy, of %3$s, "
                        "stands"),
                     source->name, copy->trouble, when);
}

/* False: there is no copy that is good, and nothing is taken. */
static bool read_copy(struct group_file *file, const struct list_source *source,
                      const struct copies *copies, const struct copy *copy, usec_t now)
{
    if (!copy || !copy->sha256)
        return false;
    AUTO(text) char *path = copy_path(copies, copy);
    AUTO(problems) struct problems *found = problems_new();
    AUTO(bytes) GBytes *octets = NULL;
    AUTO(error) struct error gone = {0};
    const struct list_file list = list_file_of(source, path);
    if (!list_load(&octets, &list, &gone) || !take_octets(file, &list, octets, found))
        return false;
    remark_on_copy(file, source, copy);
    if (copy_is_too_old(copies, copy, now))
        remark_on_age(file, source, copy);
    return true;
}

/* --- lists --- */

/* One that was not asked for yet will be soon: what needs it waits. */
static void refuse_remote(struct group_file *file, const struct list_source *source,
                          const struct copy *copy)
{
    if (copy && copy->trouble)
        problems_add(file->problems, PROBLEM, "list", EX_DATAERR, source->said,
                     N_("look whether the address is right and its server works"),
                     N_("the list %1$s was never fetched: %2$s"), source->name, copy->trouble);
    else
        problems_add(file->problems, PROBLEM, "list", EX_TEMPFAIL, source->said,
                     N_("start fensongd, or run fensong-fetch, and wait until it has asked for it"),
                     N_("the list %s was not fetched yet"), source->name);
}

static void read_list(struct group_file *file, const struct list_source *source,
                      const struct copies *copies, usec_t now)
{
    AUTO(problems) struct problems *found = problems_new();
    AUTO(copy) struct copy *copy = copies ? copies_find(copies, source->key) : NULL;
    if (source->path && read_own(file, source, copies, copy, now, found))
        return;
    if (read_copy(file, source, copies, copy, now))
        problems_join(file->stood_in, found);
    else if (source->path)
        problems_join(file->problems, found);
    else
        refuse_remote(file, source, copy);
}

void group_file_read_lists(struct group_file *file, const struct copies *copies, usec_t now)
{
    for (guint i = 0; i < file->lists->len; i++)
        read_list(file, file->lists->pdata[i], copies, now);
}
