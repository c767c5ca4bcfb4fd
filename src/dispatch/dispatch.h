/* What is due, the relays' health, the senders, the outcomes. Runs on the daemon's event loop. */
#pragma once
#include "base/problem.h"
#include "conf/conf.h"
#include "queue/queue.h"
#include "smtp/answers.h"

#include <systemd/sd-event.h>

struct dispatch; /* opaque */

/* Starts on the loop. `conf`, `queue` and `answers` are borrowed and outlive it. */
MUST bool dispatch_start(struct dispatch **dispatch, sd_event *loop, const struct conf *conf,
                         struct queue *queue, const struct answers *answers, struct error *error);
void dispatch_free(struct dispatch *dispatch);

/* Something may be due that was not (an issue admitted, released, retried): looks at once. */
void dispatch_wake(struct dispatch *dispatch);

/* The deliveries of an issue changed by somebody's word: whether it has ended is looked at. */
void dispatch_touch(struct dispatch *dispatch, int64_t issue);
/* Something else saw the queue fail: nothing can be promised any more, so the loop ends with the
 * error's class, and the start after it recovers. */
void dispatch_fail(struct dispatch *dispatch, const struct error *error);

/* Another configuration from the next transaction on; the senders of changed relays finish theirs.
 */
void dispatch_reconfigure(struct dispatch *dispatch, const struct conf *conf,
                          const struct answers *answers);

/* Hands out nothing more; `done` is called once no transaction is in flight. */
void dispatch_drain(struct dispatch *dispatch, void (*done)(void *user), void *user);
/* Ends the senders at once, but those that wait for the answer to an end of data only where
 * `waiting` says so: ending them there makes an `unknown`. */
void dispatch_kill(struct dispatch *dispatch, bool waiting);
/* Is one of the senders waiting for the answer to its end of data? */
bool dispatch_waits_for_end(const struct dispatch *dispatch);

/* A relay's breaker: well; resting after a failure; one transaction tries whether it is well again.
 */
enum circuit { CIRCUIT_CLOSED, CIRCUIT_OPEN, CIRCUIT_HALF_OPEN };

struct learnt {    /* from "too many" and its like; 0: nothing. It is tried upwards again */
    unsigned rate; /* recipients a minute */
    unsigned connections, recipients_per_message;
};
struct relay_health {
    const char *name;
    enum circuit circuit;
    bool resting;
    usec_t rests_until;  /* 0: does not */
    const char *trouble; /* its last one; NULL: none */
    unsigned senders;
    struct learnt learnt;
    usec_t waits_until; /* its rate is used up; 0: is not */
};
/* Of struct relay_health, in the configuration's order; the strings are dispatch's own. */
GPtrArray *dispatch_relays(struct dispatch *dispatch);

struct domain_health {
    const struct domain_limit *conf;
    unsigned senders; /* that carry for it */
    struct learnt learnt;
    usec_t waits_until;
};
/* Of struct domain_health, in the configuration's order. */
GPtrArray *dispatch_domains(struct dispatch *dispatch);

enum wait_reason { WAIT_NOT, WAIT_WINDOW, WAIT_LIMIT };
/* Why an issue that is being sent waits as a whole, and until when (wall clock). */
enum wait_reason dispatch_waits(const struct dispatch *dispatch, int64_t issue, usec_t *until);

/* Nothing has ended for conf->alarm_after though deliveries are due and no window and no limit
 * holds them back: the reason that is seen; NULL: all is well. Dispatch's own. */
const struct error *dispatch_trouble(const struct dispatch *dispatch);
/* Called once for each such time; it is logged already. */
void dispatch_on_trouble(struct dispatch *dispatch,
                         void (*troubled)(void *user, const struct error *trouble), void *user);

/* Called after commits in which an issue came to its end, or was held by dispatch. */
void dispatch_on_ended(struct dispatch *dispatch, void (*ended)(void *user, int64_t issue),
                       void *user);

/* Connects, does TLS and logs in at each relay, one after the other, without mail; for `check`.
 * Adds EX_UNAVAILABLE for what is not reachable. Needs no daemon and no loop. */
void dispatch_check_relays(const struct conf *conf, struct problems *problems);

/* Sends one message to some addresses through the first relay that takes it, at once, past the
 * queue: a trial copy. Needs no daemon. Of struct verdict for each address, in order. */
MUST bool dispatch_send_trial(const struct conf *conf, const struct address *mail_from,
                              const char *message_file, const GPtrArray *addresses,
                              GPtrArray **verdicts, struct error *error);
