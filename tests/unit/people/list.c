#include "people/list.h"

#include "folder.h"

#define TAIL "a@example.org,张三,主席,办公室\n"

static const struct {
    const char *what, *text;
    const char *read; /* address/name/title/unit@line …; NULL: refused */
    int line;         /* of the problem or remark; 0: none */
    const char *words;
} rows[] = {
    {"English header", "address,name,title,unit\n" TAIL, "a@example.org/张三/主席/办公室@2", 0,
     NULL},
    {"Chinese header", "邮箱,姓名,职务,单位\n" TAIL, "a@example.org/张三/主席/办公室@2", 0, NULL},
    {"header in another order, other columns", "序号,姓 名,备注,电子邮箱\n1,张三,x,a@example.org\n",
     "a@example.org/张三//@2", 0, NULL},
    {"header with full-width letters", "Ｅｍａｉｌ\na@example.org\n", "a@example.org///@2", 0,
     NULL},
    {"邮件地址", "邮件地址\na@example.org", "a@example.org///@2", 0, NULL},
    {"BOM and CRLF", "\xef\xbb\xbf邮箱,姓名\r\na@example.org,张三\r\n", "a@example.org/张三//@2", 0,
     NULL},
    {"semicolons", "邮箱;姓名\na@example.org;张三\n", "a@example.org/张三//@2", 0, NULL},
    {"tabs", "邮箱\t姓名\na@example.org\t张三\n", "a@example.org/张三//@2", 0, NULL},
    {"commas in quotes", "\"邮箱\";\"姓名,全名\";姓名\na@example.org;x,y;张三\n",
     "a@example.org/张三//@2", 0, NULL},
    {"no header", "张三,a@example.org\n李四,b@example.org\n",
     "a@example.org///@1 b@example.org///@2", 0, NULL},
    {"no header, one column", "a@example.org\nb@example.org",
     "a@example.org///@1 b@example.org///@2", 0, NULL},
    {"name <address>", "邮箱\n张三 <a@example.org>\n", "a@example.org/张三//@2", 0, NULL},
    {"the name's own column counts", "姓名,邮箱\n张三,三 <a@example.org>\n",
     "a@example.org/张三//@2", 0, NULL},
    {"mailto", "邮箱\nmailto:a@example.org\n", "a@example.org///@2", 0, NULL},
    {"blanks and full-width signs", "邮箱\n　a＠example．org \n", "a@example.org///@2", 0, NULL},
    {"empty rows", "\n邮箱,姓名\n\n,\na@example.org,张三\n , \n", "a@example.org/张三//@5", 0,
     NULL},
    {"row of two lines", "邮箱,单位\na@example.org,\"甲\n乙\"\nb@example.org,丙\n",
     "a@example.org///甲 乙@2 b@example.org///丙@4", 0, NULL},
    {"停用",
     "邮箱,停用\na@example.org,是\nb@example.org,\nc@example.org,√\nd@example.org,否\n"
     "e@example.org,X\nf@example.org,TRUE\n",
     "b@example.org///@3 d@example.org///@5", 0, NULL},
    {"停用 without an address", "邮箱,停用\n,是\nb@example.org,\n", "b@example.org///@3", 0, NULL},
    {"停用 that says neither", "邮箱,停用\na@example.org,待定\n", "a@example.org///@2", 2, "待定"},
    {"our own export", "邮箱,姓名\na@example.org,'=x\n", "a@example.org/=x//@2", 0, NULL},
    {"quoted local part", "邮箱\n\"\"\"a b\"\"@example.org\"\n", "\"a b\"@example.org///@2", 2,
     "quotation marks"},
    {"dot at the end", "邮箱\na@example.org.\n", "a@example.org///@2", 2, "dot at the end"},
    {"nothing", "", "", 0, NULL},
    {"header alone", "邮箱,姓名\n", "", 0, NULL},
    {"invalid address", "邮箱\na@example.org\nb@example\n", NULL, 3, "b@example"},
    {"row without address", "邮箱,姓名\n,张三\n", NULL, 2, "no address"},
    {"two addresses in a cell", "邮箱\n\"a@example.org,b@example.org\"\n", NULL, 2, "address"},
    {"two addresses in a row", "a@example.org;b@example.org\n", NULL, 1, "two addresses"},
    {"no column of addresses", "姓名,单位\n张三,办公室\n", NULL, 1, "no column"},
    {"neither header nor address", "张三,办公室\n", NULL, 1, "neither"},
    {"quotes that don't close", "邮箱,姓名\na@example.org,\"张三\nb@example.org,李四\n", NULL, 2,
     "don't close"},
    {"SMTP command in a cell", "邮箱\n\"a@example.org>\r\nRCPT TO:<b@example.org\"\n", NULL, 2,
     "line break"},
};

static void free_member(void *member)
{
    member_free(member);
}

static char *read_rows(const char *path, struct problems *problems)
{
    AUTO(array) GPtrArray *members = g_ptr_array_new_with_free_func(free_member);
    list_read(members, path, "list", (struct place){"g.conf", 7, 0}, problems);
    if (problems_any(problems))
        return NULL;
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < members->len; i++) {
        const struct member *member = members->pdata[i];
        g_string_append_printf(text, "%s%s/%s/%s/%s@%s", i ? " " : "",
                               address_text(member->address), member->name ? member->name : "",
                               member->title ? member->title : "", member->unit ? member->unit : "",
                               strchr(member->origin, ':') + 1);
    }
    return g_string_free(text, FALSE);
}

static void reads_lists_as_people_make_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].what);
        AUTO(folder)
        char *folder = folder_new((struct folder_file[]){{"list.csv", rows[i].text}}, 1);
        AUTO(text) char *path = g_build_filename(folder, "list.csv", NULL);
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(text) char *read = read_rows(path, problems);
        assert_int_equal(problems_count(problems), rows[i].words ? 1 : 0);
        if (rows[i].words)
            assert_true(
                is_told(problems, rows[i].read ? REMARK : PROBLEM, rows[i].line, rows[i].words));
        if (rows[i].read)
            assert_string_equal(read, rows[i].read);
        else
            assert_null(read);
    }
}

static void reads_gb18030(void **state)
{
    (void)state;
    AUTO(text)
    char *gb =
        g_convert("邮箱,姓名\na@example.org,张三\n", -1, "GB18030", "UTF-8", NULL, NULL, NULL);
    AUTO(folder) char *folder = folder_new((struct folder_file[]){{"list.csv", gb}}, 1);
    AUTO(text) char *path = g_build_filename(folder, "list.csv", NULL);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(text) char *read = read_rows(path, problems);
    assert_string_equal(read, "a@example.org/张三//@2");
}

static void missing_list_is_told_where_the_group_names_it(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = problems_new();
    assert_null(read_rows("/nowhere/list.csv", problems));
    assert_true(is_told(problems, PROBLEM, 7, "/nowhere/list.csv can't be opened"));
    assert_int_equal(problems_exit_class(problems), EX_DATAERR);
}

static void gives_up_on_a_file_that_is_no_list(void **state)
{
    (void)state;
    GString *text = g_string_new("邮箱\n");
    for (int i = 0; i < 1000; i++)
        g_string_append(text, "nobody\n");
    AUTO(text) char *all = g_string_free(text, FALSE);
    AUTO(folder) char *folder = folder_new((struct folder_file[]){{"list.csv", all}}, 1);
    AUTO(text) char *path = g_build_filename(folder, "list.csv", NULL);
    AUTO(problems) struct problems *problems = problems_new();
    assert_null(read_rows(path, problems));
    assert_int_equal(problems_count(problems), 51);
    assert_true(is_told(problems, PROBLEM, 51, "rest of the list"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lists_as_people_make_them),
        cmocka_unit_test(reads_gb18030),
        cmocka_unit_test(missing_list_is_told_where_the_group_names_it),
        cmocka_unit_test(gives_up_on_a_file_that_is_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
