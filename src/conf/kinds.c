/* The kinds of values that keys of configuration and group files have. */
#include "base/mailbox.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/reader.h"

#include <string.h>

/* Where systemd puts the service's credentials, for who checks them from outside of it. */
#define CREDENTIALS_DIRECTORY "/run/credentials/fensongd.service"

char *reader_text(struct reader *reader, const config_setting_t *setting, const char *name)
{
    const char *text = config_setting_get_string(setting);
    struct place place = reader_place(reader, setting);
    if (!g_utf8_validate(text, -1, NULL)) {
        reader_problem(reader, place, N_("save the file as UTF-8 and try again"),
                       N_("%s is no UTF-8 text"), name);
        return NULL;
    }
    char *trimmed = text_trim(text);
    for (const char *c = trimmed; *c; c++) {
        if ((unsigned char)*c >= ' ' && *c != 0x7f)
            continue;
        g_free(trimmed);
        reader_problem(reader, place, N_("write it on one line, without tabs"),
                       N_("%s holds a line break or a control character"), name);
        return NULL;
    }
    return trimmed;
}

/* --- texts --- */

static void put_text(char **field, char *text)
{
    if (field)
        *field = text;
    else
        g_free(text);
}

static bool take_text(struct reader *reader, const struct key *key, const struct given *given,
                      void *field)
{
    (void)reader, (void)key;
    put_text(field, g_strdup(given->text));
    return true;
}
const struct kind kind_text = {VALUE_TEXT, take_text};

static bool take_path(struct reader *reader, const struct key *key, const struct given *given,
                      void *field)
{
    (void)key;
    put_text(field, reader_path(reader, given->text));
    return true;
}
const struct kind kind_path = {VALUE_TEXT, take_path};

static bool take_credential(struct reader *reader, const struct key *key, const struct given *given,
                            void *field)
{
    if (strchr(given->text, '/') || *given->text == '.')
        return reader_problem(reader, given->place, N_("write the name alone, without a folder"),
                              N_("%s is no name of a credential: %s"), key->name, given->text);
    const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
    char **path = field;
    g_free(*path);
    *path = g_build_filename(folder ? folder : CREDENTIALS_DIRECTORY, given->text, NULL);
    return true;
}
const struct kind kind_credential = {VALUE_TEXT, take_credential};

static bool take_texts(struct reader *reader, const struct key *key, const struct given *given,
                       void *field)
{
    AUTO(array) GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; given->setting && i < config_setting_length(given->setting); i++) {
        char *text =
            reader_text(reader, config_setting_get_elem(given->setting, (unsigned)i), key->name);
        if (!text)
            return false;
        g_ptr_array_add(texts, text);
    }
    if (field)
        *(GPtrArray **)field = TAKE(texts);
    return true;
}
const struct kind kind_texts = {VALUE_TEXTS, take_texts};

/* --- numbers, durations, sizes --- */

static bool is_within(const struct key *key, long long number)
{
    return (key->least == 0 && key->most == 0) || (number >= key->least && number <= key->most);
}

static bool number_is_good(struct reader *reader, const struct key *key, const struct given *given)
{
    if (is_within(key, given->number))
        return true;
    return reader_problem(reader, given->place, N_("choose a number within these bounds"),
                          N_("%1$s must be from %2$lld to %3$lld, not %4$lld"), key->name,
                          (long long)key->least, (long long)key->most, given->number);
}

static bool take_number(struct reader *reader, const struct key *key, const struct given *given,
                        void *field)
{
    if (!number_is_good(reader, key, given))
        return false;
    if (field)
        *(unsigned *)field = (unsigned)given->number;
    return true;
}
const struct kind kind_number = {VALUE_NUMBER, take_number};

static bool take_port(struct reader *reader, const struct key *key, const struct given *given,
                      void *field)
{
    if (!number_is_good(reader, key, given))
        return false;
    if (field)
        *(uint16_t *)field = (uint16_t)given->number;
    return true;
}
const struct kind kind_port = {VALUE_NUMBER, take_port};

static bool take_switch(struct reader *reader, const struct key *key, const struct given *given,
                        void *field)
{
    (void)reader, (void)key;
    if (field)
        *(bool *)field = given->truth;
    return true;
}
const struct kind kind_switch = {VALUE_SWITCH, take_switch};

static bool take_duration(struct reader *reader, const struct key *key, const struct given *given,
                          void *field)
{
    usec_t duration;
    if (!duration_parse(given->text, &duration))
        return reader_problem(reader, given->place,
                              N_("write a number and one of s, m, h, d, such as \"90s\" or \"5m\""),
                              N_("%s is not a length of time: %s"), key->name, given->text);
    if (!is_within(key, duration)) {
        AUTO(text) char *least = duration_text(key->least);
        AUTO(text) char *most = duration_text(key->most);
        return reader_problem(reader, given->place, N_("choose a time within these bounds"),
                              N_("%1$s must be from %2$s to %3$s, not %4$s"), key->name, least,
                              most, given->text);
    }
    if (field)
        *(usec_t *)field = duration;
    return true;
}
const struct kind kind_duration = {VALUE_TEXT, take_duration};

static bool take_size(struct reader *reader, const struct key *key, const struct given *given,
                      void *field)
{
    uint64_t octets;
    if (!size_parse(given->text, &octets))
        return reader_problem(reader, given->place,
                              N_("write a number and one of B, KiB, MiB, GiB, such as \"25MiB\""),
                              N_("%s is not a size: %s"), key->name, given->text);
    if (!is_within(key, (long long)octets))
        return reader_problem(reader, given->place, N_("choose a size within these bounds"),
                              N_("%1$s must be from %2$lld to %3$lld octets, not %4$s"), key->name,
                              (long long)key->least, (long long)key->most, given->text);
    if (field)
        *(uint64_t *)field = octets;
    return true;
}
const struct kind kind_size = {VALUE_TEXT, take_size};

/* --- choices --- */

static const struct choice *find_choice(struct reader *reader, const struct key *key,
                                        const char *text, struct place place)
{
    AUTO(str) GString *all = g_string_new(NULL);
    for (const struct choice *choice = key->choices; choice->name; choice++) {
        if (strcmp(choice->name, text) == 0)
            return choice;
        g_string_append_printf(all, "%s\"%s\"", all->len ? ", " : "", choice->name);
    }
    reader_problem(reader, place, N_("choose one of these"), N_("%s can't be \"%s\", but: %s"),
                   key->name, text, all->str);
    return NULL;
}

static bool take_choice(struct reader *reader, const struct key *key, const struct given *given,
                        void *field)
{
    const struct choice *choice = find_choice(reader, key, given->text, given->place);
    if (choice && field)
        *(int *)field = choice->value;
    return choice;
}
const struct kind kind_choice = {VALUE_TEXT, take_choice};

static bool take_choices(struct reader *reader, const struct key *key, const struct given *given,
                         void *field)
{
    AUTO(array) GPtrArray *texts = NULL;
    if (!take_texts(reader, key, given, &texts))
        return false;
    unsigned set = 0;
    bool good = true;
    for (guint i = 0; i < texts->len; i++) {
        const struct choice *choice = find_choice(reader, key, texts->pdata[i], given->place);
        if (choice)
            set |= (unsigned)choice->value;
        else
            good = false;
    }
    if (good && field)
        *(unsigned *)field = set;
    return good;
}
const struct kind kind_choices = {VALUE_TEXTS, take_choices};

/* --- addresses --- */

static bool parse_address(struct reader *reader, const char *text, struct place place,
                          struct address **address)
{
    AUTO(error) struct error error = {0};
    return address_parse(address, text, place, NULL, &error) || reader_take(reader, &error);
}

static bool take_address(struct reader *reader, const struct key *key, const struct given *given,
                         void *field)
{
    (void)key;
    AUTO(address) struct address *address = NULL;
    if (!parse_address(reader, given->text, given->place, &address))
        return false;
    if (field)
        *(struct address **)field = TAKE(address);
    return true;
}
const struct kind kind_address = {VALUE_TEXT, take_address};

static void free_address(void *address)
{
    address_free(address);
}

static bool take_addresses(struct reader *reader, const struct key *key, const struct given *given,
                           void *field)
{
    AUTO(array) GPtrArray *texts = NULL;
    AUTO(array) GPtrArray *addresses = g_ptr_array_new_with_free_func(free_address);
    if (!take_texts(reader, key, given, &texts))
        return false;
    bool good = true;
    for (guint i = 0; i < texts->len; i++) {
        struct address *address = NULL;
        const config_setting_t *element = config_setting_get_elem(given->setting, i);
        if (parse_address(reader, texts->pdata[i], reader_place(reader, element), &address))
            g_ptr_array_add(addresses, address);
        else
            good = false;
    }
    if (good && field)
        *(GPtrArray **)field = TAKE(addresses);
    return good;
}
const struct kind kind_addresses = {VALUE_TEXTS, take_addresses};

static bool take_mailbox(struct reader *reader, const struct key *key, const struct given *given,
                         void *field)
{
    (void)key;
    AUTO(error) struct error error = {0};
    AUTO(text) char *name = NULL;
    AUTO(address) struct address *address = NULL;
    if (!mailbox_parse(&name, &address, given->text, given->place, NULL, &error))
        return reader_take(reader, &error);
    if (field)
        *(struct sender_name *)field = (struct sender_name){TAKE(name), TAKE(address)};
    return true;
}
const struct kind kind_mailbox = {VALUE_TEXT, take_mailbox};

static bool take_any(struct reader *reader, const struct key *key, const struct given *given,
                     void *field)
{
    (void)reader, (void)key, (void)given, (void)field;
    return true;
}
const struct kind kind_any = {VALUE_ANY, take_any};
