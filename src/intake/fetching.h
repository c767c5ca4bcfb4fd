/* Runs fensong-fetch, on the daemon's event loop: at the start and at a reload, every list_refresh,
 * and soon after something in groups_dir changed. One at a time. */
#pragma once
#include "conf/conf.h"

#include <systemd/sd-event.h>

struct fetching; /* opaque */

/* Called when one has ended, however it did. */
typedef void fetching_ended(void *user);

/* `conf` is borrowed. The first one runs at once. */
MUST bool fetching_start(struct fetching **fetching, sd_event *loop, const struct conf *conf,
                         fetching_ended *ended, void *user, struct error *error);
/* Another configuration holds from now on; the lists are looked at anew. */
void fetching_set_conf(struct fetching *fetching, const struct conf *conf);
/* Ends the one that runs. NULL is fine. */
void fetching_stop(struct fetching *fetching);
