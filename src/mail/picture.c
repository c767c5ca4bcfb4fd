#include "mail/picture.h"

#include <string.h>

#include "mail/identity.h"

/* What every mail program shows; WebP and SVG are not among it (standards.md part 6), and an SVG
 * can hold scripts. */
static const struct {
    const char *begins;
    size_t length;
    const char *type;
} formats[] = {
    {"\x89PNG\r\n\x1a\n", 8, "png"},
    {"\xff\xd8\xff", 3, "jpeg"},
    {"GIF87a", 6, "gif"},
    {"GIF89a", 6, "gif"},
};

static const char *type_of(GBytes *content)
{
    size_t length;
    const char *octets = g_bytes_get_data(content, &length);
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++)
        if (length > formats[i].length && memcmp(octets, formats[i].begins, formats[i].length) == 0)
            return formats[i].type;
    return NULL;
}

static char *composed(const char *name)
{
    char *normal = g_utf8_normalize(name, -1, G_NORMALIZE_DEFAULT_COMPOSE);
    return normal ? normal : g_strdup(name);
}

/* Editors write 图%201.png, or ./pics/图 1.png, and a Mac takes the letters apart: all of it is the
 * file 图 1.png. */
static char *file_name_of(const char *target)
{
    AUTO(text) char *decoded = g_uri_unescape_string(target, NULL);
    AUTO(text) char *name = g_path_get_basename(decoded ? decoded : target);
    return composed(name);
}

static const struct attachment *file_of(const GPtrArray *attachments, const char *target)
{
    if (strstr(target, "://"))
        return NULL; /* nothing remote, whatever its last part is called */
    AUTO(text) char *wanted = file_name_of(target);
    for (guint i = 0; attachments && i < attachments->len; i++) {
        const struct attachment *file = attachments->pdata[i];
        AUTO(text) char *name = composed(file->name);
        if (strcmp(name, wanted) == 0)
            return file;
    }
    return NULL;
}

static void picture_free(void *memory)
{
    struct picture *picture = memory;
    g_free(picture->content_id);
    g_free(picture->cid_url);
    g_free(picture->data_url);
    g_free(picture);
}

static struct picture *picture_of(const struct pictures *pictures, const struct attachment *file)
{
    for (guint i = 0; i < pictures->shown->len; i++) {
        struct picture *picture = pictures->shown->pdata[i];
        if (picture->file == file)
            return picture;
    }
    return NULL;
}

static char *data_url(const char *type, const void *octets, size_t length)
{
    AUTO(text) char *base64 = g_base64_encode(octets, length);
    return g_strdup_printf("data:image/%s;base64,%s", type, base64);
}

static struct picture *picture_add(struct pictures *pictures, const struct attachment *file,
                                   const char *type, const char *hostname)
{
    struct identity identity = identity_begin();
    size_t length;
    const void *octets = g_bytes_get_data(file->content, &length);
    identity_add_text(&identity, file->name);
    identity_add(&identity, octets, length);
    AUTO(text) char *hex = identity_end(&identity);
    struct picture *picture = g_new0(struct picture, 1);
    picture->file = file;
    picture->type = type;
    picture->content_id = identity_message_id("picture", type, hex, hostname);
    picture->cid_url = g_strconcat("cid:", picture->content_id, NULL);
    picture->data_url = data_url(type, octets, length);
    g_ptr_array_add(pictures->shown, picture);
    return picture;
}

static bool show(struct pictures *pictures, const struct block *block, const struct issue *issue,
                 const GPtrArray *attachments, const char *hostname, struct error *error)
{
    struct place place = {issue->document_name, block->line, block->column};
    const char *target = block->target ? block->target : "";
    const struct attachment *file = file_of(attachments, target);
    if (!file)
        return error_set(error, EX_DATAERR, place,
                         N_("put the picture beside the issue, in one folder with it"),
                         N_("this picture is not among the files of the issue: %s"), target);
    const char *type = type_of(file->content);
    if (!type)
        return error_set(error, EX_DATAERR, place, N_("save the picture as PNG or JPEG"),
                         N_("mail programs don't show a picture of this kind: %s"), file->name);
    struct picture *picture = picture_of(pictures, file);
    if (!picture)
        picture = picture_add(pictures, file, type, hostname);
    g_hash_table_insert(pictures->in_mail, (void *)block->target, picture->cid_url);
    g_hash_table_insert(pictures->in_preview, (void *)block->target, picture->data_url);
    return true;
}

static bool show_all(struct pictures *pictures, const struct issue *issue,
                     const GPtrArray *attachments, const char *hostname, struct error *error)
{
    for (guint i = 0; issue->articles && i < issue->articles->len; i++) {
        const struct article *article = issue->articles->pdata[i];
        for (guint j = 0; article->blocks && j < article->blocks->len; j++) {
            const struct block *block = article->blocks->pdata[j];
            if (block->kind == BLOCK_PICTURE &&
                !show(pictures, block, issue, attachments, hostname, error))
                return false;
        }
    }
    return true;
}

bool pictures_find(struct pictures **pictures, const struct issue *issue,
                   const GPtrArray *attachments, const char *hostname, struct error *error)
{
    AUTO(pictures) struct pictures *fresh = g_new0(struct pictures, 1);
    fresh->shown = g_ptr_array_new_with_free_func(picture_free);
    fresh->others = g_ptr_array_new();
    fresh->in_mail = g_hash_table_new(g_str_hash, g_str_equal);
    fresh->in_preview = g_hash_table_new(g_str_hash, g_str_equal);
    if (!show_all(fresh, issue, attachments, hostname, error))
        return false;
    for (guint i = 0; attachments && i < attachments->len; i++)
        if (!picture_of(fresh, attachments->pdata[i]))
            g_ptr_array_add(fresh->others, attachments->pdata[i]);
    *pictures = TAKE(fresh);
    return true;
}

void pictures_free(struct pictures *pictures)
{
    if (!pictures)
        return;
    g_ptr_array_unref(pictures->shown);
    g_ptr_array_unref(pictures->others);
    g_hash_table_unref(pictures->in_mail);
    g_hash_table_unref(pictures->in_preview);
    g_free(pictures);
}
