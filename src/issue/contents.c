#include "issue/contents.h"

#include "base/text.h"
#include "issue/words.h"

#include <string.h>

static void entry_free(void *pointer)
{
    struct entry *entry = pointer;
    g_free(entry->text);
    g_free(entry->key);
    g_free(entry->bare_key);
    g_free(entry);
}

void contents_init(struct contents *contents)
{
    *contents = (struct contents){
        .entries = g_ptr_array_new_with_free_func(entry_free),
        .by_key = g_hash_table_new(g_str_hash, g_str_equal),
        .sections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };
}

void contents_clear(struct contents *contents)
{
    g_hash_table_unref(contents->by_key);
    g_hash_table_unref(contents->sections);
    g_ptr_array_unref(contents->entries);
}

bool contents_is_head(const char *line)
{
    static const char *const heads[] = {"目录",     "目录提要", "本期目录", "要目",     "本期要目",
                                        "本期要点", "目次",     "内容提要", "本期导读", "导读",
                                        "本期提要", "提要",     "本期内容", "要点"};
    if (strlen(line) > 100)
        return false;
    AUTO(text) char *framed = words_framed(line, NULL);
    AUTO(text) char *bare = text_squeeze(framed ? framed : line);
    if (g_str_has_suffix(bare, "页码")) /* 目　录　　页　码 */
        bare[strlen(bare) - strlen("页码")] = '\0';
    if (g_str_has_suffix(bare, "：") || g_str_has_suffix(bare, ":"))
        *g_utf8_prev_char(bare + strlen(bare)) = '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++)
        if (strcmp(bare, heads[i]) == 0)
            return true;
    return false;
}

/* --- entries --- */

/* `…… 3`, `(3)`, `  3`, `第3页` at the end; four digits are a year. */
char *contents_without_page(const char *text)
{
    static GRegex *page;
    if (!page)
        page = g_regex_new(
            "(?:[.…·・．。\\-—_]{2,}|\\s)\\s*[(（]?\\s*(?:第|[Pp]\\.?)?\\s*[0-9０-９]{1,3}"
            "\\s*页?\\s*[)）]?\\s*$|[(（]\\s*[0-9０-９]{1,3}\\s*[)）]\\s*$|"
            "(?:[.…·・．_]{2,}|—{3,})\\s*$",
            G_REGEX_OPTIMIZE, 0, NULL);
    /* NULL: too many blanks or dots to try all of them, and no entry. */
    char *bare = g_regex_replace_literal(page, text, -1, 0, "", 0, NULL);
    return bare ? bare : g_strdup(text);
}

bool contents_has_page(const char *line)
{
    if (strlen(line) > 400)
        return false;
    AUTO(text) char *bare = contents_without_page(line);
    return strlen(bare) < strlen(line);
}

static char *entry_text(const char *line)
{
    const char *text = line;
    enum mark mark;
    do /* `● 1. …` */
        mark = words_mark(text, &text);
    while (mark != MARK_NONE && *text);
    if (g_str_has_prefix(text, "- ") || g_str_has_prefix(text, "* "))
        text += 2;
    AUTO(text) char *bare = contents_without_page(text);
    return words_title(bare);
}

char *contents_key(const char *line)
{
    AUTO(text) char *text = entry_text(line);
    return words_key(text);
}

static gunichar first_of(const char *line)
{
    AUTO(text) char *bare = text_trim(line);
    return g_utf8_get_char(bare);
}

static void add_key(struct contents *contents, char *key, struct entry *entry)
{
    if (*key && !g_hash_table_contains(contents->by_key, key))
        g_hash_table_insert(contents->by_key, key, entry);
}

bool contents_add(struct contents *contents, const char *line, int number)
{
    AUTO(text) char *text = entry_text(line);
    AUTO(text) char *key = words_key(text);
    if (!*key)
        return false;
    struct entry *entry = g_new0(struct entry, 1);
    entry->text = TAKE(text);
    entry->key = TAKE(key);
    entry->line = number;
    entry->paged = contents_has_page(line);
    entry->mark = words_mark(line, &(const char *){NULL});
    entry->sign = entry->mark == MARK_BULLET ? first_of(line) : 0;
    g_ptr_array_add(contents->entries, entry);
    add_key(contents, entry->key, entry);
    /* 【学会要闻】学会召开…: the section stands before its entry. */
    const char *framed = g_str_has_prefix(entry->text, "【") ? strstr(entry->text, "】") : NULL;
    if (framed) {
        entry->bare_key = words_key(framed);
        add_key(contents, entry->bare_key, entry);
    }
    return true;
}

void contents_add_section(struct contents *contents, const char *name)
{
    g_hash_table_add(contents->sections, words_key(name));
}

static void forget_keys(struct contents *contents, const struct entry *entry)
{
    g_hash_table_remove(contents->by_key, entry->key);
    if (entry->bare_key)
        g_hash_table_remove(contents->by_key, entry->bare_key);
}

void contents_lengthen(struct contents *contents, const char *line)
{
    struct entry *last = contents->entries->pdata[contents->entries->len - 1];
    AUTO(text) char *more = entry_text(line);
    AUTO(text) char *whole = words_title_more(last->text, more);
    int number = last->line;
    forget_keys(contents, last);
    g_ptr_array_set_size(contents->entries, (gint)contents->entries->len - 1);
    (void)contents_add(contents, whole, number);
    ((struct entry *)contents->entries->pdata[contents->entries->len - 1])->paged =
        contents_has_page(line);
}

void contents_regroup(struct contents *contents, guint at)
{
    const struct entry *entry = contents->entries->pdata[at];
    contents_add_section(contents, entry->text);
    forget_keys(contents, entry);
    g_ptr_array_remove_index(contents->entries, at);
}

/* --- matching --- */

/* Do all of the entry's characters stand in the title, in order, and are they a good part of it? */
static bool shortens(const char *entry, const char *title)
{
    glong entry_length = g_utf8_strlen(entry, -1), title_length = g_utf8_strlen(title, -1);
    if (entry_length < 4 || entry_length > title_length || entry_length * 5 < title_length * 2)
        return false;
    for (; *title && *entry; title = g_utf8_next_char(title))
        if (g_utf8_get_char(title) == g_utf8_get_char(entry))
            entry = g_utf8_next_char(entry);
    return !*entry;
}

enum { LOOK_AHEAD = 24 }; /* entries not found yet; bounds the work of hostile contents */

struct entry *contents_match(struct contents *contents, const char *key)
{
    if (!key)
        return NULL;
    struct entry *exact = g_hash_table_lookup(contents->by_key, key);
    if (exact)
        return exact;
    while (contents->next < contents->entries->len &&
           ((struct entry *)contents->entries->pdata[contents->next])->found)
        contents->next++;
    int looked = 0;
    for (guint i = contents->next; i < contents->entries->len && looked < LOOK_AHEAD; i++) {
        struct entry *entry = contents->entries->pdata[i];
        if (entry->found)
            continue;
        looked++;
        if (shortens(entry->key, key))
            return entry;
    }
    return NULL;
}

bool contents_has(const struct contents *contents, const char *key)
{
    return g_hash_table_contains(contents->by_key, key);
}
