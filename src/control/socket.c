#include "control/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/file.h"

#define WAITING_MOST 64 /* connections that the kernel keeps for us */

static bool address_of(struct sockaddr_un *address, const char *path, struct error *error)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address->sun_path))
        return error_set(error, EX_CONFIG, NOWHERE,
                         N_("set `control` in the configuration to a shorter path"),
                         N_("the path of the control socket is longer than the %d octets that the "
                            "system allows: %s"),
                         (int)sizeof(address->sun_path) - 1, path);
    memcpy(address->sun_path, path, strlen(path) + 1);
    return true;
}

static bool open_socket(int *fd, struct error *error)
{
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return *fd >= 0 || error_set_errno(error, NOWHERE, N_("can't make the control socket"));
}

/* Refused means that nobody listens: what lies there was left by a daemon that is dead. */
static bool is_left_over(const struct sockaddr_un *address, struct error *error)
{
    AUTO(fd) int fd = -1;
    if (!open_socket(&fd, error))
        return false;
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 &&
        errno == ECONNREFUSED)
        return true;
    return error_set(error, EX_TEMPFAIL, NOWHERE, N_("end the other daemon first"),
                     N_("another daemon answers at %s"), address->sun_path);
}

static bool make_room(const struct sockaddr_un *address, struct error *error)
{
    struct stat status;
    if (lstat(address->sun_path, &status) < 0)
        return errno == ENOENT ||
               error_set_errno(error, NOWHERE, N_("can't look at %s"), address->sun_path);
    if (!S_ISSOCK(status.st_mode))
        return error_set(error, EX_CONFIG, NOWHERE,
                         N_("take that file away, or set `control` to another path"),
                         N_("%s is no socket, and is not replaced"), address->sun_path);
    if (!is_left_over(address, error))
        return false;
    return unlink(address->sun_path) == 0 ||
           error_set_errno(error, NOWHERE, N_("can't replace %s"), address->sun_path);
}

/* Narrow at first, so that at no moment anybody else's group can connect. */
static bool bind_narrowly(int fd, const struct sockaddr_un *address, struct error *error)
{
    mode_t before = umask(0177);
    int bound = bind(fd, (const struct sockaddr *)address, sizeof(*address));
    int code = errno;
    umask(before);
    errno = code;
    return bound == 0 || error_set_errno(error, NOWHERE, N_("can't make the control socket %s"),
                                         address->sun_path);
}

/* Who is not in the group can't give the socket to it: then it stays the user's own. */
static bool open_to_members(const char *path, gid_t members, struct error *error)
{
    if (members != (gid_t)-1 && chown(path, (uid_t)-1, members) < 0)
        return true;
    return chmod(path, 0660) == 0 ||
           error_set_errno(error, NOWHERE, N_("can't make the control socket %s"), path);
}

bool socket_listen(int *listening, const char *path, gid_t members, struct error *error)
{
    AUTO(fd) int fd = -1;
    AUTO(text) char *folder = g_path_get_dirname(path);
    struct sockaddr_un address;

    if (!address_of(&address, path, error) || !folder_make(folder, error) ||
        !make_room(&address, error) || !open_socket(&fd, error) ||
        !bind_narrowly(fd, &address, error) || !open_to_members(path, members, error))
        return false;
    if (listen(fd, WAITING_MOST) < 0)
        return error_set_errno(error, NOWHERE, N_("can't make the control socket %s"), path);

    *listening = take_fd(&fd);
    return true;
}
