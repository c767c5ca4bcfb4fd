/* Small ways of printing that commands share. */
#include "cli/command.h"

#include <string.h>

int print_json(const json_t *value)
{
    (void)json_dumpf(value, stdout, JSON_INDENT(1));
    (void)putchar('\n');
    return EX_OK;
}

char *shown_time(const char *rfc3339)
{
    char *shown = g_strndup(rfc3339 ? rfc3339 : "", strlen("2023-11-16T09:30:00"));
    return g_strdelimit(shown, "T", ' ');
}
