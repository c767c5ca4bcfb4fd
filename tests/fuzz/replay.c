/* In place of libFuzzer: feeds a target each file of a folder, once. */
#include "base/file.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

#define INPUT_MAX ((size_t)1 << 24)

int main(int argc, char *argv[])
{
    GDir *folder = argc == 2 ? g_dir_open(argv[1], 0, NULL) : NULL;
    int inputs = 0;
    if (!folder)
        return EX_USAGE;
    for (const char *name; (name = g_dir_read_name(folder)); inputs++) {
        AUTO(text) char *path = g_build_filename(argv[1], name, NULL);
        AUTO(error) struct error error = {0};
        AUTO(bytes) GBytes *input = NULL;
        gsize length;
        if (!file_load(&input, path, INPUT_MAX, &error))
            return EX_NOINPUT;
        const uint8_t *octets = g_bytes_get_data(input, &length);
        (void)LLVMFuzzerTestOneInput(octets, length);
    }
    g_dir_close(folder);
    printf("%d inputs\n", inputs);
    return inputs ? EX_OK : EX_NOINPUT;
}
