/* Who gets which deliveries next. */
#pragma once
#include "dispatch/parts.h"

/* Claims what is due for senders with room, starts senders where more are allowed, fails what is
 * too old, holds what no relay takes. *next (monotonic; 0: nothing waits) is when to look again. */
MUST bool hand_out(struct dispatch *dispatch, usec_t *next, struct error *error);
