#include "cli/command.h"

static int run_help(struct session *session, int argc, char **argv);

const struct command command_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .help = N_("say what there is, or what a command does"),
    .run = run_help,
};

static void print_all(void)
{
    printf("%s\n\n", _("usage: fensong [--config FILE] COMMAND …"));
    for (size_t i = 0; commands[i]; i++)
        printf("  %-11s %s\n", commands[i]->name, _(commands[i]->help));
    printf("\n%s\n", _("`fensong help COMMAND` tells more, `man fensong` all of it."));
}

static int run_help(struct session *session, int argc, char **argv)
{
    const struct option_entry none[] = {{0}};
    char **arguments;
    int count, status;
    session->command = &command_help;
    if (!options_read(session, argc, argv, none, &arguments, &count, &status))
        return status;
    if (count > 1)
        return fail_usage(session, N_("one command at a time"));
    if (count == 0) {
        print_all();
        return EX_OK;
    }
    const struct command *command = command_named(arguments[0]);
    if (!command)
        return fail_usage(session, N_("there is no command %s"), arguments[0]);
    usage_print(command, stdout);
    printf("%s\n", _(command->help));
    return EX_OK;
}
