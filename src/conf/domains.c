/* Rates, and the limits of recipients' domains. */
#include "conf/sections.h"

#include <string.h>

#define RATE_MOST 1000000

/* --- rates --- */

static usec_t rate_period(const char *unit)
{
    static const struct {
        const char *name;
        usec_t period;
    } units[] = {
        {"s", USEC_PER_SEC},         {"min", USEC_PER_MINUTE},       {"m", USEC_PER_MINUTE},
        {"h", 60 * USEC_PER_MINUTE}, {"hour", 60 * USEC_PER_MINUTE},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(units[i].name, unit) == 0)
            return units[i].period;
    return 0;
}

static bool take_rate(struct reader *reader, const struct key *key, const struct given *given,
                      void *field)
{
    char *end;
    gint64 count = g_ascii_strtoll(given->text, &end, 10);
    usec_t period = *end == '/' ? rate_period(end + 1) : 0;
    if (!g_ascii_isdigit(*given->text) || count < 1 || count > RATE_MOST || !period)
        return reader_problem(reader, given->place,
                              N_("write so many for a time, such as \"600/min\", \"10/s\" or "
                                 "\"5000/hour\""),
                              N_("%s is no rate: %s"), key->name, given->text);
    *(struct rate *)field = (struct rate){(unsigned)count, period};
    return true;
}
const struct kind kind_rate = {VALUE_TEXT, take_rate};

/* --- domains --- */

static void free_limit(void *pointer)
{
    struct domain_limit *limit = pointer;
    g_free(limit->name);
    g_clear_pointer(&limit->domains, g_ptr_array_unref);
    g_free((char *)limit->place.file);
    g_free(limit);
}

/* A domain is what may stand behind an @: so it is written as addresses are. */
static bool add_domain(struct reader *reader, const char *text, struct place place,
                       GPtrArray *domains)
{
    AUTO(text) char *probe = g_strdup_printf("postmaster@%s", text);
    AUTO(address) struct address *address = NULL;
    AUTO(error) struct error error = {0};
    if (strchr(text, '@') || !address_parse(&address, probe, place, NULL, &error))
        return reader_problem(reader, place,
                              N_("write what stands behind the @, such as \"qq.com\""),
                              N_("this is no domain of an address: %s"), text);
    g_ptr_array_add(domains, g_strdup(address_domain(address)));
    return true;
}

static bool take_names(struct reader *reader, const struct key *key, const struct given *given,
                       void *field)
{
    AUTO(array) GPtrArray *texts = NULL;
    AUTO(array) GPtrArray *domains = g_ptr_array_new_with_free_func(g_free);
    if (!kind_texts.take(reader, key, given, &texts))
        return false;
    if (texts->len == 0)
        return reader_problem(reader, given->place, N_("add one"), N_("%s is empty"), key->name);
    bool good = true;
    for (guint i = 0; i < texts->len; i++)
        good &=
            add_domain(reader, texts->pdata[i],
                       reader_place(reader, config_setting_get_elem(given->setting, i)), domains);
    if (good)
        *(GPtrArray **)field = TAKE(domains);
    return good;
}
static const struct kind kind_names = {VALUE_TEXTS, take_names};

#define FIELD(name) .offset = offsetof(struct domain_limit, name)
static const struct key keys[] = {
    {"domains", &kind_names, FIELD(domains), .required = true},
    {"connections", &kind_number, FIELD(limits.connections), .least = 1, .most = 64},
    {"recipients_per_message", &kind_number, FIELD(limits.recipients_per_message), .least = 1,
     .most = 1000},
    {"messages_per_connection", &kind_number, FIELD(limits.messages_per_connection), .least = 1,
     .most = 10000},
    {"rate", &kind_rate, FIELD(limits.rate)},
    {"message_rate", &kind_rate, FIELD(limits.message_rate)},
};
#undef FIELD

static bool is_limited(const struct limits *limits)
{
    return limits->connections || limits->recipients_per_message ||
           limits->messages_per_connection || limits->rate.period || limits->message_rate.period;
}

static bool has_domain(const struct domain_limit *limit, const char *domain)
{
    for (guint i = 0; limit->domains && i < limit->domains->len; i++)
        if (strcmp(limit->domains->pdata[i], domain) == 0)
            return true;
    return false;
}

static void refuse_twins(struct reader *reader, const struct domain_limit *limit,
                         const GPtrArray *before)
{
    for (guint i = 0; i < before->len; i++)
        for (guint d = 0; d < limit->domains->len; d++)
            if (has_domain(before->pdata[i], limit->domains->pdata[d]))
                reader_problem(reader, limit->place, N_("let it stand in one of them alone"),
                               N_("two limits name the same domain: %s"),
                               (const char *)limit->domains->pdata[d]);
}

static struct domain_limit *read_limit(struct reader *reader, const config_setting_t *setting)
{
    struct domain_limit *limit = g_new0(struct domain_limit, 1);
    limit->place = reader_place(reader, setting);
    limit->place.file = g_strdup(limit->place.file);
    reader_read(reader, setting, keys, G_N_ELEMENTS(keys), limit);
    if (!limit->domains)
        limit->domains = g_ptr_array_new_with_free_func(g_free);
    limit->name = g_strdup(limit->domains->len ? limit->domains->pdata[0] : "");
    if (!is_limited(&limit->limits))
        reader_problem(reader, limit->place,
                       N_("add connections, recipients_per_message, messages_per_connection, rate "
                          "or message_rate, or take it out"),
                       N_("this limits nothing"));
    return limit;
}

static bool take_domains(struct reader *reader, const struct key *key, const struct given *given,
                         void *field)
{
    (void)key;
    GPtrArray *all = g_ptr_array_new_with_free_func(free_limit);
    for (int i = 0; i < config_setting_length(given->setting); i++) {
        struct domain_limit *limit =
            read_limit(reader, config_setting_get_elem(given->setting, (unsigned)i));
        refuse_twins(reader, limit, all);
        g_ptr_array_add(all, limit);
    }
    *(GPtrArray **)field = all;
    return true;
}
const struct kind kind_domains = {VALUE_ROWS, take_domains};
