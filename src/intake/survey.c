#include "intake/survey.h"
#include "base/file.h"
#include "base/log.h"
#include "base/program.h"
#include "base/spawn.h"
#include "intake/rolls.h"
#include "queue/admission.h"

#include <signal.h>
#include <sys/wait.h>

#define SOON       (2 * USEC_PER_SEC) /* an issue that was just accepted goes out first */
#define TIME_MOST  (5 * USEC_PER_MINUTE)
#define NOTE_MOST  (15 * USEC_PER_MSEC) /* in one turn; as long a pause follows */
#define NOTE_LATER (100 * USEC_PER_MSEC)

struct survey {
    sd_event *loop;
    struct report_parts parts;
    char *out;                   /* where its process writes */
    pid_t pid;                   /* 0: none runs */
    struct rolls_noting *noting; /* what it wrote is being taken in; NULL: it is not */
    bool again;                  /* another one was asked for meanwhile */
    sd_event_source *due, *child, *limit, *note;
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

static void end(struct survey *survey)
{
    g_clear_pointer(&survey->noting, rolls_noting_free);
    if (!folder_remove(survey->out, NULL))
        log_line(LOG_WARNING, nothing(), "%s can't be removed", survey->out);
    set_due(survey, survey->again ? 0 : survey->parts.conf->list_refresh);
    survey->again = false;
}

static void note_at(struct survey *survey, usec_t when)
{
    (void)sd_event_source_set_time(survey->note, (uint64_t)when);
    (void)sd_event_source_set_enabled(survey->note, SD_EVENT_ONESHOT);
}

/* A list of a million is many turns: others are sent between them. */
static int on_note(sd_event_source *source, uint64_t time, void *user)
{
    (void)source, (void)time;
    struct survey *survey = user;
    AUTO(error) struct error error = {0};
    int64_t changes = 0;
    bool done = false;
    usec_t began = clock_monotonic();
    if (queue_is_admitting(survey->parts.queue)) { /* an issue goes first */
        note_at(survey, began + NOTE_LATER);
        return 0;
    }
    if (!rolls_noting_step(survey->noting, NOTE_MOST, &done, &changes, &error)) {
        log_error(LOG_WARNING, nothing(), &error);
        done = true;
    }
    if (changes)
        log_line(LOG_INFO, nothing(), "the lists: %lld members came or went", (long long)changes);
    usec_t now = clock_monotonic();
    if (done)
        end(survey);
    else
        note_at(survey, now + (now - began));
    return 0;
}

static void take_in(struct survey *survey)
{
    AUTO(error) struct error error = {0};
    if (rolls_noting_begin(&survey->noting, survey->parts.queue, survey->out, clock_now(),
                           &error)) {
        note_at(survey, 0);
        return;
    }
    log_error(LOG_WARNING, nothing(), &error);
    end(survey);
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
    end(survey);
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
    if (sd_event_add_time(loop, &fresh->due, CLOCK_MONOTONIC, UINT64_MAX, 0, on_due, fresh) < 0 ||
        sd_event_add_time(loop, &fresh->note, CLOCK_MONOTONIC, 0, USEC_PER_MSEC, on_note, fresh) <
            0 ||
        sd_event_source_set_enabled(fresh->note, SD_EVENT_OFF) < 0) {
        survey_stop(fresh);
        return error_set(error, EX_OSERR, NOWHERE, NULL, N_("the event loop does not start"));
    }
    set_due(fresh, SOON);
    /* As the dispatch's turn, so that these two alternate. */
    (void)sd_event_source_set_priority(fresh->note, SD_EVENT_PRIORITY_IDLE);
    *survey = fresh;
    return true;
}

void survey_set_parts(struct survey *survey, const struct report_parts *parts)
{
    survey->parts = *parts;
    survey_soon(survey);
}

void survey_soon(struct survey *survey)
{
    set_due(survey, SOON);
}

void survey_stop(struct survey *survey)
{
    if (!survey)
        return;
    sd_event_source_disable_unref(survey->due);
    sd_event_source_disable_unref(survey->child);
    sd_event_source_disable_unref(survey->limit);
    sd_event_source_disable_unref(survey->note);
    rolls_noting_free(survey->noting);
    if (survey->pid) {
        (void)kill(survey->pid, SIGKILL);
        (void)waitpid(survey->pid, NULL, 0);
    }
    sd_event_unref(survey->loop);
    g_free(survey->out);
    g_free(survey);
}
