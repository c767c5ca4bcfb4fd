/* getopt_long, once for all commands; and how a command says what is wrong. */
#include "cli/command.h"

#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#define OPTIONS_MOST 12
#define HELP_LETTER  'h'
#define FIRST_CODE   256 /* of options without a letter */

int fail(struct error *error)
{
    int status = error->exit_class;
    error_print(error, stderr);
    error_clear(error);
    return status;
}

int fail_all(const struct problems *problems)
{
    problems_print(problems, PROBLEM, stderr);
    return problems_exit_class(problems);
}

void usage_print(const struct command *command, FILE *to)
{
    (void)fprintf(to, _("usage: fensong %s %s\n"), command->name, command->usage);
}

int fail_usage(const struct session *session, const char *what, ...)
{
    AUTO(error) struct error error = {0};
    va_list arguments;
    va_start(arguments, what);
    error_set_va(&error, EX_USAGE, NOWHERE, NULL, what, arguments);
    va_end(arguments);
    int status = fail(&error);
    if (session->command)
        usage_print(session->command, stderr);
    else
        (void)fprintf(
            stderr, "%s\n",
            _("usage: fensong [--config FILE] COMMAND … (`fensong help` lists the commands)"));
    return status;
}

/* A letter may stand in the middle of a word, before optind moves on. */
int fail_option(const struct session *session, int code, char **argv)
{
    bool letter = optopt > 0 && optopt < FIRST_CODE;
    AUTO(text) char *option = letter ? g_strdup_printf("-%c", optopt) : g_strdup(argv[optind - 1]);
    return code == ':' ? fail_usage(session, N_("the option %s needs a value"), option)
                       : fail_usage(session, N_("there is no option %s"), option);
}

/* --- reading -----------------------------------------------------------------------------------
 */

struct forms { /* the entries as getopt_long() wants them */
    struct option options[OPTIONS_MOST + 1];
    char letters[2 * OPTIONS_MOST + 4];
};

static struct forms forms_of(const struct option_entry entries[])
{
    struct forms forms = {.options = {{"help", no_argument, NULL, HELP_LETTER}}};
    size_t at = 0;
    /* ':' tells a missing value from an option that is none. */
    forms.letters[at++] = ':';
    forms.letters[at++] = HELP_LETTER;
    for (size_t i = 0; entries[i].name && i + 1 < OPTIONS_MOST; i++) {
        bool valued = entries[i].kind != OPTION_FLAG;
        forms.options[i + 1] = (struct option){entries[i].name, valued, NULL, FIRST_CODE + (int)i};
        if (!entries[i].letter)
            continue;
        forms.letters[at++] = entries[i].letter;
        if (valued)
            forms.letters[at++] = ':';
    }
    return forms;
}

static const struct option_entry *entry_of(const struct option_entry entries[], int code)
{
    for (size_t i = 0; entries[i].name; i++)
        if (code == FIRST_CODE + (int)i || (entries[i].letter && code == entries[i].letter))
            return &entries[i];
    return NULL;
}

static void take(const struct option_entry *entry, char *value)
{
    switch (entry->kind) {
    case OPTION_FLAG:
        *(bool *)entry->to = true;
        break;
    case OPTION_TEXT:
        *(const char **)entry->to = value;
        break;
    case OPTION_TEXTS:
        g_ptr_array_add(entry->to, value);
        break;
    }
}

static int show_usage(const struct command *command)
{
    usage_print(command, stdout);
    printf("%s\n", _(command->help));
    return EX_OK;
}

bool options_read(const struct session *session, int argc, char **argv,
                  const struct option_entry entries[], char ***arguments, int *count, int *status)
{
    struct forms forms = forms_of(entries);
    int code;
    optind = 0; /* glibc: start again, with another list */
    opterr = 0;
    while ((code = getopt_long(argc, argv, forms.letters, forms.options, NULL)) != -1) {
        const struct option_entry *entry = entry_of(entries, code);
        if (entry) {
            take(entry, optarg);
            continue;
        }
        *status =
            code == HELP_LETTER ? show_usage(session->command) : fail_option(session, code, argv);
        return false;
    }
    *arguments = argv + optind;
    *count = argc - optind;
    return true;
}
