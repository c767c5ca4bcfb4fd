/* One XML part of an .xlsx file, read as it is unpacked: libarchive behind libxml2's reader, so
 * that no part is ever whole in memory. For xlsx*.c alone. */
#pragma once
#include "base/error.h"

struct xlsx_file { /* borrowed */
    GBytes *octets;
    const char *name; /* for messages */
};

struct xlsx_part; /* opaque */

/* *part is then the caller's; NULL and true: the file has no part of that name. EX_DATAERR: it is
 * no zip archive, or a hostile one. */
MUST bool xlsx_part_open(struct xlsx_part **part, const struct xlsx_file *file, const char *name,
                         struct error *error);
void xlsx_part_free(struct xlsx_part *part);
AUTO_DEFINE(xlsx_part, struct xlsx_part, xlsx_part_free)

enum xlsx_node { XLSX_OTHER, XLSX_START, XLSX_END, XLSX_TEXT };

/* On to the next node. False: the end, or an error, which is then set: EX_DATAERR where it is no
 * XML, has a document type (as no spreadsheet has: what expands entities is an attack), or unpacks
 * to more than any list. */
bool xlsx_part_next(struct xlsx_part *part, struct error *error);
enum xlsx_node xlsx_part_node(const struct xlsx_part *part);
/* Of an element: its name without prefix; of text: the text. The part's own until the next node. */
const char *xlsx_part_name(const struct xlsx_part *part);
const char *xlsx_part_text(const struct xlsx_part *part);
/* A start that no end follows: <c/>. */
bool xlsx_part_is_empty(const struct xlsx_part *part);
/* An attribute, whatever its prefix is called; NULL: none. Caller frees. */
char *xlsx_part_attribute(const struct xlsx_part *part, const char *name);

bool xlsx_part_starts(const struct xlsx_part *part, const char *name);
bool xlsx_part_ends(const struct xlsx_part *part, const char *name);
