/* Replies as octets: read line by line, bounded, checked for form (RFC 5321 §4.2). Pure: no
 * descriptor, no clock. */
#pragma once
#include "smtp/job.h"

#define REPLY_LINE_MAX   1000        /* octets with CRLF; RFC 5321 §4.5.3.1.5 has 512 */
#define REPLY_LENGTH_MAX (32 * 1024) /* of all its lines */

enum reader_state { READER_MORE, READER_REPLY, READER_BAD };

struct reply_reader { /* = {0} but for the strings; see reader_init() */
    enum reader_state state;
    int code;      /* of READER_REPLY */
    GString *text; /* the lines without codes, apart by LF */
    GString *line; /* one that is not whole yet */
    size_t length;
};

void reader_init(struct reply_reader *reader);
void reader_clear(struct reply_reader *reader);
/* Makes room for the next reply; not after READER_BAD, which stays. */
void reader_next(struct reply_reader *reader);
/* Takes octets up to the end of one reply; returns how many it took. */
size_t reader_feed(struct reply_reader *reader, const char *octets, size_t length);

struct ehlo {              /* what a server says that it can do */
    unsigned capabilities; /* a set of enum capability */
    uint64_t size_max;     /* 0: no limit known */
    bool plain, login;     /* mechanisms of AUTH */
};
/* Out of the text of an answer to EHLO: a line for each after the first. */
struct ehlo ehlo_parse(const char *text);
