#include "smtp/wire_reply.h"

#include <string.h>
#include <strings.h>

void reader_init(struct reply_reader *reader)
{
    *reader = (struct reply_reader){.text = g_string_new(NULL), .line = g_string_new(NULL)};
}

void reader_clear(struct reply_reader *reader)
{
    g_string_free(reader->text, TRUE);
    g_string_free(reader->line, TRUE);
    *reader = (struct reply_reader){0};
}

void reader_next(struct reply_reader *reader)
{
    if (reader->state == READER_BAD)
        return;
    reader->state = READER_MORE;
    reader->code = 0;
    reader->length = 0;
    g_string_truncate(reader->text, 0);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One line without its CRLF: three digits, then nothing, a blank or a hyphen. */
static enum reader_state read_line(struct reply_reader *reader, const char *line, size_t length)
{
    if (length < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]) ||
        (length > 3 && line[3] != ' ' && line[3] != '-'))
        return READER_BAD;
    if (memchr(line, '\r', length) || memchr(line, '\0', length))
        return READER_BAD;
    int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (reader->code != 0 && reader->code != code)
        return READER_BAD;
    if (reader->code != 0)
        g_string_append_c(reader->text, '\n');
    reader->code = code;
    if (length > 4)
        g_string_append_len(reader->text, line + 4, (gssize)(length - 4));
    return length > 3 && line[3] == '-' ? READER_MORE : READER_REPLY;
}

static enum reader_state end_line(struct reply_reader *reader)
{
    GString *line = reader->line;
    enum reader_state state = READER_BAD;
    if (line->len >= 2 && line->str[line->len - 2] == '\r')
        state = read_line(reader, line->str, line->len - 2);
    g_string_truncate(line, 0);
    return state;
}

size_t reader_feed(struct reply_reader *reader, const char *octets, size_t length)
{
    size_t used = 0;
    while (used < length && reader->state == READER_MORE) {
        const char *from = octets + used;
        const char *line_end = memchr(from, '\n', length - used);
        size_t part = line_end ? (size_t)(line_end - from) + 1 : length - used;
        reader->length += part;
        if (reader->line->len + part > REPLY_LINE_MAX || reader->length > REPLY_LENGTH_MAX) {
            reader->state = READER_BAD;
            return used;
        }
        g_string_append_len(reader->line, from, (gssize)part);
        used += part;
        if (line_end)
            reader->state = end_line(reader);
    }
    return used;
}

/* --- EHLO --------------------------------------------------------------------------------------
 */

static const struct {
    const char *keyword;
    enum capability capability;
} keywords[] = {
    {"PIPELINING", CAN_PIPELINING},
    {"8BITMIME", CAN_8BITMIME},
    {"CHUNKING", CAN_CHUNKING},
    {"STARTTLS", CAN_TLS},
    {"AUTH", CAN_AUTH},
    {"SIZE", CAN_SIZE},
    {"DSN", CAN_DSN},
};

static void read_mechanisms(struct ehlo *ehlo, char **words)
{
    for (; *words; words++) {
        ehlo->plain |= strcasecmp(*words, "PLAIN") == 0;
        ehlo->login |= strcasecmp(*words, "LOGIN") == 0;
    }
}

static void read_capability(struct ehlo *ehlo, const char *line)
{
    /* "AUTH=" is how servers said it before RFC 4954, and some still do. */
    AUTO(texts) char **words = g_strsplit_set(line, " =\t", -1);
    if (!words[0])
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++)
        if (strcasecmp(words[0], keywords[i].keyword) == 0)
            ehlo->capabilities |= keywords[i].capability;
    if (strcasecmp(words[0], "AUTH") == 0)
        read_mechanisms(ehlo, words + 1);
    else if (strcasecmp(words[0], "SIZE") == 0 && words[1])
        ehlo->size_max = g_ascii_strtoull(words[1], NULL, 10);
}

struct ehlo ehlo_parse(const char *text)
{
    struct ehlo ehlo = {0};
    AUTO(texts) char **lines = g_strsplit(text, "\n", -1);
    for (size_t i = 1; lines[0] && lines[i]; i++)
        read_capability(&ehlo, lines[i]);
    return ehlo;
}
