/* Files: read whole and bounded, written durably, hashed. */
#pragma once
#include "base/error.h"

#include <sys/stat.h>

/* All of an open file, from its beginning. EX_DATAERR: larger than `most`, or it changed while it
 * was read. `name` is for messages. *bytes is then the caller's. */
MUST bool file_read(GBytes **bytes, int fd, size_t most, const char *name, struct error *error);
/* The same by path; follows no symbolic link at its end. */
MUST bool file_load(GBytes **bytes, const char *path, size_t most, struct error *error);

/* Writes a file whole or not at all: a temporary name beside it, fsync, rename, fsync of the
 * folder. Replaces what was there. */
MUST bool file_write_durably(const char *path, const void *octets, size_t length,
                             struct error *error);
/* Writes a new file in an open folder and fsyncs it; the folder is the caller's to fsync. */
MUST bool file_create_at(int folder, const char *name, const void *octets, size_t length,
                         struct error *error);

/* fsync of a folder, so that the names in it are durable. */
MUST bool folder_sync(const char *path, struct error *error);
/* Makes it and its parents where they are missing (mode 0750 less umask). */
MUST bool folder_make(const char *path, struct error *error);
/* Takes it away with all that is in it; follows no links. True if it was not there. */
MUST bool folder_remove(const char *path, struct error *error);

/* False: errno says why. */
MUST bool file_write_all(int fd, const void *octets, size_t length);

/* SHA-256 of a file in lower-case hex; the caller frees. */
MUST bool file_sha256(char **hex, int fd, const char *name, struct error *error);
