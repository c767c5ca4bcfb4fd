#include "cli/document.h"

#include "outbox/outbox.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static bool open_path(int *fd, const char *path, struct error *error)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return *fd >= 0 || error_set_errno(error, NOWHERE, N_("can't read %s"), path);
}

static bool is_folder(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Name of a file within what was typed: itself, or a file of the folder. */
static char *typed(const char *path, const struct source *source)
{
    if (g_str_equal(source->name, source->document_name))
        return g_strdup(path);
    return g_build_filename(path, source->document_name, NULL);
}

static bool walk(struct document *document, const struct conf *conf, enum mail_kind kind,
                 struct problems *found)
{
    const struct intake_order order = {
        .conf = conf, .source = document->source, .kind = kind, .date = clock_now()};
    bool good = intake_walk(&document->intake, &order);
    problems_join(found, document->intake->problems);
    return good;
}

/* The intake knows the document by its own name; who typed a path can click on the path. */
static void add_as_typed(struct problems *problems, const struct document *document,
                         struct problems *found)
{
    const struct source *source = document->source;
    if (source) {
        AUTO(text) char *path = typed(document->path, source);
        problems_rename_file(found, source->document_name, path);
    }
    problems_join(problems, found);
}

bool document_read(struct document *document, const struct conf *conf, const char *path,
                   enum mail_kind kind, struct problems *problems)
{
    AUTO(fd) int fd = -1;
    AUTO(error) struct error error = {0};
    AUTO(text) char *name = g_path_get_basename(path);
    AUTO(problems) struct problems *found = problems_new();
    *document = (struct document){.path = path};
    if (!open_path(&fd, path, &error))
        return problems_take(problems, "not-readable", &error);
    if (is_folder(fd) && !outbox_would_take(path, &error))
        return problems_take(problems, "refused", &error);
    bool good =
        source_read(&document->source, fd, name, found) && walk(document, conf, kind, found);
    add_as_typed(problems, document, found);
    return good;
}

void document_clear(struct document *document)
{
    source_free(document->source);
    intake_free(document->intake);
    *document = (struct document){0};
}
