/* Small ways of printing that commands share. */
#include "cli/command.h"

#include <string.h>

int print_json(const json_t *value)
{
    AUTO(text) char *text = json_pretty(value);
    (void)fputs(text, stdout);
    return EX_OK;
}

char *shown_time(const char *rfc3339)
{
    char *shown = g_strndup(rfc3339 ? rfc3339 : "", strlen("2023-11-16T09:30:00"));
    return g_strdelimit(shown, "T", ' ');
}
