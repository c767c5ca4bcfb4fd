#include "mail/view.h"

#include <stdlib.h>
#include <string.h>

#include "sample.h"

static json_t *view_of(const struct sample *sample)
{
    AUTO(table) GHashTable *pictures = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(pictures, (void *)"a.png", (void *)"cid:1@example.org");
    return view_of_issue(&sample->issue, "主题", pictures);
}

/* The value as JSON text at a path such as "parts.0.articles.0.title"; the caller frees with
 * free(). */
static char *at(const json_t *view, const char *path)
{
    AUTO(texts) char **steps = g_strsplit(path, ".", -1);
    for (char **step = steps; *step && view; step++)
        view = json_is_array(view) ? json_array_get(view, strtoul(*step, NULL, 10))
                                   : json_object_get(view, *step);
    return view ? json_dumps(view, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS) : NULL;
}

static void expect(const json_t *view, const char *path, const char *expected)
{
    char *found = at(view, path);
    if (!found || strcmp(found, expected) != 0)
        fail_msg("%s: %s", path, found ? found : "nothing");
    free(found);
}

static const struct {
    const char *path, *expected;
} whole[] = {
    {"subject", "\"主题\""},
    {"name", "\"科协每周动态\""},
    {"name_px", "46"},
    {"year", "2023"},
    {"number", "25"},
    {"total_number", "78"},
    {"supplement", "false"},
    {"subtitle", "null"},
    {"date", "{\"day\":6,\"month\":11,\"year\":2023}"},
    {"contents.entries", "[\"密云区召开科普工作联席会\"]"},
    {"parts.0.section", "\"基层动态\""},
    {"parts.0.articles.0.level", "3"},
    {"parts.0.articles.0.attribution", "\"密云区科协\""},
    {"parts.0.articles.0.blocks.0.paragraph.text", "\"11月2日，密云区召开科普工作联席会。\""},
    {"parts.0.articles.0.blocks.0.table", "null"},
    {"makers.contact", "{\"label\":\"投稿邮箱\",\"mailto\":\"skxxxbs@bast.net.cn\",\"text\":"
                       "\"skxxxbs@bast.net.cn\"}"},
    {"makers.telephone", "null"},
    {"makers.editor.0.label", "null"},
    {"makers.editor.0.persons",
     "[{\"more\":true,\"name\":\"张红波\"},{\"more\":false,\"name\":\"王明\"}]"},
    {"receivers.lines", "[{\"label\":\"分送\",\"text\":\"市科协驻会领导\"},"
                        "{\"label\":null,\"text\":\"机关各部门\"}]"},
};

static void everything_has_its_name(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    AUTO(json) json_t *view = view_of(sample);
    for (size_t i = 0; i < G_N_ELEMENTS(whole); i++)
        expect(view, whole[i].path, whole[i].expected);
}

static void what_is_not_there_is_null(void **state)
{
    (void)state;
    struct issue bare = {.name = (char *)"动态", .key = (char *)"2023-25"};
    AUTO(table) GHashTable *pictures = g_hash_table_new(g_str_hash, g_str_equal);
    AUTO(json) json_t *view = view_of_issue(&bare, "主题", pictures);
    static const char *const names[] = {"year", "number",   "total_number", "subtitle", "office",
                                        "date", "contents", "makers",       "receivers"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        expect(view, names[i], "null");
    expect(view, "parts", "[]");
}

static void articles_in_a_row_share_their_section(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    (void)sample_add_article(sample, "二", "基层动态", NULL);
    (void)sample_add_article(sample, "三", NULL, NULL);
    (void)sample_add_article(sample, "四", "基层动态", NULL);
    AUTO(json) json_t *view = view_of(sample);
    expect(view, "parts.0.articles.1.title", "\"二\"");
    expect(view, "parts.1.section", "null");
    expect(view, "parts.1.articles.0.level", "2");
    expect(view, "parts.2.articles.0.title", "\"四\"");
}

static const struct {
    const char *title, *expected;
} titles[] = {
    {"一二", "[\"一二\"]"},
    {"一二 三四", "[\"一二\",\"三四\"]"},
    {"2023 年一 二", "[\"2023 年一\",\"二\"]"},
    {"AI and 科学", "[\"AI and 科学\"]"},
    {"", "[\"\"]"},
    {" 一 ", "[\" 一 \"]"},
};

static void a_title_parts_between_hanzi_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(titles); i++) {
        AUTO(sample) struct sample *sample = sample_new();
        (void)sample_add_article(sample, titles[i].title, "基层动态", NULL);
        AUTO(json) json_t *view = view_of(sample);
        expect(view, "parts.0.articles.1.pieces", titles[i].expected);
    }
}

static void lists_count_at_each_depth(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    struct article *article = sample_add_article(sample, "二", "基层动态", NULL);
    struct block *list = sample_add_block(article, BLOCK_LIST, NULL);
    list->ordered = true;
    list->texts = TEXTS("甲", "  乙", "  丙", "丁", "  戊", "                    己");
    AUTO(json) json_t *view = view_of(sample);
    expect(view, "parts.0.articles.1.blocks.0.list.ordered", "true");
    expect(
        view, "parts.0.articles.1.blocks.0.list.items",
        "[{\"depth\":0,\"number\":1,\"text\":\"甲\"},{\"depth\":1,\"number\":1,\"text\":\"乙\"},"
        "{\"depth\":1,\"number\":2,\"text\":\"丙\"},{\"depth\":0,\"number\":2,\"text\":\"丁\"},"
        "{\"depth\":1,\"number\":1,\"text\":\"戊\"},{\"depth\":7,\"number\":1,\"text\":\"己\"}]");
}

static void each_kind_of_block_has_its_name(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    struct article *article = sample_add_article(sample, "二", "基层动态", NULL);
    (void)sample_add_block(article, BLOCK_HEADING, "一、甲");
    struct block *table = sample_add_block(article, BLOCK_TABLE, NULL);
    table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_ptr_array_add(table->rows, TEXTS("区", "场次"));
    g_ptr_array_add(table->rows, TEXTS("密云区和海淀区", "12"));
    sample_add_block(article, BLOCK_PICTURE, "会场")->target = (char *)"a.png";
    sample_add_block(article, BLOCK_QUOTE, NULL)->texts = TEXTS("引文");
    (void)sample_add_block(article, BLOCK_RULE, NULL);
    sample_add_block(article, BLOCK_FOOTNOTE, "注")->target = (char *)"1";
    AUTO(json) json_t *view = view_of(sample);
    AUTO(json)
    json_t *blocks = json_incref(json_object_get(
        json_array_get(
            json_object_get(json_array_get(json_object_get(view, "parts"), 0), "articles"), 1),
        "blocks"));
    expect(blocks, "0.heading", "{\"level\":4,\"text\":\"一、甲\"}");
    expect(blocks, "1.table",
           "{\"head\":[{\"short\":true,\"text\":\"区\"},{\"short\":true,\"text\":\"场次\"}],"
           "\"rows\":[{\"cells\":[{\"short\":false,\"text\":\"密云区和海淀区\"},"
           "{\"short\":true,\"text\":\"12\"}]}]}");
    expect(blocks, "2.picture", "{\"src\":\"cid:1@example.org\",\"words\":\"会场\"}");
    expect(blocks, "3.quote", "{\"texts\":[\"引文\"]}");
    expect(blocks, "4.rule", "true");
    expect(blocks, "5.footnote", "{\"bold\":false,\"label\":\"1\",\"text\":\"注\"}");
}

static void a_contact_that_is_no_mailbox_is_no_link(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    sample->issue.contact = (char *)"javascript:alert(1)";
    AUTO(json) json_t *view = view_of(sample);
    expect(view, "makers.contact.mailto", "null");
    expect(view, "makers.contact.text", "\"javascript:alert(1)\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_has_its_name),
        cmocka_unit_test(what_is_not_there_is_null),
        cmocka_unit_test(articles_in_a_row_share_their_section),
        cmocka_unit_test(a_title_parts_between_hanzi_alone),
        cmocka_unit_test(lists_count_at_each_depth),
        cmocka_unit_test(each_kind_of_block_has_its_name),
        cmocka_unit_test(a_contact_that_is_no_mailbox_is_no_link),
    };
    return cmocka_run_group_tests_name("mail/view", tests, NULL, NULL);
}
