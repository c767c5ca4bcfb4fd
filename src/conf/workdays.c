#include "conf/workdays.h"

#include <stdlib.h>

#include "base/clock.h"
#include "conf/reader.h"

#define DAYS_MOST 31 /* of one holiday */

struct workdays {
    GHashTable *years; /* a set of numbers */
    GHashTable *days;  /* julian day to whether it is a workday, as (gpointer)0 or 1 */
};

bool workdays_knows(const struct workdays *workdays, int year)
{
    return g_hash_table_contains(workdays->years, GINT_TO_POINTER(year));
}

bool workdays_has(const struct workdays *workdays, int year, int month, int day)
{
    GDate date;
    void *said;
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    if (g_hash_table_lookup_extended(workdays->days, GUINT_TO_POINTER(g_date_get_julian(&date)),
                                     NULL, &said))
        return said != NULL;
    return g_date_get_weekday(&date) <= G_DATE_FRIDAY;
}

/* --- reading --- */

struct notice { /* of one year */
    unsigned year;
    GPtrArray *holidays, *work; /* of char *: "2026-02-15" or "2026-02-15/2026-02-23" */
};

static const struct key year_keys[] = {
    {"year", &kind_number, offsetof(struct notice, year), .least = 2000, .most = 2999,
     .required = true},
    {"holidays", &kind_texts, offsetof(struct notice, holidays), .required = true},
    {"work", &kind_texts, offsetof(struct notice, work), .required = true},
};

static bool read_date(const char *text, unsigned year, guint32 *julian)
{
    int y, m, d, end = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &end) != 3 || text[end] ||
        !date_is_valid(y, m, d) || y != (int)year)
        return false;
    GDate date;
    g_date_set_dmy(&date, (GDateDay)d, (GDateMonth)m, (GDateYear)y);
    *julian = g_date_get_julian(&date);
    return true;
}

static bool read_days(const char *text, unsigned year, guint32 *first, guint32 *last)
{
    AUTO(texts) char **ends = g_strsplit(text, "/", 2);
    return ends[0] && read_date(ends[0], year, first) &&
           read_date(ends[1] ? ends[1] : ends[0], year, last) && *last >= *first &&
           *last - *first < DAYS_MOST;
}

static void add_days(struct workdays *workdays, struct reader *reader, struct place place,
                     const struct notice *notice, const GPtrArray *texts, bool is_work)
{
    for (guint i = 0; texts && i < texts->len; i++) {
        guint32 first, last;
        if (!read_days(texts->pdata[i], notice->year, &first, &last)) {
            reader_problem(reader, place,
                           N_("write \"2026-02-14\", or \"2026-02-15/2026-02-23\" for all from one "
                              "to the other"),
                           N_("these are no days of %1$u: %2$s"), notice->year,
                           (const char *)texts->pdata[i]);
            continue;
        }
        for (; first <= last; first++)
            g_hash_table_insert(workdays->days, GUINT_TO_POINTER(first),
                                GINT_TO_POINTER((int)is_work));
    }
}

static bool take_years(struct reader *reader, const struct key *key, const struct given *given,
                       void *field)
{
    (void)key;
    struct workdays *workdays = field;
    for (int i = 0; i < config_setting_length(given->setting); i++) {
        const config_setting_t *setting = config_setting_get_elem(given->setting, (unsigned)i);
        struct notice notice = {0};
        reader_read(reader, setting, year_keys, G_N_ELEMENTS(year_keys), &notice);
        struct place place = reader_place(reader, setting);
        add_days(workdays, reader, place, &notice, notice.holidays, false);
        add_days(workdays, reader, place, &notice, notice.work, true);
        g_hash_table_add(workdays->years, GUINT_TO_POINTER(notice.year));
        g_clear_pointer(&notice.holidays, g_ptr_array_unref);
        g_clear_pointer(&notice.work, g_ptr_array_unref);
    }
    return true;
}
static const struct kind kind_years = {VALUE_ROWS, take_years};
static const struct key keys[] = {{"years", &kind_years, .offset = 0, .required = true}};

bool workdays_read(struct workdays **workdays, const char *file, struct problems *problems)
{
    AUTO(problems) struct problems *found = problems_new();
    AUTO(reader) struct reader *reader = NULL;
    AUTO(workdays) struct workdays *fresh = g_new0(struct workdays, 1);
    fresh->years = g_hash_table_new(NULL, NULL);
    fresh->days = g_hash_table_new(NULL, NULL);
    if (reader_open(&reader, file, EX_CONFIG, found))
        reader_read(reader, reader_root(reader), keys, G_N_ELEMENTS(keys), fresh);
    bool good = !problems_any(found);
    problems_join(problems, found);
    if (good)
        *workdays = TAKE(fresh);
    return good;
}

void workdays_free(struct workdays *workdays)
{
    if (!workdays)
        return;
    g_hash_table_unref(workdays->years);
    g_hash_table_unref(workdays->days);
    g_free(workdays);
}
