/* What the library says, and what it hears. */
#include "smtp/wire_parts.h"

#include <string.h>

#define SAID_MAX 4096 /* octets that are no whole line, or a stub: more is a fault */

static void fault(struct wire *wire, const char *words)
{
    wire_lose(wire, GONE_OURS, words);
}

/* --- what waits for an answer --- */

static void expect(struct wire *wire, enum step step)
{
    guint8 octet = (guint8)step;
    g_byte_array_append(wire->outstanding, &octet, 1);
}

static bool is_expecting(const struct wire *wire)
{
    return wire->outstanding_at < wire->outstanding->len;
}

static enum step first_expected(const struct wire *wire)
{
    return (enum step)wire->outstanding->data[wire->outstanding_at];
}

static void answered(struct wire *wire)
{
    if (++wire->outstanding_at == wire->outstanding->len) {
        wire->outstanding_at = 0;
        g_byte_array_set_size(wire->outstanding, 0);
    }
}

/* --- commands ------------------------------------------------------------------------------------
 */

static const struct {
    const char *verb;
    enum step step;
} commands[] = {
    {"RCPT TO:", STEP_RCPT}, {"MAIL FROM:", STEP_MAIL}, {"DATA", STEP_DATA},  {"RSET", STEP_RSET},
    {"QUIT", STEP_QUIT},     {"AUTH ", STEP_AUTH},      {"EHLO ", STEP_EHLO}, {"HELO ", STEP_HELO},
};

static bool find_step(const char *line, enum step *step)
{
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_str_has_prefix(line, commands[i].verb)) {
            *step = commands[i].step;
            return true;
        }
    return false;
}

/* A failure is not told here: what the server said before it, a 421 perhaps, is still to be read.
 */
static void send_outgoing(struct wire *wire)
{
    if (wire->outgoing->len > 0 && !wire->gone)
        (void)stream_send(&wire->stream, wire->outgoing->str, wire->outgoing->len,
                          wire_block_limit(wire), false, NULL);
    explicit_bzero(wire->outgoing->str, wire->outgoing->len);
    g_string_truncate(wire->outgoing, 0);
}

/* The library waits for the answer to MAIL before it goes on, which is a round trip for nothing
 * where the server takes commands ahead: there the MAIL goes out with the RCPTs and DATA. But not
 * the first one, nor one after a refusal: who says no to it may close at once, and what we sent
 * behind it would then reset the connection and his reason with it. */
static void begin_transaction(struct wire *wire)
{
    if (wire->gone || !wire->hooks->before_mail(wire->hooks->user))
        return;
    wire->open = true;
    wire->stream.interruptible = false;
    if ((wire->ehlo.capabilities & CAN_PIPELINING) && wire->mail_was_taken) {
        send_outgoing(wire);
        wire->mail_is_held = true;
    }
}

static void note_command(struct wire *wire, enum step step, const char *line, size_t length)
{
    if (step == STEP_AUTH) /* a password stands in it */
        transcript_add(&wire->transcript, "C: ", "AUTH …", strlen("AUTH …"));
    else
        transcript_add(&wire->transcript, "C: ", line, length);
}

/* One line that the library says, with its CRLF. */
static void take_command(struct wire *wire, const char *line, size_t length)
{
    enum step step = STEP_AUTH;
    bool secret = wire->auth_goes_on;
    wire->auth_goes_on = false;
    if (!secret && !find_step(line, &step)) {
        fault(wire, "libesmtp says a command that is not known here");
        step = STEP_RSET;
    }
    wire->mail_is_held = false;
    if (step == STEP_MAIL)
        begin_transaction(wire);
    if (step == STEP_RCPT && wire->rcpts_said++ >= wire->transaction.count)
        fault(wire, "libesmtp names more recipients than there are");
    expect(wire, step);
    if (wire->gone)
        return;
    wire->quit_said |= step == STEP_QUIT;
    note_command(wire, step, line, length - 2);
    g_string_append_len(wire->outgoing, line, (gssize)length);
}

static void take_commands(struct wire *wire, const char *octets, size_t length)
{
    g_string_append_len(wire->said, octets, (gssize)length);
    char *at = wire->said->str;
    char *end = at + wire->said->len;
    for (char *line_end; (line_end = memchr(at, '\n', (size_t)(end - at))); at = line_end + 1)
        take_command(wire, at, (size_t)(line_end + 1 - at));
    size_t done = (size_t)(at - wire->said->str);
    explicit_bzero(wire->said->str, done);
    g_string_erase(wire->said, 0, (gssize)done);
    if (wire->said->len > SAID_MAX)
        fault(wire, "libesmtp says a line without an end");
    if (!wire->mail_is_held)
        send_outgoing(wire);
}

/* --- the message ---------------------------------------------------------------------------------
 */

static bool is_yes(const struct reply *reply)
{
    return reply->code / 100 == 2;
}

/* An answer that came before the end of data was sent. A refusal is one; anything else is for a
 * question that was never asked. Nothing more goes out in either case. */
static void take_early_answer(struct wire *wire)
{
    if (!wire_read_reply(wire, STEP_DATA))
        return;
    struct reply reply = wire_reply(wire);
    if (reply.code / 100 == 3) {
        wire_lose(wire, GONE_LOST, "the server answers what was not asked");
    } else {
        wire_refused(wire, reply_is_closing(&reply) ? GONE_GREETING : GONE_LOST, &reply);
        reply_clear(&wire->transaction.end);
        wire->transaction.end = reply_copy(&reply);
    }
    reply_clear(&reply);
}

static bool send_message(struct wire *wire)
{
    usec_t limit = wire_block_limit(wire);
    struct stream *stream = &wire->stream;
    (void)stream_send(stream, wire->header, wire->header_length, limit, true, NULL);
    (void)stream_send(stream, wire->body, wire->body_length, limit, true, NULL);
    bool is_out = stream->out_state == STREAM_GOOD;
    wire->transaction.messages += is_out;
    if (stream_has_input(stream))
        take_early_answer(wire);
    if (!is_out)
        wire_lose_stream(wire, stream->out_state);
    else if (stream->in_state != STREAM_GOOD) /* gone already: the end would be in doubt */
        wire_lose_stream(wire, stream->in_state);
    return !wire->gone;
}

static void send_end(struct wire *wire)
{
    size_t sent;
    /* Set before it is tried: in doubt it went out. */
    wire->transaction.ended = true;
    enum stream_state state =
        stream_send(&wire->stream, ".\r\n", 3, wire_block_limit(wire), false, &sent);
    if (state != STREAM_GOOD) {
        wire->transaction.ended = sent > 0;
        wire_lose_stream(wire, state);
    }
}

static void send_message_and_end(struct wire *wire)
{
    stream_cork(&wire->stream, true);
    if (send_message(wire) && wire->hooks->before_end(wire->hooks->user))
        send_end(wire);
    stream_cork(&wire->stream, false);
    transcript_add(&wire->transcript, "C: ", "(message)", strlen("(message)"));
}

/* The server wants a message for nobody: RFC 2920 §3.1, a lone dot. */
static void send_lone_dot(struct wire *wire)
{
    enum stream_state state =
        stream_send(&wire->stream, ".\r\n", 3, wire_block_limit(wire), false, NULL);
    if (state != STREAM_GOOD)
        wire_lose_stream(wire, state);
}

/* The stub is whole when, after the library was told that there is no more, an empty line and the
 * dot stand at its end. */
static bool is_whole_stub(const struct wire *wire, bool taken)
{
    if (!taken)
        return strcmp(wire->stub->str, ".\r\n") == 0;
    return wire->stub_ended && g_str_has_suffix(wire->stub->str, "\r\n\r\n.\r\n");
}

static void take_stub(struct wire *wire, const char *octets, size_t length)
{
    bool taken = transaction_is_taken(&wire->transaction);
    g_string_append_len(wire->stub, octets, (gssize)length);
    if (wire->stub->len > SAID_MAX)
        fault(wire, "libesmtp sends a message of its own");
    if (!is_whole_stub(wire, taken)) {
        g_string_truncate(wire->stub, MIN(wire->stub->len, SAID_MAX + 1));
        return;
    }
    wire->in_data = false;
    g_string_truncate(wire->stub, 0);
    expect(wire, STEP_END);
    if (wire->gone)
        return;
    if (taken)
        send_message_and_end(wire);
    else
        send_lone_dot(wire);
}

ssize_t dialogue_write(struct wire *wire, const char *octets, size_t length)
{
    if (wire->in_data)
        take_stub(wire, octets, length);
    else
        take_commands(wire, octets, length);
    return (ssize_t)length;
}

/* --- what the library hears --- */

/* Login only where nobody can listen: under TLS with the right certificate, or on this machine. */
static bool may_log_in(const struct wire *wire)
{
    return wire->loopback || (wire->stream.ssl && wire->tls_verified);
}

/* The server's capabilities, less what the library does wrong (BDAT, enhanced codes, STARTTLS, DSN)
 * or should not try (other mechanisms, passwords in clear). */
static void answer_hello(struct wire *wire)
{
    bool login = wire->relay->user && (wire->ehlo.plain || wire->ehlo.login);
    if (login && !may_log_in(wire)) {
        reply_clear(&wire->login_reply);
        wire->login_reply =
            reply_new(0, "no password is sent without TLS and the right certificate");
        login = false;
    }
    if (wire->ehlo.capabilities & CAN_PIPELINING)
        g_string_append(wire->answer, "250-ready\r\n250-PIPELINING\r\n");
    else
        g_string_append(wire->answer, "250-ready\r\n");
    if (login)
        g_string_append_printf(wire->answer, "250-AUTH%s%s\r\n", wire->ehlo.plain ? " PLAIN" : "",
                               wire->ehlo.login ? " LOGIN" : "");
    g_string_append(wire->answer,
                    wire->ehlo.capabilities & CAN_SIZE ? "250 SIZE 0\r\n" : "250 HELP\r\n");
}

static void set_reply(struct reply *to, const struct wire *wire)
{
    reply_clear(to);
    /* The words of a yes are nobody's business, but those at the end of data. */
    if (wire->reader.code / 100 == 2)
        to->code = wire->reader.code;
    else
        *to = wire_reply(wire);
}

static void take_hello(struct wire *wire, enum step step)
{
    if (wire->reader.code / 100 != 2)
        set_reply(&wire->hello_refusal, wire);
    else
        reply_clear(&wire->hello_refusal);
    wire->ehlo = step == STEP_EHLO ? ehlo_parse(wire->reader.text->str) : (struct ehlo){0};
}

static void take_auth(struct wire *wire)
{
    wire->auth_goes_on = wire->reader.code / 100 == 3;
    wire->logged_in |= wire->reader.code / 100 == 2;
    if (!wire->auth_goes_on)
        set_reply(&wire->login_reply, wire);
}

static void take_end(struct wire *wire)
{
    reply_clear(&wire->transaction.end);
    wire->transaction.end = wire_reply(wire);
}

/* Does it want a message, even though it took no MAIL? A dot might then be an empty one. */
static bool take_data(struct wire *wire)
{
    set_reply(&wire->transaction.data, wire);
    wire->in_data = wire->reader.code / 100 == 3;
    if (wire->in_data && !is_yes(&wire->transaction.mail)) {
        wire_lose(wire, GONE_LOST, "the server goes on after a MAIL that it refused");
        wire->in_data = false;
    }
    return wire->in_data;
}

/* Notes what the reply says. Is it a transaction's last? */
static bool take_reply(struct wire *wire, enum step step)
{
    switch (step) {
    case STEP_EHLO:
    case STEP_HELO:
        take_hello(wire, step);
        return false;
    case STEP_AUTH:
        take_auth(wire);
        return false;
    case STEP_MAIL:
        set_reply(&wire->transaction.mail, wire);
        wire->mail_was_taken = is_yes(&wire->transaction.mail);
        return !wire->mail_ahead && !wire->mail_was_taken;
    case STEP_RCPT:
        set_reply(&wire->transaction.rcpts[wire->rcpts_answered++], wire);
        return false;
    case STEP_DATA:
        return !take_data(wire);
    case STEP_END:
        take_end(wire);
        return true;
    case STEP_GREETING:
    case STEP_STARTTLS:
    case STEP_RSET:
    case STEP_QUIT:
    case STEPS:
        break;
    }
    return false;
}

/* 421: the server closes, whatever it was asked (RFC 5321 §3.8). */
static void take_closing(struct wire *wire)
{
    struct reply reply = wire_reply(wire);
    wire_refused(wire, GONE_GREETING, &reply);
    reply_clear(&reply);
    wire->in_data = false;
}

static void end_transaction(struct wire *wire)
{
    wire->open = false;
    wire->stream.interruptible = true;
    wire->hooks->over(wire->hooks->user);
}

/* After a MAIL that was refused ahead the library hears that no recipient was taken. */
static int code_for_library(const struct wire *wire, enum step step)
{
    bool in_vain = step == STEP_RCPT && !is_yes(&wire->transaction.mail);
    if (wire->gone)
        return 421;
    return in_vain ? wire->transaction.mail.code : wire->reader.code;
}

static void tell_library(struct wire *wire, enum step step)
{
    if (step == STEP_MAIL && wire->mail_ahead) /* it has heard a yes */
        wire->mail_ahead = false;
    else if (step == STEP_EHLO && wire->reader.code / 100 == 2)
        answer_hello(wire);
    else if (wire->auth_goes_on) /* the library reads what it is asked */
        g_string_append_printf(wire->answer, "%d %.*s\r\n", wire->reader.code,
                               (int)strcspn(wire->reader.text->str, "\n"), wire->reader.text->str);
    else
        g_string_append_printf(wire->answer, "%d ok\r\n", code_for_library(wire, step));
}

static void hear_reply(struct wire *wire, enum step step)
{
    bool last = take_reply(wire, step);
    tell_library(wire, step);
    if (wire->reader.code == 421 && step != STEP_QUIT)
        take_closing(wire);
    else if (last && wire->open && !wire->gone)
        end_transaction(wire);
}

static void hear_loss(struct wire *wire, enum step step)
{
    if (step == STEP_MAIL && wire->mail_ahead)
        wire->mail_ahead = false;
    else
        g_string_append(wire->answer, "421 the connection is gone\r\n");
}

/* The next answer for the library, true or, when all is lost, made up: it never sees less than one
 * whole good line for each command, because it jumps through a null pointer otherwise. None comes
 * of the answer to a MAIL that it was told ahead: the next one follows. */
static void hear(struct wire *wire)
{
    enum step step = is_expecting(wire) ? first_expected(wire) : STEP_QUIT;
    if (step == STEP_MAIL && wire->mail_is_held && !wire->mail_ahead && !wire->gone) {
        wire->mail_ahead = true;
        g_string_append(wire->answer, "250 ok\r\n");
        return;
    }
    if (!is_expecting(wire))
        fault(wire, "libesmtp waits for an answer to nothing");
    if (!wire->gone && wire_read_reply(wire, step)) {
        answered(wire);
        hear_reply(wire, step);
        reader_next(&wire->reader);
        return;
    }
    answered(wire);
    hear_loss(wire, step);
}

bool dialogue_is_readable(struct wire *wire, bool wait)
{
    while (wire->answer->len == 0) {
        bool comes = is_expecting(wire) && (wire->gone || wire_reply_is_there(wire));
        if (!comes && !wait)
            return false;
        hear(wire);
    }
    return true;
}

ssize_t dialogue_read(struct wire *wire, char *octets, size_t room)
{
    while (wire->answer->len == 0)
        hear(wire);
    size_t length = MIN(room, wire->answer->len);
    memcpy(octets, wire->answer->str, length);
    g_string_erase(wire->answer, 0, (gssize)length);
    return (ssize_t)length;
}

/* --- transactions --- */

void wire_next(struct wire *wire, size_t recipients, const char *header, size_t header_length,
               const char *body, size_t body_length)
{
    transaction_clear(&wire->transaction);
    wire->transaction = transaction_new(recipients);
    wire->rcpts_said = wire->rcpts_answered = 0;
    wire->stub_ended = wire->mail_is_held = wire->mail_ahead = false;
    wire->header = header;
    wire->header_length = header_length;
    wire->body = body;
    wire->body_length = body_length;
}

void wire_stub_ended(struct wire *wire)
{
    wire->stub_ended = true;
}

const struct transaction *wire_transaction(const struct wire *wire)
{
    return &wire->transaction;
}

bool wire_is_open(const struct wire *wire)
{
    return wire->open;
}
