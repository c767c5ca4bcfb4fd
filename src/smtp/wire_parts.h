/* What the parts of the wire share: wire_open.c (connecting, greeting, TLS), wire_dialogue.c (what
 * the library says and hears), wire.c (its four calls). */
#pragma once
#include "smtp/wire.h"
#include "smtp/wire_reply.h"
#include "smtp/wire_stream.h"
#include "smtp/wire_transcript.h"

#define WIRE_HANDLE_NONE (-1)

enum step { /* what waits for an answer */
            STEP_GREETING,
            STEP_EHLO,
            STEP_HELO,
            STEP_STARTTLS,
            STEP_AUTH,
            STEP_MAIL,
            STEP_RCPT,
            STEP_DATA,
            STEP_END, /* of data */
            STEP_RSET,
            STEP_QUIT,
            STEPS /* how many */
};

struct wire {
    const struct relay_order *relay;
    const struct wire_hooks *hooks;
    struct stream stream;
    struct reply_reader reader;
    struct transcript transcript;

    bool loopback, tls_verified; /* whom we talk to */
    struct reply greeting, hello_refusal, login_reply;
    struct ehlo ehlo;
    bool logged_in;

    bool gone; /* for good */
    enum gone_why why;
    struct reply why_reply;

    GString *said;           /* by the library: what is no whole line yet */
    GString *outgoing;       /* whole lines, about to be sent */
    GString *answer;         /* for the library to read */
    GByteArray *outstanding; /* of enum step, from outstanding_at */
    guint outstanding_at;
    bool auth_goes_on; /* 334: the next line is an answer to it */
    bool quit_said;
    bool mail_was_taken; /* the last one's answer was a yes */
    bool mail_is_held;   /* a MAIL stands in `outgoing` for what goes with it */
    bool mail_ahead;     /* the library has heard a yes to it, the server's answer is to come */

    struct transaction transaction;
    size_t rcpts_said, rcpts_answered;
    bool open;    /* MAIL is out, the last answer is not in */
    bool in_data; /* what the library writes is a message */
    bool stub_ended;
    GString *stub; /* … and thrown away */
    const char *header, *body;
    size_t header_length, body_length;
};

/* The connection is lost, or something that can't be: no more is sent or read. The first call
 * counts. */
void wire_lose(struct wire *wire, enum gone_why why, const char *words);
/* The same for what a stream reported. */
void wire_lose_stream(struct wire *wire, enum stream_state state);
/* The same for an answer that ends it. */
void wire_refused(struct wire *wire, enum gone_why why, const struct reply *reply);

/* How long a reply to this step, or a block of a message, may take. */
usec_t wire_limit(const struct wire *wire, enum step step);
usec_t wire_block_limit(const struct wire *wire);

/* Waits for one whole reply to this step, in wire->reader: in time, in form, and of a kind that
 * this step can have. False: lost. */
MUST bool wire_read_reply(struct wire *wire, enum step step);
/* One that is there already, without waiting or reading on? */
bool wire_reply_is_there(struct wire *wire);
/* The reader's reply as a struct reply. */
struct reply wire_reply(const struct wire *wire);

/* For wire.c: what the library's calls come to. */
ssize_t dialogue_write(struct wire *wire, const char *octets, size_t length);
ssize_t dialogue_read(struct wire *wire, char *octets, size_t room);
/* Is there an answer to read? `wait`: there will be. */
bool dialogue_is_readable(struct wire *wire, bool wait);
/* wire.c: is it no longer. */
void wire_detach(const struct wire *wire);
