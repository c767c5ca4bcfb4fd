#include "cli/command.h"

#include <sys/stat.h>

#include "base/file.h"
#include "cli/ask.h"
#include "cli/table.h"
#include "cli/which.h"
#include "people/merge.h"

static int run_import(struct session *session, int argc, char **argv);

const struct command command_import = {
    .name = "import",
    .usage = "FILE --group GROUP [--list NAME] [--dry-run] [--json]",
    .help = N_("make a spreadsheet the new content of a group's list; says what changes"),
    .run = run_import,
};

struct wish { /* what was typed */
    const char *file, *group, *list;
    bool dry_run, json;
};

/* --- which list ----------------------------------------------------------------------------------
 */

static bool is_csv(const char *source)
{
    AUTO(text) char *lower = g_ascii_strdown(source, -1);
    return g_str_has_suffix(lower, ".csv") && !strstr(source, "://");
}

static bool refuse_several(const struct group *group, struct error *error)
{
    return error_set(error, EX_USAGE, NOWHERE, N_("say which one with --list NAME"),
                     N_("the group %s has several lists"), group->id);
}

static bool refuse_none(const struct group *group, const char *wanted, struct error *error)
{
    if (wanted)
        return error_set(error, EX_NOINPUT, NOWHERE, N_("`fensong groups` shows its lists"),
                         N_("the group %1$s has no CSV list %2$s"), group->id, wanted);
    return error_set(error, EX_NOINPUT, NOWHERE,
                     N_("add a line such as lists = [ \"members.csv\" ]; to its file"),
                     N_("the group %s has no CSV list"), group->id);
}

/* *name: as the group calls it; people's own. */
static bool choose_list(const struct group *group, const char *wanted, const char **name,
                        struct error *error)
{
    *name = NULL;
    for (guint i = 0; i < group->sources->len; i++) {
        const char *source = group->sources->pdata[i];
        if (!is_csv(source) || (wanted && !g_str_equal(source, wanted)))
            continue;
        if (*name)
            return refuse_several(group, error);
        *name = source;
    }
    return *name || refuse_none(group, wanted, error);
}

/* --- telling -------------------------------------------------------------------------------------
 */

/* By enum merge_kind. */
static const char *const keys[MERGE_KINDS] = {"added", "gone", "changed", "stopped", "elsewhere"};

static json_t *merge_json(const char *list, const struct merge *merge, bool is_written)
{
    json_t *answer = json_pack("{s:o, s:b}", "list", json_text(list), "written", is_written);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        json_object_set_new(answer, keys[i], json_array());
    for (guint i = 0; i < merge->changes->len; i++) {
        const struct merge_change *change = merge->changes->pdata[i];
        json_array_append_new(json_object_get(answer, keys[change->kind]),
                              json_pack("{s:o, s:o, s:o}", "address", json_text(change->address),
                                        "name", json_text(*change->name ? change->name : NULL),
                                        "detail", json_text(change->detail)));
    }
    return answer;
}

static void print_change(const struct merge_change *change)
{
    static const char signs[MERGE_KINDS] = {'+', '-', '~', '=', '='};
    AUTO(text) char *name = table_harmless(change->name);
    AUTO(text) char *detail = table_harmless(change->detail);
    printf("%c %s%s%s", signs[change->kind], change->address, *name ? "  " : "", name);
    if (change->kind == MERGE_STOPPED)
        printf("  %s", _("stopped in the list: it stays so"));
    if (change->kind == MERGE_ELSEWHERE)
        printf("  %s", _("in the group already:"));
    printf("%s%s\n", *detail ? "  " : "", detail);
}

static char *sum_of(const char *list, const struct merge *merge)
{
    return g_strdup_printf(_("%1$s: %2$zu added, %3$zu gone, %4$zu changed"), list,
                           merge->counts[MERGE_ADDED], merge->counts[MERGE_GONE],
                           merge->counts[MERGE_CHANGED]);
}

static int tell(const char *list, const struct merge *merge, const struct wish *wish,
                const char *former)
{
    if (wish->json) {
        AUTO(json) json_t *answer = merge_json(list, merge, former != NULL);
        return print_json(answer);
    }
    AUTO(text) char *sum = sum_of(list, merge);
    printf("%s\n", sum);
    if (wish->dry_run)
        printf("%s\n", _("nothing was written (--dry-run)"));
    else if (!former)
        printf("%s\n", _("nothing to write: the list says this already"));
    else if (*former)
        printf(_("written; the former version is %s\n"), former);
    return EX_OK;
}

static void tell_changes(const struct merge *merge)
{
    for (guint i = 0; i < merge->changes->len; i++)
        print_change(merge->changes->pdata[i]);
    (void)fflush(stdout);
}

/* --- writing -------------------------------------------------------------------------------------
 */

/* The name of a version that is kept: "members.csv.20231116-093000", with .2 and so on after the
 * second one of that second. The caller frees. */
static char *former_path(const char *path)
{
    GDateTime *now = g_date_time_new_now_local();
    AUTO(text) char *stamp = g_date_time_format(now, "%Y%m%d-%H%M%S");
    char *former = g_strconcat(path, ".", stamp, NULL);
    g_date_time_unref(now);
    for (int n = 2; g_file_test(former, G_FILE_TEST_EXISTS); n++) {
        g_free(former);
        former = g_strdup_printf("%s.%s.%d", path, stamp, n);
    }
    return former;
}

/* The new file is for the same readers as the former one. */
static bool write_list(const char *path, const struct merge *merge, char **former,
                       struct error *error)
{
    AUTO(bytes) GBytes *before = NULL;
    AUTO(text) char *kept = former_path(path);
    struct stat status = {.st_mode = 0644};
    bool is_new = stat(path, &status) < 0;
    if (!is_new) {
        gsize length;
        if (!file_load(&before, path, SIZE_MAX, error))
            return false;
        const void *octets = g_bytes_get_data(before, &length);
        if (!file_write_durably(kept, octets, length, error))
            return false;
    }
    if (!file_write_durably(path, merge->text->str, merge->text->len, error))
        return false;
    if (chmod(path, status.st_mode & 0777) < 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be made readable"));
    /* Root alone may give files away; who is not, writes files of his own. */
    if (!is_new && chown(path, status.st_uid, status.st_gid) < 0 && geteuid() == 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be made readable"));
    *former = is_new ? g_strdup("") : g_path_get_basename(kept);
    return true;
}

/* The daemon notes who did it, and looks at the lists. */
static void tell_daemon(const struct conf *conf, const char *list, const struct merge *merge)
{
    AUTO(ask) struct ask *ask = NULL;
    AUTO(error) struct error error = {0};
    AUTO(json) json_t *answer = NULL;
    AUTO(text) char *sum = sum_of(list, merge);
    AUTO(json) json_t *body = json_pack("{s:o}", "did", json_text(sum));
    if (!ask_open(&ask, conf, &error) ||
        !ask_change(ask, "POST", "/v1/lists", body, &answer, &error))
        (void)fprintf(stderr, "%s\n",
                      _("(the daemon is not running: that you did it is not in the history)"));
}

static bool is_changed(const struct merge *merge)
{
    return merge->counts[MERGE_ADDED] + merge->counts[MERGE_GONE] + merge->counts[MERGE_CHANGED];
}

/* Whom the group has by another list, or by its own file. */
static void find_elsewhere(GHashTable *elsewhere, const struct people *people,
                           const struct group *group, const char *list)
{
    AUTO(problems) struct problems *told = problems_new(); /* `check` tells them */
    AUTO(array) GPtrArray *ids = g_ptr_array_new();
    AUTO(array) GPtrArray *recipients = NULL;
    AUTO(text) char *own = g_strconcat(list, ":", NULL);
    g_ptr_array_add(ids, group->id);
    if (!people_expand(people, ids, &recipients, told))
        return;
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *one = recipients->pdata[i];
        if (!g_str_has_prefix(one->origin, own))
            g_hash_table_insert(elsewhere, one->address, one->origin);
    }
}

static int merge_into(const struct conf *conf, const char *list, GHashTable *elsewhere,
                      const struct wish *wish)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(merge) struct merge *merge = NULL;
    AUTO(error) struct error error = {0};
    AUTO(text) char *former = NULL;
    AUTO(text)
    char *path =
        g_path_is_absolute(list) ? g_strdup(list) : g_build_filename(conf->groups_dir, list, NULL);
    if (!merge_read(&merge, path, wish->file, elsewhere, problems))
        return fail_all(problems);
    if (!wish->json)
        tell_changes(merge);
    if (!wish->dry_run && is_changed(merge)) {
        if (!write_list(path, merge, &former, &error))
            return fail(&error);
        tell_daemon(conf, list, merge);
    }
    return tell(list, merge, wish, former);
}

static int import(const struct conf *conf, const struct wish *wish)
{
    AUTO(people) struct people *people = NULL;
    AUTO(error) struct error error = {0};
    const struct group *group;
    const char *list;
    if (!people_read_configured(&people, conf, &error) ||
        !which_group(people, wish->group, &group, &error) ||
        !choose_list(group, wish->list, &list, &error))
        return fail(&error);
    AUTO(table) GHashTable *elsewhere = g_hash_table_new(address_hash, address_equal);
    find_elsewhere(elsewhere, people, group, list);
    return merge_into(conf, list, elsewhere, wish);
}

static int run_import(struct session *session, int argc, char **argv)
{
    struct wish wish = {0};
    const struct option_entry options[] = {{"group", 0, OPTION_TEXT, &wish.group},
                                           {"list", 0, OPTION_TEXT, &wish.list},
                                           {"dry-run", 0, OPTION_FLAG, &wish.dry_run},
                                           {"json", 0, OPTION_FLAG, &wish.json},
                                           {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count != 1)
        return fail_usage(session, N_("name one spreadsheet"));
    if (!wish.group)
        return fail_usage(session, N_("say which group, with --group GROUP"));
    wish.file = arguments[0];
    if ((status = session_read_conf(session)) != EX_OK)
        return status;
    return import(session->conf, &wish);
}
