#include "control/peer.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <sys/socket.h>

#define MEMBERS "fensong"

/* The kernel says how much room the groups need where there is not enough of it. */
static bool read_groups(struct peer *peer, gid_t own, int socket)
{
    socklen_t octets = 64 * sizeof(gid_t);
    for (;;) {
        peer->groups = g_realloc(peer->groups, sizeof(gid_t) + octets);
        socklen_t room = octets;
        if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer->groups + 1, &octets) == 0)
            break;
        if (errno != ERANGE || octets <= room)
            return false;
    }
    peer->groups[0] = own;
    peer->group_count = 1 + octets / sizeof(gid_t);
    return true;
}

bool peer_of(struct peer *peer, int socket, struct error *error)
{
    struct ucred owner;
    socklen_t length = sizeof(owner);
    *peer = (struct peer){0};
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &owner, &length) < 0)
        return error_set_errno(error, NOWHERE, N_("can't see who asks"));
    peer->uid = owner.uid;
    if (read_groups(peer, owner.gid, socket))
        return true;
    error_set_errno(error, NOWHERE, N_("can't see who asks"));
    peer_clear(peer);
    return false;
}

void peer_clear(struct peer *peer)
{
    g_free(peer->groups);
    *peer = (struct peer){0};
}

bool peer_is_allowed(const struct peer *peer, uid_t service, gid_t members)
{
    if (peer->uid == 0 || peer->uid == service)
        return true;
    for (size_t i = 0; i < peer->group_count; i++)
        if (members != (gid_t)-1 && peer->groups[i] == members)
            return true;
    return false;
}

char *peer_name(const struct peer *peer)
{
    const struct passwd *user = getpwuid(peer->uid);
    return user ? g_strdup(user->pw_name) : g_strdup_printf("uid %ju", (uintmax_t)peer->uid);
}

gid_t peer_members(void)
{
    const struct group *members = getgrnam(MEMBERS);
    return members ? members->gr_gid : (gid_t)-1;
}
