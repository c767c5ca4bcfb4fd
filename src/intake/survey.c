#include "intake/survey.h"
#include "base/file.h"
#include "base/log.h"
#include "base/program.h"
#include "base/spawn.h"
#include "intake/rolls.h"

#include <signal.h>
#include <sys/wait.h>

#define TIME_MOST (5 * USEC_PER_MINUTE)

struct survey {
    sd_event *loop;
    struct report_parts parts;
    char *out;                   /* where its process writes */
    pid_t pid;                   /* 0: none runs */
    bool again;                  /* another one was asked for while it ran */
    struct rolls_noting *noting; /* of what it wrote; NULL: none */
    sd_event_source *due, *child, *limit, *part;
};

static struct log_about nothing(void)
{
    return (struct log_about){0};
}

static void set_due(struct survey *survey, usec_t in)
{
    (void)sd_event_source_set_time(survey->due, (uint64_t)(clock_monotonic() + in));
    (void)sd_event_source_set_enabled(survey->due, SD_EVENT_ONESHOT);
}

/* --- how it ended ------------------------------------------------------------------------------
 */

static void finish(struct survey *survey)
{
    g_clear_pointer(&survey->noting, rolls_noting_free);
    (void)sd_event_source_set_enabled(survey->part, SD_EVENT_OFF);
    if (!folder_remove(survey->out, NULL))
        log_line(LOG_WARNING, nothing(), "%s can't be removed", survey->out);
    set_due(survey, survey->again ? 0 : survey->parts.conf->list_refresh);
    survey->again = false;
}

/* A part a turn of the loop, and only where nothing else waits: a group may have a million members.
 */
static int on_part(sd_event_source *source, void *user)
{
    (void)source;
    struct survey *survey = user;
    AUTO(error) struct error error = {0};
    bool done;
    if (!rolls_noting_step(survey->noting, &done, &error)) {
        log_error(LOG_WARNING, nothing(), &error);
        done = true;
    } else if (done && rolls_noting_changes(survey->noting)) {
        log_line(LOG_INFO, nothing(), "the lists: %lld members came or went",
                 (long long)rolls_noting_changes(survey->noting));
    }
    if (done)
        finish(survey);
    return 0;
}

static void take_in(struct survey *survey)
{
    AUTO(error) struct error error = {0};
    if (rolls_noting_begin(&survey->noting, survey->parts.queue, survey->out, clock_now(),
                           &error)) {
        (void)sd_event_source_set_enabled(survey->part, SD_EVENT_ON);
        return;
    }
    log_error(LOG_WARNING, nothing(), &error);
    finish(survey);
}

static int on_child(sd_event_source *source, const siginfo_t *info, void *user)
{
    struct survey *survey = user;
    sd_event_source_set_enabled(source, SD_EVENT_OFF);
    sd_event_source_set_enabled(survey->limit, SD_EVENT_OFF);
    survey->pid = 0;
    if (info->si_code == CLD_EXITED && info->si_status == EX_OK) {
        take_in(survey);
        return 0;
    }
    log_line(LOG_WARNING, nothing(), "the lists could not be looked at");
    finish(survey);
    return 0;
}

static int on_limit(sd_event_source *source, uint64_t time, void *user)
{
    (void)source, (void)time;
    struct survey *survey = user;
    (void)kill(survey->pid, SIGKILL);
    return 0;
}

/* --- how it starts -----------------------------------------------------------------------------
 */

static bool run(struct survey *survey, struct error *error)
{
    AUTO(text) char *program = program_helper("fensong-intake");
    char *arguments[] = {program,
                         (char *)"--config",
                         survey->parts.conf->file,
                         (char *)"--lists",
                         (char *)"--out",
                         survey->out,
                         NULL};
    return folder_remove(survey->out, error) &&
           spawn(&survey->pid, program, arguments, NULL, 0, error);
}

static int on_due(sd_event_source *source, uint64_t time, void *user)
{
    (void)source, (void)time;
    struct survey *survey = user;
    AUTO(error) struct error error = {0};
    if (survey->pid || survey->noting) {
        survey->again = true;
        return 0;
    }
    if (!run(survey, &error)) {
        log_error(LOG_WARNING, nothing(), &error);
        survey->pid = 0;
        set_due(survey, survey->parts.conf->list_refresh);
        return 0;
    }
    survey->child = sd_event_source_disable_unref(survey->child);
    survey->limit = sd_event_source_disable_unref(survey->limit);
    uint64_t until = (uint64_t)(clock_monotonic() + TIME_MOST);
    if (sd_event_add_child(survey->loop, &survey->child, survey->pid, WEXITED, on_child, survey) <
            0 ||
        sd_event_add_time(survey->loop, &survey->limit, CLOCK_MONOTONIC, until, 0, on_limit,
                          survey) < 0)
        g_error("the event loop takes no more sources");
    return 0;
}

bool survey_start(struct survey **survey, sd_event *loop, const struct report_parts *parts,
                  struct error *error)
{
    struct survey *fresh = g_new0(struct survey, 1);
    fresh->loop = sd_event_ref(loop);
    fresh->parts = *parts;
    fresh->out = g_build_filename(parts->conf->state_dir, "spool", "lists", NULL);
    if (sd_event_add_time(loop, &fresh->due, CLOCK_MONOTONIC, 0, 0, on_due, fresh) < 0 ||
        sd_event_add_defer(loop, &fresh->part, on_part, fresh) < 0 ||
        sd_event_source_set_priority(fresh->part, SD_EVENT_PRIORITY_IDLE) < 0 ||
        sd_event_source_set_enabled(fresh->part, SD_EVENT_OFF) < 0) {
        survey_stop(fresh);
        return error_set(error, EX_OSERR, NOWHERE, NULL, N_("the event loop does not start"));
    }
    *survey = fresh;
    return true;
}

void survey_set_parts(struct survey *survey, const struct report_parts *parts)
{
    survey->parts = *parts;
    survey_now(survey);
}

void survey_now(struct survey *survey)
{
    set_due(survey, 0);
}

void survey_stop(struct survey *survey)
{
    if (!survey)
        return;
    sd_event_source_disable_unref(survey->due);
    sd_event_source_disable_unref(survey->child);
    sd_event_source_disable_unref(survey->limit);
    sd_event_source_disable_unref(survey->part);
    rolls_noting_free(survey->noting);
    if (survey->pid) {
        (void)kill(survey->pid, SIGKILL);
        (void)waitpid(survey->pid, NULL, 0);
    }
    sd_event_unref(survey->loop);
    g_free(survey->out);
    g_free(survey);
}
