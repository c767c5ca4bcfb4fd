#include "cli/which.h"

#include "base/mailbox.h"
#include "base/text.h"

static bool is_called(const struct group *group, const char *name)
{
    return g_str_equal(group->id, name) || g_str_equal(group->name, name) ||
           g_ptr_array_find_with_equal_func(group->aliases, name, g_str_equal, NULL);
}

static bool tell_nearest(const struct people *people, const char *name, struct error *error)
{
    AUTO(array) GPtrArray *names = g_ptr_array_new();
    for (size_t i = 0; i < people_group_count(people); i++) {
        g_ptr_array_add(names, people_group_at(people, i)->id);
        g_ptr_array_add(names, people_group_at(people, i)->name);
    }
    AUTO(array) GPtrArray *near = text_nearest(name, names, 1);
    const char *todo = N_("`fensong groups` lists them");
    if (near->len)
        return error_set(error, EX_NOINPUT, NOWHERE, todo,
                         N_("there is no group %1$s; the nearest is %2$s"), name,
                         (const char *)near->pdata[0]);
    return error_set(error, EX_NOINPUT, NOWHERE, todo, N_("there is no group %s"), name);
}

bool which_group(const struct people *people, const char *name, const struct group **group,
                 struct error *error)
{
    *group = people_group(people, name);
    for (size_t i = 0; !*group && i < people_group_count(people); i++)
        if (is_called(people_group_at(people, i), name))
            *group = people_group_at(people, i);
    return *group || tell_nearest(people, name, error);
}

char *which_person(const char *words, bool *whole)
{
    AUTO(error) struct error none = {0};
    AUTO(address) struct address *address = NULL;
    AUTO(text) char *name = NULL;
    *whole = mailbox_parse(&name, &address, words, NOWHERE, NULL, &none);
    AUTO(text) char *folded = text_fold(*whole ? address_text(address) : words);
    AUTO(text) char *trimmed = text_trim(folded);
    return g_utf8_strdown(trimmed, -1);
}
