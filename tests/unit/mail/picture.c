#include "mail/picture.h"

#include <string.h>

#include "sample.h"

static void add_picture(struct sample *sample, const char *target)
{
    struct article *article = sample->issue.articles->pdata[0];
    struct block *block = sample_add_block(article, BLOCK_PICTURE, "会场");
    block->target = (char *)target;
    block->line = 42;
}

static bool find(struct pictures **pictures, const struct sample *sample, struct error *error)
{
    return pictures_find(pictures, &sample->issue, sample->attachments, "mail.example.org", error);
}

static const struct {
    const char *name, *target, *file;
} targets[] = {
    {"its name", "图 1.png", "图 1.png"},
    {"escaped", "%E5%9B%BE%201.png", "图 1.png"},
    {"in a folder", "./pics/图 1.png", "图 1.png"},
    {"letters taken apart", "u\u0308ber.png",
     "\u00fc"
     "ber.png"},
    {"a per cent sign that escapes nothing", "100%.png", "100%.png"},
};

static void a_picture_is_found_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        AUTO(sample) struct sample *sample = sample_new();
        AUTO(pictures) struct pictures *pictures = NULL;
        AUTO(error) struct error error = {0};
        add_picture(sample, targets[i].target);
        sample_add_file(sample, "第25期.docx", "x", 1);
        sample_add_file(sample, targets[i].file, SAMPLE_PNG);
        if (!find(&pictures, sample, &error))
            fail_msg("%s: %s", targets[i].name, error.what.english);
        assert_int_equal(pictures->shown->len, 1);
        assert_int_equal(pictures->others->len, 1);
        const struct picture *picture = pictures->shown->pdata[0];
        assert_string_equal(picture->type, "png");
        assert_string_equal(g_hash_table_lookup(pictures->in_mail, targets[i].target),
                            picture->cid_url);
        assert_true(g_str_has_prefix(g_hash_table_lookup(pictures->in_preview, targets[i].target),
                                     "data:image/png;base64,iVBORw0KGgo"));
    }
}

static void shown_twice_it_is_sent_once(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    AUTO(pictures) struct pictures *pictures = NULL;
    add_picture(sample, "a.png");
    add_picture(sample, "./a.png");
    sample_add_file(sample, "a.png", SAMPLE_PNG);
    assert_true(find(&pictures, sample, NULL));
    assert_int_equal(pictures->shown->len, 1);
    assert_ptr_equal(g_hash_table_lookup(pictures->in_mail, "a.png"),
                     g_hash_table_lookup(pictures->in_mail, "./a.png"));
}

static const struct {
    const char *name, *target, *file, *octets, *what;
} refusals[] = {
    {"not there", "b.png", "a.png", "\x89PNG\r\n\x1a\n.",
     "this picture is not among the files of the issue: b.png"},
    {"no target", "", "a.png", "\x89PNG\r\n\x1a\n.",
     "this picture is not among the files of the issue: "},
    {"remote", "https://example.org/a.png", "a.png", "\x89PNG\r\n\x1a\n.",
     "this picture is not among the files of the issue: https://example.org/a.png"},
    {"within the text", "data:image/png;base64,a.png", "a.png", "\x89PNG\r\n\x1a\n.",
     "this picture is not among the files of the issue: data:image/png;base64,a.png"},
    {"an SVG", "a.svg", "a.svg", "<svg/>",
     "mail programs don't show a picture of this kind: a.svg"},
    {"a web page called PNG", "a.png", "a.png", "<html>",
     "mail programs don't show a picture of this kind: a.png"},
    {"an empty one", "a.png", "a.png", "",
     "mail programs don't show a picture of this kind: a.png"},
};

static void what_can_t_be_shown_is_told_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
        AUTO(sample) struct sample *sample = sample_new();
        AUTO(pictures) struct pictures *pictures = NULL;
        AUTO(error) struct error error = {0};
        add_picture(sample, refusals[i].target);
        sample_add_file(sample, refusals[i].file, refusals[i].octets, strlen(refusals[i].octets));
        if (find(&pictures, sample, &error))
            fail_msg("%s: taken", refusals[i].name);
        assert_string_equal(error.what.english, refusals[i].what);
        assert_string_equal(error.place.file, "第25期.md");
        assert_int_equal(error.place.line, 42);
        assert_int_equal(error.exit_class, EX_DATAERR);
        assert_non_null(error.todo.english);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_is_found_by_its_name),
        cmocka_unit_test(shown_twice_it_is_sent_once),
        cmocka_unit_test(what_can_t_be_shown_is_told_with_its_line),
    };
    return cmocka_run_group_tests_name("mail/picture", tests, NULL, NULL);
}
