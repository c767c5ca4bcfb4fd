/* What people are told: the status page while an issue is sent, the final report as files and as
 * mail, why an issue was rejected. */
#pragma once
#include "base/problem.h"
#include "conf/conf.h"
#include "queue/queue.h"
#include "smtp/answers.h"

struct report_parts { /* all borrowed */
    const struct conf *conf;
    struct queue *queue;
    const struct answers *answers;
};

/* Writes sending/KEY/status.html: numbers, bars, each group, who is deferred or failed and why. It
 * reloads itself. Nothing is written where the text is what was written before. */
MUST bool report_status_page(const struct report_parts *parts, const struct queue_issue *issue,
                             usec_t now, struct error *error);

/* An issue has ended: report.html and report.csv (UTF-8 with BOM) beside the original, the folder
 * moved to sent/KEY, the report by mail to report_to admitted to the queue as a notice, the issue
 * marked as reported. Each step can be done again, so a crash between two of them loses nothing and
 * mails nothing twice. */
MUST bool report_ended(const struct report_parts *parts, const struct queue_issue *issue,
                       usec_t now, struct error *error);

/* A notice to report_to that an issue is held and waits for a person. `words` say why. */
MUST bool report_held(const struct report_parts *parts, const struct queue_issue *issue, usec_t now,
                      struct error *error);

/* A notice to admins that lists are in trouble: `text` says which and why, a line for each. One for
 * the same `since`, however often it is asked for. */
MUST bool report_lists(const struct report_parts *parts, const char *text, usec_t since, usec_t now,
                       struct error *error);

/* A notice to admins, and to report_to of what waits, that nothing moves though it could. */
MUST bool report_stalled(const struct report_parts *parts, const struct error *trouble, usec_t now,
                         struct error *error);

/* Why one recipient does not have it, in a plain sentence of the language of people: for the
 * report, `recipients` and the console. NULL where he has it, or nothing went wrong. Caller frees.
 */
char *report_reason(const struct answers *answers, const struct queue_delivery *delivery);

/* why.txt: what is wrong, at which line, how to mend it; all of it. `document` is what was dropped.
 * The caller frees. */
char *report_why_text(const char *document, const struct problems *problems);
char *report_why_html(const char *document, const struct problems *problems);
