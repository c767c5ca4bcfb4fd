#include "intake/fetching.h"
#include "base/log.h"
#include "base/program.h"
#include "base/spawn.h"

#include <signal.h>
#include <sys/inotify.h>
#include <sys/wait.h>

#define TIME_MOST (10 * USEC_PER_MINUTE)
#define AFTER_CHANGE                                                                               \
    (5 * USEC_PER_SEC) /* until a file is written; longer than a refresh waits for */
#define CHANGES (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)

struct fetching {
    sd_event *loop;
    const struct conf *conf;
    fetching_ended *ended;
    void *user;
    pid_t pid;  /* 0: none runs */
    bool again; /* something changed while it ran */
    sd_event_source *timer, *child, *limit, *changes;
};

static void run(struct fetching *fetching);

static void set_timer(struct fetching *fetching, usec_t after)
{
    (void)sd_event_source_set_time_relative(fetching->timer, (uint64_t)after);
    (void)sd_event_source_set_enabled(fetching->timer, SD_EVENT_ONESHOT);
}

/* --- one run --- */

static int on_child(sd_event_source *source, const siginfo_t *info, void *user)
{
    (void)source;
    struct fetching *fetching = user;
    fetching->pid = 0;
    fetching->child = sd_event_source_disable_unref(fetching->child);
    fetching->limit = sd_event_source_disable_unref(fetching->limit);
    if (info->si_code != CLD_EXITED)
        log_line(LOG_ERR, (struct log_about){0}, "fensong-fetch was ended by signal %d",
                 info->si_status);
    set_timer(fetching, fetching->again ? AFTER_CHANGE : fetching->conf->list_refresh);
    fetching->again = false;
    fetching->ended(fetching->user);
    return 0;
}

static int on_limit(sd_event_source *source, uint64_t time, void *user)
{
    (void)source, (void)time;
    struct fetching *fetching = user;
    (void)kill(fetching->pid, SIGKILL);
    return 0;
}

static void watch(struct fetching *fetching)
{
    if (sd_event_add_child(fetching->loop, &fetching->child, fetching->pid, WEXITED, on_child,
                           fetching) < 0 ||
        sd_event_add_time_relative(fetching->loop, &fetching->limit, CLOCK_MONOTONIC,
                                   (uint64_t)TIME_MOST, 0, on_limit, fetching) < 0)
        g_error("the event loop takes no more sources");
}

static void run(struct fetching *fetching)
{
    AUTO(error) struct error error = {0};
    AUTO(text) char *program = program_helper("fensong-fetch");
    char *arguments[] = {program, (char *)"--config", fetching->conf->file, NULL};
    if (spawn(&fetching->pid, program, arguments, NULL, 0, &error)) {
        watch(fetching);
        return;
    }
    fetching->pid = 0;
    log_error(LOG_ERR, (struct log_about){0}, &error);
    set_timer(fetching, fetching->conf->list_refresh);
}

static int on_time(sd_event_source *source, uint64_t time, void *user)
{
    (void)source, (void)time;
    struct fetching *fetching = user;
    if (fetching->pid)
        fetching->again = true;
    else
        run(fetching);
    return 0;
}

/* --- changes --- */

static int on_change(sd_event_source *source, const struct inotify_event *event, void *user)
{
    (void)source;
    struct fetching *fetching = user;
    /* What programs use for work in progress says nothing yet. */
    if (event->len && (event->name[0] == '.' || event->name[0] == '~'))
        return 0;
    if (fetching->pid)
        fetching->again = true;
    else
        set_timer(fetching, AFTER_CHANGE);
    return 0;
}

/* Where the folder can't be watched, list_refresh alone counts. */
static void watch_groups(struct fetching *fetching)
{
    fetching->changes = sd_event_source_disable_unref(fetching->changes);
    if (sd_event_add_inotify(fetching->loop, &fetching->changes, fetching->conf->groups_dir,
                             CHANGES, on_change, fetching) < 0)
        log_line(LOG_WARNING, (struct log_about){0}, "%s can't be watched",
                 fetching->conf->groups_dir);
}

/* --- all --- */

bool fetching_start(struct fetching **fetching, sd_event *loop, const struct conf *conf,
                    fetching_ended *ended, void *user, struct error *error)
{
    struct fetching *fresh = g_new0(struct fetching, 1);
    fresh->loop = sd_event_ref(loop);
    fresh->conf = conf;
    fresh->ended = ended;
    fresh->user = user;
    if (sd_event_add_time_relative(loop, &fresh->timer, CLOCK_MONOTONIC, 0, 0, on_time, fresh) <
        0) {
        fetching_stop(fresh);
        return error_set(error, EX_OSERR, NOWHERE, NULL, N_("the event loop does not start"));
    }
    watch_groups(fresh);
    *fetching = fresh;
    return true;
}

void fetching_set_conf(struct fetching *fetching, const struct conf *conf)
{
    fetching->conf = conf;
    watch_groups(fetching);
    if (fetching->pid)
        fetching->again = true;
    else
        set_timer(fetching, 0);
}

void fetching_stop(struct fetching *fetching)
{
    if (!fetching)
        return;
    sd_event_source_disable_unref(fetching->timer);
    sd_event_source_disable_unref(fetching->changes);
    sd_event_source_disable_unref(fetching->limit);
    if (fetching->child)
        (void)sd_event_source_set_enabled(fetching->child, SD_EVENT_OFF);
    if (fetching->pid) {
        (void)kill(fetching->pid, SIGKILL);
        (void)waitpid(fetching->pid, NULL, 0);
    }
    sd_event_source_disable_unref(fetching->child);
    sd_event_unref(fetching->loop);
    g_free(fetching);
}
