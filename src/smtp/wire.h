/* Our own wire under libesmtp. The library reaches the network through connect(), read(), write()
 * and poll(); the sender program defines these four itself, and what the library means for its one
 * connection comes here (everything else goes to the system). So the library never meets a
 * network: it says commands, we send them; it hears replies that we have read whole, in time and
 * in good form, said anew in one line each; it hands over a stub for a message, and the real one
 * goes in its place, by reference. It waits for the answer to MAIL; where the server takes commands
 * ahead we tell it yes, send the MAIL with the RCPTs and DATA, and judge by what comes. When the
 * connection is lost each command still outstanding is answered with 421, so that the library comes
 * to its end in good order, and what was really said stands in the transaction. This is why no
 * fault of the library's in TLS, time limits, replies, headers or BDAT (design: smtp.md) can show.
 *
 * Linked into the sender and the tests named wire* alone. One thread, one wire at a time. */
#pragma once
#include "smtp/verdict.h"

struct wire; /* opaque */

struct wire_hooks { /* called while the library waits in read() or write() */
    void *user;
    /* A MAIL is about to go out. False: it must not; wire_leave() said why. */
    bool (*before_mail)(void *user);
    /* The message is out, its end of data is not. False: it must not; wire_leave() said why. */
    bool (*before_end)(void *user);
    /* The last answer of a transaction came. The library looks for its next message after this.
     * Not called when the connection is lost: see wire_is_open(). */
    void (*over)(void *user);
};

/* `relay` and `hooks` are borrowed. stop_fd: readable when we are told to end, which is heeded
 * outside transactions; -1: none. */
struct wire *wire_new(const struct relay_order *relay, int stop_fd, const struct wire_hooks *hooks);
void wire_free(struct wire *wire); /* closes; NULL is fine */
AUTO_DEFINE(wire, struct wire, wire_free)

/* Looks up, connects, reads the greeting, does TLS as the relay's `tls` says. False: wire_why(). */
MUST bool wire_connect(struct wire *wire);

/* From now on the library's next connect() is to this wire, until wire_free(). */
void wire_attach(struct wire *wire);

/* The next transaction is for so many recipients, and this is its message: the header with its
 * empty line, the body. Borrowed until it is over. */
void wire_next(struct wire *wire, size_t recipients, const char *header, size_t header_length,
               const char *body, size_t body_length);
/* The library's message callback has said that there is no more. */
void wire_stub_ended(struct wire *wire);

/* The current or last transaction. */
const struct transaction *wire_transaction(const struct wire *wire);
/* Has its MAIL gone out, and its last answer not come? */
bool wire_is_open(const struct wire *wire);

/* Says QUIT if it can, and nothing goes out any more. */
void wire_leave(struct wire *wire, enum gone_why why, const struct reply *reply);

/* Is the connection gone, or left? Then why, and the reply or, with code 0, words. */
bool wire_is_gone(const struct wire *wire);
enum gone_why wire_why(const struct wire *wire);
const struct reply *wire_why_reply(const struct wire *wire);

const struct reply *wire_greeting(const struct wire *wire);
unsigned wire_capabilities(const struct wire *wire); /* a set of enum capability */
uint64_t wire_size_max(const struct wire *wire);

/* Has the server taken the login? If not, its answer, or words with code 0. */
bool wire_is_logged_in(const struct wire *wire);
const struct reply *wire_login_reply(const struct wire *wire);
/* The answer that refused EHLO or HELO; code 0: none did. */
const struct reply *wire_hello_reply(const struct wire *wire);

/* What was said last, without secrets and bodies, LF after each line. The caller frees. */
char *wire_transcript(const struct wire *wire);
