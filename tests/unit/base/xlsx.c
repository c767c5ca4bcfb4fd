#include "base/xlsx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define NAMESPACE "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define WORKBOOK(sheets)                                                                           \
    "<workbook " NAMESPACE " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/"     \
    "relationships\">" sheets "</workbook>"
#define ONE_SHEET          WORKBOOK("<sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets>")
#define RELATIONS(targets) "<Relationships>" targets "</Relationships>"
#define ONE_TARGET         RELATIONS("<Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/>")
#define SHEET(rows)        "<worksheet " NAMESPACE "><sheetData>" rows "</sheetData></worksheet>"

struct part {
    const char *name, *text;
};

static void add_part(struct archive *archive, const char *name, const char *text, size_t length)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)length);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, text, length), (int)length);
    archive_entry_free(entry);
}

#define FILE_MOST ((size_t)4 << 20)

/* A workbook with one sheet, if no part says otherwise. */
static GBytes *zip(const struct part parts[], size_t count)
{
    static const struct part usual[] = {{"xl/workbook.xml", ONE_SHEET},
                                        {"xl/_rels/workbook.xml.rels", ONE_TARGET}};
    char *octets = g_malloc(FILE_MOST);
    size_t used = 0;
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    assert_int_equal(archive_write_open_memory(archive, octets, FILE_MOST, &used), ARCHIVE_OK);
    for (size_t i = 0; i < G_N_ELEMENTS(usual); i++) {
        bool replaced = false;
        for (size_t j = 0; j < count && parts[j].name; j++)
            replaced |= strcmp(parts[j].name, usual[i].name) == 0;
        if (!replaced)
            add_part(archive, usual[i].name, usual[i].text, strlen(usual[i].text));
    }
    for (size_t i = 0; i < count && parts[i].name; i++)
        if (parts[i].text)
            add_part(archive, parts[i].name, parts[i].text, strlen(parts[i].text));
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    return g_bytes_new_take(octets, used);
}

static bool add_row(void *user, int line, const GPtrArray *fields, struct error *error)
{
    (void)error;
    GString *rows = user;
    g_string_append_printf(rows, "%s%d", rows->len ? "\n" : "", line);
    for (guint i = 0; i < fields->len; i++)
        g_string_append_printf(rows, "|%s", (const char *)fields->pdata[i]);
    return true;
}

#define PARTS_MOST 5

static const struct {
    const char *what;
    struct part parts[PARTS_MOST];
    const char *sheet; /* NULL: the first */
    const char *rows;  /* NULL: refused … */
    const char *words; /* … in these */
} cases[] = {
    {"shared strings",
     {{"xl/sharedStrings.xml",
       "<sst><si><t>甲</t></si><si/><si><r><t>乙</t></r><r><t xml:space=\"preserve\"> 丙"
       "</t></r><rPh><t>yi</t></rPh></si></sst>"},
      {"xl/worksheets/sheet1.xml",
       SHEET("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c "
             "r=\"C1\" t=\"s\"><v>2</v></c><c r=\"D1\" t=\"s\"><v>9</v></c></row>")}},
     NULL,
     "1|甲||乙 丙|",
     NULL},
    {"inline strings, numbers, truths, errors, formulas",
     {{"xl/worksheets/sheet1.xml",
       SHEET("<row r=\"2\"><c t=\"inlineStr\"><is><t>甲</t></is></c><c><v>1.5</v></c><c t=\"b\">"
             "<v>1</v></c><c t=\"e\"><v>#N/A</v></c><c t=\"str\"><f>A1</f><v>x</v></c></row>")}},
     NULL,
     "2|甲|1.5|1|#N/A|x",
     NULL},
    {"gaps",
     {{"xl/worksheets/sheet1.xml",
       SHEET("<row r=\"1\"/><row r=\"7\"><c r=\"B7\"><v>1</v></c><c r=\"D7\"/></row><row>"
             "<c><v>2</v></c></row>")}},
     NULL,
     "7||1||\n8|2",
     NULL},
    {"columns without end",
     {{"xl/worksheets/sheet1.xml",
       SHEET("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"XFD1\"><v>2</v></c><c r=\"ZZZZZZZZ1\"><v>"
             "3</v></c></row>")}},
     NULL,
     "1|1",
     NULL},
    {"dates",
     {{"xl/styles.xml",
       "<styleSheet><numFmts><numFmt numFmtId=\"164\" "
       "formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/>"
       "<numFmt numFmtId=\"165\" formatCode=\"[Red]&quot;day&quot;0.00E+00\"/>"
       "<numFmt numFmtId=\"166\" formatCode=\"General\"/></numFmts><cellXfs>"
       "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/>"
       "<xf numFmtId=\"166\"/></cellXfs></styleSheet>"},
      {"xl/worksheets/sheet1.xml",
       SHEET("<row r=\"1\"><c s=\"0\"><v>45246</v></c><c s=\"1\"><v>45246</v></c><c s=\"2\"><v>"
             "45246.75</v></c><c s=\"3\"><v>45246</v></c><c s=\"1\"><v>61</v></c><c s=\"1\"><v>"
             "-1</v></c><c s=\"1\"><v>1e99</v></c><c s=\"4\"><v>45246</v></c></row>")}},
     NULL,
     "1|45246|2023-11-16|2023-11-16|45246|1900-03-01|-1|1e99|45246",
     NULL},
    {"dates from 1904",
     {{"xl/workbook.xml", WORKBOOK("<workbookPr date1904=\"1\"/><sheets><sheet name=\"S\" "
                                   "r:id=\"r1\"/></sheets>")},
      {"xl/styles.xml", "<s><cellXfs><xf numFmtId=\"14\"/></cellXfs></s>"},
      {"xl/worksheets/sheet1.xml", SHEET("<row r=\"1\"><c s=\"0\"><v>43784</v></c></row>")}},
     NULL,
     "1|2023-11-16",
     NULL},
    {"the first sheet that is not hidden",
     {{"xl/workbook.xml",
       WORKBOOK("<sheets><sheet name=\"A\" state=\"hidden\" r:id=\"r1\"/><sheet name=\"B\" "
                "r:id=\"r2\"/></sheets>")},
      {"xl/_rels/workbook.xml.rels",
       RELATIONS("<Relationship Id=\"r1\" Target=\"a.xml\"/><Relationship Id=\"r2\" "
                 "Target=\"/xl/b.xml\"/>")},
      {"xl/a.xml", SHEET("<row r=\"1\"><c><v>1</v></c></row>")},
      {"xl/b.xml", SHEET("<row r=\"1\"><c><v>2</v></c></row>")}},
     NULL,
     "1|2",
     NULL},
    {"a sheet by its name",
     {{"xl/workbook.xml", WORKBOOK("<sheets><sheet name=\"A\" r:id=\"r1\"/><sheet name=\"名 单\" "
                                   "r:id=\"r2\"/></sheets>")},
      {"xl/_rels/workbook.xml.rels",
       RELATIONS("<Relationship Id=\"r1\" Target=\"a.xml\"/><Relationship Id=\"r2\" "
                 "Target=\"b.xml\"/>")},
      {"xl/b.xml", SHEET("<row r=\"1\"><c><v>2</v></c></row>")}},
     "名单",
     "1|2",
     NULL},
    {"no such sheet",
     {{"xl/worksheets/sheet1.xml", SHEET("")}},
     "T",
     NULL,
     "no sheet T; there are: S"},
    {"carriage returns",
     {{"xl/worksheets/sheet1.xml", SHEET("<row r=\"1\"><c t=\"str\"><v>a_x000D_b</v></c></row>")}},
     NULL,
     "1|ab",
     NULL},
    {"no workbook", {{"xl/workbook.xml", NULL}}, NULL, NULL, "no spreadsheet"},
    {"no sheet part", {{"xl/other.xml", "<a/>"}}, NULL, NULL, "is missing"},
    {"XML that breaks off",
     {{"xl/worksheets/sheet1.xml", "<worksheet><sheetData><row r=\"1\"><c>"}},
     NULL,
     NULL,
     "damaged"},
    {"a document type",
     {{"xl/worksheets/sheet1.xml",
       "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><worksheet><row><c><v>&a;</v></c>"
       "</row></worksheet>"}},
     NULL,
     NULL,
     "what no spreadsheet does"},
    {"entities that grow",
     {{"xl/sharedStrings.xml",
       "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaaaaaaaaaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;\">"
       "]><sst><si><t>&b;</t></si></sst>"}},
     NULL,
     NULL,
     "what no spreadsheet does"},
    {"rows out of order",
     {{"xl/worksheets/sheet1.xml",
       SHEET("<row r=\"2\"><c><v>1</v></c></row><row r=\"1\"><c><v>2</v></c></row>")}},
     NULL,
     NULL,
     "out of order"},
    {"a row beyond the format",
     {{"xl/worksheets/sheet1.xml", SHEET("<row r=\"99999999999\"><c><v>1</v></c></row>")}},
     NULL,
     NULL,
     "out of order"},
};

static void reads_sheets(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        print_message("%s\n", cases[i].what);
        AUTO(bytes) GBytes *file = zip(cases[i].parts, PARTS_MOST);
        AUTO(str) GString *rows = g_string_new(NULL);
        AUTO(error) struct error error = {0};
        AUTO(text) char *name = NULL;
        assert_true(xlsx_is(file));
        bool good = xlsx_read(file, cases[i].sheet, "x.xlsx", &name, add_row, rows, &error);
        if (cases[i].rows) {
            assert_true(good);
            assert_string_equal(rows->str, cases[i].rows);
            continue;
        }
        assert_false(good);
        assert_int_equal(error.exit_class, EX_DATAERR);
        assert_string_equal(error.place.file, "x.xlsx");
        if (!strstr(error.what.english, cases[i].words))
            print_message("%s\n", error.what.english);
        assert_non_null(strstr(error.what.english, cases[i].words));
    }
}

/* 600 MiB of nothing in a file of less than one. */
static void bomb_is_refused(void **state)
{
    (void)state;
    size_t length = (size_t)600 << 20;
    char *rows_of_it = g_malloc(length);
    for (size_t i = 0; i < length; i += 8)
        memcpy(rows_of_it + i, "<a/>    ", 8);
    memcpy(rows_of_it, "<sheets>", 8);
    char *octets = g_malloc(FILE_MOST);
    size_t used = 0;
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    assert_int_equal(archive_write_open_memory(archive, octets, FILE_MOST, &used), ARCHIVE_OK);
    add_part(archive, "xl/workbook.xml", ONE_SHEET, strlen(ONE_SHEET));
    add_part(archive, "xl/_rels/workbook.xml.rels", ONE_TARGET, strlen(ONE_TARGET));
    add_part(archive, "xl/worksheets/sheet1.xml", rows_of_it, length);
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    g_free(rows_of_it);
    AUTO(bytes) GBytes *file = g_bytes_new_take(octets, used);
    AUTO(str) GString *rows = g_string_new(NULL);
    AUTO(error) struct error error = {0};
    assert_false(xlsx_read(file, NULL, "x.xlsx", NULL, add_row, rows, &error));
    print_message("%zu octets: %s\n", used, error.what.english);
    assert_non_null(strstr(error.what.english, "unpacks to more"));
}

/* Cut at any place, a file is refused or reads as far as its directory at the end says; it never
 * crashes. */
static void cut_file_is_refused(void **state)
{
    (void)state;
    AUTO(text) char *octets = NULL;
    gsize length = 0;
    assert_true(g_file_get_contents("tests/data/lists/members.xlsx", &octets, &length, NULL));
    for (gsize cut = 0; cut + 30 < length; cut += 7) {
        AUTO(bytes) GBytes *file = g_bytes_new(octets, cut);
        AUTO(str) GString *rows = g_string_new(NULL);
        AUTO(error) struct error error = {0};
        assert_false(xlsx_read(file, NULL, "x.xlsx", NULL, add_row, rows, &error));
        assert_int_equal(error.exit_class, EX_DATAERR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_sheets),
        cmocka_unit_test(bomb_is_refused),
        cmocka_unit_test(cut_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
