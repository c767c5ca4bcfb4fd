#include "report/sheet.h"
#include "base/csv.h"
#include "report/words.h"

GString *sheet_begin(void)
{
    const char *const columns[] = {
        _("Mail address"), _("Full name"), _("Job title"), _("Unit"),   _("Groups"),
        _("State"),        _("Tries"),     _("Time"),      _("Reason"), _("Server's answer")};
    GString *sheet = g_string_new(NULL);
    csv_add_bom(sheet);
    csv_add_record(sheet, columns, G_N_ELEMENTS(columns));
    return sheet;
}

void sheet_add(GString *sheet, const struct person *person)
{
    AUTO(text) char *tries = g_strdup_printf("%d", person->attempts);
    AUTO(text) char *time = words_of_time(person->sent_at);
    const char *const fields[] = {person->address, person->name,   person->title,
                                  person->unit,    person->groups, words_of_delivery(person->state),
                                  tries,           time,           person->reason,
                                  person->answer};
    csv_add_record(sheet, fields, G_N_ELEMENTS(fields));
}
