/* Any octets as replies, in one piece and octet by octet: the same replies, clean and bounded. */
#include "smtp/wire_reply.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static void check(const struct reply_reader *reader)
{
    struct reply reply = reply_new(reader->code, reader->text->str);
    if (reply.code < 200 || reply.code > 599)
        abort();
    if (reply.text && (!g_utf8_validate(reply.text, -1, NULL) || strlen(reply.text) > 1000 ||
                       strpbrk(reply.text, "\r\n\t\x7f")))
        abort();
    if (reply.enhanced && reply.enhanced[0] - '0' != reply.code / 100)
        abort();
    reply_clear(&reply);
    (void)ehlo_parse(reader->text->str);
}

static GString *replies(const char *octets, size_t length, size_t part)
{
    GString *codes = g_string_new(NULL);
    struct reply_reader reader;
    reader_init(&reader);
    for (size_t used = 0; used < length && reader.state != READER_BAD;) {
        used += reader_feed(&reader, octets + used, MIN(part, length - used));
        if (reader.state == READER_REPLY) {
            check(&reader);
            g_string_append_printf(codes, "%d ", reader.code);
            reader_next(&reader);
        }
    }
    g_string_append(codes, reader.state == READER_BAD ? "bad" : "more");
    reader_clear(&reader);
    return codes;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    AUTO(str) GString *whole = replies((const char *)octets, length, length);
    AUTO(str) GString *parts = replies((const char *)octets, length, 1);
    if (strcmp(whole->str, parts->str) != 0)
        abort();
    return 0;
}
