/* From a walked intake to its parcel. */
#include "parcel/parcel.h"
#include "intake/intake.h"
#include "queue/state.h"

#include <string.h>

static bool add_text(struct parcel_maker *maker, const char *name, const GString *text,
                     struct error *error)
{
    return parcel_add(maker, name, text->str, text->len, error);
}

static bool add_issue_json(struct parcel_maker *maker, const struct intake *intake,
                           struct error *error)
{
    AUTO(json) json_t *json = issue_to_json(intake->issue, intake->problems);
    AUTO(text) char *text = json_pretty(json);
    return parcel_add(maker, "issue.json", text, strlen(text), error);
}

static void add_recipients(struct parcel_maker *maker, const GPtrArray *recipients)
{
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *one = recipients->pdata[i];
        AUTO(str) GString *groups = g_string_new(NULL);
        for (guint j = 0; j < one->groups->len; j++)
            g_string_append_printf(groups, "%s%s", j ? " " : "",
                                   (const char *)one->groups->pdata[j]);
        struct parcel_recipient row = {one->address, one->name,   one->title,
                                       one->unit,    groups->str, one->origin};
        parcel_add_recipient(maker, &row);
    }
}

static GPtrArray *groups_of(const struct intake *intake)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < intake->groups->len; i++) {
        const struct group *known = people_group(intake->people, intake->groups->pdata[i]);
        struct parcel_group *group = g_new0(struct parcel_group, 1);
        *group = (struct parcel_group){known->id, known->name};
        g_ptr_array_add(groups, group);
    }
    return groups;
}

/* A list is older than it may be, and nobody knows what it would say now: a person looks first. */
static const struct problem *too_old(const struct intake *intake)
{
    for (size_t i = 0; i < problems_count(intake->problems); i++)
        if (g_str_equal(problems_at(intake->problems, i)->rule, PEOPLE_LIST_TOO_OLD))
            return problems_at(intake->problems, i);
    return NULL;
}

static bool seal(struct parcel_maker *maker, const struct intake *intake,
                 const struct source *source, struct error *error)
{
    const struct issue *issue = intake->issue;
    AUTO(array) GPtrArray *groups = groups_of(intake);
    const struct problem *old = too_old(intake);
    struct parcel_facts facts = {
        .publication = intake->publication->id,
        .issue = issue->key,
        .kind = issue->kind,
        .title = issue->name,
        .total_number = issue->total_number,
        .date = issue->date,
        .document = source->name,
        .document_sha256 = issue->document_sha256,
        .message_id = intake->mail->message_id,
        .envelope_from = (char *)address_text(intake->publication->envelope_from),
        .personal = intake->publication->personal,
        .groups = groups,
        .hold = old ? (char *)hold_reason_name(HOLD_LISTS) : NULL,
        .hold_words = old ? old->error.what.local : NULL,
    };
    return parcel_seal(maker, &facts, error);
}

bool intake_write_parcel(const struct intake *intake, const struct source *source, const char *path,
                         struct error *error)
{
    AUTO(parcel_maker) struct parcel_maker *maker = NULL;
    if (!parcel_begin(&maker, path, error))
        return false;
    add_recipients(maker, intake->recipients);
    return add_issue_json(maker, intake, error) &&
           add_text(maker, "message.eml", intake->mail->message, error) &&
           add_text(maker, "preview.html", intake->mail->preview, error) &&
           add_text(maker, "preview.txt", intake->mail->text, error) &&
           seal(maker, intake, source, error);
}
