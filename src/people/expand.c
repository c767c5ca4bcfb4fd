/* From groups to recipients: each once, exclusions taken out, in the order of the groups. */
#include "people/roster.h"

#include <string.h>

#include "base/text.h"

struct reach {          /* everybody whom a group reaches */
    GPtrArray *members; /* of const struct member, in order, each address once */
    bool broken;        /* it or what it needs is wrong: told already */
};

struct expansion {
    const struct people *people;
    struct problems *problems;
    GHashTable *reaches; /* id → struct reach */
    GPtrArray *path;     /* of ids: the groups that are being expanded, the outermost first */
};

static void free_reach(void *pointer)
{
    struct reach *reach = pointer;
    g_ptr_array_unref(reach->members);
    g_free(reach);
}

static struct expansion *expansion_new(const struct people *people, struct problems *problems)
{
    struct expansion *expansion = g_new0(struct expansion, 1);
    expansion->people = people;
    expansion->problems = problems;
    expansion->reaches = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_reach);
    expansion->path = g_ptr_array_new();
    return expansion;
}

static void expansion_free(struct expansion *expansion)
{
    g_hash_table_unref(expansion->reaches);
    g_ptr_array_unref(expansion->path);
    g_free(expansion);
}
AUTO_DEFINE(expansion, struct expansion, expansion_free)

static const struct reach *reach_of(struct expansion *expansion, const struct group_file *file);

/* --- groups that name others --- */

static bool is_on_path(const struct expansion *expansion, const char *id)
{
    return g_ptr_array_find_with_equal_func(expansion->path, id, g_str_equal, NULL);
}

static void refuse_cycle(struct expansion *expansion, const char *id, struct place place)
{
    AUTO(str) GString *path = g_string_new(NULL);
    bool in_cycle = false;
    for (guint i = 0; i < expansion->path->len; i++) {
        in_cycle |= strcmp(expansion->path->pdata[i], id) == 0;
        if (in_cycle)
            g_string_append_printf(path, "%s → ", (char *)expansion->path->pdata[i]);
    }
    g_string_append(path, id);
    problems_add(expansion->problems, PROBLEM, "group-cycle", EX_DATAERR, place,
                 N_("take one of these out of the other's include or exclude"),
                 N_("these groups name one another in a circle: %s"), path->str);
}

static void refuse_unknown(struct expansion *expansion, const char *id, struct place place)
{
    AUTO(array) GPtrArray *ids = g_ptr_array_new();
    for (guint i = 0; i < expansion->people->files->len; i++)
        g_ptr_array_add(ids, ((struct group_file *)expansion->people->files->pdata[i])->group.id);
    AUTO(array) GPtrArray *nearest = text_nearest(id, ids, 1);
    const char *todo = N_("correct the id, or take it out");
    if (nearest->len)
        problems_add(expansion->problems, PROBLEM, "group-missing", EX_DATAERR, place, todo,
                     N_("there is no group %1$s; is %2$s meant?"), id,
                     (const char *)nearest->pdata[0]);
    else
        problems_add(expansion->problems, PROBLEM, "group-missing", EX_DATAERR, place, todo,
                     N_("there is no group %s"), id);
}

/* NULL after a problem was added. */
static const struct reach *reach_of_reference(struct expansion *expansion,
                                              const struct group_file *file,
                                              const struct reference *reference)
{
    struct place place = {file->path, reference->line, 0};
    const struct group_file *other = people_file(expansion->people, reference->id);
    if (!other)
        refuse_unknown(expansion, reference->id, place);
    else if (is_on_path(expansion, reference->id))
        refuse_cycle(expansion, reference->id, place);
    else
        return reach_of(expansion, other);
    return NULL;
}

/* --- one group --- */

struct gathering {
    GHashTable *seen; /* addresses that are in, or must not be */
    struct reach *reach;
};

static void gather(struct gathering *gathering, const GPtrArray *members)
{
    for (guint i = 0; i < members->len; i++) {
        struct member *member = members->pdata[i];
        if (g_hash_table_add(gathering->seen, member->address))
            g_ptr_array_add(gathering->reach->members, member);
    }
}

static void exclude(struct expansion *expansion, struct gathering *gathering,
                    const struct group_file *file)
{
    GHashTableIter iter;
    void *address;
    g_hash_table_iter_init(&iter, file->excluded_addresses);
    while (g_hash_table_iter_next(&iter, &address, NULL))
        g_hash_table_add(gathering->seen, address);
    for (guint i = 0; i < file->excluded->len; i++) {
        const struct reach *other = reach_of_reference(
            expansion, file, &g_array_index(file->excluded, struct reference, i));
        gathering->reach->broken |= !other || other->broken;
        for (guint j = 0; other && j < other->members->len; j++)
            g_hash_table_add(gathering->seen, ((struct member *)other->members->pdata[j])->address);
    }
}

static void include(struct expansion *expansion, struct gathering *gathering,
                    const struct group_file *file)
{
    for (guint i = 0; i < file->includes->len; i++) {
        const struct reach *other = reach_of_reference(
            expansion, file, &g_array_index(file->includes, struct reference, i));
        gathering->reach->broken |= !other || other->broken;
        if (other)
            gather(gathering, other->members);
    }
}

static void refuse_empty(struct expansion *expansion, const struct group_file *file)
{
    problems_add(expansion->problems, PROBLEM, "empty-group", EX_DATAERR,
                 (struct place){file->path, file->name_line, 0},
                 N_("add members, or allow_empty = true;"), N_("nobody is in the group %s"),
                 file->group.name);
}

static const struct reach *reach_of(struct expansion *expansion, const struct group_file *file)
{
    struct reach *reach = g_hash_table_lookup(expansion->reaches, file->group.id);
    if (reach)
        return reach;
    reach = g_new0(struct reach, 1);
    reach->members = g_ptr_array_new();
    reach->broken = problems_any(file->problems);
    problems_join(expansion->problems, file->problems);

    AUTO(table) GHashTable *seen = g_hash_table_new(address_hash, address_equal);
    struct gathering gathering = {seen, reach};
    g_ptr_array_add(expansion->path, file->group.id);
    exclude(expansion, &gathering, file);
    gather(&gathering, file->members);
    include(expansion, &gathering, file);
    g_ptr_array_set_size(expansion->path, (int)expansion->path->len - 1);

    if (!reach->broken && reach->members->len == 0 && !file->allow_empty)
        refuse_empty(expansion, file);
    g_hash_table_insert(expansion->reaches, file->group.id, reach);
    return reach;
}

/* --- recipients --- */

static void free_recipient(void *pointer)
{
    struct recipient *recipient = pointer;
    g_ptr_array_unref(recipient->groups);
    g_free(recipient);
}

static void free_ids(void *ids)
{
    g_ptr_array_unref(ids);
}

/* Borrows everything of the member, which lives as long as people does. */
static struct recipient *recipient_new(const struct member *member, GPtrArray *groups)
{
    struct recipient *recipient = g_new(struct recipient, 1);
    *recipient = (struct recipient){.address = member->address,
                                    .name = member->name,
                                    .title = member->title,
                                    .unit = member->unit,
                                    .groups = g_ptr_array_ref(groups),
                                    .origin = member->origin};
    return recipient;
}

/* What the first list left open, another one may say. */
static void fill_in(struct recipient *recipient, const struct member *member)
{
    recipient->name = recipient->name ? recipient->name : member->name;
    recipient->title = recipient->title ? recipient->title : member->title;
    recipient->unit = recipient->unit ? recipient->unit : member->unit;
}

struct union_of_groups {
    GPtrArray *recipients;
    GHashTable *by_address; /* those of the groups before the one that is added */
    guint known;            /* so many are in by_address: none while there is but one group */
};

/* Recipients whom the same groups reach share one array of their ids: there may be a million. */
struct widening {
    char *id;
    GPtrArray *alone; /* id */
    GHashTable *wide; /* an array of ids → the one with this id too */
};

static GPtrArray *widen(struct widening *widening, GPtrArray *ids)
{
    GPtrArray *wide = g_hash_table_lookup(widening->wide, ids);
    if (wide)
        return wide;
    if (g_ptr_array_find(ids, widening->id, NULL)) {
        wide = g_ptr_array_ref(ids);
    } else {
        wide = g_ptr_array_copy(ids, NULL, NULL);
        g_ptr_array_add(wide, widening->id);
    }
    g_hash_table_insert(widening->wide, g_ptr_array_ref(ids), wide);
    return wide;
}

static void add_member(struct union_of_groups *all, struct widening *widening,
                       const struct member *member)
{
    struct recipient *recipient =
        all->known ? g_hash_table_lookup(all->by_address, member->address) : NULL;
    if (!recipient) {
        g_ptr_array_add(all->recipients, recipient_new(member, widening->alone));
        return;
    }
    fill_in(recipient, member);
    GPtrArray *wide = g_ptr_array_ref(widen(widening, recipient->groups));
    g_ptr_array_unref(recipient->groups);
    recipient->groups = wide;
}

static void add_reached(struct union_of_groups *all, const struct reach *reach,
                        const struct group *group)
{
    AUTO(array) GPtrArray *alone = g_ptr_array_new();
    AUTO(table) GHashTable *wide = g_hash_table_new_full(NULL, NULL, free_ids, free_ids);
    struct widening widening = {group->id, alone, wide};
    g_ptr_array_add(alone, group->id);
    for (; all->known < all->recipients->len; all->known++) {
        struct recipient *recipient = all->recipients->pdata[all->known];
        g_hash_table_insert(all->by_address, recipient->address, recipient);
    }
    for (guint i = 0; i < reach->members->len; i++)
        add_member(all, &widening, reach->members->pdata[i]);
}

/* --- twins -------------------------------------------------------------------------------------
 */

static bool has_upper_case(const char *text)
{
    while (*text && !(*text >= 'A' && *text <= 'Z'))
        text++;
    return *text;
}

/* A set of texts in lower case. Of two that differ in case alone, one at least is here; and most
 * lists have none. */
static GHashTable *written_in_upper_case(const GPtrArray *recipients)
{
    GHashTable *texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < recipients->len; i++) {
        const char *text = address_text(((struct recipient *)recipients->pdata[i])->address);
        if (has_upper_case(text))
            g_hash_table_add(texts, g_ascii_strdown(text, -1));
    }
    return texts;
}

static void remark_on_twins(const struct recipient *one, const struct recipient *other,
                            struct problems *problems)
{
    problems_add(problems, REMARK, "case-twins", EX_DATAERR, NOWHERE,
                 N_("write the address alike in both lists, if it is one person"),
                 N_("two addresses differ only in case, both get a copy: %1$s (%2$s) and "
                    "%3$s (%4$s)"),
                 address_text(one->address), one->origin, address_text(other->address),
                 other->origin);
}

/* RFC 5321 §2.4: local parts do depend on case; hardly any server's do. */
static void remark_on_case(const GPtrArray *recipients, struct problems *problems)
{
    AUTO(table) GHashTable *suspect = written_in_upper_case(recipients);
    AUTO(table) GHashTable *first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; g_hash_table_size(suspect) && i < recipients->len; i++) {
        struct recipient *recipient = recipients->pdata[i];
        AUTO(text) char *text = g_ascii_strdown(address_text(recipient->address), -1);
        if (!g_hash_table_contains(suspect, text))
            continue;
        const struct recipient *twin = g_hash_table_lookup(first, text);
        if (twin)
            remark_on_twins(twin, recipient, problems);
        else
            g_hash_table_insert(first, TAKE(text), recipient);
    }
}

/* --- all ---------------------------------------------------------------------------------------
 */

bool people_expand(const struct people *people, const GPtrArray *groups, GPtrArray **recipients,
                   struct problems *problems)
{
    AUTO(problems) struct problems *found = problems_new();
    AUTO(expansion) struct expansion *expansion = expansion_new(people, found);
    AUTO(array) GPtrArray *fresh = g_ptr_array_new_with_free_func(free_recipient);
    AUTO(table) GHashTable *by_address = g_hash_table_new(address_hash, address_equal);
    struct union_of_groups all = {fresh, by_address, 0};
    for (guint i = 0; i < groups->len; i++) {
        const struct group_file *file = people_file(people, groups->pdata[i]);
        if (file)
            add_reached(&all, reach_of(expansion, file), &file->group);
        else
            refuse_unknown(expansion, groups->pdata[i], NOWHERE);
    }
    remark_on_case(fresh, found);
    problems_join(problems, found);
    if (problems_any(found))
        return false;
    *recipients = TAKE(fresh);
    return true;
}

void people_check(const struct people *people, struct problems *problems)
{
    AUTO(expansion) struct expansion *expansion = expansion_new(people, problems);
    AUTO(array) GPtrArray *fresh = g_ptr_array_new_with_free_func(free_recipient);
    AUTO(table) GHashTable *by_address = g_hash_table_new(address_hash, address_equal);
    struct union_of_groups all = {fresh, by_address, 0};
    problems_join(problems, people->problems);
    names_check(people->names, problems);
    for (guint i = 0; i < people->files->len; i++) {
        const struct group_file *file = people->files->pdata[i];
        problems_join(problems, file->stood_in);
        add_reached(&all, reach_of(expansion, file), &file->group);
    }
    remark_on_case(fresh, problems);
}
