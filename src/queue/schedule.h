/* When a delivery that failed for now is tried again. */
#pragma once
#include "conf/conf.h"

/* The time after `attempts` counted attempts: the delays in order, the last one repeats; up to a
 * tenth more, by `chance` (any number), so that not all come at once. */
usec_t schedule_next(const struct retry *retry, int attempts, usec_t now, uint32_t chance);
/* The time until which next attempts are due, the first of which is at `next_due`: now, or for ever
 * where that lies farther off than the schedule ever goes, because the clock was set back since. */
usec_t schedule_due_until(const struct retry *retry, usec_t next_due, usec_t now);
/* Is it too old to be tried again? */
bool schedule_gives_up(const struct retry *retry, usec_t accepted_at, usec_t now);
