#include "base/xlsx_part.h"

#include <archive.h>
#include <archive_entry.h>
#include <libxml/xmlreader.h>
#include <string.h>

#define UNPACKED_MOST ((size_t)512 << 20) /* octets of a part: a million rows take some 200 MiB */
#define ENTRIES_MOST  10000

struct xlsx_part {
    struct archive *archive;
    xmlTextReader *reader;
    size_t unpacked;
    bool too_large;
    char *file;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* a msgid without arguments */
#pragma GCC diagnostic ignored "-Wformat-security"
static bool refuse(const char *file, struct error *error, const char *what)
{
    return error_set(error, EX_DATAERR, (struct place){file, 0, 0},
                     N_("open it in the spreadsheet program and save it anew as .xlsx, without a "
                        "password, or as CSV"),
                     what);
}
#pragma GCC diagnostic pop

void xlsx_part_free(struct xlsx_part *part)
{
    if (!part)
        return;
    xmlFreeTextReader(part->reader);
    archive_read_free(part->archive);
    g_free(part->file);
    g_free(part);
}

/* --- unpacking --- */

static int read_octets(void *user, char *buffer, int length)
{
    struct xlsx_part *part = user;
    la_ssize_t got = archive_read_data(part->archive, buffer, (size_t)length);
    if (got < 0)
        return -1;
    part->unpacked += (size_t)got;
    part->too_large = part->unpacked > UNPACKED_MOST;
    return part->too_large ? -1 : (int)got;
}

/* Stands at the wanted entry after it; *found says if there is one. */
static bool find_entry(struct archive *archive, const char *name, bool *found)
{
    struct archive_entry *entry;
    int code = ARCHIVE_OK;
    for (int i = 0; i < ENTRIES_MOST; i++) {
        code = archive_read_next_header(archive, &entry);
        if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
            break;
        const char *path = archive_entry_pathname(entry);
        if (path && g_ascii_strcasecmp(path, name) == 0 && !archive_entry_is_encrypted(entry)) {
            *found = true;
            return true;
        }
    }
    *found = false;
    return code == ARCHIVE_EOF;
}

static bool open_archive(struct archive *archive, GBytes *octets)
{
    size_t length;
    const void *start = g_bytes_get_data(octets, &length);
    return archive_read_support_format_zip_seekable(archive) == ARCHIVE_OK &&
           archive_read_open_memory(archive, start, length) == ARCHIVE_OK;
}

/* What is wrong is told by who reads, once, and not by the library. */
#if LIBXML_VERSION >= 21200
static void ignore(void *user, const xmlError *error)
#else
static void ignore(void *user, xmlErrorPtr error)
#endif
{
    (void)user, (void)error;
}

bool xlsx_part_open(struct xlsx_part **part, const struct xlsx_file *file, const char *name,
                    struct error *error)
{
    AUTO(xlsx_part) struct xlsx_part *fresh = g_new0(struct xlsx_part, 1);
    bool found = false;
    fresh->file = g_strdup(file->name);
    fresh->archive = archive_read_new();
    if (!open_archive(fresh->archive, file->octets) || !find_entry(fresh->archive, name, &found))
        return refuse(file->name, error, N_("this is no .xlsx file, or a damaged one"));
    *part = NULL;
    if (!found)
        return true;
    fresh->reader = xmlReaderForIO(read_octets, NULL, fresh, NULL, NULL,
                                   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!fresh->reader)
        return refuse(file->name, error, N_("this is no .xlsx file, or a damaged one"));
    xmlTextReaderSetStructuredErrorHandler(fresh->reader, ignore, NULL);
    *part = TAKE(fresh);
    return true;
}

/* --- nodes --- */

bool xlsx_part_next(struct xlsx_part *part, struct error *error)
{
    int code = xmlTextReaderRead(part->reader);
    if (part->too_large)
        return refuse(part->file, error, N_("this .xlsx file unpacks to more than any list has"));
    if (code < 0)
        return refuse(part->file, error, N_("this .xlsx file is damaged, or was not saved whole"));
    if (code > 0 && xmlTextReaderNodeType(part->reader) == XML_READER_TYPE_DOCUMENT_TYPE)
        return refuse(part->file, error, N_("this .xlsx file holds what no spreadsheet does"));
    return code > 0;
}

enum xlsx_node xlsx_part_node(const struct xlsx_part *part)
{
    switch (xmlTextReaderNodeType(part->reader)) {
    case XML_READER_TYPE_ELEMENT:
        return XLSX_START;
    case XML_READER_TYPE_END_ELEMENT:
        return XLSX_END;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        return XLSX_TEXT;
    default:
        return XLSX_OTHER;
    }
}

const char *xlsx_part_name(const struct xlsx_part *part)
{
    const xmlChar *name = xmlTextReaderConstLocalName(part->reader);
    return name ? (const char *)name : "";
}

const char *xlsx_part_text(const struct xlsx_part *part)
{
    const xmlChar *text = xmlTextReaderConstValue(part->reader);
    return text ? (const char *)text : "";
}

bool xlsx_part_is_empty(const struct xlsx_part *part)
{
    return xmlTextReaderIsEmptyElement(part->reader) == 1;
}

char *xlsx_part_attribute(const struct xlsx_part *part, const char *name)
{
    char *found = NULL;
    while (!found && xmlTextReaderMoveToNextAttribute(part->reader) == 1)
        if (strcmp(xlsx_part_name(part), name) == 0)
            found = g_strdup(xlsx_part_text(part));
    xmlTextReaderMoveToElement(part->reader);
    return found;
}

bool xlsx_part_starts(const struct xlsx_part *part, const char *name)
{
    return xlsx_part_node(part) == XLSX_START && strcmp(xlsx_part_name(part), name) == 0;
}

bool xlsx_part_ends(const struct xlsx_part *part, const char *name)
{
    return xlsx_part_node(part) == XLSX_END && strcmp(xlsx_part_name(part), name) == 0;
}
