/* Any octets as the first sheet of an .xlsx file. A fuzzer can't mend the checksums of a zip
 * archive: so the octets are its parts, apart by NUL, stored here. */
#include "base/xlsx.h"

#include <stdint.h>
#include <archive.h>
#include <archive_entry.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static const char *const names[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml",
                                    "xl/styles.xml", "xl/workbook.xml",
                                    "xl/_rels/workbook.xml.rels"};
static const char *const usual[] = {
    NULL, NULL, NULL, "<workbook><sheets><sheet name=\"S\" id=\"r1\"/></sheets></workbook>",
    "<r><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/></r>"};

static void add_part(struct archive *archive, const char *name, const void *text, size_t length)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)length);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    (void)archive_write_header(archive, entry);
    (void)archive_write_data(archive, text, length);
    archive_entry_free(entry);
}

static GBytes *zip(const uint8_t *octets, size_t length)
{
    size_t most = length + 8192, used = 0;
    char *file = g_malloc(most);
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    archive_write_zip_set_compression_store(archive);
    (void)archive_write_open_memory(archive, file, most, &used);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const uint8_t *end = length ? memchr(octets, '\0', length) : NULL;
        size_t part = end ? (size_t)(end - octets) : length;
        if (part)
            add_part(archive, names[i], octets, part);
        else if (usual[i])
            add_part(archive, names[i], usual[i], strlen(usual[i]));
        octets += part + (end != NULL);
        length -= part + (end != NULL);
    }
    (void)archive_write_close(archive);
    archive_write_free(archive);
    return g_bytes_new_take(file, used);
}

static bool take_row(void *user, int line, const GPtrArray *fields, struct error *error)
{
    (void)user, (void)error;
    return line > 0 && fields->len > 0;
}

static void read_one(GBytes *file)
{
    AUTO(error) struct error error = {0};
    (void)!xlsx_read(file, NULL, "x.xlsx", NULL, take_row, NULL, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    AUTO(bytes) GBytes *parts = zip(octets, length);
    AUTO(bytes) GBytes *whole = g_bytes_new(octets, length);
    read_one(parts);
    read_one(whole);
    return 0;
}
