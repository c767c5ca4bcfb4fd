/* Any octets as a mail address: refused with a reason, or one that SMTP can carry, whose text reads
 * as the same address again. */
#include "base/address.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

/* Quoted local parts may hold brackets and blanks; nothing may hold a control character. */
static void check(const struct address *address)
{
    const char *text = address_text(address), *at = strrchr(text, '@');
    const char *domain = address_domain(address);
    if (!at || at == text || at + 1 != domain || at - text > 64 || strlen(text) > 254)
        abort();
    for (const char *c = text; *c; c++)
        if (*c < ' ' || *c > '~')
            abort();
    if (text[0] != '"' && strpbrk(text, " <>()[],;:\\\""))
        abort();
    if (!strchr(domain, '.') || domain[strspn(domain, "abcdefghijklmnopqrstuvwxyz0123456789-.")])
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    AUTO(text) char *text = g_strndup((const char *)octets, length);
    AUTO(address) struct address *address = NULL;
    AUTO(address) struct address *again = NULL;
    AUTO(error) struct error error = {0};
    if (!g_utf8_validate(text, -1, NULL)) /* as all text that the readers decoded */
        return 0;
    if (!address_parse(&address, text, NOWHERE, NULL, &error)) {
        if (!error.what.english || address)
            abort();
        return 0;
    }
    check(address);
    if (!address_parse(&again, address_text(address), NOWHERE, NULL, &error) ||
        !address_equal(address, again))
        abort();
    return 0;
}
