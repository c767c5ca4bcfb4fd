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
    {"several in a stopped row stay stopped", "address,disabled\n\"a@b.org; c@b.org\",yes\n",
     "a@b.org\nc@b.org\n", "address,disabled,name,title,unit\r\na@b.org; c@b.org,yes,,,\r\n",
     "=a@b.org =c@b.org"},
    {"full-width in a stopped row", "address,disabled\nａ＠b.org,yes\n", "a@b.org\n",
     "address,disabled,name,title,unit\r\nａ＠b.org,yes,,,\r\n", "=a@b.org"},
    {"another case brings nobody back", "address,name,title,unit,disabled\nZhang@b.org,,,,yes\n",
     "zhang@b.org\n", "address,name,title,unit,disabled\r\nZhang@b.org,,,,yes\r\n", "=zhang@b.org"},
    {"another case of who stays", "address,name,title,unit\nZhang@b.org,A,,\n", "zhang@B.org\n",
     "address,name,title,unit\r\nZhang@b.org,A,,\r\n", ""},
    {"two cases that the list knows", "address,name,title,unit\nA@b.org,,,\na@b.org,,,\n",
     "a@b.org\n", "address,name,title,unit\r\na@b.org,,,\r\n", "-A@b.org"},
    {"a title before the header", "Members\n\naddress,name,title,unit\na@b.org,A,,\n",
     "a@b.org\nn@b.org\n", "Members\r\naddress,name,title,unit\r\na@b.org,A,,\r\nn@b.org,,,\r\n",
     "+n@b.org"},
    {"sep= in the list", "sep=;\naddress;name;title;unit\na@b.org;A;;\n", "n@b.org\n",
     "address,name,title,unit\r\nn@b.org,,,\r\n", "-a@b.org +n@b.org"},
    {"a column dn in the list", "address,name,title,unit,dn\na@b.org,A,,,cn=a\n", "n@b.org\n",
     "address,name,title,unit,dn\r\nn@b.org,,,,\r\n", "-a@b.org +n@b.org"},
    {"terms and notes come along", "address,name,title,unit\na@b.org,A,,\nc@b.org,C,,\n",
     "address,note,from,until\na@b.org,,2020-1-1,2099/12/31\nc@b.org,x,,\nn@b.org,,2090-1-1,\n",
     "address,name,title,unit,note,from,until\r\na@b.org,A,,,,2020-1-1,2099/12/31\r\n"
     "c@b.org,C,,,x,,\r\nn@b.org,,,,,2090-1-1,\r\n",
     "~a@b.org ~c@b.org +n@b.org"},
    {"a day written otherwise is no change",
     "address,name,title,unit,until\na@b.org,A,,,2099年12月31日\n",
     "address,until\na@b.org,2099/12/31\n",
     "address,name,title,unit,until\r\na@b.org,A,,,2099年12月31日\r\n", ""},
    {"who is stopped in the spreadsheet", "address,name,title,unit\na@b.org,A,,\n",
     "address,disabled\na@b.org,yes\nn@b.org,yes\n",
     "address,name,title,unit,disabled\r\na@b.org,A,,,yes\r\n", "-a@b.org"},
    {"one of several changes",
     "address,name,title,unit\n\"A <a@b.org>; C <c@b.org>, d@b.org\",,T,\n",
     "address,title\na@b.org,T\nc@b.org,U\n",
     "address,name,title,unit\r\nA <a@b.org>,,T,\r\nC <c@b.org>,,U,\r\n", "~c@b.org -d@b.org"},
    {"in the group by another list", NULL, "else@b.org\na@b.org\n",
     "address,name,title,unit\r\na@b.org,,,\r\n", "@else@b.org +a@b.org"},
    {"in another list and in this one", "address,name,title,unit\nelse@b.org,,,\n", "a@b.org\n",
     "address,name,title,unit\r\na@b.org,,,\r\n", "-else@b.org +a@b.org"},
    {"a wrong spreadsheet", "a@b.org\n", "address\nnobody\n", NULL, NULL},
    {"a wrong list", "address\nnobody\n", "a@b.org\n", NULL, NULL},
};

/* The group has else@b.org by another list. */
static bool merge_into(struct merge **merge, const char *list, const char *spreadsheet,
                       struct problems *problems)
{
    AUTO(table) GHashTable *elsewhere = g_hash_table_new(address_hash, address_equal);
    AUTO(address) struct address *address = NULL;
    AUTO(error) struct error error = {0};
    assert_true(address_parse(&address, "else@b.org", NOWHERE, NULL, &error));
    g_hash_table_insert(elsewhere, address, (void *)"other.csv:2");
    return merge_read(merge, list, spreadsheet, elsewhere, problems);
}

static char *changes_of(const struct merge *merge)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < merge->changes->len; i++) {
        const struct merge_change *one = merge->changes->pdata[i];
        g_string_append_printf(text, "%s%c%s", i ? " " : "", "+-~=@"[one->kind], one -> address);
    }
    return g_string_free(text, FALSE);
}

static void check(size_t i, const char *folder)
{
    AUTO(text) char *list = g_build_filename(folder, "list.csv", NULL);
    AUTO(text) char *spreadsheet = g_build_filename(folder, "new.csv", NULL);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(merge) struct merge *merge = NULL;
    bool good = merge_into(&merge, list, spreadsheet, problems);
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
        assert_true(merge_into(&merge, list, spreadsheet, problems));
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
