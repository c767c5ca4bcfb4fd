/* Large and hostile documents: read or refused within bounds of memory. Times are printed, not
 * asserted: the machine that runs the tests is not ours. */
#include "../cases.h"

#include "base/file.h"
#include "issue/issue.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum {
    MOST_GROWTH = 256 << 10, /* KiB, over the process before the first document */
};

static long peak_kib(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void repeat(GString *text, const char *piece, int times)
{
    for (int i = 0; i < times; i++)
        g_string_append(text, piece);
}

struct row {
    const char *name;
    const char *before, *piece; /* the document: before, the piece so many times, after */
    int times;
    const char *after;
};

static const char head[] = "# 科协动态\n\n2023年第25期\n\n";

static void read_as(const struct row *row, const char *name, const GString *text, long start)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    double begin = seconds();
    bool good = issue_read(&issue, text->str, text->len, name, problems);
    print_message("  %-28s %-6s %5.1f MB %-8s %6.0f ms, %4ld MiB\n", row->name, name,
                  (double)text->len / 1e6, good ? "read" : "refused", (seconds() - begin) * 1e3,
                  (peak_kib() - start) / 1024);
    assert_true(good || problems_count(problems) > 0);
#ifndef __SANITIZE_ADDRESS__
    assert_true(peak_kib() - start < MOST_GROWTH);
#endif
}

static void hostile_documents_stay_within_bounds(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"an issue of 2 MB", "## 一号\n\n",
         "培训班采用专题报告、专题辅导和分组研讨等形式，全面学习、把握、落实有关精神，把学到的转化"
         "为"
         "坚定理想、锤炼党性和指导实践、推动工作的力量。市科协党组书记在专题辅导报告中指出，科技社"
         "团是"
         "科技人才和创新资源的聚集地，承载着繁荣学术交流、培育科技人才、促进国际合作、推动产学研融"
         "合的"
         "重要使命，要坚定发展信心，聚焦主责主业，优化治理结构，提升竞争实力。\n\n",
         3300, "## 二号\n\n文。\n\n编辑：张三\n分送：甲\n"},
        {"2 MB of short paragraphs", "## 一号\n\n",
         "　　为深入学习贯彻习近平新时代中国特色社会主义思想，落实有关部署要求，培训班开班。\n\n",
         16000, "## 二号\n\n文。\n\n编辑：张三\n分送：甲\n"},
        {"100,000 headings", "", "## 一号\n\n", 100000, ""},
        {"one line of 10 MB", "## 一号\n\n", "科普", 1700000, "。\n"},
        {"nested quotes", "", ">", 200000, " 甲\n"},
        {"nested lists", "", "- ", 100000, "甲\n"},
        {"10,000 labels", "## 一号\n\n文。\n\n", "编辑：张三\n", 10000, ""},
        {"10,000 labels on a line", "## 一号\n\n文。\n\n", "编辑：张三 ", 10000, "\n"},
        {"blanks only", "", "　\n", 1000000, ""},
        {"brackets", "## 一号\n\n", "[", 240000, "\n"},
        {"too many brackets", "## 一号\n\n", "[", 1000000, "\n"},
        {"emphasis", "## 一号\n\n", "**a", 120000, "\n"},
        {"bars", "## 一号\n\n|a|\n|-|\n", "|甲|乙|丙|\n", 50000, ""},
        {"contents of 20,000 entries", "目录\n\n", "- 一号培训班开班\n", 20000,
         "\n## 一号\n\n文。\n"},
        {"footnotes", "## 一号\n\n文[^1]。\n\n", "[^1]: 注。\n", 50000, ""},
    };
    static const char *const names[] = {"a.md", "a.txt"};
    long start = peak_kib();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(str) GString *text = g_string_new(head);
        g_string_append(text, rows[i].before);
        repeat(text, rows[i].piece, rows[i].times);
        g_string_append(text, rows[i].after);
        for (size_t n = 0; n < G_N_ELEMENTS(names); n++)
            read_as(&rows[i], names[n], text, start);
    }
}

/* Octets that once took the reader down. */
static void what_fuzzing_found_is_read_or_refused(void **state)
{
    (void)state;
    static const char folder[] = "tests/fuzz/corpus/issue";
    GDir *open = g_dir_open(folder, 0, NULL);
    assert_non_null(open);
    for (const char *file; (file = g_dir_read_name(open));) {
        AUTO(text) char *path = g_build_filename(folder, file, NULL);
        AUTO(error) struct error error = {0};
        AUTO(bytes) GBytes *bytes = NULL;
        CASE(file);
        assert_true(file_load(&bytes, path, 1 << 20, &error));
        gsize length;
        const void *octets = g_bytes_get_data(bytes, &length);
        for (int markdown = 0; markdown < 2; markdown++) {
            AUTO(problems) struct problems *problems = problems_new();
            AUTO(issue) struct issue *issue = NULL;
            bool good = issue_read(&issue, octets, length, markdown ? "a.md" : "a.txt", problems);
            assert_int_equal(good, !problems_any(problems));
        }
    }
    g_dir_close(open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_documents_stay_within_bounds),
        cmocka_unit_test(what_fuzzing_found_is_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
