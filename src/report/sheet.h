/* report.csv: every recipient of an issue, for spreadsheets. */
#pragma once
#include "report/tally.h"

/* Begins it: the BOM and the columns' names. The caller frees. */
GString *sheet_begin(void);
void sheet_add(GString *sheet, const struct person *person);
