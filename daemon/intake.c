/* fensong-intake: reads one dropped issue, handed over as descriptor 3, and writes one parcel, or
 * the reasons why not, into a folder; with --lists, the groups as they are now. No network, no
 * queue, no secrets. */
#include "base/file.h"
#include "base/language.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "intake/intake.h"
#include "intake/rolls.h"
#include "report/report.h"

#include <fcntl.h>
#include <getopt.h>

#define DOCUMENT_FD 3

struct options {
    const char *config, *publication, *out, *name;
    bool lists;
};

static bool read_options(struct options *options, int argc, char *argv[])
{
    static const struct option known[] = {
        {"config", required_argument, NULL, 'c'},
        {"publication", required_argument, NULL, 'p'},
        {"out", required_argument, NULL, 'o'},
        {"lists", no_argument, NULL, 'l'},
        {0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'c')
            options->config = optarg;
        else if (option == 'p')
            options->publication = optarg;
        else if (option == 'o')
            options->out = optarg;
        else if (option == 'l')
            options->lists = true;
        else
            return false;
    }
    options->name = argv[optind];
    if (options->lists)
        return options->config && options->out && optind == argc;
    return options->config && options->publication && options->out && options->name &&
           optind + 1 == argc;
}

/* Some trouble passes by itself: a file that changed while it was read, a full disk. */
static bool is_for_now(const struct problems *problems)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (problems_at(problems, i)->error.exit_class == EX_TEMPFAIL)
            return true;
    return false;
}

/* The journal says why, too: for who looks after the service. */
static void log_reasons(const struct problems *problems)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (problems_at(problems, i)->severity == PROBLEM)
            log_error(LOG_NOTICE, (struct log_about){0}, &problems_at(problems, i)->error);
}

static bool write_reasons(const struct options *options, const struct problems *problems,
                          struct error *error)
{
    AUTO(text) char *text = report_why_text(options->name, problems);
    AUTO(text) char *html = report_why_html(options->name, problems);
    log_reasons(problems);
    if (!folder_make(options->out, error))
        return false;
    AUTO(fd) int folder = open(options->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return file_create_at(folder, "why.txt", text, strlen(text), error) &&
           file_create_at(folder, "why.html", html, strlen(html), error);
}

static int end_with(const struct error *error)
{
    log_error(LOG_ERR, (struct log_about){0}, error);
    return error->exit_class;
}

static int refuse(const struct options *options, const struct problems *problems)
{
    AUTO(error) struct error error = {0};
    if (is_for_now(problems))
        return EX_TEMPFAIL;
    return write_reasons(options, problems, &error) ? EX_DATAERR : end_with(&error);
}

static int take_in(const struct options *options, const struct conf *conf)
{
    AUTO(source) struct source *source = NULL;
    AUTO(intake) struct intake *intake = NULL;
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(error) struct error error = {0};
    if (!source_read(&source, DOCUMENT_FD, options->name, problems))
        return refuse(options, problems);
    struct intake_order order = {
        .conf = conf,
        .publication = conf_publication(conf, options->publication),
        .source = source,
        .kind = MAIL_ISSUE,
        .date = clock_now(),
        .sends = true,
    };
    if (!intake_walk(&intake, &order))
        return refuse(options, intake->problems);
    return intake_write_parcel(intake, source, options->out, &error) ? EX_OK : end_with(&error);
}

static int take_lists(const struct options *options, const struct conf *conf)
{
    AUTO(people) struct people *people = NULL;
    AUTO(error) struct error error = {0};
    return people_read_configured(&people, conf, &error) &&
                   rolls_write(people, options->out, &error)
               ? EX_OK
               : end_with(&error);
}

int main(int argc, char *argv[])
{
    struct options options = {0};
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = problems_new();
    log_open("fensong-intake");
    if (!read_options(&options, argc, argv)) {
        (void)fputs("usage: fensong-intake --config FILE --publication ID --out FOLDER NAME\n"
                    "       fensong-intake --config FILE --lists --out FOLDER\n",
                    stderr);
        return EX_USAGE;
    }
    if (!conf_read(&conf, options.config, problems)) {
        problems_print(problems, PROBLEM, stderr);
        return EX_CONFIG;
    }
    language_use(conf->language);
    AUTO(error) struct error error = {0};
    AUTO(text) char *folder = g_path_get_dirname(options.out);
    if (!sandbox_reader(folder, &error))
        return end_with(&error);
    return options.lists ? take_lists(&options, conf) : take_in(&options, conf);
}
