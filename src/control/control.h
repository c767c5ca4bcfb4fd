/* The daemon's face for programs: HTTP with JSON on a Unix socket, on the daemon's event loop.
 * Who asks is known by SO_PEERCRED: root and the service's own user may everything, members of the
 * group `fensong` what editors and admins do, others nothing.
 *
 *   GET    /v1/issues                          {"issues":[ISSUE]}, the newest first
 *   GET    /v1/issues/KEY                      ISSUE, as the contract's `status` has it
 *   GET    /v1/issues/KEY/recipients           {"recipients":[…],"next":ID or null}
 *              ?state=failed                   those alone
 *              &group=ID&details=1             those of a group; with title, unit and origin
 *              &after=ID&limit=1000            the next page
 *   GET    /v1/issues/KEY/roll?group=ID        {"known":BOOL,"recipients":[…]}: a group as it was then
 *   GET    /v1/issues/KEY/changes              the recipients, compared with last time
 *   GET    /v1/issues/KEY/history, /v1/history {"history":[…]}
 *   GET    /v1/lists/history?of=GROUP          {"history":[…]}, or ?of=ADDRESS
 *   GET    /v1/find?words=WORDS                {"found":[…]}: in the last issues and the stop list
 *   GET    /v1/suppressions                    {"suppressed":[…]}
 *   GET    /v1/relays                          {"relays":[{"name","state": well, resting or probing,
 *                                              "rests_until","trouble","learnt",…}],
 *                                              "domains":[{"domains","learnt","waits_until",…}],
 *                                              "trouble": why nothing moves, else null}
 *   POST   /v1/issues/KEY/hold                 {"why"?}
 *   POST   /v1/issues/KEY/release, …/cancel    {}
 *   POST   /v1/issues/KEY/retry                {"addresses"?:[…]}
 *   POST   /v1/issues/KEY/settle               {"addresses":[…],"sent":true or false}
 *   POST   /v1/suppressions                    {"address","why","until"?: RFC 3339}; answers
 *              {"address","stopped":HOW MANY DELIVERIES,"listed":BOOL or null,"alike":[ADDRESS]}
 *   DELETE /v1/suppressions/ADDRESS
 *   POST   /v1/lists                           {"did"?}: look at them now; `did` goes into the history
 *
 * KEY is `2023-25`, or `weekly/2023-25` with its slash as %2F. A change of an issue answers
 * {"issue","publication","state","changed":HOW MANY DELIVERIES,"problems":[PROBLEM]}; what fails,
 * {"error":PROBLEM} with a fitting status; a PROBLEM is {"exit","message","english","todo"} with
 * the exit status that `fensong` ends with. */
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
    struct dispatch *dispatch; /* NULL: none to wake and to ask */
    const struct answers *answers;
    /* Called after an issue changed by a person's word (held, released, cancelled …). NULL: nobody
     * wants to know. */
    void (*changed)(void *user, int64_t issue);
    /* Called when somebody has looked at the lists, or changed one: what changed is to be noted. */
    void (*look_at_lists)(void *user);
    void *user;
};

/* Listens at conf->control. EX_CONFIG: no socket can be there; EX_TEMPFAIL: another daemon answers
 * at it. `loop` is borrowed and outlives it. */
MUST bool control_start(struct control **control, sd_event *loop, const struct control_parts *parts,
                        struct error *error);
/* After a reload. The socket stays where it is. */
void control_set_parts(struct control *control, const struct control_parts *parts);
/* NULL is fine. */
void control_stop(struct control *control);

/* What GET answers at this resource ("/v1/issues/2023-25/recipients?state=failed"), without a
 * daemon: for who reads the queue while the daemon is down. A new reference; NULL and an error. */
MUST json_t *control_get(const struct control_parts *parts, const char *resource,
                         struct error *error);
