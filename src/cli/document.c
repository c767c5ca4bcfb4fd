#include "cli/document.h"

#include <fcntl.h>
#include <string.h>

static bool open_path(int *fd, const char *path, struct error *error)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return *fd >= 0 || error_set_errno(error, NOWHERE, N_("can't read %s"), path);
}

/* Name of a file within what was typed: itself, or a file of the folder. */
static char *typed(const char *path, const struct source *source)
{
    if (g_str_equal(source->name, source->document_name))
        return g_strdup(path);
    return g_build_filename(path, source->document_name, NULL);
}

/* The intake knows the document by its own name; who typed a path can click on the path. */
static void add_as_typed(struct problems *problems, const struct document *document,
                         const struct problems *found)
{
    const struct source *source = document->source;
    AUTO(text) char *path = source ? typed(document->path, source) : NULL;
    size_t before = problems_count(problems);
    problems_join(problems, found);
    for (size_t i = before; i < problems_count(problems); i++) {
        struct place *place = (struct place *)&problems_at(problems, i)->error.place;
        if (!source || !place->file || !g_str_equal(place->file, source->document_name))
            continue;
        g_free((char *)place->file);
        place->file = g_strdup(path);
    }
}

static bool walk(struct document *document, const struct conf *conf, enum mail_kind kind,
                 struct problems *problems)
{
    const struct intake_order order = {
        .conf = conf, .source = document->source, .kind = kind, .date = clock_now()};
    bool good = intake_walk(&document->intake, &order);
    add_as_typed(problems, document, document->intake->problems);
    return good;
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
    bool read = source_read(&document->source, fd, name, found);
    add_as_typed(problems, document, found);
    return read && walk(document, conf, kind, problems);
}

void document_clear(struct document *document)
{
    source_free(document->source);
    intake_free(document->intake);
    *document = (struct document){0};
}
