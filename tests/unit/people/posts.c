/* Posts that posts.conf gives to persons. */
#include "folder.h"

#define POSTS(text) "posts = ( " text " );\n"
#define CHAIR       "{ post = \"密云区科协主席\"; address = \"zhang@example.org\"; name = \"张三\"; }"

static const struct {
    const char *name, *group, *posts; /* posts NULL: there is no posts.conf */
    const char *recipients;           /* NULL: it fails */
    const char *words;                /* of what is told; NULL: nothing is */
} cases[] = {
    {"held", "members = ( { post = \"密云区科协主席\"; } );", POSTS(CHAIR), "zhang@example.org=g",
     NULL},
    {"blanks don't count", "members = ( { post = \"密云区 科协主席\"; } );", POSTS(CHAIR),
     "zhang@example.org=g", NULL},
    {"vacant", "members = ( { post = \"甲\"; }, { address = \"x@example.org\"; } );",
     POSTS("{ post = \"甲\"; }"), "x@example.org=g", "the post is vacant: 甲"},
    {"vacant, and required",
     "members = ( { post = \"甲\"; }, { address = \"x@example.org\"; } ); require_posts = true;",
     POSTS("{ post = \"甲\"; }"), NULL, "the post is vacant: 甲"},
    {"vacant, and nobody else", "members = ( { post = \"甲\"; } );", POSTS("{ post = \"甲\"; }"),
     NULL, "nobody is in the group"},
    {"unknown", "members = ( { post = \"密云区科协主度\"; } );", POSTS(CHAIR), NULL,
     "is 密云区科协主席 meant?"},
    {"no posts.conf", "members = ( { post = \"甲\"; } );", NULL, NULL, "has no post 甲"},
    {"a wrong address there", "members = ( { post = \"甲\"; } );",
     POSTS("{ post = \"甲\"; address = \"nobody\"; }"), NULL, "is not known"},
    {"no libconfig there", "members = ( { post = \"甲\"; } );", "posts = ((", NULL, "is not known"},
    {"both", "members = ( { post = \"甲\"; address = \"x@example.org\"; } );", POSTS(CHAIR), NULL,
     "both a post and an address"},
    {"a wrong post that nobody needs", "members = ( { address = \"x@example.org\"; } );",
     POSTS("{ post = \"甲\"; address = \"nobody\"; }"), "x@example.org=g", NULL},
};

static bool tells(const struct problems *problems, const char *words)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (strstr(problems_at(problems, i)->error.what.english, words))
            return true;
    return false;
}

static void posts_become_persons(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(text) char *group = g_strconcat("name = \"G\";\n", cases[i].group, NULL);
        const struct folder_file files[] = {{"g.conf", group},
                                            {cases[i].posts ? "posts.conf" : NULL, cases[i].posts}};
        AUTO(folder) char *folder = folder_new(files, G_N_ELEMENTS(files));
        AUTO(people) struct people *people = people_of(folder);
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(text) char *recipients = expanded(people, "g", problems);
        if (g_strcmp0(recipients, cases[i].recipients) != 0)
            fail_msg("%s: %s", cases[i].name, recipients);
        if (cases[i].words ? !tells(problems, cases[i].words) : problems_count(problems) > 0)
            fail_msg("%s: is not told, or something is", cases[i].name);
        assert_int_equal(people_group_count(people), 1); /* posts.conf is no group */
    }
}

static void a_post_stands_once(void **state)
{
    (void)state;
    const struct folder_file files[] = {{"posts.conf", POSTS(CHAIR ", " CHAIR)}};
    AUTO(folder) char *folder = folder_new(files, 1);
    AUTO(people) struct people *people = people_of(folder);
    AUTO(problems) struct problems *problems = problems_new();
    people_check(people, problems);
    assert_int_equal(problems_count(problems), 1);
    assert_true(tells(problems, "stands in line 1 already"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(posts_become_persons),
                                       cmocka_unit_test(a_post_stands_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
