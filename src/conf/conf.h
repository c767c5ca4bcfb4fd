/* The configuration: libconfig files read into one checked struct that nobody changes. Section 4
 * of the contract names its keys. All strings are UTF-8, all paths absolute. */
#pragma once
#include "base/address.h"
#include "base/clock.h"
#include "base/problem.h"

#include <stdint.h>

struct workdays; /* workdays.h */

struct sender_name { /* `name <address>` */
    char *name;      /* NULL: none */
    struct address *address;
};

enum require { /* parts that an issue of a publication must have */
               REQUIRE_DATE = 1 << 0,
               REQUIRE_EDITOR = 1 << 1,
               REQUIRE_REVIEWER = 1 << 2,
               REQUIRE_DISTRIBUTION = 1 << 3,
               REQUIRE_CONTACT = 1 << 4,
               REQUIRE_OFFICE = 1 << 5,
               REQUIRE_TOTAL = 1 << 6,
};

struct send_window {   /* when deliveries may go out, by local time */
    bool is_set;       /* else always */
    unsigned from, to; /* minutes of the day; `to` not after `from`: over midnight */
    bool workdays;     /* on these days alone */
};

struct publication {
    char *id, *name, *folder;
    usec_t settle;
    struct sender_name from;
    struct address *envelope_from; /* never NULL: default is from.address */
    bool reply_to_contact;         /* reply_to = "contact" */
    struct address *reply_to;      /* NULL: by reply_to_contact, or none */
    char *list_id;                 /* NULL: none */
    char *subject;                 /* with {name} {year} {number} {total} */
    unsigned require;              /* a set of enum require */
    bool personal;
    GPtrArray *report_to; /* of struct address */
    uint64_t max_size;    /* octets of the message as sent */
    struct send_window window;
    usec_t not_after; /* what is not sent so long after acceptance never is; 0: no limit */
};

enum tls_mode { TLS_NONE, TLS_STARTTLS, TLS_OPPORTUNISTIC, TLS_IMPLICIT };

struct rate { /* so many in this time; period 0: no limit */
    unsigned count;
    usec_t period;
};

struct limits { /* of a relay, or of recipients' domains; 0: none */
    unsigned connections, recipients_per_message, messages_per_connection;
    struct rate rate;         /* in recipients */
    struct rate message_rate; /* in messages */
};

struct domain_limit {   /* for some domains together */
    char *name;         /* the first of them */
    GPtrArray *domains; /* of char *, as address_domain() writes them; at least one */
    struct limits limits;
    struct place place; /* owns its file name */
};

struct relay {
    char *name, *host;
    uint16_t port;
    enum tls_mode tls;
    char *ca_file;       /* NULL: the system's */
    char *user;          /* NULL: no login */
    char *password_file; /* NULL: none; a credential's path is resolved to a file too */
    struct limits limits;
    usec_t connect_timeout;
    usec_t timeout;     /* caps every step; 0: RFC 5321's for each */
    struct place place; /* where it is configured; owns its file name */
};

enum after_unknown { UNKNOWN_AGAIN, UNKNOWN_HOLD };

struct retry {
    usec_t *delays; /* at least one; the last repeats */
    size_t delay_count;
    usec_t give_up_after;
    enum after_unknown unknown;
};

struct conf {
    char *file;     /* where it was read from */
    char *language; /* "zh_CN" or "en" */
    char *state_dir, *control, *groups_dir, *hostname;
    char *templates_dir, *answers_file; /* keys templates, answers; else the shipped ones */
    GPtrArray *publications;            /* of struct publication, at least one */
    GPtrArray *relays;                  /* of struct relay, at least one, in order */
    GPtrArray *domains;                 /* of struct domain_limit */
    struct retry retry;
    GPtrArray *admins; /* of struct address */
    char *workdays_file;
    struct workdays *workdays; /* NULL: no window asks for them */
    usec_t alarm_after;        /* nothing has ended for so long though it could: said */
    usec_t list_refresh, list_max_age;
    unsigned guard; /* percent of a group that may come or go from issue to issue unseen */
};

/* Where fensong.conf is when nobody says otherwise. */
extern const char conf_default_file[];

/* Reads and checks all that is written in it; every problem of it is added (EX_CONFIG), in one run.
 * *conf is set, and the caller's, if there was none. */
MUST bool conf_read(struct conf **conf, const char *file, struct problems *problems);
void conf_free(struct conf *conf);
AUTO_DEFINE(conf, struct conf, conf_free)

/* As conf_read(), and with the files that it names and this process can't use: password and CA
 * files, templates, answers. For the daemon, and whoever checks: editors and the intake may read the
 * configuration, but not the relays' passwords. *conf is set wherever the file could be parsed, also
 * where false comes back, for who checks more; of what is wrong the default stands, or nothing. */
MUST bool conf_check(struct conf **conf, const char *file, struct problems *problems);

/* What is needed to talk with the daemon (language, state_dir, control, answers), as far as it can be
 * read of a configuration that is wrong; no publications, no relays. The caller's; NULL: nothing can
 * be read. */
struct conf *conf_read_control(const char *file);

/* By id, or by the name that a masthead bears (blanks don't count); NULL: there is none. */
const struct publication *conf_publication(const struct conf *conf, const char *id);
const struct publication *conf_publication_named(const struct conf *conf, const char *name);
const struct relay *conf_relay(const struct conf *conf, const char *name);

/* The relay's password without its last line end; the caller frees it with conf_password_free().
 * NULL and true: it needs none. */
MUST bool conf_password(char **password, const struct relay *relay, struct error *error);
/* The same for a file that holds a password and nothing else. */
MUST bool password_read(char **password, const char *path, struct error *error);
void conf_password_free(char *password);
