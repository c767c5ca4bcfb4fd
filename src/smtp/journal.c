/* A journal is lines of words apart by one blank, the last one a dot:
 *
 *     mark JOB COUNT DELIVERY… .
 *     verdict JOB DELIVERY KIND STAGE CODE ENHANCED TEXT .
 *
 * Texts are percent-encoded and so hold no blank; "-" is none. An entry has a known number of
 * words, its dot and its line end, or it was torn and counts for nothing. It also begins with a
 * line end: what follows a torn one is then not torn with it. */
#include "smtp/job.h"

#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define JOURNAL_MAX ((size_t)1 << 30)

static const char *const kind_names[] = {
    [VERDICT_SENT] = "sent",
    [VERDICT_REFUSED] = "refused",
    [VERDICT_UNTOUCHED] = "untouched",
    [VERDICT_UNKNOWN] = "unknown",
};

/* --- writing -----------------------------------------------------------------------------------
 */

/* One write() for one entry: whoever dies in it leaves it whole or torn at its end. */
static bool append(int fd, const GString *entry, struct error *error)
{
    ssize_t written;
    do
        written = write(fd, entry->str, entry->len);
    while (written < 0 && errno == EINTR);
    if (written < 0)
        return error_set_errno(error, NOWHERE, N_("the sender's journal can't be written"));
    if ((size_t)written < entry->len)
        return error_set(error, EX_TEMPFAIL, NOWHERE, N_("make room on the disk"),
                         N_("the sender's journal can't be written: the disk is full"));
    return true;
}

static void add_text(GString *to, const char *text)
{
    g_string_append_c(to, ' ');
    if (!text || !*text)
        g_string_append_c(to, '-');
    else if (strcmp(text, "-") == 0)
        g_string_append(to, "%2D");
    else
        g_string_append_uri_escaped(to, text, "!$&'()*+,;=:@/?", TRUE);
}

bool journal_mark(int fd, const struct job *job, struct error *error)
{
    AUTO(str) GString *entry = g_string_new(NULL);
    g_string_append_printf(entry, "\nmark %" G_GUINT64_FORMAT " %zu", job->id, job->count);
    for (size_t i = 0; i < job->count; i++)
        g_string_append_printf(entry, " %" G_GINT64_FORMAT, job->recipients[i].delivery);
    g_string_append(entry, " .\n");
    return append(fd, entry, error);
}

bool journal_record(int fd, uint64_t job, const struct verdict verdicts[], size_t count,
                    struct error *error)
{
    AUTO(str) GString *entry = g_string_new(NULL);
    for (size_t i = 0; i < count; i++) {
        g_string_append_printf(entry,
                               "\nverdict %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %s %d %d", job,
                               verdicts[i].delivery, kind_names[verdicts[i].kind],
                               (int)verdicts[i].stage, verdicts[i].reply.code);
        add_text(entry, verdicts[i].reply.enhanced);
        add_text(entry, verdicts[i].reply.text);
        g_string_append(entry, " .\n");
    }
    return append(fd, entry, error);
}

/* --- reading -----------------------------------------------------------------------------------
 */

static bool to_number(const char *word, int64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoll(word, &end, 10);
    return *word && !*end && errno == 0;
}

/* *text is then the caller's; NULL: none. */
static bool to_text(const char *word, char **text)
{
    *text = NULL;
    if (strcmp(word, "-") == 0)
        return true;
    *text = g_uri_unescape_string(word, NULL);
    return *text && g_utf8_validate(*text, -1, NULL);
}

static bool to_kind(const char *word, enum verdict_kind *kind)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kind_names); i++)
        if (strcmp(word, kind_names[i]) == 0) {
            *kind = (enum verdict_kind)i;
            return true;
        }
    return false;
}

struct journal { /* as read so far: the last word on each delivery, in the order of the first */
    GHashTable *index_of;
    GArray *verdicts;
};

static void take_verdict(struct journal *journal, struct verdict verdict)
{
    void *index = g_hash_table_lookup(journal->index_of, &verdict.delivery);
    if (index) {
        struct verdict *last =
            &g_array_index(journal->verdicts, struct verdict, GPOINTER_TO_UINT(index) - 1);
        reply_clear(&last->reply);
        *last = verdict;
        return;
    }
    g_array_append_val(journal->verdicts, verdict);
    g_hash_table_insert(journal->index_of, g_memdup2(&verdict.delivery, sizeof verdict.delivery),
                        GUINT_TO_POINTER(journal->verdicts->len));
}

/* mark JOB COUNT DELIVERY… . */
static void read_mark(struct journal *journal, char **words, size_t count)
{
    int64_t job, deliveries, delivery;
    if (count < 5 || !to_number(words[1], &job) || !to_number(words[2], &deliveries) ||
        deliveries < 0 || (uint64_t)deliveries != count - 4)
        return;
    for (size_t i = 3; i < count - 1; i++)
        if (!to_number(words[i], &delivery))
            return;
    for (size_t i = 3; i < count - 1; i++)
        if (to_number(words[i], &delivery))
            take_verdict(journal, (struct verdict){.delivery = delivery,
                                                   .job = (uint64_t)job,
                                                   .kind = VERDICT_UNKNOWN,
                                                   .stage = STAGE_END_OF_DATA});
}

/* verdict JOB DELIVERY KIND STAGE CODE ENHANCED TEXT . */
static void read_verdict(struct journal *journal, char **words, size_t count)
{
    struct verdict verdict = {0};
    int64_t job, stage, code;
    bool good = count == 9 && to_number(words[1], &job) && to_number(words[2], &verdict.delivery) &&
                to_kind(words[3], &verdict.kind) && to_number(words[4], &stage) && stage >= 0 &&
                stage <= STAGE_END_OF_DATA && to_number(words[5], &code) &&
                (code == 0 || (code >= 200 && code <= 599)) &&
                to_text(words[6], &verdict.reply.enhanced) &&
                to_text(words[7], &verdict.reply.text);
    if (!good) {
        reply_clear(&verdict.reply);
        return;
    }
    verdict.job = (uint64_t)job;
    verdict.stage = (enum smtp_stage)stage;
    verdict.reply.code = (int)code;
    take_verdict(journal, verdict);
}

static void read_line(struct journal *journal, const char *line, size_t length)
{
    AUTO(text) char *text = g_strndup(line, length);
    AUTO(texts) char **words = g_strsplit(text, " ", -1);
    size_t count = g_strv_length(words);
    if (count == 0 || strcmp(words[count - 1], ".") != 0)
        return;
    if (strcmp(words[0], "mark") == 0)
        read_mark(journal, words, count);
    else if (strcmp(words[0], "verdict") == 0)
        read_verdict(journal, words, count);
}

static void read_lines(struct journal *journal, const char *octets, size_t length)
{
    const char *end = octets + length;
    for (const char *line = octets; line < end;) {
        const char *line_end = memchr(line, '\n', (size_t)(end - line));
        if (!line_end)
            return; /* torn */
        read_line(journal, line, (size_t)(line_end - line));
        line = line_end + 1;
    }
}

static void clear_verdict(void *pointer)
{
    struct verdict *verdict = pointer;
    reply_clear(&verdict->reply);
}

bool journal_read(const char *path, journal_visit *visit, void *user, struct error *error)
{
    AUTO(bytes) GBytes *bytes = NULL;
    if (!file_load(&bytes, path, JOURNAL_MAX, error))
        return false;
    struct journal journal = {
        .index_of = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL),
        .verdicts = g_array_new(FALSE, FALSE, sizeof(struct verdict)),
    };
    g_array_set_clear_func(journal.verdicts, clear_verdict);
    gsize length;
    const char *octets = g_bytes_get_data(bytes, &length);
    read_lines(&journal, octets, length);
    bool good = true;
    for (guint i = 0; good && i < journal.verdicts->len; i++)
        good = visit(user, &g_array_index(journal.verdicts, struct verdict, i), error);
    g_hash_table_unref(journal.index_of);
    g_array_unref(journal.verdicts);
    return good;
}
