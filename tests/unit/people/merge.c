/* A spreadsheet that becomes a list's new content. */
#include "people/merge.h"

#include "folder.h"

#define BOM "\xef\xbb\xbf"

static const struct {
    const char *name, *list, *spreadsheet; /* list NULL: it is not there yet */
    const char *text;                      /* without the BOM; NULL: refused */
    const char *changes;                   /* "+a -b ~c =d" */
} cases[] = {
    {"the same", "address,name\na@b.org,A\n", "address,name\na@b.org,A\n",
     "address,name,title,unit\r\na@b.org,A,,\r\n", ""},
    {"one is new", "address,name,title,unit\na@b.org,A,,\n", "address,name\na@b.org,A\nn@b.org,N\n",
     "address,name,title,unit\r\na@b.org,A,,\r\nn@b.org,N,,\r\n", "+n@b.org"},
    {"one is gone", "address,name,title,unit\na@b.org,A,,\nc@b.org,C,,\n", "c@b.org\n",
     "address,name,title,unit\r\nc@b.org,C,,\r\n", "-a@b.org"},
    {"a name changed", "address,name,title,unit\na@b.org,A,T,\n", "name,address\nB,a@b.org\n",
     "address,name,title,unit\r\na@b.org,B,T,\r\n", "~a@b.org"},
    {"what the spreadsheet does not say stays", "address,name,title,unit\na@b.org,A,T,U\n",
     "a@b.org\n", "address,name,title,unit\r\na@b.org,A,T,U\r\n", ""},
    {"order, notes and other columns stay",
     "no,note,name,address,title,unit\n1,old,C,c@b.org,,\n2,\"x, y\",A,a@b.org,,\n",
     "a@b.org\nc@b.org\n",
     "no,note,name,address,title,unit\r\n1,old,C,c@b.org,,\r\n2,\"x, y\",A,a@b.org,,\r\n", ""},
    {"who is stopped stays so", "address,name,title,unit,disabled\na@b.org,A,,,yes\n",
     "a@b.org\nn@b.org\n", "address,name,title,unit,disabled\r\na@b.org,A,,,yes\r\nn@b.org,,,,\r\n",
     "=a@b.org +n@b.org"},
    {"a semicolon between", "address;name;title;unit\na@b.org;A;;\n", "a@b.org\n",
     "address,name,title,unit\r\na@b.org,A,,\r\n", ""},
    {"no header in the list", "A,a@b.org\n", "a@b.org\nn@b.org\n",
     ",address,name,title,unit\r\nA,a@b.org,,,\r\n,n@b.org,,,\r\n", "+n@b.org"},
    {"no list yet", NULL, "name,address\nA,a@b.org\n", "address,name,title,unit\r\na@b.org,A,,\r\n",
     "+a@b.org"},
    {"twice in the spreadsheet", NULL, "a@b.org\na@b.org\n",
     "address,name,title,unit\r\na@b.org,,,\r\n", "+a@b.org"},
    {"what looks like a formula is guarded", "address,name,title,unit\na@b.org,'=1,,\n",
     "a@b.org\n", "address,name,title,unit\r\na@b.org,'=1,,\r\n", ""},
    {"an emptied list", "address,name,title,unit\na@b.org,A,,\n", "address\n",
     "address,name,title,unit\r\n", "-a@b.org"},
    {"a wrong spreadsheet", "a@b.org\n", "address\nnobody\n", NULL, NULL},
    {"a wrong list", "address\nnobody\n", "a@b.org\n", NULL, NULL},
};

static char *changes_of(const struct merge *merge)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < merge->changes->len; i++) {
        const struct merge_change *one = merge->changes->pdata[i];
        g_string_append_printf(text, "%s%c%s", i ? " " : "", "+-~="[one->kind], one -> address);
    }
    return g_string_free(text, FALSE);
}

static void check(size_t i, const char *folder)
{
    AUTO(text) char *list = g_build_filename(folder, "list.csv", NULL);
    AUTO(text) char *spreadsheet = g_build_filename(folder, "new.csv", NULL);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(merge) struct merge *merge = NULL;
    bool good = merge_read(&merge, list, spreadsheet, problems);
    if (good != (cases[i].text != NULL) || good == problems_any(problems))
        fail_msg("%s: %s", cases[i].name, good ? "taken" : "refused");
    if (!good)
        return;
    AUTO(text) char *changes = changes_of(merge);
    AUTO(text) char *expected = g_strconcat(BOM, cases[i].text, NULL);
    if (strcmp(merge->text->str, expected) != 0 || strcmp(changes, cases[i].changes) != 0)
        fail_msg("%s: %s\n%s", cases[i].name, changes, merge->text->str);
}

static void lists_are_merged(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct folder_file files[] = {{"new.csv", cases[i].spreadsheet},
                                            {cases[i].list ? "list.csv" : NULL, cases[i].list}};
        AUTO(folder) char *folder = folder_new(files, G_N_ELEMENTS(files));
        check(i, folder);
    }
}

/* What was merged is read as just the spreadsheet's people. */
static void what_is_merged_merges_to_itself(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (!cases[i].text)
            continue;
        AUTO(text) char *text = g_strconcat(BOM, cases[i].text, NULL);
        const struct folder_file files[] = {{"new.csv", cases[i].spreadsheet}, {"list.csv", text}};
        AUTO(folder) char *folder = folder_new(files, G_N_ELEMENTS(files));
        AUTO(text) char *list = g_build_filename(folder, "list.csv", NULL);
        AUTO(text) char *spreadsheet = g_build_filename(folder, "new.csv", NULL);
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(merge) struct merge *merge = NULL;
        assert_true(merge_read(&merge, list, spreadsheet, problems));
        if (strcmp(merge->text->str, text) != 0)
            fail_msg("%s: %s", cases[i].name, merge->text->str);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lists_are_merged),
                                       cmocka_unit_test(what_is_merged_merges_to_itself)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
