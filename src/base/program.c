#include "base/program.h"
#include "base/auto.h"

static char *program_folder(void)
{
    AUTO(text) char *self = g_file_read_link("/proc/self/exe", NULL);
    return self ? g_path_get_dirname(self) : g_strdup(".");
}

char *program_beside(const char *name)
{
    AUTO(text) char *folder = program_folder();
    char *path = g_build_filename(folder, name, NULL);
    if (access(path, F_OK) == 0)
        return path;
    g_free(path);
    return NULL;
}

char *program_helper(const char *name)
{
    char *beside = program_beside(name);
    return beside ? beside : g_build_filename(LIBEXEC_DIR, name, NULL);
}

char *program_data(const char *name)
{
    AUTO(text) char *relative = g_build_filename("data", name, NULL);
    char *beside = program_beside(relative);
    return beside ? beside : g_build_filename(DATA_DIR, name, NULL);
}
