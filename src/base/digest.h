/* SHA-256, piece by piece. OpenSSL's is four times as fast as GLib's, which counts for the parcel of
 * a million. */
#pragma once
#include "base/auto.h"

struct digest; /* opaque */

struct digest *digest_new(void); /* never NULL */
void digest_free(struct digest *digest);
AUTO_DEFINE(digest, struct digest, digest_free)
void digest_add(struct digest *digest, const void *octets, size_t length);
/* Of all that was added, in lower-case hex; the caller frees. Nothing may be added after it. */
char *digest_hex(struct digest *digest);
