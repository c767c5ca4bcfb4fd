/* What is dropped and is no text. */
#include "base/file.h"
#include "intake/intake.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define WORD "this is a document of Word or WPS, not a text file"
#define PDF  "this is a PDF, not a text file"

static void what_is_no_text_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *row, *name, *octets, *what;
    } rows[] = {
        {"docx as md", "a.md", "PK\3\4rest", WORD},
        {"docx", "a.docx", "PK\3\4rest", WORD},
        {"doc as txt", "a.txt", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", WORD},
        {"rtf", "a.doc", "{\\rtf1", WORD},
        {"pdf as md", "a.md", "%PDF-1.7", PDF},
        {"pdf", "a.pdf", "%PDF-1.7", PDF},
        {"something else", "a.xyz", "text", "this is no document that can be read"},
        {"text", "a.md", "PK", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *folder = g_dir_make_tmp("fensong-source-XXXXXX", NULL);
        AUTO(text) char *path = g_build_filename(folder, rows[i].name, NULL);
        AUTO(problems) struct problems *file = problems_new(), *whole = problems_new();
        AUTO(source) struct source *source = NULL, *other = NULL;
        assert_true(g_file_set_contents(path, rows[i].octets, -1, NULL));
        AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
        AUTO(fd) int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        assert_int_equal(source_read(&source, fd, rows[i].name, file), rows[i].what == NULL);
        bool also = source_read(&other, folder_fd, "folder", whole);
        assert_int_equal(also, rows[i].what == NULL);
        if (rows[i].what)
            assert_string_equal(problems_at(file, 0)->error.what.english, rows[i].what);
        if (rows[i].what && !g_str_has_prefix(rows[i].row, "something"))
            assert_string_equal(problems_at(whole, 0)->error.what.english, rows[i].what);
        assert_true(folder_remove(folder, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_no_text_is_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
