/* What a process gives up once it has what it needs. */
#pragma once
#include "base/error.h"

/* For who reads strangers' documents: no new privileges, no network, no new programs, no core dump,
 * bounded processor time; and, where the kernel has Landlock, nothing in the file system is made,
 * changed or taken away but beneath `folder`, which must be there. */
MUST bool sandbox_reader(const char *folder, struct error *error);

/* The same for who asks servers for lists: but for the network. */
MUST bool sandbox_fetcher(const char *folder, struct error *error);
