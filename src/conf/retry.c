#include "conf/sections.h"

static const struct choice after_unknown[] = {
    {"again", UNKNOWN_AGAIN},
    {"hold", UNKNOWN_HOLD},
    {NULL, 0},
};

void retry_preset(struct retry *retry)
{
    static const usec_t delays[] = {
        5 * USEC_PER_MINUTE,  15 * USEC_PER_MINUTE,     30 * USEC_PER_MINUTE,
        60 * USEC_PER_MINUTE, 2 * 60 * USEC_PER_MINUTE, 4 * 60 * USEC_PER_MINUTE,
    };
    retry->delays = g_memdup2(delays, sizeof delays);
    retry->delay_count = G_N_ELEMENTS(delays);
    retry->give_up_after = 5 * 24 * 60 * USEC_PER_MINUTE;
    retry->unknown = UNKNOWN_AGAIN;
}

static bool take_delay(struct reader *reader, const struct key *key, const char *text,
                       struct place place, GArray *delays)
{
    usec_t delay;
    const struct given given = {.place = place, .text = text};
    if (!kind_duration.take(reader, key, &given, &delay))
        return false;
    g_array_append_val(delays, delay);
    return true;
}

/* Two fields: *field is the whole schedule. */
static bool take_delays(struct reader *reader, const struct key *key, const struct given *given,
                        void *field)
{
    struct retry *retry = field;
    AUTO(array) GPtrArray *texts = NULL;
    if (!kind_texts.take(reader, key, given, &texts))
        return false;
    if (texts->len == 0)
        return reader_problem(reader, given->place, N_("add one"), N_("%s is empty"), key->name);
    GArray *delays = g_array_new(FALSE, FALSE, sizeof(usec_t));
    bool good = true;
    for (guint i = 0; i < texts->len; i++)
        good &= take_delay(reader, key, texts->pdata[i], given->place, delays);
    if (good) {
        g_free(retry->delays);
        retry->delay_count = delays->len;
        retry->delays = g_memdup2(delays->data, delays->len * sizeof(usec_t));
    }
    g_array_unref(delays);
    return good;
}
static const struct kind kind_delays = {VALUE_TEXTS, take_delays};

#define FIELD(name) .offset = offsetof(struct retry, name)
static const struct key keys[] = {
    {"delays", &kind_delays, .offset = 0, .least = USEC_PER_SEC, .most = 24 * 60 * USEC_PER_MINUTE},
    {"give_up_after", &kind_duration, FIELD(give_up_after), .preset = "5d", .least = USEC_PER_SEC,
     .most = 100 * 24 * 60 * USEC_PER_MINUTE},
    {"unknown", &kind_choice, FIELD(unknown), .preset = "again", .choices = after_unknown},
};
#undef FIELD

static bool take_retry(struct reader *reader, const struct key *key, const struct given *given,
                       void *field)
{
    (void)key;
    reader_read(reader, given->setting, keys, G_N_ELEMENTS(keys), field);
    return true;
}
const struct kind kind_retry = {VALUE_GROUP, take_retry};
