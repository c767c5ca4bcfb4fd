/* TLS on a connected stream: 1.2 or newer, the name or address of the host checked. */
#pragma once
#include "smtp/wire_stream.h"

#include "base/error.h"

struct tls_wish {
    const char *host;    /* a name (sent as SNI) or an IP address */
    const char *ca_file; /* NULL: the system's */
    bool required;       /* a certificate that does not verify ends it; else it only says so */
};

/* Shakes hands. *verified: chain and name are good. EX_UNAVAILABLE: no TLS came of it, with the
 * reason; EX_CONFIG: ca_file can't be read. */
MUST bool tls_start(struct stream *stream, const struct tls_wish *wish, usec_t deadline,
                    bool *verified, struct error *error);
