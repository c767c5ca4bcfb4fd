/* What was dropped: a file, or a folder that holds just one document. */
#include "base/file.h"
#include "intake/intake.h"
#include "outbox/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define DOCUMENT_MAX (16 << 20)
#define ATTACHMENTS_MAX (64 << 20)

static void attachment_free(void *pointer)
{
    struct attachment *attachment = pointer;
    g_free(attachment->name);
    g_bytes_unref(attachment->content);
    g_free(attachment);
}

static struct source *source_new(const char *name)
{
    struct source *source = g_new0(struct source, 1);
    source->name = g_strdup(name);
    source->attachments = g_ptr_array_new_with_free_func(attachment_free);
    return source;
}

void source_free(struct source *source)
{
    if (!source)
        return;
    g_free(source->name);
    g_free(source->document_name);
    if (source->document)
        g_bytes_unref(source->document);
    g_ptr_array_unref(source->attachments);
    g_free(source);
}

/* What is often dropped and can't be read, whatever its name says. */
enum office_form { OFFICE_NONE, OFFICE_WORD, OFFICE_PDF };

static enum office_form form_by_octets(const char *octets, size_t length)
{
    static const struct {
        const char *mark;
        size_t length;
        enum office_form form;
    } marks[] = {
        {"PK\3\4", 4, OFFICE_WORD},                          /* docx: a zip archive */
        {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, OFFICE_WORD}, /* doc, wps: OLE */
        {"{\\rtf", 5, OFFICE_WORD},
        {"%PDF", 4, OFFICE_PDF},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        if (length >= marks[i].length && memcmp(octets, marks[i].mark, marks[i].length) == 0)
            return marks[i].form;
    return OFFICE_NONE;
}

static enum office_form form_of_file(int fd)
{
    char octets[8];
    ssize_t length = pread(fd, octets, sizeof octets, 0);
    return length > 0 ? form_by_octets(octets, (size_t)length) : OFFICE_NONE;
}

static bool refuse_form(enum office_form form, const char *name, struct problems *problems)
{
    struct place place = {name, 0, 0};
    if (form == OFFICE_WORD)
        return problems_add(problems, PROBLEM, "document-form", EX_DATAERR, place,
                            N_("open it in Word or WPS, choose Save As, plain text (*.txt), "
                               "encoding UTF-8, and drop the .txt file"),
                            N_("this is a document of Word or WPS, not a text file"));
    if (form == OFFICE_PDF)
        return problems_add(problems, PROBLEM, "document-form", EX_DATAERR, place,
                            N_("open what it was made from in Word or WPS, choose Save As, plain "
                               "text (*.txt), encoding UTF-8, and drop the .txt file"),
                            N_("this is a PDF, not a text file"));
    return problems_add(problems, PROBLEM, "document-form", EX_DATAERR, place,
                        N_("save it as Markdown (.md) or as plain text (.txt)"),
                        N_("this is no document that can be read"));
}

static bool read_document(struct source *source, int fd, const char *name,
                          struct problems *problems)
{
    AUTO(error) struct error error = {0};
    source->document_name = g_strdup(name);
    enum office_form form = form_of_file(fd);
    if (document_form(name) == DOCUMENT_UNKNOWN || form != OFFICE_NONE)
        return refuse_form(form, name, problems);
    return file_read(&source->document, fd, DOCUMENT_MAX, name, &error) ||
           problems_take(problems, "document", &error);
}

static bool read_member(struct source *source, int folder, const char *name, size_t *total,
                        struct problems *problems)
{
    AUTO(error) struct error error = {0};
    AUTO(fd) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        error_set_errno(&error, (struct place){name, 0, 0}, N_("can't be opened"));
        return problems_take(problems, "attachment", &error);
    }
    if (document_form(name) != DOCUMENT_UNKNOWN && !source->document)
        return read_document(source, fd, name, problems);
    if (document_form(name) != DOCUMENT_UNKNOWN)
        return problems_add(problems, PROBLEM, "two-documents", EX_DATAERR,
                            (struct place){name, 0, 0},
                            N_("leave just one document in the folder"),
                            N_("the folder holds two documents: %1$s and %2$s"),
                            source->document_name, name);
    struct attachment *attachment = g_new0(struct attachment, 1);
    if (!file_read(&attachment->content, fd, ATTACHMENTS_MAX - *total, name, &error)) {
        g_free(attachment);
        return problems_take(problems, "attachment", &error);
    }
    *total += g_bytes_get_size(attachment->content);
    attachment->name = g_strdup(name);
    g_ptr_array_add(source->attachments, attachment);
    return true;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* In an order that doesn't hang on the file system. */
static GPtrArray *names_in(int folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    while (list && (entry = readdir(list)))
        if (!outbox_is_work_in_progress(entry->d_name))
            g_ptr_array_add(names, g_strdup(entry->d_name));
    if (list)
        closedir(list);
    g_ptr_array_sort(names, by_name);
    return names;
}

/* A folder whose only document is one that can't be read. */
static bool office_attachment(const struct source *source, enum office_form *form,
                              const char **name)
{
    for (guint i = 0; i < source->attachments->len; i++) {
        const struct attachment *attachment = source->attachments->pdata[i];
        gsize length;
        const char *octets = g_bytes_get_data(attachment->content, &length);
        *form = form_by_octets(octets, length);
        *name = attachment->name;
        if (*form != OFFICE_NONE)
            return true;
    }
    return false;
}

static bool read_folder(struct source *source, int folder, struct problems *problems)
{
    AUTO(array) GPtrArray *names = names_in(folder);
    enum office_form form;
    const char *name;
    size_t total = 0;
    bool good = true;
    for (guint i = 0; i < names->len; i++)
        good &= read_member(source, folder, names->pdata[i], &total, problems);
    if (good && !source->document && office_attachment(source, &form, &name))
        return refuse_form(form, name, problems);
    if (good && !source->document)
        return problems_add(problems, PROBLEM, "no-document", EX_DATAERR,
                            (struct place){source->name, 0, 0},
                            N_("put the issue (.md or .txt) into the folder"),
                            N_("the folder holds no document"));
    return good;
}

bool source_read(struct source **source, int fd, const char *name, struct problems *problems)
{
    struct stat status;
    AUTO(error) struct error error = {0};
    AUTO(source) struct source *fresh = source_new(name);
    if (fstat(fd, &status) < 0) {
        error_set_errno(&error, (struct place){name, 0, 0}, N_("can't be read"));
        return problems_take(problems, "document", &error);
    }
    if (!(S_ISDIR(status.st_mode) ? read_folder(fresh, fd, problems)
                                  : read_document(fresh, fd, name, problems)))
        return false;
    *source = TAKE(fresh);
    return true;
}
