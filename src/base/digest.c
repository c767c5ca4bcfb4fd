#include "base/digest.h"

#include <openssl/evp.h>

struct digest {
    EVP_MD_CTX *sum;
};

struct digest *digest_new(void)
{
    struct digest *digest = g_new0(struct digest, 1);
    digest->sum = EVP_MD_CTX_new();
    if (!digest->sum || EVP_DigestInit_ex(digest->sum, EVP_sha256(), NULL) != 1)
        g_error("SHA-256 does not start");
    return digest;
}

void digest_free(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->sum);
    g_free(digest);
}

void digest_add(struct digest *digest, const void *octets, size_t length)
{
    if (EVP_DigestUpdate(digest->sum, octets, length) != 1)
        g_error("SHA-256 does not go on");
}

char *digest_hex(struct digest *digest)
{
    unsigned char octets[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_DigestFinal_ex(digest->sum, octets, &length) != 1)
        g_error("SHA-256 does not end");
    GString *text = g_string_sized_new(2 * (gsize)length);
    for (unsigned i = 0; i < length; i++)
        g_string_append_printf(text, "%02x", octets[i]);
    return g_string_free(text, FALSE);
}
