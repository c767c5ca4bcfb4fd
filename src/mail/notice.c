#include "mail/identity.h"
#include "mail/mime.h"

/* RFC 3282's tag for a language of the configuration. */
static const char *language_tag(const char *language)
{
    return g_strcmp0(language, "zh_CN") == 0 ? "zh-CN" : "en";
}

static char *hash_of(const struct notice_order *order)
{
    struct identity identity = identity_begin();
    identity_add_text(&identity, order->publication->id);
    identity_add_text(&identity, order->identity);
    return identity_end(&identity);
}

static struct mailbox *mailboxes_of(const GPtrArray *addresses)
{
    struct mailbox *mailboxes = g_new0(struct mailbox, addresses->len + 1);
    for (guint i = 0; i < addresses->len; i++)
        mailboxes[i].address = addresses->pdata[i];
    return mailboxes;
}

bool mail_compose_notice(GString **message, const struct notice_order *order, struct error *error)
{
    if (order->to->len == 0)
        return error_set(error, EX_CONFIG, NOWHERE, NULL, N_("this notice is for nobody"));
    const struct publication *publication = order->publication;
    AUTO(text) char *hex = hash_of(order);
    AUTO(text)
    char *message_id = identity_message_id(publication->id, "notice", hex, order->conf->hostname);
    struct mailbox *to = mailboxes_of(order->to);
    struct letter letter = {
        .from = {publication->from.name, publication->from.address},
        .to = to,
        .to_count = order->to->len,
        .subject = order->subject,
        .message_id = message_id,
        .language = language_tag(order->conf->language),
        .auto_submitted = order->auto_submitted,
        .date = order->date,
        .text = order->text,
        .html = order->html,
        .files = order->files,
        .identity = hex,
    };
    *message = mime_write(&letter);
    g_free(to);
    return true;
}
