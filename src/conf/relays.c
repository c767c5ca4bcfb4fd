#include "conf/sections.h"

#include <arpa/inet.h>
#include <string.h>

/* RFC 5321 §4.5.3.2.6: the end of data. */
#define LONGEST_STEP (10 * USEC_PER_MINUTE)

static void free_relay(void *pointer)
{
    struct relay *relay = pointer;
    g_free(relay->name);
    g_free(relay->host);
    g_free(relay->ca_file);
    g_free(relay->user);
    g_free(relay->password_file);
    g_free((char *)relay->place.file);
    g_free(relay);
}

/* --- kinds of its own --- */

bool is_host_name(const char *text)
{
    AUTO(texts) char **labels = g_strsplit(text, ".", -1);
    for (int i = 0; labels[i]; i++) {
        size_t length = strlen(labels[i]);
        if (length == 0 || length > 63 || labels[i][0] == '-' || labels[i][length - 1] == '-')
            return false;
        for (size_t j = 0; j < length; j++)
            if (!g_ascii_isalnum(labels[i][j]) && labels[i][j] != '-')
                return false;
    }
    return labels[0] && strlen(text) <= 253;
}

static bool is_ip(const char *text)
{
    struct in6_addr octets;
    return inet_pton(AF_INET, text, &octets) == 1 || inet_pton(AF_INET6, text, &octets) == 1;
}

static bool take_host(struct reader *reader, const struct key *key, const struct given *given,
                      void *field)
{
    if (!is_ip(given->text) && !is_host_name(given->text))
        return reader_problem(reader, given->place,
                              N_("write a name such as \"mail.example.org\" or an IP address"),
                              N_("%s is no host: %s"), key->name, given->text);
    return kind_text.take(reader, key, given, field);
}
static const struct kind kind_host = {VALUE_TEXT, take_host};

/* --- the table --- */

static const struct choice tls_modes[] = {
    {"none", TLS_NONE},
    {"starttls", TLS_STARTTLS},
    {"opportunistic", TLS_OPPORTUNISTIC},
    {"implicit", TLS_IMPLICIT},
    {NULL, 0},
};

#define FIELD(name) .offset = offsetof(struct relay, name)
static const struct key keys[] = {
    {"name", &kind_text, FIELD(name), .required = true},
    {"host", &kind_host, FIELD(host), .required = true},
    {"port", &kind_port, FIELD(port), .preset = "25", .least = 1, .most = 65535},
    {"tls", &kind_choice, FIELD(tls), .preset = "starttls", .choices = tls_modes},
    {"ca_file", &kind_path, FIELD(ca_file)},
    {"user", &kind_text, FIELD(user)},
    {"password_file", &kind_path, FIELD(password_file)},
    {"password_credential", &kind_credential, FIELD(password_file)},
    {"connections", &kind_number, FIELD(limits.connections), .preset = "4", .least = 1, .most = 64},
    {"recipients_per_message", &kind_number, FIELD(limits.recipients_per_message), .preset = "100",
     .least = 1, .most = 1000},
    {"messages_per_connection", &kind_number, FIELD(limits.messages_per_connection),
     .preset = "1000", .least = 1, .most = 10000},
    {"rate", &kind_rate, FIELD(limits.rate)},
    {"message_rate", &kind_rate, FIELD(limits.message_rate)},
    {"connect_timeout", &kind_duration, FIELD(connect_timeout), .preset = "30s",
     .least = USEC_PER_SEC, .most = 60 * USEC_PER_MINUTE},
    {"timeout", &kind_duration, FIELD(timeout), .least = USEC_PER_SEC,
     .most = 24 * 60 * USEC_PER_MINUTE},
};
#undef FIELD

/* --- what must fit together --- */

static bool is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    return g_ascii_strcasecmp(host, "localhost") == 0;
}

static bool has(const config_setting_t *setting, const char *name)
{
    const char *text = NULL;
    return config_setting_lookup_string(setting, name, &text) && *text;
}

static void check_login(struct reader *reader, const config_setting_t *setting,
                        const struct relay *relay)
{
    bool file = has(setting, "password_file"), credential = has(setting, "password_credential");
    if (file && credential)
        reader_problem(reader, reader_place_of(reader, setting, "password_credential"),
                       N_("take one of the two out"),
                       N_("password_file and password_credential can't stand together"));
    if (has(setting, "user") && !file && !credential)
        reader_problem(reader, reader_place_of(reader, setting, "user"),
                       N_("add password_file or password_credential"),
                       N_("there is a user, but no password"));
    if (!has(setting, "user") && (file || credential))
        reader_problem(
            reader,
            reader_place_of(reader, setting, file ? "password_file" : "password_credential"),
            N_("add user, or take the password out"), N_("there is a password, but no user"));
    bool may_be_in_clear = relay->tls == TLS_NONE || relay->tls == TLS_OPPORTUNISTIC;
    if (relay->user && relay->host && may_be_in_clear && !is_loopback(relay->host))
        reader_problem(reader, reader_place_of(reader, setting, "tls"),
                       N_("set tls to \"starttls\" or \"implicit\""),
                       N_("the password would go to %s without encryption"), relay->host);
}

static void check_timeout(struct reader *reader, const config_setting_t *setting,
                          const struct relay *relay)
{
    if (!relay->timeout || relay->timeout >= LONGEST_STEP)
        return;
    AUTO(text) char *timeout = duration_text(relay->timeout);
    problems_add(reader_problems(reader), REMARK, "short-timeout", EX_CONFIG,
                 reader_place_of(reader, setting, "timeout"),
                 N_("leave timeout empty unless you know the relay to be fast"),
                 N_("a timeout of %s is shorter than the 10 minutes of RFC 5321: a slow relay may "
                    "then be sent a message twice"),
                 timeout);
}

static void refuse_twins(struct reader *reader, const config_setting_t *setting,
                         const struct relay *relay, const GPtrArray *before)
{
    for (guint i = 0; relay->name && i < before->len; i++) {
        const struct relay *other = before->pdata[i];
        if (g_strcmp0(other->name, relay->name) != 0)
            continue;
        reader_problem(reader, reader_place_of(reader, setting, "name"),
                       N_("give each relay its own name"), N_("two relays have the same name: %s"),
                       relay->name);
        return;
    }
}

static struct relay *read_relay(struct reader *reader, const config_setting_t *setting)
{
    struct relay *relay = g_new0(struct relay, 1);
    relay->place = reader_place(reader, setting);
    relay->place.file = g_strdup(relay->place.file);
    reader_read(reader, setting, keys, G_N_ELEMENTS(keys), relay);
    check_login(reader, setting, relay);
    check_timeout(reader, setting, relay);
    return relay;
}

static bool take_relays(struct reader *reader, const struct key *key, const struct given *given,
                        void *field)
{
    AUTO(array) GPtrArray *all = g_ptr_array_new_with_free_func(free_relay);
    for (int i = 0; i < config_setting_length(given->setting); i++) {
        const config_setting_t *setting = config_setting_get_elem(given->setting, (unsigned)i);
        struct relay *relay = read_relay(reader, setting);
        refuse_twins(reader, setting, relay, all);
        g_ptr_array_add(all, relay);
    }
    if (all->len == 0)
        return reader_problem(reader, given->place, N_("add one"), N_("%s is empty"), key->name);
    *(GPtrArray **)field = TAKE(all);
    return true;
}
const struct kind kind_relays = {VALUE_ROWS, take_relays};
