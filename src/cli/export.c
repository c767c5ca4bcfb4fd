#include "cli/command.h"

#include "base/csv.h"
#include "cli/which.h"
#include "people/merge.h"

static int run_export(struct session *session, int argc, char **argv);

const struct command command_export = {
    .name = "export",
    .usage = "GROUP [--csv] [-o FILE]",
    .help = N_("write everybody in a group as CSV, for a spreadsheet"),
    .run = run_export,
};

static GString *sheet_of(const GPtrArray *recipients)
{
    GString *sheet = g_string_new(NULL);
    csv_add_bom(sheet);
    csv_add_record(sheet,
                   (const char *[]){merge_heading(0), merge_heading(1), merge_heading(2),
                                    merge_heading(3), _("origin")},
                   5);
    for (guint i = 0; i < recipients->len; i++) {
        const struct recipient *one = recipients->pdata[i];
        csv_add_record(sheet,
                       (const char *[]){address_text(one->address), one->name, one->title,
                                        one->unit, one->origin},
                       5);
    }
    return sheet;
}

static int write_sheet(const GString *sheet, const char *path)
{
    AUTO(error) struct error error = {0};
    if (!path)
        return fwrite(sheet->str, 1, sheet->len, stdout) == sheet->len ? EX_OK : EX_IOERR;
    FILE *file = fopen(path, "we");
    bool good = file && fwrite(sheet->str, 1, sheet->len, file) == sheet->len;
    good = file && fclose(file) == 0 && good;
    return good || error_set_errno(&error, NOWHERE, N_("can't write %s"), path) ? EX_OK
                                                                                : fail(&error);
}

static int export_group(const struct conf *conf, const char *name, const char *path)
{
    AUTO(people) struct people *people = NULL;
    AUTO(error) struct error error = {0};
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(array) GPtrArray *ids = g_ptr_array_new();
    AUTO(array) GPtrArray *recipients = NULL;
    const struct group *group;
    if (!people_read_configured(&people, conf, &error) ||
        !which_group(people, name, &group, &error))
        return fail(&error);
    g_ptr_array_add(ids, group->id);
    if (!people_expand(people, ids, &recipients, problems))
        return fail_all(problems);
    AUTO(str) GString *sheet = sheet_of(recipients);
    return write_sheet(sheet, path);
}

static int run_export(struct session *session, int argc, char **argv)
{
    bool csv = false; /* the only form there is: said or not */
    const char *path = NULL;
    const struct option_entry options[] = {
        {"csv", 0, OPTION_FLAG, &csv}, {"output", 'o', OPTION_TEXT, &path}, {0}};
    char **arguments;
    int count, status;
    if (!options_read(session, argc, argv, options, &arguments, &count, &status))
        return status;
    if (count != 1)
        return fail_usage(session, N_("name one group"));
    if ((status = session_read_conf(session)) != EX_OK)
        return status;
    return export_group(session->conf, arguments[0], path);
}
