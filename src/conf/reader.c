#include "conf/reader.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

#define FILE_MOST          ((size_t)64 << 20) /* octets; a group with a million members inline */
#define INCLUDE_DEPTH_MOST 10                 /* libconfig's own */

static const char rule[] = "configuration";

struct reader {
    char *path, *folder;
    config_t config;
    int exit_class;
    struct problems *problems;
    GHashTable *included; /* name in the @include → path */
};

/* --- opening --- */

/* Follows symbolic links, unlike file_load(): administrators link configuration files. */
static bool load(GString **text, const char *path, struct error *error)
{
    AUTO(bytes) GBytes *bytes = NULL;
    AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be opened"));
    if (!file_read(&bytes, fd, FILE_MOST, path, error))
        return false;
    size_t length;
    const char *octets = g_bytes_get_data(bytes, &length);
    return text_decode(text, octets, length, path, error);
}

static struct {
    const char *libconfig, *what, *todo;
} const syntax_errors[] = {
    {"syntax error", N_("here, or on the line before, a sign is missing or one too many"),
     N_("look for a missing ; or \" and for brackets that don't close")},
    {"duplicate setting name", N_("this key stands here for the second time"),
     N_("take one of the two out")},
    {"mismatched element type in array", N_("the values in these [ ] are not of one type"),
     N_("put all of them in quotation marks, or none")},
    {"cannot open include file", N_("the file of this @include can't be opened"),
     N_("correct its name; it is looked for beside the configuration file")},
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* from the table above, without arguments */
#pragma GCC diagnostic ignored "-Wformat-security"
static bool syntax_error(struct reader *reader)
{
    const char *words = config_error_text(&reader->config);
    AUTO(text)
    char *included = config_error_file(&reader->config)
                         ? reader_path(reader, config_error_file(&reader->config))
                         : NULL;
    struct place place = {included ? included : reader->path, config_error_line(&reader->config),
                          0};
    for (size_t i = 0; i < G_N_ELEMENTS(syntax_errors); i++)
        if (g_strcmp0(words, syntax_errors[i].libconfig) == 0)
            return reader_problem(reader, place, syntax_errors[i].todo, syntax_errors[i].what);
    return reader_problem(reader, place, NULL, N_("can't be understood: %s"), words ? words : "?");
}
#pragma GCC diagnostic pop

/* libconfig 1.5 ends the process when an @include names a folder (its scanner's own fatal error),
 * which no configuration may do to a daemon: so such a one is found before. */
static bool check_includes(struct reader *reader, const char *text, const char *file, int depth)
{
    if (!strstr(text, "@include"))
        return true;
    AUTO(texts) char **lines = g_strsplit(text, "\n", -1);
    bool good = true;
    for (int i = 0; lines[i]; i++) {
        char name[PATH_MAX];
        if (sscanf(lines[i], " @include \"%4095[^\"]", name) != 1)
            continue;
        AUTO(text) char *path = g_build_filename(reader->folder, name, NULL);
        AUTO(str) GString *more = NULL;
        struct stat status;
        if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
            good = reader_problem(reader, (struct place){file, i + 1, 0}, N_("name a file"),
                                  N_("this @include names no file: %s"), path);
        else if (depth < INCLUDE_DEPTH_MOST && load(&more, path, NULL))
            good &= check_includes(reader, more->str, path, depth + 1);
    }
    return good;
}

static bool open_as_far(struct reader **reader, const char *path, int exit_class, bool partly,
                        struct problems *problems)
{
    AUTO(reader) struct reader *fresh = g_new0(struct reader, 1);
    fresh->path = g_strdup(path);
    AUTO(text) char *absolute = g_canonicalize_filename(path, NULL);
    fresh->folder = g_path_get_dirname(absolute);
    fresh->exit_class = exit_class;
    fresh->problems = problems;
    fresh->included = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    config_init(&fresh->config);
    config_set_include_dir(&fresh->config, fresh->folder);

    AUTO(str) GString *text = NULL;
    AUTO(error) struct error error = {0};
    if (!load(&text, path, &error))
        return reader_take(fresh, &error);
    if (!check_includes(fresh, text->str, path, 0))
        return false;
    if (!config_read_string(&fresh->config, text->str) && !syntax_error(fresh) && !partly)
        return false;
    *reader = TAKE(fresh);
    return true;
}

bool reader_open(struct reader **reader, const char *path, int exit_class,
                 struct problems *problems)
{
    return open_as_far(reader, path, exit_class, false, problems);
}

bool reader_open_partly(struct reader **reader, const char *path, struct problems *problems)
{
    return open_as_far(reader, path, EX_CONFIG, true, problems);
}

void reader_free(struct reader *reader)
{
    if (!reader)
        return;
    config_destroy(&reader->config);
    g_hash_table_unref(reader->included);
    g_free(reader->path);
    g_free(reader->folder);
    g_free(reader);
}

/* --- places and problems --- */

const config_setting_t *reader_root(const struct reader *reader)
{
    return config_root_setting(&reader->config);
}

char *reader_path(const struct reader *reader, const char *path)
{
    return g_canonicalize_filename(path, reader->folder);
}

struct place reader_place(const struct reader *reader, const config_setting_t *setting)
{
    /* Not config_setting_source_line(): that one counts to 65,535. */
    int line = (int)setting->line;
    const char *name = config_setting_source_file(setting);
    if (!name)
        return (struct place){reader->path, line, 0};
    const char *path = g_hash_table_lookup(reader->included, name);
    if (!path) {
        char *found = reader_path(reader, name);
        g_hash_table_insert(reader->included, g_strdup(name), found);
        path = found;
    }
    return (struct place){path, line, 0};
}

struct place reader_place_of(const struct reader *reader, const config_setting_t *group,
                             const char *name)
{
    const config_setting_t *member = config_setting_get_member(group, name);
    return reader_place(reader, member ? member : group);
}

bool reader_take(struct reader *reader, struct error *error)
{
    error->exit_class = reader->exit_class;
    return problems_take(reader->problems, rule, error);
}

bool reader_problem(struct reader *reader, struct place place, const char *todo, const char *what,
                    ...)
{
    struct error error = {0};
    va_list arguments;
    va_start(arguments, what);
    error_set_va(&error, reader->exit_class, place, todo, what, arguments);
    va_end(arguments);
    return reader_take(reader, &error);
}

struct problems *reader_problems(const struct reader *reader)
{
    return reader->problems;
}

/* --- tables of keys --- */

static bool is_sequence(const config_setting_t *setting)
{
    return config_setting_is_array(setting) || config_setting_is_list(setting);
}

static bool is_of_type(const config_setting_t *setting, enum value_type type)
{
    switch (type) {
    case VALUE_TEXT:
        return config_setting_type(setting) == CONFIG_TYPE_STRING;
    case VALUE_NUMBER:
        return config_setting_type(setting) == CONFIG_TYPE_INT ||
               config_setting_type(setting) == CONFIG_TYPE_INT64;
    case VALUE_SWITCH:
        return config_setting_type(setting) == CONFIG_TYPE_BOOL;
    case VALUE_TEXTS:
        for (int i = 0; is_sequence(setting) && i < config_setting_length(setting); i++)
            if (!is_of_type(config_setting_get_elem(setting, (unsigned)i), VALUE_TEXT))
                return false;
        return is_sequence(setting);
    case VALUE_ROWS:
        for (int i = 0; is_sequence(setting) && i < config_setting_length(setting); i++)
            if (!config_setting_is_group(config_setting_get_elem(setting, (unsigned)i)))
                return false;
        return is_sequence(setting);
    case VALUE_GROUP:
        return config_setting_is_group(setting);
    case VALUE_ANY:
        break;
    }
    return true;
}

static const struct {
    const char *what, *todo;
} type_words[] = {
    [VALUE_TEXT] = {N_("%s must be a text in quotation marks"),
                    N_("write it as in: key = \"text\";")},
    [VALUE_NUMBER] = {N_("%s must be a whole number"), N_("write it as in: key = 25;")},
    [VALUE_SWITCH] = {N_("%s must be true or false"), N_("write it as in: key = true;")},
    [VALUE_TEXTS] = {N_("%s must be a list of texts"),
                     N_("write it as in: key = [ \"one\", \"two\" ];")},
    [VALUE_ROWS] = {N_("%s must be a list of groups"),
                    N_("write it as in: key = ( { ... }, { ... } );")},
    [VALUE_GROUP] = {N_("%s must be a group"), N_("write it as in: key = { ... };")},
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* from the table above: one %s each */
static bool wrong_type(struct reader *reader, const struct key *key,
                       const config_setting_t *setting)
{
    return reader_problem(reader, reader_place(reader, setting), type_words[key->kind->type].todo,
                          type_words[key->kind->type].what, key->name);
}
#pragma GCC diagnostic pop

/* Is it there, and not the empty text, which stands for the default? */
static bool says_something(const config_setting_t *setting)
{
    return setting && (config_setting_type(setting) != CONFIG_TYPE_STRING ||
                       *config_setting_get_string(setting));
}

static bool missing(struct reader *reader, struct place place, const struct key *key)
{
    return reader_problem(reader, place, N_("add it"), N_("%s is missing or empty"), key->name);
}

static bool take_setting(struct reader *reader, const struct key *key,
                         const config_setting_t *setting, void *field)
{
    if (!is_of_type(setting, key->kind->type))
        return wrong_type(reader, key, setting);
    AUTO(text) char *text = NULL;
    struct given given = {.setting = setting, .place = reader_place(reader, setting)};
    if (key->kind->type == VALUE_TEXT) {
        given.text = text = reader_text(reader, setting, key->name);
        if (!text)
            return false;
        if (!*text)
            return missing(reader, given.place, key);
    } else if (key->kind->type == VALUE_NUMBER) {
        given.number = config_setting_get_int64(setting);
    } else if (key->kind->type == VALUE_SWITCH) {
        given.truth = config_setting_get_bool(setting) == CONFIG_TRUE;
    }
    return key->kind->take(reader, key, &given, field);
}

static void take_preset(struct reader *reader, const struct key *key, void *field)
{
    const struct given given = {.text = key->preset,
                                .number = g_ascii_strtoll(key->preset, NULL, 10),
                                .truth = strcmp(key->preset, "true") == 0};
    (void)key->kind->take(reader, key, &given, field);
}

static void read_key(struct reader *reader, const config_setting_t *group, const struct key *key,
                     void *object)
{
    const config_setting_t *setting = config_setting_get_member(group, key->name);
    void *field = key->offset == CHECKED_ONLY ? NULL : (char *)object + key->offset;
    bool said = says_something(setting);
    if (said && take_setting(reader, key, setting, field))
        return;
    if (!said && key->required)
        missing(reader, reader_place_of(reader, group, key->name), key);
    if (key->preset && field)
        take_preset(reader, key, field);
}

static void refuse_unknown(struct reader *reader, const config_setting_t *setting,
                           const struct key keys[], size_t count)
{
    AUTO(array) GPtrArray *names = g_ptr_array_new();
    const char *name = config_setting_name(setting);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(keys[i].name, name) == 0)
            return;
        g_ptr_array_add(names, (void *)keys[i].name);
    }
    AUTO(array) GPtrArray *nearest = text_nearest(name, names, 1);
    struct place place = reader_place(reader, setting);
    const char *todo = N_("correct the name of the key, or take the line out");
    if (nearest->len)
        reader_problem(reader, place, todo, N_("there is no key %s here; %s is meant?"), name,
                       (const char *)nearest->pdata[0]);
    else
        reader_problem(reader, place, todo, N_("there is no key %s here"), name);
}

void reader_read(struct reader *reader, const config_setting_t *group, const struct key keys[],
                 size_t count, void *object)
{
    for (size_t i = 0; i < count; i++)
        read_key(reader, group, &keys[i], object);
    for (int i = 0; i < config_setting_length(group); i++)
        refuse_unknown(reader, config_setting_get_elem(group, (unsigned)i), keys, count);
}
