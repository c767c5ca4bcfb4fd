/* What the programs say while they run: to the journal with fields where stderr is the
 * journal's, to stderr as plain lines elsewhere. Libraries return errors; programs, report/ and
 * control/ tell them here, once, in English. */
#pragma once
#include "base/error.h"

#include <syslog.h> /* LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG */

/* What a line is about; what is not known stays NULL or 0. Become the journal's fields ISSUE=,
 * RECIPIENT=, RELAY=, SMTP_CODE=. */
struct log_about {
    const char *issue, *recipient, *relay;
    int smtp_code;
};

/* Names the program and finds out whether stderr is the journal's. Once, at the start. */
void log_open(const char *program);
/* Lines of a lesser priority than this are not written; LOG_INFO at the start. */
void log_set_level(int priority);
/* Would it be? For whoever has to work for the words. */
bool log_wants(int priority);

void log_line(int priority, struct log_about about, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* An error with its place and what to do. */
void log_error(int priority, struct log_about about, const struct error *error);
