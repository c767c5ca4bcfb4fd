#include "people/source.h"

#include <string.h>

#include "fetch/url.h"
#include "people/list.h"

void list_source_free(struct list_source *source)
{
    if (!source)
        return;
    g_free(source->name);
    g_free(source->path);
    g_free(source->url);
    g_free(source->sheet);
    g_free(source->key);
    g_free((char *)source->said.file);
    g_free(source);
}

static bool read_url(struct list_source *source, struct problems *problems)
{
    AUTO(error) struct error error = {0};
    const char *mark = strchr(source->name, '#');
    AUTO(text) char *bare = g_strndup(source->name, strcspn(source->name, "#"));
    AUTO(text) char *sheet = mark ? g_uri_unescape_string(mark + 1, NULL) : NULL;
    if (!url_check(&source->url, bare, source->said, &error))
        return problems_take(problems, "list", &error);
    source->sheet = sheet && *sheet ? TAKE(sheet) : NULL;
    return true;
}

static void read_path(struct list_source *source, const char *folder)
{
    const char *sheet;
    AUTO(text) char *bare = list_sheet(source->name, &sheet);
    source->path = *bare == '/' ? TAKE(bare) : g_build_filename(folder, bare, NULL);
    source->sheet = g_strdup(sheet);
}

struct list_source *list_source_new(const char *name, const char *folder, struct place said,
                                    struct problems *problems)
{
    AUTO(list_source) struct list_source *source = g_new0(struct list_source, 1);
    source->name = g_strdup(name);
    source->said = said;
    source->said.file = g_strdup(said.file);
    if (!strstr(name, "://"))
        read_path(source, folder);
    else if (!read_url(source, problems))
        return NULL;
    source->key = g_strconcat(source->url ? source->url : source->path, source->sheet ? "#" : "",
                              source->sheet, NULL);
    return TAKE(source);
}
