#include "mail/mime.h"

#include <stdlib.h>
#include <string.h>

#include "sample.h"

static char *repeated(const char *what, int times)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < times; i++)
        g_string_append(text, what);
    return g_string_free(text, FALSE);
}

static void check_lines(const char *name, const char *octets)
{
    AUTO(texts) char **lines = g_strsplit(octets, "\r\n", -1);
    for (char **line = lines; *line; line++) {
        size_t most = strstr(*line, "=?UTF-8") ? 76 : 998;
        if (strpbrk(*line, "\r\n") || **line == '.' || strlen(*line) > most)
            fail_msg("%s: %s", name, *line);
    }
}

static const struct {
    const char *name, *unit;
    int times;
} names[] = {
    {"Hanzi", "长", 3000},
    {"ASCII without blanks", "x", 3000},
    {"ASCII words", "word ", 1000},
    {"quotes", "\"", 3000},
    {"backslashes", "\\", 3000},
    {"what opens a word", "=?UTF-8?B?", 300},
    {"four octets a letter", "𠮷", 800},
    {"one letter", "a", 1},
    {"nothing", "", 1},
    {"dots", ".\r\n", 300},
    {"commas and brackets", "a,<b@c.example>;", 200},
};

static void no_name_makes_a_line_too_long(void **state)
{
    (void)state;
    AUTO(address) struct address *address = sample_address("zhang@example.org");
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        AUTO(text) char *name = repeated(names[i].unit, names[i].times);
        struct mailbox to = {name, address};
        AUTO(text) char *header = mime_write_personal(&to, "id@example.org");
        check_lines(names[i].name, header);
        if (!strstr(header, "zhang@example.org>") && !strstr(header, "To: zhang@example.org\r\n"))
            fail_msg("%s: %s", names[i].name, header);
    }
}

static struct letter letter_of(const struct mailbox *to, const char *text)
{
    return (struct letter){.from = *to,
                           .to = to,
                           .to_count = 1,
                           .subject = text,
                           .message_id = "id@example.org",
                           .date = USEC_PER_SEC,
                           .text = text,
                           .html = text,
                           .identity = "0af"};
}

static void no_text_or_file_name_makes_a_line_too_long(void **state)
{
    (void)state;
    AUTO(address) struct address *address = sample_address("zhang@example.org");
    struct mailbox to = {NULL, address};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        AUTO(text) char *text = repeated(names[i].unit, names[i].times);
        AUTO(text) char *file_name = g_utf8_substring(text, 0, MIN(80, g_utf8_strlen(text, -1)));
        AUTO(bytes) GBytes *content = g_bytes_new_static("..", 2);
        struct attachment file = {file_name, content};
        AUTO(array) GPtrArray *files = g_ptr_array_new();
        g_ptr_array_add(files, &file);
        struct letter letter = letter_of(&to, text);
        letter.files = files;
        AUTO(str) GString *message = mime_write(&letter);
        check_lines(names[i].name, message->str);
        assert_int_equal(strlen(message->str), message->len);
    }
}

static const struct {
    const char *name, *header;
} headers[] = {
    {"From", "\r\nFrom: "},
    {"a zone", "\r\nDate: Thu, 01 Jan 1970 08:00:01 +0800\r\n"},
    {"an id", "\r\nMessage-ID: <id@example.org>\r\n"},
    {"a boundary of its own", "boundary=\"=_0af.alternative\""},
    /* Line ends are CRLF, whichever they were. */
    {"a text part", "\r\nContent-Type: text/plain; charset=UTF-8\r\n"
                    "Content-Transfer-Encoding: base64\r\n\r\nYQ0KYg0K\r\n"},
};

static void a_letter_has_what_it_needs_and_no_more(void **state)
{
    (void)state;
    AUTO(address) struct address *address = sample_address("zhang@example.org");
    struct mailbox to = {"张三", address};
    struct letter letter = letter_of(&to, "a\r\nb\n");
    AUTO(str) GString *message = mime_write(&letter);
    g_string_prepend(message, "\r\n");
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
        if (!strstr(message->str, headers[i].header))
            fail_msg("%s: %s", headers[i].name, message->str);
    static const char *const absent[] = {"Reply-To",       "List-Id",          "Precedence",
                                         "Auto-Submitted", "Content-Language", "multipart/mixed"};
    for (size_t i = 0; i < G_N_ELEMENTS(absent); i++)
        assert_null(strstr(message->str, absent[i]));
}

int main(void)
{
    setenv("TZ", "Asia/Shanghai", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_name_makes_a_line_too_long),
        cmocka_unit_test(no_text_or_file_name_makes_a_line_too_long),
        cmocka_unit_test(a_letter_has_what_it_needs_and_no_more),
    };
    return cmocka_run_group_tests_name("mail/mime", tests, NULL, NULL);
}
