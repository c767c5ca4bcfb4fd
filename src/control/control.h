/* The daemon's face for programs: HTTP with JSON on a Unix socket, on the daemon's event loop.
 * Who asks is known by SO_PEERCRED: root and the service's own user may everything, members of the
 * group `fensong` what editors and admins do, others nothing. */
#pragma once
#include "conf/conf.h"
#include "dispatch/dispatch.h"
#include "queue/queue.h"
#include "smtp/answers.h"

#include <systemd/sd-event.h>

struct control; /* opaque */

struct control_parts { /* all borrowed */
    const struct conf *conf;
    struct queue *queue;
    struct dispatch *dispatch;
    const struct answers *answers;
    /* Called after an issue changed by a person's word (held, released, cancelled …). */
    void (*changed)(void *user, int64_t issue);
    void *user;
};

MUST bool control_start(struct control **control, sd_event *loop, const struct control_parts *parts,
                        struct error *error);
/* After a reload. */
void control_set_parts(struct control *control, const struct control_parts *parts);
void control_stop(struct control *control);

/* The contract's JSON, made of the queue: the same whether the daemon or `fensong` itself, reading
 * while the daemon is down, makes it. New references; NULL and an error where reading failed. */
json_t *control_status_json(struct queue *queue, const struct queue_issue *only,
                            struct error *error);
json_t *control_recipients_json(struct queue *queue, const struct answers *answers,
                                const struct queue_issue *issue, int state, struct error *error);
json_t *control_history_json(struct queue *queue, const struct queue_issue *issue,
                             struct error *error);
json_t *control_suppressions_json(struct queue *queue, struct error *error);
