#include "outbox/outbox.h"
#include "outbox/folders.h"
#include "outbox/name.h"
#include "outbox/thing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#define RESCAN         (30 * USEC_PER_SEC)
#define SHORTEST_PAUSE (100 * USEC_PER_MSEC)
#define TIMER_ACCURACY (10 * USEC_PER_MSEC)
/* Each has a descriptor and, with the user, a process. The others wait for their turn. */
#define MOST_HANDED 8

/* No IN_MODIFY: a file that grows would wake us for each block, and its size is looked at anyway.
 */
#define EVENTS                                                                                     \
    (IN_CREATE | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |            \
     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

/* Something in the outbox. All its times are of the monotonic clock: a server's clock, which may be
 * wrong, is only ever compared with itself. */
struct candidate {
    struct outbox_item item; /* fd -1 unless handed */
    bool handed;
    bool touched; /* an event named it: it has changed, even if that does not show */
    usec_t since; /* when it got into this state */
    usec_t due;   /* when to look next */
};

struct outbox {
    const struct publication *publication;
    struct outbox_calls calls;
    sd_event *loop;
    sd_event_source *timer, *watch; /* watch NULL: none, the rescans must do */
    dev_t device;                   /* of what is watched */
    ino_t inode;
    usec_t next_scan;
    GTree *candidates; /* by name */
    unsigned handed;
    char *trouble;
};

static void candidate_free(void *pointer)
{
    struct candidate *candidate = pointer;
    if (candidate->item.fd >= 0)
        close(candidate->item.fd);
    g_free(candidate->item.name);
    g_free(candidate);
}

static int by_octets(const void *a, const void *b, void *user)
{
    (void)user;
    return strcmp(a, b);
}

/* How long to wait before something that is not ready is looked at again. */
static usec_t settle_pause(const struct outbox *outbox)
{
    return CLAMP(outbox->publication->settle, SHORTEST_PAUSE, RESCAN);
}

/* --- when to look --------------------------------------------------------------------------------
 */

static gboolean find_earliest(void *name, void *value, void *user)
{
    (void)name;
    const struct candidate *candidate = value;
    usec_t *earliest = user;
    if (!candidate->handed)
        *earliest = MIN(*earliest, candidate->due);
    return FALSE;
}

static void arm(struct outbox *outbox)
{
    usec_t earliest = outbox->next_scan;
    if (outbox->handed < MOST_HANDED)
        g_tree_foreach(outbox->candidates, find_earliest, &earliest);
    (void)sd_event_source_set_time(outbox->timer, (uint64_t)MAX(earliest, 0));
    (void)sd_event_source_set_enabled(outbox->timer, SD_EVENT_ONESHOT);
}

static struct candidate *candidate_named(struct outbox *outbox, const char *name)
{
    struct candidate *candidate = g_tree_lookup(outbox->candidates, name);
    if (!candidate) {
        candidate = g_new0(struct candidate, 1);
        candidate->item = (struct outbox_item){.name = g_strdup(name), .fd = -1};
        candidate->touched = true;
        g_tree_insert(outbox->candidates, candidate->item.name, candidate);
    }
    return candidate;
}

static int on_event(sd_event_source *source, const struct inotify_event *event, void *user)
{
    (void)source;
    struct outbox *outbox = user;
    if (event->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) {
        /* What is made there next may get the same inode number. */
        outbox->inode = 0;
        outbox->next_scan = 0;
    } else if (event->mask & IN_Q_OVERFLOW) {
        outbox->next_scan = 0;
    } else if (event->len > 0 && !outbox_is_work_in_progress(event->name)) {
        struct candidate *candidate = candidate_named(outbox, event->name);
        candidate->touched = true;
        if (!candidate->handed)
            candidate->due = 0;
    }
    arm(outbox);
    return 0;
}

/* --- the folder itself --- */

static void unwatch(struct outbox *outbox)
{
    outbox->watch = sd_event_source_disable_unref(outbox->watch);
    outbox->device = 0;
    outbox->inode = 0;
}

static gboolean add_if_not_handed(void *name, void *value, void *names)
{
    if (!((const struct candidate *)value)->handed)
        g_ptr_array_add(names, name);
    return FALSE;
}

/* What was seen of it counts no more; it settles anew when the folder is back. */
static void forget_what_lay_there(struct outbox *outbox)
{
    AUTO(array) GPtrArray *names = g_ptr_array_new();
    g_tree_foreach(outbox->candidates, add_if_not_handed, names);
    for (guint i = 0; i < names->len; i++)
        g_tree_remove(outbox->candidates, names->pdata[i]);
}

static void set_trouble(struct outbox *outbox, const struct error *error)
{
    g_free(outbox->trouble);
    outbox->trouble = error ? error_line(error) : NULL;
}

static void is_lost(struct outbox *outbox, const struct error *error)
{
    set_trouble(outbox, error);
    unwatch(outbox);
    forget_what_lay_there(outbox);
}

/* No descriptor of the folder stays open: it would keep a share from being unmounted. */
static int open_folder(const struct outbox *outbox, struct error *error)
{
    AUTO(text) char *path = folders_path(outbox->publication, "outbox", NULL);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        error_set_errno(error, (struct place){path, 0, 0}, N_("the outbox can't be opened"));
    return fd;
}

/* Watches what lies at the path now: it may be another folder than before. Where there can be no
 * watch (their number is limited), the rescans must do. */
static void watch(struct outbox *outbox, int folder)
{
    struct stat status;
    if (fstat(folder, &status) < 0)
        return;
    bool is_the_same = status.st_dev == outbox->device && status.st_ino == outbox->inode;
    if (is_the_same && outbox->watch)
        return;
    if (!is_the_same)
        forget_what_lay_there(outbox);
    unwatch(outbox);
    AUTO(text) char *path = folders_path(outbox->publication, "outbox", NULL);
    if (sd_event_add_inotify(outbox->loop, &outbox->watch, path, EVENTS, on_event, outbox) < 0)
        outbox->watch = NULL;
    outbox->device = status.st_dev;
    outbox->inode = status.st_ino;
}

static void scan(struct outbox *outbox)
{
    AUTO(error) struct error error = {0};
    AUTO(fd) int folder = -1;
    if (folders_make_missing(outbox->publication, &error))
        folder = open_folder(outbox, &error);
    if (folder < 0) {
        is_lost(outbox, &error);
        return;
    }
    /* First the watch, then the names: what comes between the two is seen twice, not never. */
    watch(outbox, folder);
    AUTO(array) GPtrArray *names = names_in(folder);
    if (!names) {
        error_set_errno(&error, (struct place){outbox->publication->folder, 0, 0},
                        N_("the outbox can't be read"));
        is_lost(outbox, &error);
        return;
    }
    set_trouble(outbox, NULL);
    for (guint i = 0; i < names->len; i++)
        if (!outbox_is_work_in_progress(names->pdata[i]))
            (void)candidate_named(outbox, names->pdata[i]);
}

/* --- one thing --- */

static void hand_over(struct outbox *outbox, struct candidate *candidate, int fd)
{
    candidate->item.fd = fd;
    candidate->handed = true;
    outbox->handed++;
    outbox->calls.settled(outbox->calls.user, outbox, &candidate->item);
}

static void refuse(struct outbox *outbox, struct candidate *candidate, usec_t now,
                   const struct error *why)
{
    /* Should it stay there, because it can't be filed either, it is refused again, but no sooner.
     */
    candidate->due = now + RESCAN;
    outbox->calls.refused(outbox->calls.user, outbox, candidate->item.name, why);
}

/* It has been in one state for long enough. */
static void take(struct outbox *outbox, int folder, struct candidate *candidate,
                 const struct look *look, usec_t now)
{
    candidate->due = now + settle_pause(outbox);
    AUTO(error) struct error why = {0};
    enum readiness readiness = thing_ready(look, now - candidate->since, &why);
    if (readiness == THING_REFUSED)
        refuse(outbox, candidate, now, &why);
    if (readiness != THING_READY)
        return;
    AUTO(fd) int fd = -1;
    switch (thing_open(&fd, folder, candidate->item.name, look, &why)) {
    case THING_OPENED:
        if (look->is_empty_file)
            refuse(outbox, candidate, now, &look->refused);
        else
            hand_over(outbox, candidate, take_fd(&fd));
        break;
    case THING_UNREADABLE:
        refuse(outbox, candidate, now, &why);
        break;
    case THING_BUSY:
        break;
    case THING_CHANGED:
        candidate->touched = true;
        break;
    }
}

static void look_at(struct outbox *outbox, int folder, struct candidate *candidate, usec_t now)
{
    AUTO(look) struct look look;
    thing_look(&look, folder, candidate->item.name);
    if (!look.there) {
        g_tree_remove(outbox->candidates, candidate->item.name);
        return;
    }
    if (candidate->touched || look.state != candidate->item.state) {
        candidate->touched = false;
        candidate->item.state = look.state;
        candidate->item.is_folder = look.is_folder;
        candidate->since = now;
    }
    usec_t settled_at = candidate->since + outbox->publication->settle;
    if (now < settled_at)
        candidate->due = settled_at;
    else
        take(outbox, folder, candidate, &look, now);
}

/* --- all that is due --- */

struct due {
    GPtrArray *names;
    usec_t now;
};

struct dropped {
    const char *name;
    struct timespec written;
};

static int by_time_and_name(const void *left, const void *right)
{
    const struct dropped *a = left, *b = right;
    if (a->written.tv_sec != b->written.tv_sec)
        return a->written.tv_sec < b->written.tv_sec ? -1 : 1;
    if (a->written.tv_nsec != b->written.tv_nsec)
        return a->written.tv_nsec < b->written.tv_nsec ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* The oldest first: of two texts of one issue that are dropped together, the earlier one goes. */
static GArray *in_turn(int folder, const GPtrArray *names)
{
    GArray *turn = g_array_sized_new(FALSE, TRUE, sizeof(struct dropped), names->len);
    for (guint i = 0; i < names->len; i++) {
        struct dropped dropped = {.name = names->pdata[i]};
        struct stat status;
        if (fstatat(folder, dropped.name, &status, AT_SYMLINK_NOFOLLOW) == 0)
            dropped.written = status.st_mtim;
        g_array_append_val(turn, dropped);
    }
    g_array_sort(turn, by_time_and_name);
    return turn;
}

static gboolean add_if_due(void *name, void *value, void *user)
{
    struct due *due = user;
    const struct candidate *candidate = value;
    if (!candidate->handed && candidate->due <= due->now)
        g_ptr_array_add(due->names, g_strdup(name));
    return FALSE;
}

static void look_at_due(struct outbox *outbox, usec_t now)
{
    AUTO(array) GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    struct due due = {names, now};
    g_tree_foreach(outbox->candidates, add_if_due, &due);
    if (names->len == 0)
        return;
    AUTO(error) struct error error = {0};
    AUTO(fd) int folder = open_folder(outbox, &error);
    if (folder < 0) {
        is_lost(outbox, &error);
        return;
    }
    GArray *turn = in_turn(folder, names);
    for (guint i = 0; i < turn->len && outbox->handed < MOST_HANDED; i++) {
        const char *name = g_array_index(turn, struct dropped, i).name;
        struct candidate *candidate = g_tree_lookup(outbox->candidates, name);
        if (candidate && !candidate->handed)
            look_at(outbox, folder, candidate, now);
    }
    g_array_unref(turn);
}

static int on_time(sd_event_source *source, uint64_t time, void *user)
{
    (void)source, (void)time;
    struct outbox *outbox = user;
    usec_t now = clock_monotonic();
    if (now >= outbox->next_scan) {
        outbox->next_scan = now + RESCAN;
        scan(outbox);
    }
    look_at_due(outbox, now);
    arm(outbox);
    return 0;
}

/* --- the face --- */

bool outbox_open(struct outbox **outbox, sd_event *loop, const struct publication *publication,
                 struct outbox_calls calls, struct error *error)
{
    struct outbox *fresh = g_new0(struct outbox, 1);
    fresh->publication = publication;
    fresh->calls = calls;
    fresh->loop = sd_event_ref(loop);
    fresh->candidates = g_tree_new_full(by_octets, NULL, NULL, candidate_free);
    int result = sd_event_add_time(loop, &fresh->timer, CLOCK_MONOTONIC, 0,
                                   (uint64_t)TIMER_ACCURACY, on_time, fresh);
    if (result < 0) {
        outbox_close(fresh);
        errno = -result;
        return error_set_errno(error, (struct place){publication->folder, 0, 0},
                               N_("the outbox can't be watched"));
    }
    AUTO(error) struct error trouble = {0};
    if (!folders_make_first(publication, &trouble))
        set_trouble(fresh, &trouble);
    scan(fresh);
    fresh->next_scan = clock_monotonic() + RESCAN;
    arm(fresh);
    *outbox = fresh;
    return true;
}

void outbox_close(struct outbox *outbox)
{
    if (!outbox)
        return;
    unwatch(outbox);
    sd_event_source_disable_unref(outbox->timer);
    sd_event_unref(outbox->loop);
    g_tree_unref(outbox->candidates);
    g_free(outbox->trouble);
    g_free(outbox);
}

const struct publication *outbox_publication(const struct outbox *outbox)
{
    return outbox->publication;
}

void outbox_set_publication(struct outbox *outbox, const struct publication *publication)
{
    outbox->publication = publication;
    outbox->next_scan = 0;
    arm(outbox);
}

const char *outbox_trouble(const struct outbox *outbox)
{
    return outbox->trouble;
}

bool outbox_would_take(const char *path, struct error *error)
{
    AUTO(text) char *whole = g_canonicalize_filename(path, NULL);
    AUTO(text) char *parent = g_path_get_dirname(whole);
    AUTO(text) char *name = g_path_get_basename(whole);
    AUTO(fd) int folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    AUTO(look) struct look look = {0};
    if (folder < 0)
        return error_set_errno(error, (struct place){path, 0, 0}, N_("can't be opened"));
    thing_look(&look, folder, name);
    if (!error_is_set(&look.refused) && look.is_empty_folder)
        return error_set(error, EX_DATAERR, (struct place){path, 0, 0},
                         N_("put the issue into the folder and drop it once more"),
                         N_("this folder is empty"));
    return !error_is_set(&look.refused) || error_pass(error, &look.refused);
}

bool outbox_is_unchanged(const struct outbox *outbox, const struct outbox_item *item)
{
    AUTO(fd) int folder = open_folder(outbox, NULL);
    if (folder < 0)
        return false;
    AUTO(look) struct look look;
    thing_look(&look, folder, item->name);
    return look.there && look.state == item->state;
}

void outbox_release(struct outbox *outbox, const struct outbox_item *item, usec_t later)
{
    struct candidate *candidate = g_tree_lookup(outbox->candidates, item->name);
    if (!candidate || !candidate->handed)
        return;
    close(take_fd(&candidate->item.fd));
    candidate->handed = false;
    outbox->handed--;
    usec_t pause = later ? MAX(later - clock_now(), 0) : 0;
    candidate->due = clock_monotonic() + pause;
    arm(outbox);
}
