/* How orders and events stand in a packet: octets, least significant first; a text is its length
 * and its octets, without a NUL. Whatever is read is checked as it is read, once. */
#include "smtp/job_packet.h"

#include <string.h>

#define ORDER_MARK          0xf1 /* a packet's first octet: what it is, and of which version */
#define EVENT_MARK          0xe1
#define NO_TEXT             UINT32_MAX
#define NO_REPLY            UINT16_MAX
#define NAME_MAX_OCTETS     255
#define PERSONAL_HEADER_MAX (64 * 1024)
#define REPLY_TEXT_MAX      1000
#define ENHANCED_MAX        16
/* All texts of an event together, so that it fits into a socket's buffer as Linux makes it. */
#define EVENT_TEXTS_MAX (128 * 1024)

void job_clear(struct job *job)
{
    for (size_t i = 0; i < job->count; i++)
        address_free(job->recipients[i].address);
    g_free(job->recipients);
    address_free(job->mail_from);
    g_free(job->personal_header);
    *job = (struct job){0};
}

static void secret_free(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

void order_clear(struct order *order)
{
    g_free(order->relay.host);
    g_free(order->relay.ca_file);
    g_free(order->relay.user);
    secret_free(order->relay.password);
    g_free(order->relay.hostname);
    job_clear(&order->job);
    if (order->kind == ORDER_MESSAGE && order->message_fd >= 0)
        close(order->message_fd);
    *order = (struct order){.message_fd = -1};
}

void event_clear(struct event *event)
{
    reply_clear(&event->reply);
    for (size_t i = 0; i < event->count; i++)
        reply_clear(&event->verdicts[i].reply);
    g_free(event->verdicts);
    *event = (struct event){0};
}

/* --- writing -----------------------------------------------------------------------------------
 */

static void put(GByteArray *to, uint64_t number, int octets)
{
    guint8 little_end[8];
    for (int i = 0; i < octets; i++)
        little_end[i] = (guint8)(number >> (8 * i));
    g_byte_array_append(to, little_end, (guint)octets);
}

static void put_octets(GByteArray *to, const char *text, size_t length)
{
    put(to, length, 4);
    g_byte_array_append(to, (const guint8 *)text, (guint)length);
}

static void put_text(GByteArray *to, const char *text)
{
    if (text)
        put_octets(to, text, strlen(text));
    else
        put(to, NO_TEXT, 4);
}

static void put_relay(GByteArray *to, const struct relay_order *relay)
{
    put_text(to, relay->host);
    put_text(to, relay->ca_file);
    put_text(to, relay->user);
    put_text(to, relay->password);
    put_text(to, relay->hostname);
    put(to, relay->port, 2);
    put(to, relay->tls, 1);
    put(to, relay->messages_per_connection, 4);
    put(to, (uint64_t)relay->connect_timeout, 8);
    put(to, (uint64_t)relay->timeout, 8);
}

static void put_job(GByteArray *to, const struct job *job)
{
    put(to, job->id, 8);
    put(to, (uint64_t)job->issue, 8);
    put_text(to, address_text(job->mail_from));
    put_text(to, job->personal_header ? job->personal_header : "");
    put(to, job->count, 4);
    for (size_t i = 0; i < job->count; i++) {
        put(to, (uint64_t)job->recipients[i].delivery, 8);
        put_text(to, address_text(job->recipients[i].address));
    }
}

void order_encode(GByteArray *to, const struct order *order)
{
    put(to, ORDER_MARK, 1);
    put(to, order->kind, 1);
    switch (order->kind) {
    case ORDER_RELAY:
        put_relay(to, &order->relay);
        break;
    case ORDER_MESSAGE:
        put(to, (uint64_t)order->issue, 8);
        break;
    case ORDER_JOB:
        put_job(to, &order->job);
        break;
    case ORDER_CHECK:
        break;
    }
}

static guint reply_hash(const void *pointer)
{
    const struct reply *reply = pointer;
    return (guint)reply->code ^ (reply->text ? g_str_hash(reply->text) : 0);
}

static gboolean reply_equal(const void *a, const void *b)
{
    const struct reply *one = a, *other = b;
    return one->code == other->code && g_strcmp0(one->enhanced, other->enhanced) == 0 &&
           g_strcmp0(one->text, other->text) == 0;
}

/* The replies that differ, in order; *index_of numbers them from 1. */
static GPtrArray *distinct_replies(const struct event *event, GHashTable *index_of)
{
    GPtrArray *replies = g_ptr_array_new();
    for (size_t i = 0; i < event->count; i++) {
        struct reply *reply = &event->verdicts[i].reply;
        if (reply->code == 0 || g_hash_table_contains(index_of, reply))
            continue;
        g_ptr_array_add(replies, reply);
        g_hash_table_insert(index_of, reply, GUINT_TO_POINTER(replies->len));
    }
    return replies;
}

static void put_reply(GByteArray *to, const struct reply *reply, size_t text_most)
{
    put(to, (uint64_t)reply->code, 2);
    put_text(to, reply->enhanced);
    if (!reply->text) {
        put(to, NO_TEXT, 4);
        return;
    }
    size_t length = strlen(reply->text);
    if (length > text_most) {
        length = text_most;
        while (length > 0 && (reply->text[length] & 0xc0) == 0x80)
            length--;
    }
    put_octets(to, reply->text, length);
}

static void put_verdicts(GByteArray *to, const struct event *event)
{
    AUTO(table) GHashTable *index_of = g_hash_table_new(reply_hash, reply_equal);
    AUTO(array) GPtrArray *replies = distinct_replies(event, index_of);
    put(to, replies->len, 2);
    for (guint i = 0; i < replies->len; i++)
        put_reply(to, replies->pdata[i], EVENT_TEXTS_MAX / replies->len);
    put(to, event->count, 4);
    for (size_t i = 0; i < event->count; i++) {
        const struct verdict *verdict = &event->verdicts[i];
        guint index = GPOINTER_TO_UINT(g_hash_table_lookup(index_of, &verdict->reply));
        put(to, (uint64_t)verdict->delivery, 8);
        put(to, verdict->kind, 1);
        put(to, verdict->stage, 1);
        put(to, index > 0 ? index - 1 : NO_REPLY, 2);
    }
}

void event_encode(GByteArray *to, const struct event *event)
{
    put(to, EVENT_MARK, 1);
    put(to, event->kind, 1);
    put(to, event->job, 8);
    put(to, event->why, 1);
    put(to, event->capabilities, 4);
    put(to, event->size_max, 8);
    put_reply(to, &event->reply, REPLY_TEXT_MAX);
    put_verdicts(to, event);
}

/* --- reading -----------------------------------------------------------------------------------
 */

struct cursor { /* once bad, it stays bad and gives zeros */
    const uint8_t *at;
    size_t left;
    bool bad;
};

static uint64_t get(struct cursor *from, int octets)
{
    if (from->bad || from->left < (size_t)octets) {
        from->bad = true;
        return 0;
    }
    uint64_t number = 0;
    for (int i = 0; i < octets; i++)
        number |= (uint64_t)from->at[i] << (8 * i);
    from->at += octets;
    from->left -= (size_t)octets;
    return number;
}

/* A number that must be one of `count` values from 0. */
static unsigned get_choice(struct cursor *from, unsigned count)
{
    unsigned number = (unsigned)get(from, 1);
    from->bad |= number >= count;
    return from->bad ? 0 : number;
}

static usec_t get_duration(struct cursor *from)
{
    uint64_t number = get(from, 8);
    from->bad |= number > INT64_MAX;
    return from->bad ? 0 : (usec_t)number;
}

/* The caller's; NULL: none, or bad. */
static char *get_text(struct cursor *from, size_t most)
{
    uint64_t length = get(from, 4);
    if (from->bad || length == NO_TEXT)
        return NULL;
    if (length > most || length > from->left || memchr(from->at, '\0', (size_t)length)) {
        from->bad = true;
        return NULL;
    }
    char *text = g_strndup((const char *)from->at, (size_t)length);
    from->at += length;
    from->left -= (size_t)length;
    return text;
}

/* One that must be there. */
static char *get_some_text(struct cursor *from, size_t most)
{
    char *text = get_text(from, most);
    from->bad |= !text;
    return text;
}

static struct address *get_address(struct cursor *from)
{
    AUTO(text) char *text = get_text(from, NAME_MAX_OCTETS);
    struct address *address = NULL;
    if (!text || !address_parse(&address, text, NOWHERE, NULL, NULL))
        from->bad = true;
    return address;
}

/* A name that goes into a command or to the resolver: visible ASCII. */
static bool is_name(const char *text)
{
    if (!text || !*text)
        return false;
    for (; *text; text++)
        if (!g_ascii_isgraph(*text))
            return false;
    return true;
}

static void get_relay(struct cursor *from, struct relay_order *relay)
{
    relay->host = get_some_text(from, NAME_MAX_OCTETS);
    relay->ca_file = get_text(from, 4096);
    /* libesmtp copies both into buffers of 255 octets without looking. */
    relay->user = get_text(from, NAME_MAX_OCTETS);
    relay->password = get_text(from, NAME_MAX_OCTETS);
    relay->hostname = get_some_text(from, NAME_MAX_OCTETS);
    relay->port = (uint16_t)get(from, 2);
    relay->tls = (enum tls_mode)get_choice(from, TLS_IMPLICIT + 1);
    relay->messages_per_connection = (unsigned)get(from, 4);
    relay->connect_timeout = get_duration(from);
    relay->timeout = get_duration(from);
    from->bad |= !is_name(relay->host) || !is_name(relay->hostname) || relay->port == 0 ||
                 relay->messages_per_connection == 0 || relay->connect_timeout == 0 ||
                 (relay->user && !relay->password);
}

static void get_job(struct cursor *from, struct job *job)
{
    job->id = get(from, 8);
    job->issue = (int64_t)get(from, 8);
    job->mail_from = get_address(from);
    job->personal_header = get_some_text(from, PERSONAL_HEADER_MAX);
    size_t count = (size_t)get(from, 4);
    from->bad |= count == 0 || count > JOB_RECIPIENTS_MAX;
    if (from->bad)
        return;
    job->recipients = g_new0(struct job_recipient, count);
    for (size_t i = 0; i < count && !from->bad; i++) {
        job->count = i + 1;
        job->recipients[i].delivery = (int64_t)get(from, 8);
        job->recipients[i].address = get_address(from);
    }
}

static void get_order(struct cursor *from, struct order *order)
{
    from->bad |= get(from, 1) != ORDER_MARK;
    order->kind = (enum order_kind)get_choice(from, ORDER_CHECK + 1);
    switch (order->kind) {
    case ORDER_RELAY:
        get_relay(from, &order->relay);
        break;
    case ORDER_MESSAGE:
        order->issue = (int64_t)get(from, 8);
        break;
    case ORDER_JOB:
        get_job(from, &order->job);
        break;
    case ORDER_CHECK:
        break;
    }
}

static bool no_packet(struct error *error)
{
    return error_set(error, EX_PROTOCOL, NOWHERE, NULL,
                     N_("daemon and sender don't understand each other: a packet is damaged, or "
                        "the programs are of different versions"));
}

bool order_decode(struct order *order, const void *octets, size_t length, struct error *error)
{
    struct cursor cursor = {octets, length, false};
    struct order fresh = {.message_fd = -1};
    get_order(&cursor, &fresh);
    if (cursor.bad || cursor.left > 0) {
        order_clear(&fresh);
        return no_packet(error);
    }
    *order = fresh;
    return true;
}

static bool is_clean(const char *text)
{
    if (!g_utf8_validate(text, -1, NULL))
        return false;
    for (; *text; text = g_utf8_next_char(text))
        if (g_unichar_iscntrl(g_utf8_get_char(text)))
            return false;
    return true;
}

static struct reply get_reply(struct cursor *from)
{
    struct reply reply = {.code = (int)get(from, 2)};
    reply.enhanced = get_text(from, ENHANCED_MAX);
    reply.text = get_text(from, REPLY_TEXT_MAX);
    from->bad |= (reply.code != 0 && (reply.code < 200 || reply.code > 599)) ||
                 (reply.enhanced && !is_clean(reply.enhanced)) ||
                 (reply.text && !is_clean(reply.text));
    return reply;
}

static void get_verdict(struct cursor *from, struct verdict *verdict, const GArray *replies)
{
    verdict->delivery = (int64_t)get(from, 8);
    verdict->kind = (enum verdict_kind)get_choice(from, VERDICT_UNKNOWN + 1);
    verdict->stage = (enum smtp_stage)get_choice(from, STAGE_END_OF_DATA + 1);
    guint index = (guint)get(from, 2);
    if (from->bad || index == NO_REPLY)
        return;
    if (index < replies->len)
        verdict->reply = reply_copy(&g_array_index(replies, struct reply, index));
    else
        from->bad = true;
}

static void clear_reply(void *reply)
{
    reply_clear(reply);
}

static void get_verdicts(struct cursor *from, struct event *event)
{
    GArray *replies = g_array_new(FALSE, FALSE, sizeof(struct reply));
    g_array_set_clear_func(replies, clear_reply);
    size_t reply_count = (size_t)get(from, 2);
    from->bad |= reply_count > JOB_RECIPIENTS_MAX;
    for (size_t i = 0; i < reply_count && !from->bad; i++) {
        struct reply reply = get_reply(from);
        g_array_append_val(replies, reply);
    }
    size_t count = (size_t)get(from, 4);
    from->bad |= count > JOB_RECIPIENTS_MAX;
    if (!from->bad)
        event->verdicts = g_new0(struct verdict, count);
    for (size_t i = 0; i < count && !from->bad; i++) {
        event->count = i + 1;
        get_verdict(from, &event->verdicts[i], replies);
    }
    g_array_unref(replies);
}

bool event_decode(struct event *event, const void *octets, size_t length, struct error *error)
{
    struct cursor cursor = {octets, length, false};
    struct event fresh = {0};
    cursor.bad |= get(&cursor, 1) != EVENT_MARK;
    fresh.kind = (enum event_kind)get_choice(&cursor, EVENT_GONE + 1);
    fresh.job = get(&cursor, 8);
    fresh.why = (enum gone_why)get_choice(&cursor, GONE_OURS + 1);
    fresh.capabilities = (unsigned)get(&cursor, 4);
    fresh.size_max = get(&cursor, 8);
    fresh.reply = get_reply(&cursor);
    get_verdicts(&cursor, &fresh);
    if (cursor.bad || cursor.left > 0) {
        event_clear(&fresh);
        return no_packet(error);
    }
    *event = fresh;
    return true;
}
