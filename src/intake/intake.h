/* One dropped issue, from document to parcel: read, lint, expand, compose. `check`, `preview` and
 * the daemon's intake process walk the same way. */
#pragma once
#include "base/problem.h"
#include "conf/conf.h"
#include "issue/issue.h"
#include "mail/mail.h"
#include "people/people.h"

struct source { /* what was dropped */
    char *name;             /* as it lay in the outbox */
    char *document_name;    /* the document's own: the same, or a file in the folder */
    GBytes *document;
    GPtrArray *attachments; /* of struct attachment; may be empty */
};

/* Reads a file, or a folder with just one document. Adds what is wrong (EX_DATAERR; EX_TEMPFAIL: it
 * changed meanwhile). `fd` stays the caller's. */
MUST bool source_read(struct source **source, int fd, const char *name, struct problems *problems);
void source_free(struct source *source);
AUTO_DEFINE(source, struct source, source_free)

struct intake { /* what came of it; parts are NULL where the way ended before them */
    const struct publication *publication;
    struct issue *issue;
    struct people *people;
    GPtrArray *groups;     /* of char *: ids in order */
    GPtrArray *recipients; /* of struct recipient */
    struct mail *mail;
    struct problems *problems; /* all problems and remarks, by line */
};

struct intake_order {
    const struct conf *conf;
    const struct publication *publication; /* whose outbox it lay in; NULL: the one it names */
    const struct source *source;
    enum mail_kind kind;
    usec_t date;
    bool sends; /* what changed just now is waited for (EX_TEMPFAIL) */
};

/* Walks the whole way as far as it goes; all problems at once. *intake is set, and the caller's, in
 * any case; false: there was a problem. */
MUST bool intake_walk(struct intake **intake, const struct intake_order *order);
void intake_free(struct intake *intake);
AUTO_DEFINE(intake, struct intake, intake_free)

/* Writes the parcel of an intake that went well. */
MUST bool intake_write_parcel(const struct intake *intake, const struct source *source,
                              const char *path, struct error *error);
