/* What a process gives up once it has what it needs. */
#pragma once
#include "base/error.h"

/* For who reads strangers' documents: no new privileges, no network, no new programs, no core dump,
 * bounded processor time. */
MUST bool sandbox_reader(struct error *error);

/* For who asks servers for lists: the network, and files; no new privileges, no new programs, no
 * core dump, bounded processor time. */
MUST bool sandbox_fetcher(struct error *error);
