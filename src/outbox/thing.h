/* What lies in an outbox under one name. It is looked at without being opened, so that no pipe, no
 * device and nobody's lock takes notice; only once it has settled is it opened. */
#pragma once
#include "base/clock.h"
#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

struct look { /* = {0}: gone */
    bool there, is_folder;
    bool is_empty_folder; /* somebody has just begun it; hidden files and litter don't count */
    bool is_empty_file;   /* refused, unless somebody is about to fill it */
    bool says_progress;   /* a name in the folder says that somebody still works on it */
    uint64_t state;       /* of it and all in it: inodes, sizes, times */
    dev_t device;
    ino_t inode;
    struct error refused; /* set: why it can never be taken */
};

enum readiness {
    THING_READY,
    THING_WAITS,   /* somebody is still at it */
    THING_REFUSED, /* `why` is set */
};

/* *look is then the caller's to clear. */
void thing_look(struct look *look, int folder, const char *name);
void look_clear(struct look *look);

/* May it be opened, having been as it is for `waited`? What is empty, or says that somebody works on
 * it, is waited for, but not for ever. */
enum readiness thing_ready(const struct look *look, usec_t waited, struct error *why);

static inline void auto_look(struct look *look)
{
    look_clear(look);
}

enum opening {
    THING_OPENED,
    THING_BUSY,       /* somebody writes to it, or it can't be opened for now */
    THING_CHANGED,    /* it is no longer what was looked at */
    THING_UNREADABLE, /* `why` is set */
};

/* Opens for reading what was looked at. *fd is then the caller's; never waits. */
enum opening thing_open(int *fd, int folder, const char *name, const struct look *look,
                        struct error *why);
