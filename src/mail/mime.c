#include "mail/mime.h"

#include <gmime/gmime.h>
#include <string.h>

#include "mail/encode.h"
#include "mail/identity.h"
#include "mail/subject.h"

#define CHARSET "UTF-8"
#define NAME_MAX_CHARS                                                                             \
    120 /* a display name that long is no name, and could make too long a line                     \
         */
#define SUBJECT_MAX_CHARS 400
#define NAMED_LINE_MAX    62 /* of 76, without Reply-To: and < > */

/* What offices attach. Anything else goes as octets, and the name's ending says the rest. */
static const struct {
    const char *ending, *type, *subtype;
} file_types[] = {
    {".pdf", "application", "pdf"},
    {".doc", "application", "msword"},
    {".xls", "application", "vnd.ms-excel"},
    {".ppt", "application", "vnd.ms-powerpoint"},
    {".docx", "application", "vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xlsx", "application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".pptx", "application", "vnd.openxmlformats-officedocument.presentationml.presentation"},
    {".zip", "application", "zip"},
    {".csv", "text", "csv"},
    {".txt", "text", "plain"},
    {".md", "text", "markdown"},
    {".png", "image", "png"},
    {".jpg", "image", "jpeg"},
    {".jpeg", "image", "jpeg"},
    {".gif", "image", "gif"},
};

static char *shortened(const char *text, long most)
{
    AUTO(text) char *clean = subject_clean(text);
    return g_utf8_substring(clean, 0, MIN(most, g_utf8_strlen(clean, -1)));
}

/* A header whose value is encoded and folded already. */
static void set_encoded(GMimeObject *object, const char *name, const char *value)
{
    AUTO(text) char *raw = g_strdup_printf(" %s\r\n", value);
    g_mime_object_set_header(object, name, "", NULL);
    GMimeHeader *header =
        g_mime_header_list_get_header(g_mime_object_get_header_list(object), name);
    g_mime_header_set_raw_value(header, raw);
}

/* --- parts --- */

static void set_content(GMimePart *part, const void *octets, size_t length)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(octets, length);
    GMimeDataWrapper *content =
        g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(part, content);
    /* Base64 for text too: all of it is 7bit, no line of it can be too long for a relay to leave
     * alone, and none begins with a dot. */
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    g_object_unref(content);
    g_object_unref(stream);
}

static GMimeObject *text_part(const char *subtype, const char *text)
{
    GMimePart *part = g_mime_part_new_with_type("text", subtype);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", CHARSET);
    AUTO(str) GString *canonical = g_string_new(text);
    g_string_replace(canonical, "\r\n", "\n", 0);
    g_string_replace(canonical, "\n", "\r\n", 0); /* RFC 2046 §4.1.1, also within base64 */
    set_content(part, canonical->str, canonical->len);
    return GMIME_OBJECT(part);
}

/* name= as large Chinese webmail wants it, against RFC 2047 §5, knowingly. */
static void set_encoded_name(GMimeObject *part, const char *name)
{
    AUTO(text) char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(part));
    AUTO(text) char *words = encode_words(name);
    AUTO(text) char *value = g_strdup_printf("%s;\r\n\tname=\"%s\"", type, words);
    set_encoded(part, "Content-Type", value);
}

/* The name in both forms: RFC 2231's filename*, and name. */
static void set_name(GMimeObject *part, const char *disposition, const char *name)
{
    AUTO(text) char *clean = subject_clean(name);
    AUTO(text) char *bare = g_path_get_basename(clean);
    GMimeContentDisposition *how = g_mime_content_disposition_new();
    g_mime_content_disposition_set_disposition(how, disposition);
    g_mime_content_disposition_set_parameter(how, "filename", bare);
    GMimeParam *filename =
        g_mime_param_list_get_parameter(g_mime_content_disposition_get_parameters(how), "filename");
    g_mime_param_set_charset(filename, CHARSET);
    g_mime_param_set_encoding_method(filename, GMIME_PARAM_ENCODING_METHOD_RFC2231);
    g_mime_object_set_content_disposition(part, how);
    g_object_unref(how);
    if (g_str_is_ascii(bare))
        g_mime_object_set_content_type_parameter(part, "name", bare);
    else
        set_encoded_name(part, bare);
}

static GMimePart *binary_part(const char *type, const char *subtype, const struct attachment *file)
{
    GMimePart *part = g_mime_part_new_with_type(type, subtype);
    size_t length;
    const void *octets = g_bytes_get_data(file->content, &length);
    set_content(part, octets, length);
    return part;
}

static GMimeObject *picture_part(const struct picture *picture)
{
    GMimePart *part = binary_part("image", picture->type, picture->file);
    g_mime_part_set_content_id(part, picture->content_id);
    set_name(GMIME_OBJECT(part), "inline", picture->file->name);
    return GMIME_OBJECT(part);
}

static bool has_ending(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && g_ascii_strcasecmp(name + length - tail, ending) == 0;
}

static GMimeObject *file_part(const struct attachment *file)
{
    const char *type = "application", *subtype = "octet-stream";
    for (size_t i = 0; i < G_N_ELEMENTS(file_types); i++)
        if (has_ending(file->name, file_types[i].ending)) {
            type = file_types[i].type;
            subtype = file_types[i].subtype;
        }
    GMimePart *part = binary_part(type, subtype, file);
    set_name(GMIME_OBJECT(part), "attachment", file->name);
    return GMIME_OBJECT(part);
}

/* --- how the parts stand in each other ----------------------------------------------------------
 */

static GMimeMultipart *multipart(const char *subtype, const struct letter *letter)
{
    GMimeMultipart *multipart = g_mime_multipart_new_with_subtype(subtype);
    /* No base64 line holds "=_" or a blank, so no part holds the boundary. */
    AUTO(text) char *boundary = g_strdup_printf("=_%s.%s", letter->identity, subtype);
    g_mime_multipart_set_boundary(multipart, boundary);
    return multipart;
}

static void add_part(GMimeMultipart *to, GMimeObject *part)
{
    g_mime_multipart_add(to, part);
    g_object_unref(part);
}

static GMimeObject *html_with_pictures(const struct letter *letter)
{
    GMimeObject *html = text_part("html", letter->html);
    if (!letter->pictures || letter->pictures->len == 0)
        return html;
    GMimeMultipart *related = multipart("related", letter);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(related), "type", "text/html");
    add_part(related, html);
    for (guint i = 0; i < letter->pictures->len; i++)
        add_part(related, picture_part(letter->pictures->pdata[i]));
    return GMIME_OBJECT(related);
}

static GMimeObject *body_of(const struct letter *letter)
{
    GMimeMultipart *alternative = multipart("alternative", letter);
    add_part(alternative, text_part("plain", letter->text));
    add_part(alternative, html_with_pictures(letter));
    if (!letter->files || letter->files->len == 0)
        return GMIME_OBJECT(alternative);
    GMimeMultipart *mixed = multipart("mixed", letter);
    add_part(mixed, GMIME_OBJECT(alternative));
    for (guint i = 0; i < letter->files->len; i++)
        add_part(mixed, file_part(letter->files->pdata[i]));
    return GMIME_OBJECT(mixed);
}

/* --- headers --- */

/* `name <id>`; a line with an encoded-word has 76 columns at most, so a long id gets its own. */
static void add_named(GString *value, const char *name, const char *id)
{
    AUTO(text) char *sensible = shortened(name, NAME_MAX_CHARS);
    AUTO(text) char *phrase = encode_phrase(sensible);
    bool fits = strlen(phrase) + strlen(id) <= NAMED_LINE_MAX;
    g_string_append_printf(value, "%s%s<%s>", phrase, fits ? " " : "\r\n ", id);
}

static void add_mailbox(GString *value, const struct mailbox *mailbox)
{
    if (value->len > 0)
        g_string_append(value, ",\r\n ");
    if (mailbox->name && *mailbox->name)
        add_named(value, mailbox->name, address_text(mailbox->address));
    else
        g_string_append(value, address_text(mailbox->address));
}

static void set_mailboxes(GMimeMessage *message, const char *header,
                          const struct mailbox *mailboxes, size_t count)
{
    AUTO(str) GString *value = g_string_new(NULL);
    for (size_t i = 0; i < count; i++)
        if (mailboxes[i].address)
            add_mailbox(value, &mailboxes[i]);
    if (value->len > 0)
        set_encoded(GMIME_OBJECT(message), header, value->str);
}

static void set_token(GMimeMessage *message, const char *name, const char *value)
{
    if (!value)
        return;
    AUTO(text) char *clean = subject_clean(value);
    g_mime_object_set_header(GMIME_OBJECT(message), name, clean, NULL);
}

static void set_subject(GMimeMessage *message, const char *subject)
{
    AUTO(text) char *sensible = shortened(subject, SUBJECT_MAX_CHARS);
    AUTO(text) char *words = encode_text(sensible);
    set_encoded(GMIME_OBJECT(message), "Subject", words);
}

static void set_message_id(GMimeMessage *message, const char *message_id)
{
    AUTO(text) char *bracketed = g_strdup_printf("<%s>", message_id);
    set_token(message, "Message-ID", bracketed);
}

static void set_date(GMimeMessage *message, usec_t date)
{
    GDateTime *moment = g_date_time_new_from_unix_local(date / USEC_PER_SEC);
    g_mime_message_set_date(message, moment);
    g_date_time_unref(moment);
}

/* RFC 2919: a phrase, then the identifier, which is not an address. */
static void set_list_id(GMimeMessage *message, const char *name, const char *list_id)
{
    if (!list_id)
        return;
    AUTO(text) char *id = identity_atom(list_id);
    AUTO(str) GString *value = g_string_new(NULL);
    add_named(value, name, id);
    set_encoded(GMIME_OBJECT(message), "List-Id", value->str);
}

static void set_headers(GMimeMessage *message, const struct letter *letter)
{
    set_mailboxes(message, "From", &letter->from, 1);
    set_mailboxes(message, "To", letter->to, letter->to_count);
    set_mailboxes(message, "Reply-To", &letter->reply_to, 1);
    set_subject(message, letter->subject);
    set_date(message, letter->date);
    set_message_id(message, letter->message_id);
    set_token(message, "MIME-Version", "1.0");
    set_token(message, "Content-Language", letter->language);
    set_list_id(message, letter->list_name, letter->list_id);
    set_token(message, "Precedence", letter->precedence);
    set_token(message, "Auto-Submitted", letter->auto_submitted);
}

static GMimeFormatOptions *wire_format(void)
{
    GMimeFormatOptions *options = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    return options;
}

GString *mime_write(const struct letter *letter)
{
    g_mime_init();
    GMimeFormatOptions *options = wire_format();
    GMimeMessage *message = g_mime_message_new(FALSE);
    set_headers(message, letter);
    GMimeObject *body = body_of(letter);
    g_mime_message_set_mime_part(message, body);
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_object_write_to_stream(GMIME_OBJECT(message), options, stream);
    const GByteArray *written = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    GString *octets = g_string_new_len((const char *)written->data, written->len);
    g_object_unref(stream);
    g_object_unref(body);
    g_object_unref(message);
    g_mime_format_options_free(options);
    return octets;
}

/* Two lines, each personal copy has its own: a message of GMime's for them costs a daemon that
 * sends thousands a second a third of its time. */
char *mime_write_personal(const struct mailbox *to, const char *message_id)
{
    AUTO(str) GString *value = g_string_new(NULL);
    AUTO(text) char *id = subject_clean(message_id);
    add_mailbox(value, to);
    return g_strdup_printf("To: %s\r\nMessage-ID: <%s>\r\n", value->str, id);
}
