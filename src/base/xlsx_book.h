/* What the sheets of an .xlsx file share: their names and places, the texts of their cells, and
 * which styles show a number as a date (ECMA-376 part 1, 18.2, 18.4, 18.8). For xlsx*.c alone. */
#pragma once
#include "base/xlsx_part.h"

struct xlsx_book; /* opaque */

/* *book is then the caller's; `file` must outlive it. */
MUST bool xlsx_book_open(struct xlsx_book **book, const struct xlsx_file *file,
                         struct error *error);
void xlsx_book_free(struct xlsx_book *book);
AUTO_DEFINE(xlsx_book, struct xlsx_book, xlsx_book_free)

/* The sheet of that name (blanks and width don't count), or with NULL the first that is not hidden:
 * its name as the file has it, and the name of its part; the book's own. EX_DATAERR: there is none;
 * the sentence names those that there are. */
MUST bool xlsx_book_sheet(const struct xlsx_book *book, const char *wanted, const char **name,
                          const char **part, struct error *error);
/* The book's own; NULL: there are not so many. */
const char *xlsx_book_string(const struct xlsx_book *book, guint64 index);
bool xlsx_book_is_date(const struct xlsx_book *book, guint64 style);
/* A serial number as 2023-11-16; NULL: it is no day. Caller frees. */
char *xlsx_book_date(const struct xlsx_book *book, double serial);
