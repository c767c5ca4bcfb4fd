/* From a relay's name to a connected descriptor, with limits that neither getaddrinfo() nor
 * connect() has. */
#pragma once
#include "smtp/wire_stream.h"

#include "base/error.h"

/* Looks the name up within `limit` (literals need no looking up), then tries each address in turn,
 * each within `limit`. The stream is then connected, not blocking, without Nagle's delay.
 * *loopback: the other end is this machine. EX_UNAVAILABLE with the last reason. */
MUST bool connect_host(struct stream *stream, const char *host, uint16_t port, usec_t limit,
                       bool *loopback, struct error *error);
