#include "mail/template.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char values_text[] =
    "{\"name\":\"动态\",\"evil\":\"<a href='x'>\\\"&\\u0007\\n\",\"zero\":0,\"number\":25,"
    "\"none\":null,\"no\":false,\"yes\":true,\"empty\":[],\"words\":[\"一\",\"二\"],"
    "\"date\":{\"year\":2023},\"people\":[{\"who\":\"张\",\"more\":true},{\"who\":\"李\",\"more\":"
    "false}]}";

static char *folder;

static void put(const char *name, const char *text)
{
    AUTO(text) char *path = g_build_filename(folder, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static int set_up(void **state)
{
    (void)state;
    folder = g_dir_make_tmp("fensong-template-XXXXXX", NULL);
    put("piece.html", "({{name}})\n");
    put("self.html", "{{>self.html}}");
    return folder ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"piece.html", "self.html", "main.html"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        AUTO(text) char *path = g_build_filename(folder, names[i], NULL);
        (void)g_remove(path);
    }
    (void)g_rmdir(folder);
    g_free(folder);
    return 0;
}

static bool render(GString **rendered, const char *text, enum template_form form,
                   struct error *error)
{
    AUTO(json) json_t *values = json_loads(values_text, 0, NULL);
    assert_non_null(values);
    put("main.html", text);
    return template_render(rendered, folder, "main.html", values, form, error);
}

static const struct {
    const char *name, *text, *expected;
} renderings[] = {
    {"no tag", "a { b } }}", "a { b } }}"},
    {"a value", "《{{name}}》", "《动态》"},
    {"blanks in a tag", "{{ name }}", "动态"},
    {"a number", "第{{number}}期", "第25期"},
    {"null is nothing", "[{{none}}]", "[]"},
    {"a value is escaped", "{{evil}}", "&lt;a href=&#39;x&#39;&gt;&quot;&amp;  "},
    {"an object's name", "{{#date}}{{year}}年{{name}}{{/date}}", "2023年动态"},
    {"a loop", "{{#people}}{{who}}{{#more}}、{{/more}}{{/people}}", "张、李"},
    {"a loop over strings", "{{#words}}<{{.}}>{{/words}}", "<一><二>"},
    {"true", "{{#yes}}y{{/yes}}{{^yes}}n{{/yes}}", "y"},
    {"false", "{{#no}}y{{/no}}{{^no}}n{{/no}}", "n"},
    {"null", "{{#none}}y{{/none}}{{^none}}n{{/none}}", "n"},
    {"zero", "{{#zero}}y{{/zero}}{{^zero}}n{{/zero}}", "n"},
    {"an empty list", "{{#empty}}y{{/empty}}{{^empty}}n{{/empty}}", "n"},
    {"a section in one of its name", "{{#yes}}{{#yes}}a{{/yes}}b{{/yes}}", "ab"},
    {"a name that isn't there, in what is left out", "{{#no}}{{typo}}{{/no}}", ""},
    {"a piece", "<{{>piece.html}}>", "<(动态)\n>"},
    {"a comment", "a{{! b, c. }}d", "ad"},
    {"lines of sections are gone", "a\n {{#yes}} \nb\n{{/yes}}\nc\n", "a\nb\nc\n"},
    {"a piece's line is gone", "a\n  {{>piece.html}}\nb\n", "a\n(动态)\nb\n"},
    {"a value's line stays", "a\n{{none}}\nb\n", "a\n\nb\n"},
    {"a comment of two lines", "{{! a\nb }}\nc", "c"},
};

static void templates_are_rendered(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(renderings); i++) {
        AUTO(str) GString *rendered = NULL;
        AUTO(error) struct error error = {0};
        bool good = render(&rendered, renderings[i].text, TEMPLATE_HTML, &error);
        if (!good || strcmp(rendered->str, renderings[i].expected) != 0)
            fail_msg("%s: %s", renderings[i].name, good ? rendered->str : error.what.english);
    }
}

static void text_is_not_escaped_but_stays_on_its_line(void **state)
{
    (void)state;
    AUTO(str) GString *rendered = NULL;
    assert_true(render(&rendered, "{{evil}}", TEMPLATE_TEXT, NULL));
    assert_string_equal(rendered->str, "<a href='x'>\"&  ");
}

static const struct {
    const char *name, *text;
    int line;
    const char *what;
} mistakes[] = {
    {"a slip of the pen", "a\nb {{nmae}}", 2,
     "the template asks for something that is not there: nmae"},
    {"… in a section's name", "{{#nmae}}{{/nmae}}", 1,
     "the template asks for something that is not there: nmae"},
    {"a tag without end", "\n\n{{name", 3, "this {{ has no }}"},
    {"a raw value", "{{{name}}}", 1, "this is no name that a template can hold: {name"},
    {"no name", "{{}}", 1, "this is no name that a template can hold: "},
    {"a path as a piece", "{{>../secret}}", 1,
     "this is no name that a template can hold: ../secret"},
    {"a section without end", "a\n{{#yes}}\nb", 2, "{{#yes}} has no {{/yes}}"},
    {"sections that cross", "{{#yes}}\n{{#no}}{{/yes}}{{/no}}", 2,
     "{{/no}} stands where {{/yes}} should"},
    {"an end without section", "a{{/yes}}", 1, "{{/yes}} ends nothing"},
};

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        AUTO(str) GString *rendered = NULL;
        AUTO(error) struct error error = {0};
        if (render(&rendered, mistakes[i].text, TEMPLATE_HTML, &error))
            fail_msg("%s: taken", mistakes[i].name);
        assert_string_equal(error.what.english, mistakes[i].what);
        assert_int_equal(error.exit_class, EX_CONFIG);
        assert_int_equal(error.place.line, mistakes[i].line);
        assert_true(g_str_has_suffix(error.place.file, "/main.html"));
        assert_null(rendered);
    }
}

static void a_piece_within_itself_is_told(void **state)
{
    (void)state;
    AUTO(str) GString *rendered = NULL;
    AUTO(error) struct error error = {0};
    assert_false(render(&rendered, "{{>self.html}}", TEMPLATE_HTML, &error));
    assert_string_equal(error.what.english, "this piece contains itself: self.html");
}

static void a_missing_file_is_the_configuration_s_fault(void **state)
{
    (void)state;
    AUTO(str) GString *rendered = NULL;
    AUTO(error) struct error error = {0};
    assert_false(render(&rendered, "{{>gone.html}}", TEMPLATE_HTML, &error));
    assert_int_equal(error.exit_class, EX_CONFIG);
    assert_true(g_str_has_suffix(error.place.file, "/gone.html"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_are_rendered),
        cmocka_unit_test(text_is_not_escaped_but_stays_on_its_line),
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(a_piece_within_itself_is_told),
        cmocka_unit_test(a_missing_file_is_the_configuration_s_fault),
    };
    return cmocka_run_group_tests_name("mail/template", tests, set_up, tear_down);
}
