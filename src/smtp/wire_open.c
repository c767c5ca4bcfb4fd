/* From nothing to a server that has greeted us, under TLS where that is wanted; the state of the
 * wire, its limits and its end. */
#include "smtp/wire_connect.h"
#include "smtp/wire_parts.h"
#include "smtp/wire_tls.h"

#include <string.h>

/* RFC 5321 §4.5.3.2; which first digits an answer can have (RFC 5321 §4.3.2). */
static const struct {
    usec_t limit;
    const char *digits;
} steps[STEPS] = {
    [STEP_GREETING] = {5 * USEC_PER_MINUTE, "245"}, [STEP_EHLO] = {5 * USEC_PER_MINUTE, "245"},
    [STEP_HELO] = {5 * USEC_PER_MINUTE, "245"},     [STEP_STARTTLS] = {5 * USEC_PER_MINUTE, "245"},
    [STEP_AUTH] = {5 * USEC_PER_MINUTE, "2345"},    [STEP_MAIL] = {5 * USEC_PER_MINUTE, "245"},
    [STEP_RCPT] = {5 * USEC_PER_MINUTE, "245"},     [STEP_DATA] = {2 * USEC_PER_MINUTE, "345"},
    [STEP_END] = {10 * USEC_PER_MINUTE, "245"},     [STEP_RSET] = {5 * USEC_PER_MINUTE, "245"},
    [STEP_QUIT] = {5 * USEC_PER_SEC, "245"}, /* nothing depends on it */
};
#define BLOCK_LIMIT (3 * USEC_PER_MINUTE)

struct wire *wire_new(const struct relay_order *relay, int stop_fd, const struct wire_hooks *hooks)
{
    struct wire *wire = g_new0(struct wire, 1);
    wire->relay = relay;
    wire->hooks = hooks;
    stream_init(&wire->stream, -1, stop_fd);
    reader_init(&wire->reader);
    wire->said = g_string_new(NULL);
    wire->outgoing = g_string_new(NULL);
    wire->answer = g_string_new(NULL);
    wire->stub = g_string_new(NULL);
    wire->outstanding = g_byte_array_new();
    wire->login_reply = reply_new(0, "the server offers no login that we know");
    return wire;
}

void wire_free(struct wire *wire)
{
    if (!wire)
        return;
    wire_detach(wire);
    stream_close(&wire->stream);
    reader_clear(&wire->reader);
    reply_clear(&wire->greeting);
    reply_clear(&wire->hello_refusal);
    reply_clear(&wire->login_reply);
    reply_clear(&wire->why_reply);
    g_string_free(wire->said, TRUE);
    g_string_free(wire->outgoing, TRUE);
    g_string_free(wire->answer, TRUE);
    g_string_free(wire->stub, TRUE);
    g_byte_array_unref(wire->outstanding);
    transaction_clear(&wire->transaction);
    g_free(wire);
}

/* --- limits and the end --------------------------------------------------------------------------
 */

static usec_t capped(const struct wire *wire, usec_t limit)
{
    return wire->relay->timeout > 0 ? MIN(limit, wire->relay->timeout) : limit;
}

usec_t wire_limit(const struct wire *wire, enum step step)
{
    return capped(wire, steps[step].limit);
}

usec_t wire_block_limit(const struct wire *wire)
{
    return capped(wire, BLOCK_LIMIT);
}

void wire_refused(struct wire *wire, enum gone_why why, const struct reply *reply)
{
    if (wire->gone)
        return;
    wire->gone = true;
    wire->why = why;
    wire->why_reply = reply_copy(reply);
}

void wire_lose(struct wire *wire, enum gone_why why, const char *words)
{
    struct reply reply = reply_new(0, words);
    wire_refused(wire, why, &reply);
    reply_clear(&reply);
}

void wire_lose_stream(struct wire *wire, enum stream_state state)
{
    wire_lose(wire, state == STREAM_STOPPED ? GONE_DONE : GONE_LOST,
              stream_trouble(&wire->stream, state));
}

static void lose_error(struct wire *wire, enum gone_why why, struct error *error)
{
    AUTO(text) char *line = error_line_english(error);
    bool stopped = wire->stream.in_state == STREAM_STOPPED;
    wire_lose(wire, stopped ? GONE_DONE : why, line);
    error_clear(error);
}

void wire_leave(struct wire *wire, enum gone_why why, const struct reply *reply)
{
    if (!wire->gone && wire->stream.fd >= 0 && !wire->open)
        (void)stream_send(&wire->stream, "QUIT\r\n", 6, wire_limit(wire, STEP_QUIT), false, NULL);
    wire_refused(wire, why, reply);
}

/* --- replies -----------------------------------------------------------------------------------
 */

bool wire_reply_is_there(struct wire *wire)
{
    struct stream *stream = &wire->stream;
    stream->in_at += reader_feed(&wire->reader, stream->in + stream->in_at, stream_unread(stream));
    return wire->reader.state != READER_MORE;
}

struct reply wire_reply(const struct wire *wire)
{
    return reply_new(wire->reader.code, wire->reader.text->str);
}

static void note_reply(struct wire *wire)
{
    char code[16];
    (void)snprintf(code, sizeof code, "S: %d ", wire->reader.code);
    transcript_add(&wire->transcript, code, wire->reader.text->str, wire->reader.text->len);
}

bool wire_read_reply(struct wire *wire, enum step step)
{
    usec_t deadline = clock_monotonic() + wire_limit(wire, step);
    while (!wire_reply_is_there(wire)) {
        enum stream_state state = stream_fill(&wire->stream, deadline);
        if (state != STREAM_GOOD) {
            wire_lose_stream(wire, state);
            return false;
        }
    }
    if (wire->reader.state == READER_BAD) {
        wire_lose(wire, GONE_LOST, "the server sent what is no SMTP reply");
        return false;
    }
    note_reply(wire);
    if (!strchr(steps[step].digits, '0' + wire->reader.code / 100)) {
        wire_lose(wire, GONE_LOST, "the server's reply does not belong to what was said");
        return false;
    }
    return true;
}

/* --- opening -----------------------------------------------------------------------------------
 */

static bool say(struct wire *wire, const char *line)
{
    transcript_add(&wire->transcript, "C: ", line, strcspn(line, "\r"));
    enum stream_state state =
        stream_send(&wire->stream, line, strlen(line), wire_block_limit(wire), false, NULL);
    if (state != STREAM_GOOD)
        wire_lose_stream(wire, state);
    return state == STREAM_GOOD;
}

static bool ask(struct wire *wire, enum step step, const char *line)
{
    reader_next(&wire->reader);
    return say(wire, line) && wire_read_reply(wire, step);
}

static bool greet(struct wire *wire)
{
    reader_next(&wire->reader);
    if (!wire_read_reply(wire, STEP_GREETING))
        return false;
    wire->greeting = wire_reply(wire);
    if (wire->greeting.code == 220)
        return true;
    wire_refused(wire, GONE_GREETING, &wire->greeting);
    return false;
}

static void refused_by_reply(struct wire *wire, enum gone_why why)
{
    struct reply reply = wire_reply(wire);
    wire_refused(wire, reply_is_closing(&reply) ? GONE_GREETING : why, &reply);
    reply_clear(&reply);
}

static bool handshake(struct wire *wire, bool required, struct error *error)
{
    struct tls_wish wish = {wire->relay->host, wire->relay->ca_file, required};
    transcript_add(&wire->transcript, "-- ", "TLS", 3);
    return tls_start(&wire->stream, &wish, clock_monotonic() + wire->relay->connect_timeout,
                     &wire->tls_verified, error);
}

/* EHLO before STARTTLS. *offered: STARTTLS is. What else it says is forgotten (RFC 3207 §4.2). */
static bool is_offered(struct wire *wire, bool *offered)
{
    AUTO(text) char *line = g_strdup_printf("EHLO %s\r\n", wire->relay->hostname);
    if (!ask(wire, STEP_EHLO, line))
        return false;
    if (wire->reader.code / 100 == 4) {
        refused_by_reply(wire, GONE_GREETING);
        return false;
    }
    struct ehlo ehlo = ehlo_parse(wire->reader.text->str);
    *offered = wire->reader.code / 100 == 2 && (ehlo.capabilities & CAN_TLS);
    return true;
}

enum secured { SECURED, IN_CLEAR, AGAIN_IN_CLEAR, NOT_SECURED };

/* Required: anything but TLS is an end. Opportunistic (RFC 7435): TLS where it can be had, with any
 * certificate, else in clear. Octets that came in clear after the 220 are somebody's who wants
 * them taken for the server's: an end in any case (RFC 3207 §4). */
static enum secured start_tls(struct wire *wire, bool required)
{
    bool offered = false;
    if (!is_offered(wire, &offered))
        return NOT_SECURED;
    if (!offered && required) {
        wire_lose(wire, GONE_TLS, "the server does not offer STARTTLS");
        return NOT_SECURED;
    }
    if (!offered)
        return IN_CLEAR;
    if (!ask(wire, STEP_STARTTLS, "STARTTLS\r\n"))
        return NOT_SECURED;
    if (wire->reader.code != 220) {
        if (required || wire->reader.code == 421)
            refused_by_reply(wire, GONE_TLS);
        return wire->gone ? NOT_SECURED : IN_CLEAR;
    }
    if (stream_unread(&wire->stream) > 0) {
        wire_lose(wire, GONE_TLS, "octets in clear came after the answer to STARTTLS");
        return NOT_SECURED;
    }
    struct error error = {0};
    if (handshake(wire, required, &error))
        return SECURED;
    if (!required && wire->stream.in_state != STREAM_STOPPED && error.exit_class != EX_CONFIG) {
        error_clear(&error);
        return AGAIN_IN_CLEAR;
    }
    lose_error(wire, GONE_TLS, &error);
    return NOT_SECURED;
}

static bool reach(struct wire *wire)
{
    struct error error = {0};
    if (!connect_host(&wire->stream, wire->relay->host, wire->relay->port,
                      wire->relay->connect_timeout, &wire->loopback, &error)) {
        lose_error(wire, GONE_CONNECT, &error);
        return false;
    }
    if (wire->relay->tls == TLS_IMPLICIT && !handshake(wire, true, &error)) {
        lose_error(wire, GONE_TLS, &error);
        return false;
    }
    return greet(wire);
}

/* A second connection, for a server that offers a STARTTLS that fails. */
static bool reach_again(struct wire *wire)
{
    int stop_fd = wire->stream.stop_fd;
    stream_close(&wire->stream);
    stream_init(&wire->stream, -1, stop_fd);
    reader_clear(&wire->reader);
    reader_init(&wire->reader);
    reply_clear(&wire->greeting);
    return reach(wire);
}

static bool reach_securely(struct wire *wire)
{
    if (!reach(wire))
        return false;
    enum tls_mode tls = wire->relay->tls;
    if (tls != TLS_STARTTLS && tls != TLS_OPPORTUNISTIC)
        return true;
    switch (start_tls(wire, tls == TLS_STARTTLS)) {
    case SECURED:
    case IN_CLEAR:
        return true;
    case AGAIN_IN_CLEAR:
        return reach_again(wire);
    case NOT_SECURED:
        break;
    }
    return false;
}

bool wire_connect(struct wire *wire)
{
    bool good = reach_securely(wire);
    reader_next(&wire->reader);
    return good;
}

/* --- looking -----------------------------------------------------------------------------------
 */

bool wire_is_gone(const struct wire *wire)
{
    return wire->gone;
}

enum gone_why wire_why(const struct wire *wire)
{
    return wire->why;
}

const struct reply *wire_why_reply(const struct wire *wire)
{
    return &wire->why_reply;
}

const struct reply *wire_greeting(const struct wire *wire)
{
    return &wire->greeting;
}

unsigned wire_capabilities(const struct wire *wire)
{
    return wire->ehlo.capabilities;
}

uint64_t wire_size_max(const struct wire *wire)
{
    return wire->ehlo.size_max;
}

bool wire_is_logged_in(const struct wire *wire)
{
    return wire->logged_in;
}

const struct reply *wire_login_reply(const struct wire *wire)
{
    return &wire->login_reply;
}

const struct reply *wire_hello_reply(const struct wire *wire)
{
    return &wire->hello_refusal;
}

char *wire_transcript(const struct wire *wire)
{
    return transcript_text(&wire->transcript);
}
