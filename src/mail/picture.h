/* The pictures that an issue shows, found among its attachments. */
#pragma once
#include "mail/mail.h"

struct picture {
    const struct attachment *file; /* borrowed */
    const char *type;              /* "png", "jpeg", "gif"; static */
    char *content_id;              /* without <> */
    char *cid_url;                 /* RFC 2392 */
    char *data_url;                /* RFC 2397 */
};

struct pictures {
    GPtrArray *shown;  /* of struct picture, in the order in which they are first shown */
    GPtrArray *others; /* of const struct attachment: those that no article shows */
    /* As the document names it → its URL; borrowed. A preview is read by itself, with no other
     * part of the message at hand. */
    GHashTable *in_mail, *in_preview;
};

/* *pictures is then the caller's; the attachments (NULL: none) outlive it. EX_DATAERR with the line
 * of the document: a picture that is not there, or that mail programs don't show. */
MUST bool pictures_find(struct pictures **pictures, const struct issue *issue,
                        const GPtrArray *attachments, const char *hostname, struct error *error);
void pictures_free(struct pictures *pictures);
AUTO_DEFINE(pictures, struct pictures, pictures_free)
