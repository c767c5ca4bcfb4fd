/* A mail from the daemon itself to people of a publication: it goes the way of every issue, through
 * a parcel and the queue, so that it is retried and never sent twice. */
#pragma once
#include "report/report.h"

struct notice {
    const struct publication *publication;
    const char *key;     /* the same key is the same notice: it is admitted once */
    const GPtrArray *to; /* of struct address; none: nothing is sent */
    const char *subject, *text, *html;
    const char *auto_submitted;
    const GPtrArray *files; /* of struct attachment; NULL: none */
};

/* Durable on return. True also if it was admitted before. */
MUST bool notice_admit(const struct report_parts *parts, const struct notice *notice, usec_t now,
                       struct error *error);
