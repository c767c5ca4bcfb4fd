#include "smtp/message.h"

#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define LINE_MAX_OCTETS 998
#define MESSAGE_MAX     ((off_t)1 << 30)

struct field { /* a header field with its continuation lines and its last CRLF */
    const char *text;
    size_t name_length, length;
};

struct message {
    char *map;
    size_t size;
    GArray *fields; /* of struct field */
    size_t body_at;
};

/* --- checking ----------------------------------------------------------------------------------
 */

static bool bad(struct error *error, int line, const char *what)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
    return error_set(error, EX_DATAERR, (struct place){"message.eml", line, 0},
                     N_("the message was not composed as it should be; nothing was sent"), what);
#pragma GCC diagnostic pop
}

static bool check_octets(const char *text, size_t length, int line, struct error *error)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char octet = (unsigned char)text[i];
        if (octet == '\r' || octet == '\0')
            return bad(error, line, N_("a line holds a NUL or a CR without LF"));
        if (octet > 127)
            return bad(error, line,
                       N_("a line holds an octet above 127, which not every server "
                          "takes"));
    }
    return true;
}

/* One line without its CRLF. */
static bool check_line(const char *text, size_t length, int line, struct error *error)
{
    if (length > LINE_MAX_OCTETS)
        return bad(error, line, N_("a line is longer than 998 octets"));
    if (length > 0 && text[0] == '.')
        return bad(error, line, N_("a line begins with a dot"));
    return check_octets(text, length, line, error);
}

/* Takes the line at *at, which moves on past its CRLF; *length is without it. */
static bool next_line(const char **at, const char *end, int line, size_t *length,
                      struct error *error)
{
    const char *text = *at;
    const char *line_end = memchr(text, '\n', (size_t)(end - text));
    if (!line_end || line_end == text || line_end[-1] != '\r')
        return bad(error, line, N_("a line does not end in CRLF"));
    *length = (size_t)(line_end - 1 - text);
    *at = line_end + 1;
    return check_line(text, *length, line, error);
}

/* The length of a field's name, RFC 5322 §2.2; 0: it is none. */
static size_t name_length(const char *line, size_t length)
{
    size_t at = 0;
    while (at < length && line[at] > ' ' && line[at] < 127 && line[at] != ':')
        at++;
    return at < length && line[at] == ':' ? at : 0;
}

/* Reads fields up to an empty line or the end; *at is then after it. */
static bool read_fields(GArray *fields, const char **at, const char *end, int *line,
                        struct error *error)
{
    while (*at < end) {
        const char *text = *at;
        size_t length;
        if (!next_line(at, end, *line, &length, error))
            return false;
        ++*line;
        if (length == 0)
            return true;
        if ((text[0] == ' ' || text[0] == '\t') && fields->len > 0) {
            g_array_index(fields, struct field, fields->len - 1).length += length + 2;
            continue;
        }
        struct field field = {text, name_length(text, length), length + 2};
        if (field.name_length == 0)
            return bad(error, *line - 1, N_("this is no header field"));
        g_array_append_val(fields, field);
    }
    return true;
}

static bool is_named(const struct field *field, const char *name, size_t length)
{
    return field->name_length == length && strncasecmp(field->text, name, length) == 0;
}

static const struct {
    const char *name;
    unsigned least, most;
} field_counts[] = {
    {"Date", 1, 1},        {"From", 1, 1},        {"Message-ID", 1, 1},   {"Sender", 0, 1},
    {"Reply-To", 0, 1},    {"To", 0, 1},          {"Cc", 0, 1},           {"Subject", 0, 1},
    {"In-Reply-To", 0, 1}, {"References", 0, 1},  {"MIME-Version", 0, 1}, {"Content-Type", 0, 1},
    {"Bcc", 0, 0},         {"Return-Path", 0, 0},
};

static bool check_counts(const GArray *fields, bool whole, struct error *error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(field_counts); i++) {
        const char *name = field_counts[i].name;
        unsigned count = 0;
        for (guint j = 0; j < fields->len; j++)
            count += is_named(&g_array_index(fields, struct field, j), name, strlen(name));
        if (count > field_counts[i].most || (whole && count < field_counts[i].least))
            return error_set(error, EX_DATAERR, (struct place){"message.eml", 0, 0}, NULL,
                             N_("the header field %s stands in the message %u times"), name, count);
    }
    return true;
}

static bool check_body(const char *at, const char *end, int line, struct error *error)
{
    size_t length;
    while (at < end)
        if (!next_line(&at, end, line++, &length, error))
            return false;
    return true;
}

/* --- opening -----------------------------------------------------------------------------------
 */

static bool map_file(struct message *message, int fd, struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return error_set_errno(error, (struct place){"message.eml", 0, 0}, N_("can't be read"));
    if (!S_ISREG(status.st_mode) || status.st_size == 0 || status.st_size > MESSAGE_MAX)
        return bad(error, 0, N_("this is no file, or it is empty or too large"));
    message->size = (size_t)status.st_size;
    void *map = mmap(NULL, message->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (map == MAP_FAILED)
        return error_set_errno(error, (struct place){"message.eml", 0, 0}, N_("can't be read"));
    message->map = map;
    return true;
}

static bool check(struct message *message, struct error *error)
{
    const char *at = message->map;
    const char *end = message->map + message->size;
    int line = 1;
    if (!read_fields(message->fields, &at, end, &line, error) ||
        !check_counts(message->fields, true, error))
        return false;
    message->body_at = (size_t)(at - message->map);
    size_t header_length = 0;
    for (guint i = 0; i < message->fields->len; i++)
        header_length += g_array_index(message->fields, struct field, i).length;
    if (message->body_at != header_length + 2)
        return bad(error, line, N_("no empty line ends the header"));
    return check_body(at, end, line, error);
}

bool message_open(struct message **message, int fd, struct error *error)
{
    AUTO(message) struct message *fresh = g_new0(struct message, 1);
    fresh->fields = g_array_new(FALSE, FALSE, sizeof(struct field));
    if (!map_file(fresh, fd, error) || !check(fresh, error))
        return false;
    *message = TAKE(fresh);
    return true;
}

void message_free(struct message *message)
{
    if (!message)
        return;
    if (message->map)
        (void)munmap(message->map, message->size);
    g_array_unref(message->fields);
    g_free(message);
}

const char *message_body(const struct message *message, size_t *length)
{
    *length = message->size - message->body_at;
    return message->map + message->body_at;
}

/* --- the header --------------------------------------------------------------------------------
 */

static const struct field *field_of(const GArray *fields, const struct field *named)
{
    for (guint i = 0; i < fields->len; i++) {
        const struct field *field = &g_array_index(fields, struct field, i);
        if (is_named(field, named->text, named->name_length))
            return field;
    }
    return NULL;
}

static bool each_name_once(const GArray *fields, struct error *error)
{
    for (guint i = 0; i < fields->len; i++) {
        const struct field *field = &g_array_index(fields, struct field, i);
        if (field_of(fields, field) != field)
            return bad(error, 0, N_("a personal header field stands there twice"));
    }
    return check_counts(fields, false, error);
}

static void merge(GString *to, const GArray *shared, const GArray *personal)
{
    for (guint i = 0; i < shared->len; i++) {
        const struct field *field = &g_array_index(shared, struct field, i);
        const struct field *own = field_of(personal, field);
        if (own && field_of(shared, field) != field)
            continue; /* its own one stands where the first one stood */
        g_string_append_len(to, (own ? own : field)->text, (gssize)(own ? own : field)->length);
    }
    for (guint i = 0; i < personal->len; i++) {
        const struct field *own = &g_array_index(personal, struct field, i);
        if (!field_of(shared, own))
            g_string_append_len(to, own->text, (gssize)own->length);
    }
    g_string_append(to, "\r\n");
}

bool message_add_header(GString *to, const struct message *message, const char *personal,
                        struct error *error)
{
    if (!*personal) {
        g_string_append_len(to, message->map, (gssize)message->body_at);
        return true;
    }
    const char *at = personal;
    const char *end = personal + strlen(personal);
    int line = 1;
    GArray *fields = g_array_new(FALSE, FALSE, sizeof(struct field));
    bool good = read_fields(fields, &at, end, &line, error) && each_name_once(fields, error);
    /* An empty line would end the header early, and what follows would be a body. */
    if (good &&
        (at != end || g_str_has_suffix(personal, "\r\n\r\n") || strcmp(personal, "\r\n") == 0))
        good = bad(error, line, N_("a personal header holds an empty line"));
    if (good)
        merge(to, message->fields, fields);
    g_array_unref(fields);
    return good;
}
