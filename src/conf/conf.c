#include "conf/conf.h"

#include <netdb.h>
#include <string.h>
#include <sys/un.h>

#include "base/program.h"
#include "base/text.h"
#include "conf/sections.h"
#include "conf/window.h"
#include "conf/workdays.h"

const char conf_default_file[] = SYSCONF_DIR "/fensong/fensong.conf";

void conf_free(struct conf *conf)
{
    if (!conf)
        return;
    g_free(conf->file);
    g_free(conf->language);
    g_free(conf->state_dir);
    g_free(conf->control);
    g_free(conf->groups_dir);
    g_free(conf->hostname);
    g_free(conf->templates_dir);
    g_free(conf->answers_file);
    g_clear_pointer(&conf->publications, g_ptr_array_unref);
    g_clear_pointer(&conf->relays, g_ptr_array_unref);
    g_clear_pointer(&conf->domains, g_ptr_array_unref);
    g_free(conf->retry.delays);
    g_free(conf->workdays_file);
    workdays_free(conf->workdays);
    g_clear_pointer(&conf->admins, g_ptr_array_unref);
    g_free(conf);
}

/* --- kinds of its own --- */

static bool take_language(struct reader *reader, const struct key *key, const struct given *given,
                          void *field)
{
    static const struct choice languages[] = {{"zh_CN", 0}, {"en", 1}, {NULL, 0}};
    const struct key choosing = {.name = key->name, .choices = languages};
    return kind_choice.take(reader, &choosing, given, NULL) &&
           kind_text.take(reader, key, given, field);
}
static const struct kind kind_language = {VALUE_TEXT, take_language};

static bool take_hostname(struct reader *reader, const struct key *key, const struct given *given,
                          void *field)
{
    if (!is_host_name(given->text))
        return reader_problem(reader, given->place, N_("write a name such as \"mail.example.org\""),
                              N_("%s is no host: %s"), key->name, given->text);
    return kind_text.take(reader, key, given, field);
}
static const struct kind kind_hostname = {VALUE_TEXT, take_hostname};

static bool take_guard(struct reader *reader, const struct key *key, const struct given *given,
                       void *field)
{
    char *end;
    gint64 percent = g_ascii_strtoll(given->text, &end, 10);
    if (g_ascii_isdigit(*given->text) && strcmp(end, "%") == 0 && percent <= 100) {
        *(unsigned *)field = (unsigned)percent;
        return true;
    }
    return reader_problem(reader, given->place, N_("write it like \"20%\""),
                          N_("%s is no percentage: %s"), key->name, given->text);
}
static const struct kind kind_guard = {VALUE_TEXT, take_guard};

/* --- the table --- */

#define DAY (24 * 60 * USEC_PER_MINUTE)

#define FIELD(name) .offset = offsetof(struct conf, name)
static const struct key keys[] = {
    {"language", &kind_language, FIELD(language), .preset = "zh_CN"},
    {"state_dir", &kind_path, FIELD(state_dir), .preset = "/var/lib/fensong"},
    {"control", &kind_path, FIELD(control)},
    {"groups_dir", &kind_path, FIELD(groups_dir), .preset = "groups.d"},
    {"hostname", &kind_hostname, FIELD(hostname)},
    {"templates", &kind_path, FIELD(templates_dir)},
    {"answers", &kind_path, FIELD(answers_file)},
    {"publications", &kind_publications, FIELD(publications), .required = true},
    {"relays", &kind_relays, FIELD(relays), .required = true},
    {"retry", &kind_retry, FIELD(retry)},
    {"admins", &kind_addresses, FIELD(admins)},
    {"domains", &kind_domains, FIELD(domains)},
    {"workdays", &kind_path, FIELD(workdays_file)},
    {"alarm_after", &kind_duration, FIELD(alarm_after), .preset = "10m", .least = USEC_PER_SEC,
     .most = 24 * 60 * USEC_PER_MINUTE},
    {"guard", &kind_guard, FIELD(guard), .preset = "20%"},
    {"list_refresh", &kind_duration, FIELD(list_refresh), .preset = "15m", .least = USEC_PER_SEC,
     .most = 7 * DAY},
    {"list_max_age", &kind_duration, FIELD(list_max_age), .preset = "7d",
     .least = 60 * USEC_PER_MINUTE, .most = 365 * DAY},
};
#undef FIELD

/* --- what follows where nothing is said --- */

/* The FQDN as the resolver knows it, else the bare name. */
static char *own_hostname(void)
{
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) < 0 || !is_host_name(name))
        return g_strdup("localhost");
    const struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char *canonical = NULL;
    if (getaddrinfo(name, NULL, &hints, &found) == 0) {
        if (found->ai_canonname && is_host_name(found->ai_canonname))
            canonical = g_strdup(found->ai_canonname);
        freeaddrinfo(found);
    }
    return canonical ? canonical : g_strdup(name);
}

static void fill_defaults(struct conf *conf)
{
    if (!conf->control)
        conf->control = g_build_filename(conf->state_dir, "control", NULL);
    if (!conf->hostname)
        conf->hostname = own_hostname();
    if (!conf->templates_dir)
        conf->templates_dir = program_data("templates");
    if (!conf->answers_file)
        conf->answers_file = program_data("answers.conf");
    if (!conf->workdays_file)
        conf->workdays_file = program_data("workdays.conf");
    if (!conf->domains)
        conf->domains = g_ptr_array_new();
    if (!conf->admins)
        conf->admins = g_ptr_array_new();
}

static void check_control(struct reader *reader, const char *control)
{
    size_t most = sizeof((struct sockaddr_un *)0)->sun_path - 1;
    if (strlen(control) > most)
        reader_problem(reader, reader_place_of(reader, reader_root(reader), "control"),
                       N_("set control to a shorter path"),
                       N_("the path of the control socket has more than %1$zu octets: %2$s"), most,
                       control);
}

/* --- workdays --- */

static bool wants_workdays(const struct conf *conf)
{
    for (guint i = 0; conf->publications && i < conf->publications->len; i++)
        if (((const struct publication *)conf->publications->pdata[i])->window.workdays)
            return true;
    return false;
}

/* The notice for the next year comes in autumn: in its last weeks the old year's file is known to
 * be too old. */
static void remark_years(const struct conf *conf, struct problems *problems)
{
    usec_t now = clock_now();
    const int years[] = {window_year(now), window_year(now + 31 * 24 * 60 * USEC_PER_MINUTE)};
    for (size_t i = 0; i < G_N_ELEMENTS(years); i++)
        if (!workdays_knows(conf->workdays, years[i]) && (i == 0 || years[i] != years[0]))
            problems_add(problems, REMARK, "workdays", EX_CONFIG,
                         (struct place){conf->workdays_file, 0, 0},
                         N_("add the State Council's notice of holidays for this year"),
                         N_("the year %d is not in it: there, Monday to Friday count as workdays"),
                         years[i]);
}

static void read_workdays(struct conf *conf, struct problems *problems)
{
    if (wants_workdays(conf) && workdays_read(&conf->workdays, conf->workdays_file, problems))
        remark_years(conf, problems);
}

/* --- reading --- */

static struct conf *read_all(const char *file, bool with_files, struct problems *problems)
{
    AUTO(reader) struct reader *reader = NULL;
    if (!reader_open(&reader, file, EX_CONFIG, problems))
        return NULL;
    struct conf *conf = g_new0(struct conf, 1);
    conf->file = g_canonicalize_filename(file, NULL);
    retry_preset(&conf->retry);
    reader_read(reader, reader_root(reader), keys, G_N_ELEMENTS(keys), conf);
    fill_defaults(conf);
    check_control(reader, conf->control);
    read_workdays(conf, problems);
    if (with_files)
        files_check(reader, conf);
    return conf;
}

bool conf_read(struct conf **conf, const char *file, struct problems *problems)
{
    AUTO(problems) struct problems *found = problems_new();
    AUTO(conf) struct conf *fresh = read_all(file, false, found);
    problems_sort(found);
    problems_join(problems, found);
    if (problems_any(found))
        return false;
    *conf = TAKE(fresh);
    return true;
}

bool conf_check(struct conf **conf, const char *file, struct problems *problems)
{
    AUTO(problems) struct problems *found = problems_new();
    *conf = read_all(file, true, found);
    problems_sort(found);
    problems_join(problems, found);
    return !problems_any(found);
}

struct conf *conf_read_control(const char *file)
{
    static const struct key few[] = {
        {"language", &kind_language, .offset = offsetof(struct conf, language), .preset = "zh_CN"},
        {"state_dir", &kind_path, .offset = offsetof(struct conf, state_dir), .preset = "/var/lib/fensong"},
        {"control", &kind_path, .offset = offsetof(struct conf, control)},
        {"answers", &kind_path, .offset = offsetof(struct conf, answers_file)},
    };
    AUTO(problems) struct problems *ignored = problems_new();
    AUTO(reader) struct reader *reader = NULL;
    if (!reader_open_partly(&reader, file, ignored))
        return NULL;
    struct conf *conf = g_new0(struct conf, 1);
    conf->file = g_canonicalize_filename(file, NULL);
    reader_read(reader, reader_root(reader), few, G_N_ELEMENTS(few), conf);
    conf->publications = g_ptr_array_new();
    conf->relays = g_ptr_array_new();
    fill_defaults(conf);
    return conf;
}

/* --- looking up --- */

const struct publication *conf_publication(const struct conf *conf, const char *id)
{
    for (guint i = 0; i < conf->publications->len; i++) {
        const struct publication *publication = conf->publications->pdata[i];
        if (strcmp(publication->id, id) == 0)
            return publication;
    }
    return NULL;
}

const struct publication *conf_publication_named(const struct conf *conf, const char *name)
{
    AUTO(text) char *wanted = text_squeeze(name);
    for (guint i = 0; i < conf->publications->len; i++) {
        const struct publication *publication = conf->publications->pdata[i];
        AUTO(text) char *squeezed = text_squeeze(publication->name);
        if (strcmp(squeezed, wanted) == 0)
            return publication;
    }
    return NULL;
}

const struct relay *conf_relay(const struct conf *conf, const char *name)
{
    for (guint i = 0; i < conf->relays->len; i++) {
        const struct relay *relay = conf->relays->pdata[i];
        if (strcmp(relay->name, name) == 0)
            return relay;
    }
    return NULL;
}
