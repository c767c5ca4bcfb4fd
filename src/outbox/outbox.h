/* A publication's folders: what lies in outbox/ and has settled, and its filing in sending/, sent/
 * and rejected/. Section 3 of the contract. Watches on the daemon's event loop (inotify, and a
 * rescan every 30 s, because network shares tell nothing). */
#pragma once
#include "base/draft.h"
#include "base/problem.h"
#include "conf/conf.h"

#include <systemd/sd-event.h>

/* A thing in the outbox that has settled: a file, or a folder with one document. */
struct outbox_item {
    char *name; /* in outbox/ */
    int fd;     /* open for reading: the file, or the folder (O_DIRECTORY) */
    bool is_folder;
    uint64_t state; /* of what was opened: inode, sizes, times */
};

struct outbox; /* opaque */

/* Called for each settled item, at most once until outbox_release(), among those that have settled
 * together the oldest first, then by name. The item is outbox's own and good until then; at most eight are out at once,
 * the others wait for a release. outbox_close() is not for callbacks. */
typedef void outbox_settled(void *user, struct outbox *outbox, const struct outbox_item *item);
/* Called for what can never be taken (symbolic link, device, unreadable, empty) with the reason, so
 * that it is rejected. */
typedef void outbox_refused(void *user, struct outbox *outbox, const char *name,
                            const struct error *why);

struct outbox_calls {
    outbox_settled *settled;
    outbox_refused *refused;
    void *user;
};

/* Starts to watch; the folders are made where they are missing and the parent is there. An outbox
 * that is not there (an unmounted share) is no error: it is told once in outbox_trouble() and
 * watched again when it comes back. `publication` is borrowed. */
MUST bool outbox_open(struct outbox **outbox, sd_event *loop, const struct publication *publication,
                      struct outbox_calls calls, struct error *error);
void outbox_close(struct outbox *outbox);
const struct publication *outbox_publication(const struct outbox *outbox);
/* After a reload: the same publication's new settings (the folder is the same). Looks at once. */
void outbox_set_publication(struct outbox *outbox, const struct publication *publication);
/* Why nothing can be seen in it now, in words; NULL: all is well. The outbox's own. */
const char *outbox_trouble(const struct outbox *outbox);

/* Is what lies in the outbox under this name still what was opened? */
bool outbox_is_unchanged(const struct outbox *outbox, const struct outbox_item *item);
/* Done with it: it is looked at again, from `later` on (by clock_now(); 0: at once) or once it
 * changes, if it still lies there. */
void outbox_release(struct outbox *outbox, const struct outbox_item *item, usec_t later);

/* --- filing: needs no watch, so that it can be done again after a crash --- */

/* Moves outbox/NAME to sending/KEY/NAME, durably; true also if it is there already. */
MUST bool outbox_file_sending(const struct publication *publication, const char *name,
                              const char *key, struct error *error);
/* Writes a file into sending/KEY/ (the folder is made where it is missing). */
MUST bool outbox_write_sending(const struct publication *publication, const char *key,
                               const char *file, const char *octets, size_t length,
                               struct error *error);
/* Begins one that is written piece by piece. */
MUST bool outbox_draft_sending(struct draft **draft, const struct publication *publication,
                               const char *key, const char *file, struct error *error);
/* Moves sending/KEY to sent/KEY without its preview and status page; true also if that was done. */
MUST bool outbox_file_sent(const struct publication *publication, const char *key,
                           struct error *error);
/* Moves outbox/NAME to rejected/NAME/ (or `NAME (2)` …) with why.txt (UTF-8 with BOM, CRLF, so that
 * any editor shows it) and why.html. A link or device is not moved but taken away. */
MUST bool outbox_reject(const struct publication *publication, const char *name,
                        const char *why_text, const char *why_html, struct error *error);
/* Drops a file into outbox/ safely (a temporary name first), for `fensong send`. A name that is
 * taken becomes `NAME (2)`. */
MUST bool outbox_drop(const struct publication *publication, const char *name, GBytes *content,
                      struct error *error);

/* Would what lies at `path`, a folder, be refused there as it is? Then false, and why. */
MUST bool outbox_would_take(const char *path, struct error *error);

/* Is it a name that editors and copy tools use for work in progress? */
bool outbox_is_work_in_progress(const char *name);
