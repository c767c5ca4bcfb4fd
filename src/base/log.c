#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

static struct {
    const char *program;
    bool journal;
    int level;
} the_log = {.program = "fensong", .level = LOG_INFO};

/* systemd.exec(5): JOURNAL_STREAM names the device and inode of the stream it set up. */
static bool stderr_is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    if (!stream || fstat(STDERR_FILENO, &status) < 0)
        return false;
    AUTO(text) char *own = g_strdup_printf("%ju:%ju", (uintmax_t)status.st_dev,
                                           (uintmax_t)status.st_ino);
    return g_str_equal(stream, own);
}

void log_open(const char *program)
{
    the_log.program = program;
    the_log.journal = stderr_is_journal();
}

void log_set_level(int priority)
{
    the_log.level = priority;
}

bool log_wants(int priority)
{
    return priority <= the_log.level;
}

static void add_field(GPtrArray *fields, const char *name, const char *value)
{
    if (value)
        g_ptr_array_add(fields, g_strdup_printf("%s=%s", name, value));
}

static void to_journal(int priority, struct log_about about, const char *message)
{
    AUTO(array) GPtrArray *fields = g_ptr_array_new_with_free_func(g_free);
    AUTO(text) char *level = g_strdup_printf("%d", priority);
    add_field(fields, "MESSAGE", message);
    add_field(fields, "PRIORITY", level);
    add_field(fields, "SYSLOG_IDENTIFIER", the_log.program);
    add_field(fields, "ISSUE", about.issue);
    add_field(fields, "RECIPIENT", about.recipient);
    add_field(fields, "RELAY", about.relay);
    if (about.smtp_code) {
        AUTO(text) char *code = g_strdup_printf("%d", about.smtp_code);
        add_field(fields, "SMTP_CODE", code);
    }
    struct iovec parts[8];
    for (guint i = 0; i < fields->len; i++)
        parts[i] = (struct iovec){fields->pdata[i], strlen(fields->pdata[i])};
    (void)sd_journal_sendv(parts, (int)fields->len);
}

static void to_stderr(struct log_about about, const char *message)
{
    AUTO(str) GString *line = g_string_new(the_log.program);
    g_string_append(line, ": ");
    if (about.issue)
        g_string_append_printf(line, "%s: ", about.issue);
    g_string_append(line, message);
    /* A line of a log is one line, whatever a server's answer holds. */
    for (char *at = line->str; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    g_string_append_c(line, '\n');
    (void)fputs(line->str, stderr);
}

void log_line(int priority, struct log_about about, const char *format, ...)
{
    if (!log_wants(priority))
        return;
    va_list arguments;
    va_start(arguments, format);
    AUTO(text) char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (the_log.journal)
        to_journal(priority, about, message);
    else
        to_stderr(about, message);
}

void log_error(int priority, struct log_about about, const struct error *error)
{
    AUTO(text) char *line = error_line_english(error);
    if (error->todo.english)
        log_line(priority, about, "%s (%s)", line, error->todo.english);
    else
        log_line(priority, about, "%s", line);
}
