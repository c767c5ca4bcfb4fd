/* The parcel: a finished issue as a folder (issue.json, message.eml, recipients.csv, preview.html,
 * preview.txt, manifest.json with the SHA-256 of each and of the whole). Made under a temporary
 * name, fsynced, renamed; checked again by whoever opens it. */
#pragma once
#include "base/address.h"
#include "base/json.h"

/* What the daemon must know of an issue, out of the manifest. */
struct parcel_facts {
    char *publication, *issue, *kind; /* kind: "regular", "supplement", "notice" */
    char *title;                      /* the publication's name as the masthead has it */
    int total_number;
    char *date;     /* NULL: none */
    char *document; /* file name of the original; NULL: a notice */
    char *document_sha256;
    char *message_id;
    char *envelope_from;
    bool personal;
    int64_t recipients; /* how many; set by parcel_seal() */
    char *hold;        /* why it is to be held from its admission on: "lists"; NULL: it is not */
    char *hold_words;  /* NULL: none */
    GPtrArray *groups; /* of struct parcel_group, in the order of the 分送 lines */
};
struct parcel_group {
    char *id, *name;
};

struct parcel_recipient { /* one row of recipients.csv; good during the call */
    const struct address *address;
    const char *name, *title, *unit; /* "" where not said */
    const char *groups;              /* ids apart by one blank */
    const char *origin;
};

/* --- making one --------------------------------------------------------------------------------
 */

struct parcel_maker; /* opaque */

/* Begins a parcel that will be `path`; nothing of that name is there before parcel_seal(). */
MUST bool parcel_begin(struct parcel_maker **maker, const char *path, struct error *error);
MUST bool parcel_add(struct parcel_maker *maker, const char *name, const void *octets,
                     size_t length, struct error *error);
/* Adds a row; recipients.csv is written by parcel_seal(). */
void parcel_add_recipient(struct parcel_maker *maker, const struct parcel_recipient *recipient);
/* Writes recipients.csv and the manifest, makes all of it durable, and gives it its name. An older
 * parcel at `path` is replaced. */
MUST bool parcel_seal(struct parcel_maker *maker, const struct parcel_facts *facts,
                      struct error *error);
/* Also takes away what was not sealed. */
void parcel_maker_free(struct parcel_maker *maker);
AUTO_DEFINE(parcel_maker, struct parcel_maker, parcel_maker_free)

/* --- opening one -------------------------------------------------------------------------------
 */

struct parcel; /* opaque */

/* Opens it and checks the hash of each file but recipients.csv. EX_DATAERR: it is not whole. */
MUST bool parcel_open(struct parcel **parcel, const char *path, struct error *error);
void parcel_free(struct parcel *parcel);
AUTO_DEFINE(parcel, struct parcel, parcel_free)

const struct parcel_facts *parcel_facts(const struct parcel *parcel);
const char *parcel_path(const struct parcel *parcel);
/* The hash of the whole, lower-case hex. */
const char *parcel_sha256(const struct parcel *parcel);

/* Each recipient in order, every address through the gate again. The visitor returns false to stop.
 * EX_DATAERR, perhaps not before the last one: recipients.csv is not what was written. */
typedef bool parcel_visit(void *user, const struct parcel_recipient *recipient,
                          struct error *error);
MUST bool parcel_recipients(const struct parcel *parcel, parcel_visit *visit, void *user,
                            struct error *error);
/* The same in pieces of some thousand recipients, for who must not stay away for long. *end: that
 * was the last, and all of it is what was written. */
struct parcel_reader; /* opaque */
MUST bool parcel_reader_open(struct parcel_reader **reader, const struct parcel *parcel,
                             parcel_visit *visit, void *user, struct error *error);
MUST bool parcel_reader_next(struct parcel_reader *reader, bool *end, struct error *error);
void parcel_reader_free(struct parcel_reader *reader);
AUTO_DEFINE(parcel_reader, struct parcel_reader, parcel_reader_free)
/* After its folder was renamed. */
void parcel_moved(struct parcel *parcel, const char *path);

void parcel_facts_free(struct parcel_facts *facts);
