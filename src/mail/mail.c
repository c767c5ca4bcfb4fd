#include "mail/mail.h"

#include <string.h>

#include "mail/identity.h"
#include "mail/mime.h"
#include "mail/plain.h"
#include "mail/subject.h"
#include "mail/template.h"
#include "mail/view.h"

#define HTML_TEMPLATE "bulletin.html"
#define TEXT_TEMPLATE "bulletin.txt"
#define LANGUAGE      "zh-CN" /* of a bulletin, whatever language the programs speak */

static const char *const kind_names[] = {[MAIL_ISSUE] = "issue", [MAIL_TRIAL] = "trial"};

static bool render(struct mail *mail, const struct mail_order *order,
                   const struct pictures *pictures, struct error *error)
{
    const char *folder = order->conf->templates_dir;
    AUTO(json) json_t *view = view_of_issue(order->issue, mail->subject, pictures->in_mail);
    AUTO(json) json_t *own = view_of_issue(order->issue, mail->subject, pictures->in_preview);
    AUTO(str) GString *marked = NULL;
    if (!template_render(&mail->html, folder, HTML_TEMPLATE, view, TEMPLATE_HTML, error) ||
        !template_render(&mail->preview, folder, HTML_TEMPLATE, own, TEMPLATE_HTML, error) ||
        !template_render(&marked, folder, TEXT_TEMPLATE, view, TEMPLATE_TEXT, error))
        return false;
    mail->text = plain_lay_out(marked->str);
    return true;
}

static struct address *reply_to(const struct mail_order *order)
{
    const struct publication *publication = order->publication;
    if (publication->reply_to_contact)
        return view_contact(order->issue);
    return publication->reply_to ? address_copy(publication->reply_to) : NULL;
}

static void add_file(struct identity *identity, const struct attachment *file)
{
    size_t length;
    const void *octets = g_bytes_get_data(file->content, &length);
    identity_add_text(identity, file->name);
    identity_add(identity, octets, length);
}

/* Of all that a reader gets, without the date: composed again, the same text has the same one. */
static char *hash_of(const struct mail *mail, const struct mail_order *order)
{
    const struct publication *publication = order->publication;
    struct identity identity = identity_begin();
    identity_add_text(&identity, publication->id);
    identity_add_text(&identity, order->issue->key);
    identity_add_text(&identity, kind_names[order->kind]);
    identity_add_text(&identity, publication->from.name);
    identity_add_text(&identity, address_text(publication->from.address));
    identity_add_text(&identity, mail->subject);
    identity_add(&identity, mail->text->str, mail->text->len);
    identity_add(&identity, mail->html->str, mail->html->len);
    for (guint i = 0; order->attachments && i < order->attachments->len; i++)
        add_file(&identity, order->attachments->pdata[i]);
    return identity_end(&identity);
}

static void write_message(struct mail *mail, const struct mail_order *order,
                          const struct pictures *pictures)
{
    const struct publication *publication = order->publication;
    AUTO(text) char *hex = hash_of(mail, order);
    AUTO(text) char *what = g_strdup_printf("%s.%s", order->issue->key, kind_names[order->kind]);
    AUTO(address) struct address *reply = reply_to(order);
    mail->message_id = identity_message_id(publication->id, what, hex, order->conf->hostname);
    /* The recipients stand in the envelope alone. */
    struct mailbox to = {publication->name, publication->from.address};
    struct letter letter = {
        .from = {publication->from.name, publication->from.address},
        .reply_to = {NULL, reply},
        .to = &to,
        .to_count = 1,
        .subject = mail->subject,
        .message_id = mail->message_id,
        .language = LANGUAGE,
        .list_name = publication->name,
        .list_id = publication->list_id,
        .precedence = "bulk",
        .date = order->date,
        .text = mail->text->str,
        .html = mail->html->str,
        .pictures = pictures->shown,
        .files = pictures->others,
        .identity = hex,
    };
    mail->message = mime_write(&letter);
}

static bool check_size(const struct mail *mail, const struct mail_order *order, struct error *error)
{
    uint64_t most = order->publication->max_size;
    if (mail->message->len <= most)
        return true;
    AUTO(text) char *size = g_format_size_full(mail->message->len, G_FORMAT_SIZE_IEC_UNITS);
    AUTO(text) char *limit = g_format_size_full(most, G_FORMAT_SIZE_IEC_UNITS);
    return error_set(error, EX_DATAERR, (struct place){order->issue->document_name, 0, 0},
                     N_("make the pictures smaller or leave attachments out"),
                     N_("the mail would have %s; this publication allows %s"), size, limit);
}

bool mail_compose(struct mail **mail, const struct mail_order *order, struct error *error)
{
    AUTO(mail) struct mail *fresh = g_new0(struct mail, 1);
    AUTO(pictures) struct pictures *pictures = NULL;
    if (!pictures_find(&pictures, order->issue, order->attachments, order->conf->hostname, error))
        return false;
    fresh->subject = subject_of_issue(order->publication, order->issue, order->kind);
    if (!render(fresh, order, pictures, error))
        return false;
    write_message(fresh, order, pictures);
    if (!check_size(fresh, order, error))
        return false;
    *mail = TAKE(fresh);
    return true;
}

void mail_free(struct mail *mail)
{
    if (!mail)
        return;
    auto_str(&mail->html);
    auto_str(&mail->preview);
    auto_str(&mail->text);
    auto_str(&mail->message);
    g_free(mail->subject);
    g_free(mail->message_id);
    g_free(mail);
}

/* weekly.2023-25.issue.HEX@host becomes weekly.2023-25.issue.HEX.RECIPIENT@host. */
char *mail_personal_header(const char *message_id, const char *name, const struct address *address)
{
    struct identity identity = identity_begin();
    identity_add_text(&identity, message_id);
    identity_add_text(&identity, address_text(address));
    AUTO(text) char *hex = identity_end(&identity);
    const char *at = strrchr(message_id, '@');
    size_t local = at ? (size_t)(at - message_id) : strlen(message_id);
    AUTO(text)
    char *own = g_strdup_printf("%.*s.%.16s%s", (int)local, message_id, hex, at ? at : "");
    struct mailbox to = {name && *name ? name : NULL, address};
    return mime_write_personal(&to, own);
}
