/* Rows of an .xlsx file (ECMA-376) as Excel, WPS and LibreOffice write it. */
#pragma once
#include "base/csv.h"

/* Does it begin as a zip archive does? */
bool xlsx_is(GBytes *octets);
/* Does it begin as what .xls files and encrypted .xlsx files are (MS-CFB)? Neither can be read. */
bool xlsx_is_compound(GBytes *octets);

/* Calls `record` for each row of a sheet that has cells, with its number: texts as they are,
 * numbers as they are kept, dates as 2023-11-16, formulas by the value that was saved with them.
 * `sheet` NULL: the first that is not hidden. *name (may be NULL) is the sheet's name, and the
 * caller's, before the first call. EX_DATAERR: no spreadsheet, a damaged or hostile one, no such
 * sheet. */
MUST bool xlsx_read(GBytes *octets, const char *sheet, const char *file, char **name,
                    csv_record *record, void *user, struct error *error);
