#include "smtp/wire_reply.h"
#include "smtp/wire_transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *name, *octets;
    enum reader_state state;
    int code;
    const char *text, *rest; /* rest: what is not taken */
} rows[] = {
    {"one line", "250 ok\r\n", READER_REPLY, 250, "ok", ""},
    {"code alone", "250\r\n", READER_REPLY, 250, "", ""},
    {"code and blank", "250 \r\n", READER_REPLY, 250, "", ""},
    {"lines", "250-a\r\n250-\r\n250 b\r\n", READER_REPLY, 250, "a\n\nb", ""},
    {"last line without blank", "250-a\r\n250\r\n", READER_REPLY, 250, "a\n", ""},
    {"two replies", "250 a\r\n354 b\r\n", READER_REPLY, 250, "a", "354 b\r\n"},
    {"not whole", "250 o", READER_MORE, 0, NULL, ""},
    {"not whole in lines", "250-a\r\n25", READER_MORE, 250, NULL, ""},
    {"nothing", "", READER_MORE, 0, NULL, ""},
    {"another code", "250-a\r\n251 b\r\n", READER_BAD, 0, NULL, ""},
    {"two digits", "25\r\n", READER_BAD, 0, NULL, ""},
    {"four digits", "2500\r\n", READER_BAD, 0, NULL, ""},
    {"letters", "2x0 ok\r\n", READER_BAD, 0, NULL, ""},
    {"1yz", "150 ok\r\n", READER_BAD, 0, NULL, ""},
    {"6yz", "650 ok\r\n", READER_BAD, 0, NULL, ""},
    {"sign", "+50 ok\r\n", READER_BAD, 0, NULL, ""},
    {"blank first", " 250 ok\r\n", READER_BAD, 0, NULL, ""},
    {"tab", "250\tok\r\n", READER_BAD, 0, NULL, ""},
    {"LF alone", "250 ok\n", READER_BAD, 0, NULL, ""},
    {"CR inside", "250 o\rk\r\n", READER_BAD, 0, NULL, ""},
    {"empty line", "\r\n", READER_BAD, 0, NULL, ""},
};

static void check(size_t row, size_t part)
{
    struct reply_reader reader;
    reader_init(&reader);
    const char *octets = rows[row].octets;
    size_t length = strlen(octets), used = 0;
    while (used < length && reader.state == READER_MORE)
        used += reader_feed(&reader, octets + used, MIN(part, length - used));
    bool good = reader.state == rows[row].state;
    if (reader.state == READER_REPLY)
        good &= reader.code == rows[row].code && strcmp(reader.text->str, rows[row].text) == 0 &&
                strcmp(octets + used, rows[row].rest) == 0;
    if (!good)
        fail_msg("%s in parts of %zu", rows[row].name, part);
    reader_clear(&reader);
}

static void replies_whole_and_in_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (size_t part = 1; part < 24; part++)
            check(i, part);
}

static void limits(void **state)
{
    (void)state;
    for (size_t length = REPLY_LINE_MAX - 2; length <= REPLY_LINE_MAX + 2; length++) {
        AUTO(text) char *fill = g_strnfill(length - 6, 'x');
        AUTO(text) char *line = g_strconcat("250 ", fill, "\r\n", NULL);
        struct reply_reader reader;
        reader_init(&reader);
        (void)reader_feed(&reader, line, strlen(line));
        assert_int_equal(reader.state, length <= REPLY_LINE_MAX ? READER_REPLY : READER_BAD);
        reader_clear(&reader);
    }
    struct reply_reader reader;
    reader_init(&reader);
    size_t fed = 0;
    for (; reader.state == READER_MORE && fed < 10 * REPLY_LENGTH_MAX; fed += 7)
        (void)reader_feed(&reader, "250-a\r\n", 7);
    assert_int_equal(reader.state, READER_BAD);
    assert_in_range(fed, REPLY_LENGTH_MAX, REPLY_LENGTH_MAX + 14);
    reader_next(&reader);
    assert_int_equal(reader.state, READER_BAD); /* it stays */
    assert_int_equal(reader_feed(&reader, "250 ok\r\n", 8), 0);
    reader_clear(&reader);
}

static void nul_is_bad(void **state)
{
    (void)state;
    struct reply_reader reader;
    reader_init(&reader);
    (void)reader_feed(&reader, "250 a\0b\r\n", 9);
    assert_int_equal(reader.state, READER_BAD);
    reader_clear(&reader);
}

static void one_after_the_other(void **state)
{
    (void)state;
    struct reply_reader reader;
    reader_init(&reader);
    assert_int_equal(reader_feed(&reader, "250-a\r\n250 b\r\n450 c\r\n", 21), 14);
    assert_string_equal(reader.text->str, "a\nb");
    reader_next(&reader);
    assert_int_equal(reader_feed(&reader, "450 c\r\n", 7), 7);
    assert_int_equal(reader.code, 450);
    assert_string_equal(reader.text->str, "c");
    reader_clear(&reader);
}

static const struct {
    const char *name, *text;
    unsigned capabilities;
    uint64_t size_max;
    bool plain, login;
} hellos[] = {
    {"nothing", "host", 0, 0, false, false},
    {"empty", "", 0, 0, false, false},
    {"first line is a name", "PIPELINING", 0, 0, false, false},
    {"usual", "host\nPIPELINING\nSIZE 1000\n8bitmime\nDSN\nCHUNKING\nSTARTTLS",
     CAN_PIPELINING | CAN_SIZE | CAN_8BITMIME | CAN_DSN | CAN_CHUNKING | CAN_TLS, 1000, false,
     false},
    {"size without one", "host\nSIZE", CAN_SIZE, 0, false, false},
    {"size of words", "host\nSIZE much", CAN_SIZE, 0, false, false},
    {"login", "host\nAUTH PLAIN login CRAM-MD5", CAN_AUTH, 0, true, true},
    {"login of old", "host\nAUTH=LOGIN", CAN_AUTH, 0, false, true},
    {"other logins", "host\nAUTH NTLM XPLAIN", CAN_AUTH, 0, false, false},
    {"longer words", "host\nPIPELININGS\nSTARTTLSX", 0, 0, false, false},
};

static void capabilities(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(hellos); i++) {
        struct ehlo ehlo = ehlo_parse(hellos[i].text);
        if (ehlo.capabilities != hellos[i].capabilities || ehlo.size_max != hellos[i].size_max ||
            ehlo.plain != hellos[i].plain || ehlo.login != hellos[i].login)
            fail_msg("%s", hellos[i].name);
    }
}

static void transcript_keeps_the_last_lines(void **state)
{
    (void)state;
    static struct transcript transcript;
    AUTO(text) char *wide = g_strnfill(500, 'w');
    for (int i = 0; i < 100; i++) {
        AUTO(text) char *line = g_strdup_printf("line %d\r\n", i);
        transcript_add(&transcript, "C: ", line, strlen(line) - 1);
    }
    transcript_add(&transcript, "S: ", wide, 500);
    AUTO(text) char *text = transcript_text(&transcript);
    AUTO(texts) char **lines = g_strsplit(text, "\n", -1);
    assert_int_equal(g_strv_length(lines), TRANSCRIPT_LINES + 1);
    assert_string_equal(lines[0], "C: line 53 ");
    assert_int_equal(strlen(lines[TRANSCRIPT_LINES - 1]), TRANSCRIPT_WIDTH - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_whole_and_in_parts),
        cmocka_unit_test(limits),
        cmocka_unit_test(nul_is_bad),
        cmocka_unit_test(one_after_the_other),
        cmocka_unit_test(capabilities),
        cmocka_unit_test(transcript_keeps_the_last_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
