/* manifest.json: the facts of a parcel, the SHA-256 of each of its files, and of the whole. */
#pragma once
#include "parcel/parcel.h"

#define MANIFEST_NAME "manifest.json"
#define RECIPIENTS_NAME "recipients.csv"

/* `files` maps a file's name to its hash in hex (char * to char *). The whole's hash is that of all
 * the rest in a canonical form. A new reference. */
json_t *manifest_make(const struct parcel_facts *facts, GHashTable *files);
/* The hash of the whole, as it should be. The caller frees. */
char *manifest_sha256(const json_t *manifest);
/* *facts is then the caller's. EX_DATAERR: a field is missing or of another type. */
MUST bool manifest_read_facts(struct parcel_facts **facts, const json_t *manifest,
                              const char *path, struct error *error);
