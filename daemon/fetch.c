/* fensong-fetch: asks for the lists that lie on servers, looks whether those in files read whole,
 * and keeps a copy of each that does in state_dir/copies. The network, and files; no queue, no
 * relay. */
#include "base/file.h"
#include "base/language.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "fetch/fetch.h"
#include "people/refresh.h"

#include <getopt.h>

static int end_with(const struct error *error)
{
    log_error(LOG_ERR, (struct log_about){0}, error);
    return error->exit_class;
}

static void log_problems(const struct problems *problems)
{
    for (size_t i = 0; i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        if (problem->severity == PROBLEM)
            log_error(LOG_WARNING, (struct log_about){0}, &problem->error);
    }
}

static int refresh(const char *file)
{
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(error) struct error error = {0};
    if (!conf_read(&conf, file, problems)) {
        problems_print(problems, PROBLEM, stderr);
        return EX_CONFIG;
    }
    language_use(conf->language);
    AUTO(problems) struct problems *found = problems_new();
    AUTO(text) char *folder = refresh_folder(conf);
    if (!fetch_begin(&error) || !folder_make(folder, &error) || !sandbox_fetcher(folder, &error) ||
        !refresh_lists(conf, found, &error))
        return end_with(&error);
    log_problems(found);
    return problems_exit_class(found);
}

int main(int argc, char *argv[])
{
    static const struct option known[] = {{"config", required_argument, NULL, 'c'}, {0}};
    const char *file = conf_default_file;
    int option;
    log_open("fensong-fetch");
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option != 'c')
            return EX_USAGE;
        file = optarg;
    }
    if (optind < argc) {
        (void)fputs("usage: fensong-fetch [--config FILE]\n", stderr);
        return EX_USAGE;
    }
    return refresh(file);
}
