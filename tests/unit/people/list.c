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
    {"是否停用", "邮箱,是否停用\na@example.org,是\nb@example.org,\n", "b@example.org///@3", 0,
     NULL},
    {"a heading that may mean 停用", "邮箱,已停发者\na@example.org,是\n", "a@example.org///@2", 1,
     "已停发者 is passed over; is 停用"},
    {"a heading that may mean 止", "邮箱,截止日期\na@example.org,2020-1-1\n", "a@example.org///@2",
     1, "is 止 / until meant?"},
    {"a second address of everybody", "邮箱,备用邮箱\na@example.org,b@example.org\n",
     "a@example.org///@2", 1, "备用邮箱 is passed over"},
    {"two columns alike", "邮箱,姓名,电子邮箱\na@example.org,张三,b@example.org\n",
     "a@example.org/张三//@2", 1, "second column is headed 电子邮箱"},
    {"a quote that ends rows below",
     "邮箱,姓名\na@example.org,\"张三\nb@example.org,李四\nc@example.org,王五\"\n", NULL, 2,
     "a quotation mark is not closed"},
    {"the same where nobody has a name",
     "序号,邮箱,手机\n1,a@example.org,\"x\n2,b@example.org,y\"\n", NULL, 2,
     "a quotation mark is not closed"},
    {"a note of several lines with an address",
     "邮箱,备注\na@example.org,\"原为\nb@example.org\n待核\"\n", "a@example.org///@2", 0, NULL},
    {"a note that may be rows", "邮箱,备注\na@example.org,\"原为\nb@example.org,待核\"\n",
     "a@example.org///@2", 2, "a quotation mark is not closed"},
    {"our own export", "邮箱,姓名\na@example.org,'=x\n", "a@example.org/=x//@2", 0, NULL},
    {"quoted local part", "邮箱\n\"\"\"a b\"\"@example.org\"\n", "\"a b\"@example.org///@2", 2,
     "quotation marks"},
    {"dot at the end", "邮箱\na@example.org.\n", "a@example.org///@2", 2, "dot at the end"},
    {"several in a cell, apart by ;", "邮箱,姓名\na@example.org; b@example.org,张三\n",
     "a@example.org/张三//@2 b@example.org/张三//@2", 0, NULL},
    {"apart by 、 and ；", "邮箱\na@example.org、b@example.org；c@example.org\n",
     "a@example.org///@2 b@example.org///@2 c@example.org///@2", 0, NULL},
    {"apart by blanks", "邮箱\na@example.org　b@example.org\xc2\xa0 c@example.org\n",
     "a@example.org///@2 b@example.org///@2 c@example.org///@2", 0, NULL},
    {"apart by a line break", "邮箱\n\"a@example.org\nb@example.org\"\nc@example.org\n",
     "a@example.org///@2 b@example.org///@2 c@example.org///@4", 0, NULL},
    {"apart by a comma", "邮箱\n\"a@example.org,b@example.org\"\n",
     "a@example.org///@2 b@example.org///@2", 0, NULL},
    {"several with names", "邮箱\n张三 <a@example.org>；李 四＜b@example.org＞\n",
     "a@example.org/张三//@2 b@example.org/李 四//@2", 0, NULL},
    {"semicolons without a header", "张三,a@example.org;b@example.org\n",
     "a@example.org///@1 b@example.org///@1", 0, NULL},
    {"zero width and non-breaking blanks", "邮箱\na\xe2\x80\x8b@exam\xe2\x80\x8bple.org\xc2\xa0\n",
     "a@example.org///@2", 0, NULL},
    {"all headings",
     "Name,Title,Unit,Note,Disabled,From,Until,Email\n张三,主席,办公室,x,,,,a@example.org\n",
     "a@example.org/张三/主席/办公室@2", 0, NULL},
    {"heading with an aside", "电子邮箱（必填）\na@example.org\n", "a@example.org///@2", 0, NULL},
    {"a directory's names", "mail,cn,title,o\n" TAIL, "a@example.org/张三/主席/办公室@2", 0, NULL},
    {"a title before the header", "领导名单,,\n\n邮箱,姓名\na@example.org,张三\n",
     "a@example.org/张三//@4", 0, NULL},
    {"a title before addresses", "a.example.org\nb@example.org\n", NULL, 1, "neither"},
    {"sep=", "sep=;\n邮箱;姓名\na@example.org;张三\n", "a@example.org/张三//@3", 0, NULL},
    {"in office",
     "邮箱,起,止\na@example.org,2000-01-01,\nb@example.org,,2999年12月31日\nc@example.org,"
     "2000/1/1,2999/1\n",
     "a@example.org///@2 b@example.org///@3 c@example.org///@4", 0, NULL},
    {"out of office", "邮箱,起,止\na@example.org,2999-01-01,\nb@example.org,,2001-12-31\n", "", 0,
     NULL},
    {"a date that is none", "邮箱,止\na@example.org,13/14/2024\n", NULL, 2, "no date: 13/14"},
    {"a term that ends before it begins", "邮箱,起,止\na@example.org,2024-02-01,2024-01-31\n", NULL,
     2, "ends before"},
    {"停用 in the column 停用", "邮箱,停用\na@example.org,停用\n", "", 0, NULL},
    {"nothing", "", NULL, 0, "empty"},
    {"line ends alone", "\n\n", NULL, 0, "empty"},
    {"header alone", "邮箱,姓名\n", "", 0, NULL},
    {"invalid address", "邮箱\na@example.org\nb@example\n", NULL, 3, "b@example"},
    {"row without address", "邮箱,姓名\n,张三\n", NULL, 2, "no address"},
    {"a blank in a local part", "邮箱\nzhang san@example.org\n", NULL, 2, "no @: zhang"},
    {"a word that is no address among others", "邮箱\na@example.org;b\n", NULL, 2, "no @: b"},
    {"two addresses in a row", "a@example.org;b@example.org\n", NULL, 1, "two addresses"},
    {"no column of addresses", "姓名,单位\n张三,办公室\n", NULL, 1, "no column"},
    {"neither header nor address", "张三,办公室\n", NULL, 1, "neither"},
    {"quotes that don't close", "邮箱,姓名\na@example.org,\"张三\nb@example.org,李四\n", NULL, 2,
     "don't close"},
    {"SMTP command in a cell", "邮箱\n\"a@example.org>\r\nRCPT TO:<b@example.org\"\n", NULL, 2,
     "can't exist: a@example.org>"},
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

static void reads_utf16_as_excel_writes_it(void **state)
{
    (void)state;
    gsize length = 0;
    AUTO(text)
    char *utf16 = g_convert("\xef\xbb\xbf邮箱\t姓名\r\na@example.org\t张三\r\n", -1, "UTF-16LE",
                            "UTF-8", NULL, &length, NULL);
    AUTO(folder) char *folder = folder_new(NULL, 0);
    AUTO(text) char *path = g_build_filename(folder, "list.txt", NULL);
    assert_true(g_file_set_contents(path, utf16, (gssize)length, NULL));
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(text) char *read = read_rows(path, problems);
    assert_string_equal(read, "a@example.org/张三//@2");
}

static void remarks_on_a_term_that_ended_lately(void **state)
{
    (void)state;
    AUTO(text) char *day = term_day_text(term_day_before(term_today(), 3));
    AUTO(text) char *text = g_strdup_printf("邮箱,止\na@example.org,%s\n", day);
    AUTO(folder) char *folder = folder_new((struct folder_file[]){{"list.csv", text}}, 1);
    AUTO(text) char *path = g_build_filename(folder, "list.csv", NULL);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(text) char *read = read_rows(path, problems);
    assert_string_equal(read, "");
    assert_true(is_told(problems, REMARK, 2, day));
}

/* --- files that LibreOffice wrote (tests/data/lists/make.sh) --- */

static const struct {
    const char *what, *path;
    const char *read, *words; /* read NULL: refused, in these words */
} office[] = {
    {"xlsx", "tests/data/lists/members.xlsx",
     "zhang@example.org/张三/主席/北京市科协@名单!E3 li@example.org/李四/副主席/北京市 "
     "科协@名单!E4 wang@example.org/王五/副主席/“东城”科协@名单!E5 "
     "wang2@example.org/王五/副主席/“东城”科协@名单!E5 "
     "sun@example.org/孙八/委员/密云区科协@名单!E9",
     NULL},
    {"a sheet of xlsx", "tests/data/lists/members.xlsx#外部 联系人",
     "guest@example.org/Guest//@外部 联系人!A2", NULL},
    {"a sheet, blanks don't count", "tests/data/lists/members.xlsx#外部联系人",
     "guest@example.org/Guest//@外部 联系人!A2", NULL},
    {"a sheet that is none", "tests/data/lists/members.xlsx#领导", NULL, "名单、说明、外部 联系人"},
    {"a sheet without a list", "tests/data/lists/members.xlsx#说明", NULL, "empty"},
    {"xls", "tests/data/lists/members.xls", NULL, "an .xls file"},
    {"GB18030", "tests/data/lists/members-gb18030.csv",
     "zhang@example.org/张三/主席/北京市科协@3 li@example.org/李四/副主席/北京市 科协@4 "
     "wang@example.org/王五/副主席/“东城”科协@6 wang2@example.org/王五/副主席/“东城”科协@6 "
     "sun@example.org/孙八/委员/密云区科协@10",
     NULL},
    {"semicolons", "tests/data/lists/members-semicolon.csv",
     "zhang@example.org/张三/主席/北京市科协@3 li@example.org/李四/副主席/北京市 科协@4 "
     "wang@example.org/王五/副主席/“东城”科协@6 wang2@example.org/王五/副主席/“东城”科协@6 "
     "sun@example.org/孙八/委员/密云区科协@10",
     NULL},
    {"UTF-16", "tests/data/lists/members-utf16.csv",
     "zhang@example.org/张三/主席/北京市科协@3 li@example.org/李四/副主席/北京市 科协@4 "
     "wang@example.org/王五/副主席/“东城”科协@6 wang2@example.org/王五/副主席/“东城”科协@6 "
     "sun@example.org/孙八/委员/密云区科协@10",
     NULL},
};

static void reads_what_office_programs_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(office); i++) {
        print_message("%s\n", office[i].what);
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(text) char *read = read_rows(office[i].path, problems);
        if (office[i].read)
            assert_string_equal(read, office[i].read);
        else
            assert_true(is_told(problems, PROBLEM, 0, office[i].words));
    }
}

/* --- size --- */

#define ROWS         1000000
#define SECONDS_MOST 60 /* twenty times what it takes, and more under a sanitizer */

static void million_rows_read_in_bounded_time(void **state)
{
    (void)state;
    GString *text = g_string_new("邮箱,姓名,职务,单位\n");
    for (int i = 0; i < ROWS; i++)
        g_string_append_printf(text, "person%07d@example.org,张三,委员,北京市科学技术协会\n", i);
    AUTO(text) char *all = g_string_free(text, FALSE);
    AUTO(folder) char *folder = folder_new((struct folder_file[]){{"list.csv", all}}, 1);
    AUTO(text) char *path = g_build_filename(folder, "list.csv", NULL);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(array) GPtrArray *members = g_ptr_array_new_with_free_func(free_member);
    usec_t before = clock_monotonic();
    list_read(members, path, "list", (struct place){"g.conf", 7, 0}, problems);
    usec_t took = clock_monotonic() - before;
    assert_int_equal(members->len, ROWS);
    assert_int_equal(problems_count(problems), 0);
    print_message("1,000,000 rows: %ld ms\n", (long)(took / USEC_PER_MSEC));
    assert_true(took < SECONDS_MOST * USEC_PER_SEC);
}

static void missing_list_is_told_where_the_group_names_it(void **state)
{
    (void)state;
    AUTO(problems) struct problems *problems = problems_new();
    assert_null(read_rows("/nowhere/list.csv", problems));
    assert_true(is_told(problems, PROBLEM, 7, "/nowhere/list.csv can't be opened"));
    assert_non_null(strstr(problems_at(problems, 0)->error.todo.english, "put the list there"));
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
        cmocka_unit_test(reads_utf16_as_excel_writes_it),
        cmocka_unit_test(remarks_on_a_term_that_ended_lately),
        cmocka_unit_test(reads_what_office_programs_write),
        cmocka_unit_test(million_rows_read_in_bounded_time),
        cmocka_unit_test(missing_list_is_told_where_the_group_names_it),
        cmocka_unit_test(gives_up_on_a_file_that_is_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
