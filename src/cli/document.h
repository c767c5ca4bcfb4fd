/* Dropped documents, for the commands that look at one before the daemon does. */
#pragma once
#include "cli/command.h"
#include "intake/intake.h"

struct document {
    const char *path; /* as it was typed */
    struct source *source;
    struct intake *intake; /* as far as it came; NULL: not even read */
};

/* Reads the file or folder and walks the way of the intake. What is wrong is added to `problems`,
 * its place the path as it was typed; remarks too. False: there was a problem. */
MUST bool document_read(struct document *document, const struct conf *conf, const char *path,
                        enum mail_kind kind, struct problems *problems);
void document_clear(struct document *document);

static inline void auto_document(struct document *document)
{
    document_clear(document);
}
