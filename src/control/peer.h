/* Who is at the other end of a connection of the control socket, and whether he may ask. */
#pragma once
#include "base/error.h"

#include <sys/types.h>

struct peer {
    uid_t uid;
    gid_t *groups; /* all that the process has, its own first */
    size_t group_count;
};

/* By SO_PEERCRED and SO_PEERGROUPS: what the process had when it connected. */
MUST bool peer_of(struct peer *peer, int socket, struct error *error);
void peer_clear(struct peer *peer);

/* Root, the service's own user, and who is in the group `members` ((gid_t)-1: there is none). */
bool peer_is_allowed(const struct peer *peer, uid_t service, gid_t members);

/* The user's name, else "uid 1234"; the caller frees. */
char *peer_name(const struct peer *peer);

/* The group `fensong`; (gid_t)-1 where there is none. */
gid_t peer_members(void);
