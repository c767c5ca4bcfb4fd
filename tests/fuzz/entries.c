/* Any octets as what libcurl says of a directory: a list that reads as CSV, or an error. */
#include "base/csv.h"
#include "fetch/entries.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static bool take_row(void *user, int line, const GPtrArray *fields, struct error *error)
{
    (void)user, (void)line, (void)error;
    if (fields->len != 5)
        abort();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    AUTO(error) struct error error = {0};
    AUTO(str) GString *list = NULL;
    if (entries_to_list(&list, (const char *)octets, length, NOWHERE, &error) &&
        !csv_read(list->str, list->len, ',', "l", take_row, NULL, &error))
        abort();
    return 0;
}
