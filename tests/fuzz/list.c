/* Any octets as a list, CSV mostly: it is read or refused, cleanly, and every member has an address
 * that the wire can carry. */
#include "people/list.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static void free_member(void *member)
{
    member_free(member);
}

static void check(const struct member *member)
{
    const char *text = address_text(member->address);
    if (!strchr(text, '@') || strlen(text) > 254)
        abort();
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            abort();
    if (member->name && strpbrk(member->name, "\r\n"))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    AUTO(bytes) GBytes *file = g_bytes_new(octets, length);
    AUTO(array) GPtrArray *members = g_ptr_array_new_with_free_func(free_member);
    AUTO(problems) struct problems *problems = problems_new();
    const struct list_file list = {.path = "l", .shown = "l", .name = "l"};
    list_read_octets(members, file, &list, problems);
    for (guint i = 0; i < members->len; i++)
        check(members->pdata[i]);
    return 0;
}
