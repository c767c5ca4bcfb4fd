#include "smtp/message.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define HEADER "Date: d\r\nFrom: f\r\nTo: t\r\nMessage-ID: <m>\r\nSubject: a\r\n b\r\n"

static bool open_text(struct message **message, const char *text, size_t length,
                      struct error *error)
{
    AUTO(fd) int fd = memfd_create("message", MFD_CLOEXEC);
    assert_int_equal(write(fd, text, length), length);
    return message_open(message, fd, error);
}

static char *long_line(size_t length)
{
    AUTO(text) char *line = g_strnfill(length, 'x');
    return g_strconcat(HEADER "\r\n", line, "\r\n", NULL);
}

static void clean_message(void **state)
{
    (void)state;
    AUTO(text) char *text = long_line(998);
    struct message *message = NULL;
    struct error error = {0};
    assert_true(open_text(&message, text, strlen(text), &error));
    AUTO(str) GString *header = g_string_new(NULL);
    assert_true(message_add_header(header, message, "", &error));
    assert_string_equal(header->str, HEADER "\r\n");
    size_t length;
    const char *body = message_body(message, &length);
    assert_int_equal(length, 1000);
    assert_memory_equal(body, text + header->len, length);
    message_free(message);
}

static void body_may_be_empty(void **state)
{
    (void)state;
    struct message *message = NULL;
    struct error error = {0};
    assert_true(open_text(&message, HEADER "\r\n", strlen(HEADER "\r\n"), &error));
    size_t length;
    (void)message_body(message, &length);
    assert_int_equal(length, 0);
    message_free(message);
}

#define TEXT(octets) octets, sizeof octets - 1

static const struct {
    const char *name, *text;
    size_t length;
    int line;
} dirty[] = {
    {"empty", TEXT(""), 0},
    {"lone LF", TEXT(HEADER "\r\na\r\nb\nc\r\n"), 9},
    {"lone CR", TEXT(HEADER "\r\na\rb\r\n"), 8},
    {"two CR", TEXT(HEADER "\r\na\r\r\n"), 8},
    {"NUL", TEXT(HEADER "\r\na\0b\r\n"), 8},
    {"8 bit", TEXT(HEADER "\r\n\xe6\x9c\x9f\r\n"), 8},
    {"8 bit in the header", TEXT("Subject: \xe6\x9c\x9f\r\n" HEADER "\r\n"), 1},
    {"dot at the start", TEXT(HEADER "\r\na\r\n.\r\n"), 9},
    {"dot in the header", TEXT(".x: y\r\n" HEADER "\r\n"), 1},
    {"torn last line", TEXT(HEADER "\r\na"), 8},
    {"no end of the header", TEXT(HEADER), 7},
    {"no field", TEXT(HEADER "no field\r\n\r\n"), 7},
    {"blank before the colon", TEXT(HEADER "To : x\r\n\r\n"), 7},
    {"folded at the start", TEXT(" x\r\n" HEADER "\r\n"), 1},
    {"two To", TEXT(HEADER "tO: x\r\n\r\n"), 0},
    {"no Date", TEXT("From: f\r\nMessage-ID: <m>\r\n\r\n"), 0},
    {"Bcc", TEXT(HEADER "Bcc: x\r\n\r\n"), 0},
    {"Return-Path", TEXT(HEADER "Return-Path: <x>\r\n\r\n"), 0},
};

static void dirty_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(dirty); i++) {
        struct message *message = NULL;
        struct error error = {0};
        if (open_text(&message, dirty[i].text, dirty[i].length, &error))
            fail_msg("%s", dirty[i].name);
        assert_int_equal(error.exit_class, EX_DATAERR);
        if (error.place.line != dirty[i].line)
            fail_msg("%s: line %d", dirty[i].name, error.place.line);
        error_clear(&error);
    }
}

static void line_too_long(void **state)
{
    (void)state;
    AUTO(text) char *text = long_line(999);
    struct message *message = NULL;
    assert_false(open_text(&message, text, strlen(text), NULL));
}

static void what_is_no_file(void **state)
{
    (void)state;
    struct message *message = NULL;
    struct error error = {0};
    AUTO(fd) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_false(message_open(&message, fd, &error));
    assert_int_equal(error.exit_class, EX_DATAERR);
    error_clear(&error);
    assert_false(message_open(&message, -1, &error));
    error_clear(&error);
}

static const struct {
    const char *name, *personal, *header; /* header NULL: refused */
} personals[] = {
    {"none", "", HEADER "\r\n"},
    {"one", "To: p\r\n",
     "Date: d\r\nFrom: f\r\nTo: p\r\nMessage-ID: <m>\r\nSubject: a\r\n b\r\n\r\n"},
    {"case", "MESSAGE-id: <p>\r\n",
     "Date: d\r\nFrom: f\r\nTo: t\r\nMESSAGE-id: <p>\r\nSubject: a\r\n b\r\n\r\n"},
    {"folded for folded", "Subject: p\r\n\tq\r\n",
     "Date: d\r\nFrom: f\r\nTo: t\r\nMessage-ID: <m>\r\nSubject: p\r\n\tq\r\n\r\n"},
    {"new one", "X: p\r\n", HEADER "X: p\r\n\r\n"},
    {"prefix of a name", "T: p\r\n", HEADER "T: p\r\n\r\n"},
    {"empty line at the end", "To: p\r\n\r\n", NULL},
    {"body", "To: p\r\n\r\nx\r\n", NULL},
    {"empty line alone", "\r\n", NULL},
    {"no line end", "To: p", NULL},
    {"LF", "To: p\n", NULL},
    {"CR", "To: p\rq\r\n", NULL},
    {"twice", "To: p\r\nto: q\r\n", NULL},
    {"no field", "p\r\n", NULL},
    {"folded at the start", " p\r\n", NULL},
    {"Bcc", "Bcc: p\r\n", NULL},
    {"8 bit", "To: \xe6\x9c\x9f\r\n", NULL},
    {"dot", ".To: p\r\n", NULL},
};

static void personal_headers(void **state)
{
    (void)state;
    struct message *message = NULL;
    struct error error = {0};
    assert_true(open_text(&message, HEADER "\r\nbody\r\n", strlen(HEADER "\r\nbody\r\n"), &error));
    for (size_t i = 0; i < G_N_ELEMENTS(personals); i++) {
        AUTO(str) GString *header = g_string_new(NULL);
        bool good = message_add_header(header, message, personals[i].personal, &error);
        if (good != (personals[i].header != NULL) ||
            (good && strcmp(header->str, personals[i].header) != 0))
            fail_msg("%s: %s", personals[i].name, header->str);
        if (!good)
            assert_int_equal(error.exit_class, EX_DATAERR);
        error_clear(&error);
    }
    message_free(message);
}

/* A field that may stand there more than once: the personal one stands for all of them. */
static void personal_field_for_many(void **state)
{
    (void)state;
    struct message *message = NULL;
    struct error error = {0};
    static const char text[] = "X: 1\r\n" HEADER "x: 2\r\n\r\n";
    assert_true(open_text(&message, text, strlen(text), &error));
    AUTO(str) GString *header = g_string_new(NULL);
    assert_true(message_add_header(header, message, "X: p\r\n", &error));
    assert_string_equal(header->str, "X: p\r\n" HEADER "\r\n");
    message_free(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_message),           cmocka_unit_test(body_may_be_empty),
        cmocka_unit_test(dirty_messages),          cmocka_unit_test(line_too_long),
        cmocka_unit_test(what_is_no_file),         cmocka_unit_test(personal_headers),
        cmocka_unit_test(personal_field_for_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
