#include "report/changes.h"
#include "report/page.h"

#define FAILURES_BACK 2   /* issues */
#define FAILING_TOLD  200 /* nobody reads more */

/* --- who failed every time ---------------------------------------------------------------------
 */

static void failing_free(void *pointer)
{
    struct failing *one = pointer;
    g_free(one->address);
    g_free(one->name);
    g_free(one->reason);
    g_free(one);
}

struct failures { /* of one issue, among those who failed in the later ones too */
    const struct answers *answers;
    GHashTable *among; /* address to struct failing; NULL: all */
    GHashTable *found;
};

static bool take_failure(void *user, const struct queue_delivery *delivery, struct error *error)
{
    (void)error;
    struct failures *failures = user;
    if (failures->among && !g_hash_table_contains(failures->among, delivery->address))
        return true;
    struct failing *one = g_new0(struct failing, 1);
    one->address = g_strdup(delivery->address);
    one->name = g_strdup(delivery->name ? delivery->name : "");
    one->reason = report_reason(failures->answers, delivery);
    g_hash_table_insert(failures->found, one->address, one);
    return true;
}

static GHashTable *failures_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, failing_free);
}

/* *failed: those of these issues who failed in each; the reasons are the last one's. */
static bool read_failures(GHashTable **failed, const struct report_parts *parts,
                          const GPtrArray *issues, struct error *error)
{
    AUTO(table) GHashTable *among = NULL;
    for (guint i = 0; i < issues->len; i++) {
        const struct queue_issue *issue = issues->pdata[i];
        AUTO(table) GHashTable *found = failures_new();
        struct failures failures = {parts->answers, among, found};
        if (issue->counts.failed && (!among || g_hash_table_size(among)) &&
            !queue_deliveries(parts->queue, issue->id, FAILED, take_failure, &failures, error))
            return false;
        g_clear_pointer(&among, g_hash_table_unref);
        among = TAKE(found);
    }
    *failed = among ? TAKE(among) : failures_new();
    return true;
}

struct gathering {
    GHashTable *failed;
    GPtrArray *failing;
};

static bool gather_failing(void *user, const struct queue_delivery *delivery, struct error *error)
{
    (void)error;
    struct gathering *gathering = user;
    struct failing *one = g_hash_table_lookup(gathering->failed, delivery->address);
    if (!one)
        return true;
    g_hash_table_steal(gathering->failed, delivery->address);
    g_ptr_array_add(gathering->failing, one);
    return true;
}

static bool read_failing(GPtrArray *failing, const struct report_parts *parts,
                         const struct queue_issue *issue, struct error *error)
{
    AUTO(array) GPtrArray *before = NULL;
    AUTO(table) GHashTable *failed = NULL;
    if (!queue_issues_before(parts->queue, issue, FAILURES_BACK, &before, error))
        return false;
    if (before->len < FAILURES_BACK)
        return true;
    if (!read_failures(&failed, parts, before, error))
        return false;
    struct gathering gathering = {failed, failing};
    return g_hash_table_size(failed) == 0 ||
           queue_deliveries(parts->queue, issue->id, -1, gather_failing, &gathering, error);
}

static int by_address(const void *left, const void *right)
{
    return g_strcmp0((*(const struct failing *const *)left)->address,
                     (*(const struct failing *const *)right)->address);
}

bool failing_read(GPtrArray **failing, const struct report_parts *parts,
                  const struct queue_issue *issue, struct error *error)
{
    AUTO(array) GPtrArray *before = NULL;
    AUTO(array) GPtrArray *both = g_ptr_array_new();
    AUTO(array) GPtrArray *fresh = g_ptr_array_new_with_free_func(failing_free);
    AUTO(table) GHashTable *failed = NULL;
    if (!queue_issues_before(parts->queue, issue, 1, &before, error))
        return false;
    g_ptr_array_extend(both, before, NULL, NULL);
    g_ptr_array_add(both, (void *)issue);
    if (before->len && !read_failures(&failed, parts, both, error))
        return false;
    GHashTableIter iter;
    void *one;
    if (failed)
        g_hash_table_iter_init(&iter, failed);
    while (failed && g_hash_table_iter_next(&iter, NULL, &one)) {
        g_hash_table_iter_steal(&iter);
        g_ptr_array_add(fresh, one);
    }
    g_ptr_array_sort(fresh, by_address);
    *failing = TAKE(fresh);
    return true;
}

/* --- both --------------------------------------------------------------------------------------
 */

bool changes_read(struct changes **changes, const struct report_parts *parts,
                  const struct queue_issue *issue, size_t most, struct error *error)
{
    AUTO(changes) struct changes *fresh = g_new0(struct changes, 1);
    fresh->failing = g_ptr_array_new_with_free_func(failing_free);
    if (!queue_compare(parts->queue, issue->id, parts->conf->guard, most, &fresh->comparison,
                       error) ||
        !read_failing(fresh->failing, parts, issue, error))
        return false;
    *changes = TAKE(fresh);
    return true;
}

void changes_free(struct changes *changes)
{
    if (!changes)
        return;
    comparison_free(changes->comparison);
    g_ptr_array_unref(changes->failing);
    g_free(changes);
}

/* --- in words ----------------------------------------------------------------------------------
 */

static const char *name_of(const struct group_change *change)
{
    return change->group ? change->name : _("all together");
}

static bool has_changed(const struct group_change *change)
{
    return change->since && (change->added || change->gone || change->alarming);
}

/* `张三 <zhang@example.org>` or the address alone. The caller frees. */
static char *person_text(const struct changed_person *person)
{
    return person->name ? g_strdup_printf("%s <%s>", person->name, person->address)
                        : g_strdup(person->address);
}

/* What is alarming before the rest; then each in the order of the 分送 lines, the whole last. The
 * caller frees the array. */
static GPtrArray *in_order(const struct comparison *comparison)
{
    GPtrArray *rows = g_ptr_array_new();
    for (int alarming = 1; alarming >= 0; alarming--) {
        for (guint i = 0; i < comparison->groups->len; i++) {
            struct group_change *change = comparison->groups->pdata[i];
            if (has_changed(change) && change->alarming == alarming)
                g_ptr_array_add(rows, change);
        }
        if (has_changed(comparison->whole) && comparison->whole->alarming == alarming)
            g_ptr_array_add(rows, comparison->whole);
    }
    return rows;
}

/* --- as a page ---------------------------------------------------------------------------------
 */

/* "-30 (75%)": the share is what alarms. The caller frees. */
static char *share_text(char sign, int64_t part, int64_t before)
{
    if (!part || before <= 0)
        return g_strdup_printf("%c%lld", sign, (long long)part);
    return g_strdup_printf("%c%lld (%lld%%)", sign, (long long)part,
                           (long long)(part * 100 / before));
}

static void add_row(GString *page, const struct group_change *change)
{
    AUTO(text) char *added = share_text('+', change->added, change->before);
    AUTO(text) char *gone = share_text('-', change->gone, change->before);
    page_add(page, change->alarming ? "<tr class=\"todo\"><td><b>%s</b></td>" : "<tr><td>%s</td>",
             name_of(change));
    page_add(page,
             "<td>%s</td><td class=\"number\">%lld</td><td class=\"number\">%lld</td>"
             "<td class=\"number\">%s</td><td class=\"number\">%s</td></tr>\n",
             change->since, (long long)change->before, (long long)change->now, added, gone);
}

static void add_persons(GString *page, const char *heading, const GPtrArray *persons, int64_t count)
{
    if (!persons->len)
        return;
    page_add(page, "<p><b>%s</b> ", heading);
    for (guint i = 0; i < persons->len; i++) {
        AUTO(text) char *person = person_text(persons->pdata[i]);
        page_add(page, "%s%s", i ? _(", ") : "", person);
    }
    if (count > (int64_t)persons->len) {
        AUTO(text)
        char *more = g_strdup_printf(_("… and %lld more"), (long long)(count - persons->len));
        page_add(page, " %s", more);
    }
    page_add(page, "</p>\n");
}

void changes_add_page(GString *page, const struct changes *changes)
{
    const char *const columns[] = {_("group"), _("since issue"), _("before"), _("now"),
                                   _("added"), _("gone"),        NULL};
    AUTO(array) GPtrArray *rows = in_order(changes->comparison);
    if (!rows->len)
        return;
    page_add(page, "<h2>%s</h2>\n", _("Recipients, compared with last time"));
    page_table_head(page, columns, 2);
    for (guint i = 0; i < rows->len; i++)
        add_row(page, rows->pdata[i]);
    page_add(page, "</table>\n");
    for (guint i = 0; i < rows->len; i++) {
        const struct group_change *change = rows->pdata[i];
        if (!change->group) /* its persons are those of the groups */
            continue;
        AUTO(text) char *gone = g_strdup_printf(_("%s, gone:"), name_of(change));
        AUTO(text) char *added = g_strdup_printf(_("%s, added:"), name_of(change));
        add_persons(page, gone, change->went, change->gone);
        add_persons(page, added, change->came, change->added);
    }
}

/* NULL: all are told. The caller frees. */
static char *failing_more(const GPtrArray *failing)
{
    return failing->len > FAILING_TOLD
               ? g_strdup_printf(_("… and %lld more"), (long long)failing->len - FAILING_TOLD)
               : NULL;
}

static const char *failing_heading(void)
{
    return _("Failed for good in the last two issues");
}

const char *failing_todo(void)
{
    return _("They are sent to all the same. Correct these addresses in the lists, or stop them "
             "with fensong suppress add.");
}

const char *failing_todo_ended(void)
{
    return _("Correct these addresses in the lists, or stop them with fensong suppress add.");
}

void failing_add_page(GString *page, const GPtrArray *failing, const char *todo)
{
    if (!failing->len)
        return;
    page_add(page, "<h2>%s · %u</h2>\n<p class=\"note\">%s</p>\n<ol>\n", failing_heading(),
             failing->len, todo);
    for (guint i = 0; i < failing->len && i < FAILING_TOLD; i++) {
        const struct failing *one = failing->pdata[i];
        page_add(page, "<li><b>%s</b> &lt;%s&gt;<br>%s</li>\n", one->name, one->address,
                 one->reason ? one->reason : "");
    }
    page_add(page, "</ol>\n");
    AUTO(text) char *more = failing_more(failing);
    if (more)
        page_add(page, "<p class=\"note\">%s</p>\n", more);
}

/* --- as text -----------------------------------------------------------------------------------
 */

static void add_text_persons(GString *text, const char *sign, const GPtrArray *persons,
                             int64_t count)
{
    for (guint i = 0; i < persons->len; i++) {
        AUTO(text) char *person = person_text(persons->pdata[i]);
        g_string_append_printf(text, "    %s %s\n", sign, person);
    }
    if (persons->len && count > (int64_t)persons->len) {
        AUTO(text)
        char *more = g_strdup_printf(_("… and %lld more"), (long long)(count - persons->len));
        g_string_append_printf(text, "    %s %s\n", sign, more);
    }
}

void changes_add_text(GString *text, const struct changes *changes)
{
    AUTO(array) GPtrArray *rows = in_order(changes->comparison);
    if (!rows->len)
        return;
    g_string_append_printf(text, "%s\n\n", _("Recipients, compared with last time"));
    for (guint i = 0; i < rows->len; i++) {
        const struct group_change *change = rows->pdata[i];
        g_string_append_printf(text, "%s %s: %lld → %lld (+%lld -%lld) [%s]\n",
                               change->alarming ? "!" : " ", name_of(change),
                               (long long)change->before, (long long)change->now,
                               (long long)change->added, (long long)change->gone, change->since);
        if (!change->group)
            continue;
        add_text_persons(text, "-", change->went, change->gone);
        add_text_persons(text, "+", change->came, change->added);
    }
    g_string_append_c(text, '\n');
}

void failing_add_text(GString *text, const GPtrArray *failing, const char *todo)
{
    if (!failing->len)
        return;
    g_string_append_printf(text, "%s\n\n", failing_heading());
    for (guint i = 0; i < failing->len && i < FAILING_TOLD; i++) {
        const struct failing *one = failing->pdata[i];
        g_string_append_printf(text, "  %s <%s>: %s\n", one->name, one->address,
                               one->reason ? one->reason : "");
    }
    AUTO(text) char *more = failing_more(failing);
    g_string_append_printf(text, "%s%s%s\n\n", more ? more : "", more ? "\n" : "", todo);
}
