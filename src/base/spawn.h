/* Starting a helper program. */
#pragma once
#include "base/error.h"

#include <sys/types.h>

/* Runs `program` with these descriptors as its 3, 4 …, and no others but 0, 1 and 2; no signal
 * blocked or ignored. The descriptors stay the caller's. *pid is then the caller's to wait for. */
MUST bool spawn(pid_t *pid, const char *program, char *const arguments[], const int descriptors[],
                size_t count, struct error *error);
