#include "conf/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define PASSWORD_MOST 1024 /* octets */

/* Not file_read(): its growing buffers would leave copies of a secret in memory. */
static bool read_secret(char *secret, size_t size, size_t *length, const char *path,
                        struct error *error)
{
    const struct place place = {path, 0, 0};
    AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return error_set_errno(error, place, N_("the password can't be read"));
    *length = 0;
    while (*length < size) {
        ssize_t got = read(fd, secret + *length, size - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, place, N_("the password can't be read"));
        if (got == 0)
            return true;
        *length += (size_t)got;
    }
    return error_set(error, EX_CONFIG, place, N_("leave the password alone in the file"),
                     N_("this is no password: it has more than %d octets"), PASSWORD_MOST);
}

static size_t without_line_end(const char *secret, size_t length)
{
    if (length && secret[length - 1] == '\n')
        length--;
    if (length && secret[length - 1] == '\r')
        length--;
    return length;
}

bool password_read(char **password, const char *path, struct error *error)
{
    char secret[PASSWORD_MOST + 1];
    size_t length = 0;
    bool good = read_secret(secret, sizeof secret, &length, path, error);
    length = without_line_end(secret, length);
    if (good && (length == 0 || memchr(secret, '\0', length) || memchr(secret, '\n', length)))
        good = error_set(error, EX_CONFIG, (struct place){path, 0, 0},
                         N_("leave the password alone in the file, on one line"),
                         N_("this file holds no password, or more than one line"));
    if (good)
        *password = g_strndup(secret, length);
    explicit_bzero(secret, sizeof secret);
    return good;
}

bool conf_password(char **password, const struct relay *relay, struct error *error)
{
    *password = NULL;
    return !relay->password_file || password_read(password, relay->password_file, error);
}

void conf_password_free(char *password)
{
    if (password)
        explicit_bzero(password, strlen(password));
    g_free(password);
}
