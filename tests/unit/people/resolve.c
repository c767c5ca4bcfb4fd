#include "folder.h"

#define MEMBER            "members = ( { address = \"a@example.org\"; } );"
#define GROUP(name, more) "name = \"" name "\"; " MEMBER more

/* As the acceptance test has them: whole names, no aliases; and some that are awkward. */
static const struct folder_file files[] = {
    {"chairs.conf", GROUP("市科协第十届委员会主席", "")},
    {"vice-chairs.conf", GROUP("市科协第十届委员会副主席", "")},
    {"standing.conf", GROUP("市科协第十届委员会常委", "aliases = [ \"常务委员\" ];")},
    {"members.conf", GROUP("市科协第十届委员会委员", "")},
    {"leaders.conf", GROUP("市科协驻会领导", "")},
    {"societies.conf", GROUP("市学会", "aliases = [ \"各学会（协会、研究会）\", \"学会\" ];")},
    {"foundations.conf", GROUP("基金会", "")},
    {"districts.conf", GROUP("区科协", "")},
    {"grassroots.conf", GROUP("基层组织", "")},
    {"departments.conf", GROUP("机关各部门", "")},
    {"institutions.conf", GROUP("事业单位", "")},
    {"peace.conf", GROUP("和平科技促进会", "")},
    {"media.conf", GROUP("报社与电台", "")},
    {"delegates.conf", GROUP("代表大会代表", "aliases = [ \"代表\" ];")},
    {"congress.conf", GROUP("市科协第十届委员会代表", "")},
    {"twin-a.conf", GROUP("双名", "")},
    {"twin-b.conf", GROUP("双 名", "")},
};

static const struct {
    const char *what, *text, *groups;
    enum severity severity;
    int line; /* of what is told; 0: nothing is */
    const char *words;
} rows[] = {
    {"the real lines",
     "市科协第十届委员会主席、副主席、常委、委员|市科协驻会领导|市学会、基金会，区科协，基层组织|"
     "机关各部门及事业单位",
     "chairs vice-chairs standing members|leaders|societies foundations districts grassroots|"
     "departments institutions",
     0, 0, NULL},
    {"every separator", "市学会、基金会，区科协,基层组织；机关各部门;事业单位 市科协驻会领导",
     "societies foundations districts grassroots departments institutions leaders", 0, 0, NULL},
    {"words between", "市学会和基金会与区科协及基层组织以及事业单位",
     "societies foundations districts grassroots institutions", 0, 0, NULL},
    {"a name that begins with such a word", "市学会和和平科技促进会", "societies peace", 0, 0,
     NULL},
    {"a name that holds such a word", "报社与电台与区科协", "media districts", 0, 0, NULL},
    {"a 、 within a name", "各学会（协会、研究会）、基金会", "societies foundations", 0, 0, NULL},
    {"the same with half-width brackets", "各学会(协会、研究会)，基金会", "societies foundations",
     0, 0, NULL},
    {"blanks within a name", "市 学 会、基 金 会", "societies foundations", 0, 0, NULL},
    {"blanks of all sorts", "　市学会\xe2\x80\x8b、\xc2\xa0基金会　", "societies foundations", 0, 0,
     NULL},
    {"closing 。", "市学会、基金会。", "societies foundations", 0, 0, NULL},
    {"separators in a row", "市学会、 、，基金会、", "societies foundations", 0, 0, NULL},
    {"a group twice", "市学会、市学会，学会", "societies", 0, 0, NULL},
    {"copies printed", "市学会、基金会（共印150份）", "societies foundations", 0, 0, NULL},
    {"copies printed, apart", "市学会。 （印１５０份）", "societies", 0, 0, NULL},
    {"copies of one", "市学会（3份）、区科协（各1份）", "societies districts", 0, 0, NULL},
    {"copies without brackets", "市学会|共印一百五十份", "societies|", 0, 0, NULL},
    {"the printer's line", "市学会|北京市科协办公室 2023年11月16日印发", "societies|", 0, 0, NULL},
    {"filed", "市学会，存档", "societies", REMARK, 101, "nobody to send to: 存档"},
    {"filed by somebody", "市学会|本办存档（2份）。", "societies|", REMARK, 102, "本办存档（2份）"},
    {"stem goes on on the next line", "市科协第十届委员会主席、副主席、|常委、委员",
     "chairs vice-chairs|standing members", 0, 0, NULL},
    {"stem before a colon", "市科协第十届委员会：主席、副主席", "chairs vice-chairs", 0, 0, NULL},
    {"stem before a blank", "市科协第十届委员会 主席、副主席", "chairs vice-chairs", 0, 0, NULL},
    {"stem, then others", "市科协第十届委员会主席、区科协、委员", "chairs districts members", 0, 0,
     NULL},
    {"stem that not the first name needs", "市科协第十届委员会：区科协、委员", "districts members", 0, 0,
     NULL},
    {"a beginning that no name needs", "市学、基金会", "foundations", PROBLEM, 101,
     "no group is named 市学; is 市学会"},
    {"the same at the end of a line", "市科协第十届委员会、基金会|区科协", "foundations|districts",
     PROBLEM, 101, "no group is named 市科协第十届委员会"},
    {"name torn by the line's end", "市学会、市科协第十届委|员会委员、基金会",
     "societies members|foundations", 0, 0, NULL},
    {"short name torn", "市科协第十届委员会主席、副主|席、常委", "chairs vice-chairs|standing", 0,
     0, NULL},
    {"labels", "主送=市学会|抄送=基金会", "societies|foundations", 0, 0, NULL},
    {"not torn over a label", "主送=基|抄送=金会", "|", PROBLEM, 101, "no group is named 基"},
    {"a misspelt name", "市学会|市科协住会领导", "societies|", PROBLEM, 102,
     "no group is named 市科协住会领导; is 市科协驻会领导 meant?"},
    {"nothing near", "完全不同的另外一些人、市学会", "societies", PROBLEM, 101,
     "no group is named 完全不同的另外一些人"},
    {"words after a name", "市学会等、基金会", "foundations", PROBLEM, 101, "市学会等"},
    {"words before a name", "各区科协", "", PROBLEM, 101, "is 区科协 meant?"},
    {"unknown before 及", "乡镇科协及事业单位", "institutions", PROBLEM, 101, "named 乡镇科协;"},
    {"bracket after a name", "市学会（含分会）", "societies", PROBLEM, 101, "named （含分会）"},
    {"names run together", "市学会基金会", "", PROBLEM, 101, "市学会基金会"},
    {"short name without its stem", "副主席、市学会", "societies", PROBLEM, 101,
     "no group is named 副主席"},
    {"a line of a dot", "·、市学会", "societies", PROBLEM, 101, "no group is named ·"},
    {"alias by itself", "代表", "delegates", 0, 0, NULL},
    {"alias that the stem reads otherwise", "市科协第十届委员会主席、代表", "chairs", PROBLEM, 101,
     "代表 may mean two groups"},
    {"two groups of one name", "市学会、双名", "societies", PROBLEM, 101,
     "双名 may mean two groups"},
    {"nothing at all", "", "", 0, 0, NULL},
};

static void lines_name_groups(void **state)
{
    (void)state;
    AUTO(folder) char *folder = folder_new(files, G_N_ELEMENTS(files));
    AUTO(people) struct people *people = people_of(folder);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].what);
        AUTO(problems) struct problems *problems = problems_new();
        bool good;
        AUTO(text) char *groups = resolved(people, rows[i].text, problems, &good);
        assert_string_equal(groups, rows[i].groups);
        assert_int_equal(good, !problems_any(problems));
        if (!rows[i].words) {
            assert_int_equal(problems_count(problems), 0);
            continue;
        }
        assert_true(is_told(problems, rows[i].severity, rows[i].line, rows[i].words));
        assert_string_equal(problems_at(problems, 0)->error.place.file, "issue.md");
    }
}

static void all_words_left_over_are_told(void **state)
{
    (void)state;
    AUTO(folder) char *folder = folder_new(files, G_N_ELEMENTS(files));
    AUTO(people) struct people *people = people_of(folder);
    AUTO(problems) struct problems *problems = problems_new();
    bool good;
    AUTO(text)
    char *groups = resolved(people, "市雪会、基金会|区科斜、机关各部们", problems, &good);
    assert_false(good);
    assert_int_equal(problems_count(problems), 3);
    assert_int_equal(problems_exit_class(problems), EX_DATAERR);
    assert_string_equal(groups, "foundations|");
}

static void resolving_again_changes_nothing(void **state)
{
    (void)state;
    AUTO(folder) char *folder = folder_new(files, G_N_ELEMENTS(files));
    AUTO(people) struct people *people = people_of(folder);
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(array) GPtrArray *lines = distribution_of("市学会、基金会|基金会、区科协");
    assert_true(people_resolve(people, lines, "issue.md", problems));
    assert_true(people_resolve(people, lines, "issue.md", problems));
    AUTO(array) GPtrArray *ids = people_groups_of(lines);
    assert_int_equal(ids->len, 3);
    assert_string_equal(ids->pdata[0], "societies");
    assert_string_equal(ids->pdata[2], "districts");
}

static void group_whose_file_is_broken_is_told_with_the_words(void **state)
{
    (void)state;
    AUTO(folder)
    char *folder = folder_new((struct folder_file[]){{"a.conf", "name = \"甲组\"; lists = ;"},
                                                     {"b.conf", GROUP("乙组", "")}},
                              2);
    AUTO(people) struct people *people = people_of(folder);
    AUTO(problems) struct problems *problems = problems_new();
    bool good;
    AUTO(text) char *groups = resolved(people, "甲组、乙组", problems, &good);
    assert_false(good);
    assert_string_equal(groups, "b");
    assert_true(is_told(problems, PROBLEM, 101, "no group is named 甲组"));
    assert_true(is_told(problems, PROBLEM, 1, "a sign is missing"));
    AUTO(problems) struct problems *none = problems_new();
    AUTO(text) char *other = resolved(people, "乙组", none, &good);
    assert_true(good);
    assert_string_equal(other, "b");
    assert_int_equal(problems_count(none), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_name_groups),
        cmocka_unit_test(all_words_left_over_are_told),
        cmocka_unit_test(resolving_again_changes_nothing),
        cmocka_unit_test(group_whose_file_is_broken_is_told_with_the_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
