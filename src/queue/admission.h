/* Taking a parcel in, a part in each turn of the loop: a million recipients are seconds of work, and
 * other issues go on being sent meanwhile. What is in so far belongs to no issue that anybody sees;
 * the last commit makes it one, whole, with its hold where the guard holds it. What a crash leaves
 * of it is taken away when the queue is opened, and the parcel is admitted anew. */
#pragma once
#include "queue/guard.h"

#define UNGUARDED UINT_MAX /* nothing is compared */

struct queue_admission; /* opaque */

/* `parcel` and its name in spool/parcels are borrowed till the end. `guard` is in percent: where the
 * comparison is alarming, the issue is held (HOLD_GUARD). One at a time, but for queue_admit().
 * EX_DATAERR and *issue > 0: the same publication and issue was admitted before, as that one. */
MUST bool queue_admission_begin(struct queue_admission **admission, struct queue *queue,
                                const struct parcel *parcel, const char *parcel_name,
                                unsigned guard, usec_t now, int64_t *issue, struct error *error);
/* Works for about `most` microseconds and commits what others have gathered. *issue > 0: it is
 * admitted, as that one, durably. False: it failed, and all of it is taken away again but what the
 * next one takes; unless queue_has_failed(), the queue is as if it had not been. */
MUST bool queue_admission_step(struct queue_admission *admission, usec_t most, int64_t *issue,
                               struct error *error);
/* What is half in stays, unseen, and the next one takes it away. NULL is fine. */
void queue_admission_free(struct queue_admission *admission);
AUTO_DEFINE(queue_admission, struct queue_admission, queue_admission_free)

/* All of it at once, as queue_admit(), and guarded. */
MUST bool queue_admit_guarded(struct queue *queue, const struct parcel *parcel,
                              const char *parcel_name, unsigned guard, usec_t now, int64_t *issue,
                              struct error *error);
