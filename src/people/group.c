#include "people/group.h"

#include <string.h>

#include "base/text.h"
#include "conf/reader.h"
#include "people/source.h"

static void free_member(void *member)
{
    member_free(member);
}

static void free_address(void *address)
{
    address_free(address);
}

static void free_source(void *source)
{
    list_source_free(source);
}

static struct group_file *new_file(const char *path, const char *id)
{
    struct group_file *file = g_new0(struct group_file, 1);
    file->path = g_strdup(path);
    file->group.id = g_strdup(id);
    file->group.sources = g_ptr_array_new_with_free_func(g_free);
    file->group.includes = g_ptr_array_new_with_free_func(g_free);
    file->members = g_ptr_array_new_with_free_func(free_member);
    file->includes = g_array_new(FALSE, FALSE, sizeof(struct reference));
    file->excluded = g_array_new(FALSE, FALSE, sizeof(struct reference));
    file->excluded_addresses =
        g_hash_table_new_full(address_hash, address_equal, free_address, NULL);
    file->lists = g_ptr_array_new_with_free_func(free_source);
    file->problems = problems_new();
    file->stood_in = problems_new();
    return file;
}

static void free_references(GArray *references, bool owns_ids)
{
    for (guint i = 0; owns_ids && i < references->len; i++)
        g_free((char *)g_array_index(references, struct reference, i).id);
    g_array_unref(references);
}

void group_file_free(struct group_file *file)
{
    if (!file)
        return;
    g_free(file->path);
    g_free(file->group.id);
    g_free(file->group.name);
    g_ptr_array_unref(file->group.aliases);
    g_ptr_array_unref(file->group.sources);
    g_ptr_array_unref(file->group.includes);
    g_ptr_array_unref(file->members);
    free_references(file->includes, false);
    free_references(file->excluded, true);
    g_hash_table_unref(file->excluded_addresses);
    g_ptr_array_unref(file->lists);
    g_free(file->login.user);
    g_free(file->login.password_file);
    g_free(file->login.ca_file);
    problems_free(file->problems);
    problems_free(file->stood_in);
    g_free(file);
}

/* --- members --- */

static bool take_member_address(struct reader *reader, const struct key *key,
                                const struct given *given, void *field)
{
    (void)key;
    return member_read_address(field, given->text, given->place, reader_problems(reader));
}
static const struct kind kind_member_address = {VALUE_TEXT, take_member_address};

static bool take_day(struct reader *reader, const struct key *key, const struct given *given,
                     bool last, int *field)
{
    *field = term_day(given->text, last);
    return *field || reader_problem(reader, given->place, N_("write it like \"2023-11-16\""),
                                    N_("%s is no date: %s"), key->name, given->text);
}

static bool take_from(struct reader *reader, const struct key *key, const struct given *given,
                      void *field)
{
    return take_day(reader, key, given, false, field);
}
static const struct kind kind_from = {VALUE_TEXT, take_from};

static bool take_until(struct reader *reader, const struct key *key, const struct given *given,
                       void *field)
{
    return take_day(reader, key, given, true, field);
}
static const struct kind kind_until = {VALUE_TEXT, take_until};

static bool is_in_office(struct reader *reader, const struct member *member, struct place place)
{
    bool counts = false;
    const char *who = member->address ? address_text(member->address) : member->post;
    return member_term_counts(&member->term, who, term_today(), place, reader_problems(reader),
                              &counts) &&
           counts;
}

/* The name stands before the address: `name <address>` counts where there is no other. */
#define FIELD(field) .offset = offsetof(struct member, field)
static const struct key member_keys[] = {
    {"name", &kind_text, FIELD(name)},
    {"title", &kind_text, FIELD(title)},
    {"unit", &kind_text, FIELD(unit)},
    {"from", &kind_from, FIELD(term.from)},
    {"until", &kind_until, FIELD(term.until)},
    {"address", &kind_member_address, .offset = 0},
    {"post", &kind_text, FIELD(post)},
};
#undef FIELD

/* By an address, or by a post that somebody holds. */
static bool check_named(struct reader *reader, const config_setting_t *row,
                        const struct member *member)
{
    bool has_address = config_setting_get_member(row, "address");
    if (has_address && member->post)
        return reader_problem(reader, reader_place_of(reader, row, "post"),
                              N_("write either the post or the address"),
                              N_("this member has both a post and an address"));
    if (!has_address && !config_setting_get_member(row, "post"))
        return reader_problem(reader, reader_place(reader, row),
                              N_("add address = \"…\"; or post = \"…\";"),
                              N_("this member has neither an address nor a post"));
    return member->address || member->post;
}

static bool take_members(struct reader *reader, const struct key *key, const struct given *given,
                         void *field)
{
    (void)key;
    struct group_file *file = field;
    int count = config_setting_length(given->setting);
    for (int i = 0; i < count; i++) {
        const config_setting_t *row = config_setting_get_elem(given->setting, (unsigned)i);
        AUTO(member) struct member *member = member_new();
        reader_read(reader, row, member_keys, G_N_ELEMENTS(member_keys), member);
        struct place place = reader_place(reader, row);
        AUTO(text) char *base = g_path_get_basename(place.file);
        member->origin = g_strdup_printf("%s:%d", base, place.line);
        member->line = place.line;
        if (check_named(reader, row, member) && is_in_office(reader, member, place))
            g_ptr_array_add(file->members, TAKE(member));
    }
    if (count)
        g_ptr_array_add(file->group.sources, g_path_get_basename(file->path));
    return true;
}
static const struct kind kind_members = {VALUE_ROWS, take_members};

/* --- lists --- */

static bool take_lists(struct reader *reader, const struct key *key, const struct given *given,
                       void *field)
{
    struct group_file *file = field;
    AUTO(array) GPtrArray *names = NULL;
    if (!kind_texts.take(reader, key, given, &names))
        return false;
    AUTO(text) char *folder = reader_path(reader, "");
    for (guint i = 0; i < names->len; i++) {
        struct place place = reader_place(reader, config_setting_get_elem(given->setting, i));
        struct list_source *source =
            list_source_new(names->pdata[i], folder, place, reader_problems(reader));
        g_ptr_array_add(file->group.sources, g_strdup(names->pdata[i]));
        if (source)
            g_ptr_array_add(file->lists, source);
    }
    return true;
}
static const struct kind kind_lists = {VALUE_TEXTS, take_lists};

#define FIELD(field) .offset = offsetof(struct login, field)
static const struct key login_keys[] = {
    {"user", &kind_text, FIELD(user)},
    {"password_file", &kind_path, FIELD(password_file)},
    {"password_credential", &kind_credential, FIELD(password_file)},
    {"ca_file", &kind_path, FIELD(ca_file)},
};
#undef FIELD

static bool take_login(struct reader *reader, const struct key *key, const struct given *given,
                       void *field)
{
    (void)key;
    struct login *login = field;
    reader_read(reader, given->setting, login_keys, G_N_ELEMENTS(login_keys), login);
    if (!login->user == !login->password_file)
        return true;
    return reader_problem(reader, given->place, N_("write both, or neither"),
                          N_("user and password_file (or password_credential) stand together"));
}
static const struct kind kind_login = {VALUE_GROUP, take_login};

/* --- other groups --- */

static bool take_include(struct reader *reader, const struct key *key, const struct given *given,
                         void *field)
{
    struct group_file *file = field;
    AUTO(array) GPtrArray *ids = NULL;
    if (!kind_texts.take(reader, key, given, &ids))
        return false;
    for (guint i = 0; i < ids->len; i++) {
        const config_setting_t *element = config_setting_get_elem(given->setting, i);
        char *id = g_strdup(ids->pdata[i]);
        const struct reference reference = {id, reader_place(reader, element).line};
        g_ptr_array_add(file->group.includes, id);
        g_array_append_val(file->includes, reference);
    }
    return true;
}
static const struct kind kind_include = {VALUE_TEXTS, take_include};

static void exclude(struct reader *reader, struct group_file *file, const char *text,
                    struct place place)
{
    AUTO(member) struct member *member = member_new();
    if (!strstr(text, "@") && !strstr(text, "＠")) {
        const struct reference reference = {g_strdup(text), place.line};
        g_array_append_val(file->excluded, reference);
    } else if (member_read_address(member, text, place, reader_problems(reader))) {
        g_hash_table_add(file->excluded_addresses, TAKE(member->address));
    }
}

static bool take_exclude(struct reader *reader, const struct key *key, const struct given *given,
                         void *field)
{
    AUTO(array) GPtrArray *texts = NULL;
    if (!kind_texts.take(reader, key, given, &texts))
        return false;
    for (guint i = 0; i < texts->len; i++)
        exclude(reader, field, texts->pdata[i],
                reader_place(reader, config_setting_get_elem(given->setting, i)));
    return true;
}
static const struct kind kind_exclude = {VALUE_TEXTS, take_exclude};

/* --- the file --- */

#define FIELD(field) .offset = offsetof(struct group_file, field)
static const struct key keys[] = {
    {"name", &kind_text, FIELD(group.name), .required = true},
    {"aliases", &kind_texts, FIELD(group.aliases)},
    {"members", &kind_members, .offset = 0},
    {"lists", &kind_lists, .offset = 0},
    {"fetch", &kind_login, FIELD(login)},
    {"include", &kind_include, .offset = 0},
    {"exclude", &kind_exclude, .offset = 0},
    {"allow_empty", &kind_switch, FIELD(allow_empty), .preset = "false"},
    {"require_posts", &kind_switch, FIELD(require_posts), .preset = "false"},
};
#undef FIELD

struct group_file *group_file_read(const char *path, const char *id)
{
    struct group_file *file = new_file(path, id);
    AUTO(reader) struct reader *reader = NULL;
    if (reader_open(&reader, path, EX_DATAERR, file->problems)) {
        reader_read(reader, reader_root(reader), keys, G_N_ELEMENTS(keys), file);
        file->name_line = reader_place_of(reader, reader_root(reader), "name").line;
    }
    if (!file->group.aliases)
        file->group.aliases = g_ptr_array_new_with_free_func(g_free);
    return file;
}
