#include "report/notice.h"
#include "base/file.h"
#include "mail/mail.h"
#include "parcel/parcel.h"

#include <gmime/gmime.h>

/* The queue keeps a parcel's Message-ID, which the composer alone knows how to make. */
static char *message_id_of(const GString *message)
{
    g_mime_init();
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(message->str, message->len);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *parsed = g_mime_parser_construct_message(parser, NULL);
    const char *id = parsed ? g_mime_message_get_message_id(parsed) : NULL;
    char *copy = g_strdup(id ? id : "");
    g_clear_object(&parsed);
    g_object_unref(parser);
    g_object_unref(stream);
    return copy;
}

static void add_recipients(struct parcel_maker *maker, const GPtrArray *to)
{
    AUTO(table) GHashTable *seen = g_hash_table_new(address_hash, address_equal);
    for (guint i = 0; i < to->len; i++) {
        if (!g_hash_table_add(seen, to->pdata[i]))
            continue;
        struct parcel_recipient recipient = {.address = to->pdata[i],
                                             .name = "",
                                             .title = "",
                                             .unit = "",
                                             .groups = "",
                                             .origin = ""};
        parcel_add_recipient(maker, &recipient);
    }
}

static bool seal(struct parcel_maker *maker, const struct notice *notice, const GString *message,
                 struct error *error)
{
    AUTO(text) char *message_id = message_id_of(message);
    AUTO(array) GPtrArray *groups = g_ptr_array_new();
    const struct publication *publication = notice->publication;
    struct parcel_facts facts = {
        .publication = publication->id,
        .issue = (char *)notice->key,
        .kind = (char *)"notice",
        .title = publication->name,
        .message_id = message_id,
        .envelope_from = (char *)address_text(publication->envelope_from),
        .groups = groups,
    };
    return parcel_seal(maker, &facts, error);
}

static bool write_parcel(const struct report_parts *parts, const struct notice *notice,
                         const char *path, usec_t now, struct error *error)
{
    const struct notice_order order = {
        .conf = parts->conf,
        .publication = notice->publication,
        .to = notice->to,
        .subject = notice->subject,
        .text = notice->text,
        .html = notice->html,
        .auto_submitted = notice->auto_submitted,
        .identity = notice->key,
        .files = notice->files,
        .date = now,
    };
    AUTO(str) GString *message = NULL;
    AUTO(parcel_maker) struct parcel_maker *maker = NULL;
    if (!mail_compose_notice(&message, &order, error) || !parcel_begin(&maker, path, error) ||
        !parcel_add(maker, "message.eml", message->str, message->len, error))
        return false;
    add_recipients(maker, notice->to);
    return seal(maker, notice, message, error);
}

static bool admit(const struct report_parts *parts, const char *path, const char *name, usec_t now,
                  struct error *error)
{
    AUTO(parcel) struct parcel *parcel = NULL;
    AUTO(error) struct error failure = {0};
    int64_t issue = 0;
    if (!parcel_open(&parcel, path, error))
        return false;
    if (queue_admit(parts->queue, parcel, name, now, &issue, &failure) ||
        (failure.exit_class == EX_DATAERR && issue))
        return true;
    return error_pass(error, &failure);
}

static bool is_whole(const char *path)
{
    AUTO(parcel) struct parcel *parcel = NULL;
    AUTO(error) struct error why_not = {0};
    return parcel_open(&parcel, path, &why_not);
}

bool notice_admit(const struct report_parts *parts, const struct notice *notice, usec_t now,
                  struct error *error)
{
    if (notice->to->len == 0)
        return true;
    AUTO(text) char *name = g_strdup_printf("%s-%s", notice->publication->id, notice->key);
    AUTO(text) char *parcels = g_build_filename(parts->conf->state_dir, "spool", "parcels", NULL);
    AUTO(text) char *path = g_build_filename(parcels, name, NULL);
    /* A whole parcel of that name is this notice, written before a crash: it stays as it is, for
     * the queue may be sending it. */
    if (!is_whole(path) &&
        (!folder_make(parcels, error) || !write_parcel(parts, notice, path, now, error)))
        return false;
    return admit(parts, path, name, now, error);
}
