/* From a parsed issue to HTML, text and MIME. Section 5 of the contract, standards.md parts 2,
 * 3, 6. */
#pragma once
#include "conf/conf.h"
#include "issue/issue.h"

/* A file that stands with the issue: a picture that it shows, or something attached. */
struct attachment {
    char *name; /* without folders */
    GBytes *content;
};

enum mail_kind { MAIL_ISSUE, MAIL_TRIAL };

struct mail_order { /* what to compose; all borrowed */
    const struct conf *conf;
    const struct publication *publication;
    const struct issue *issue;
    const GPtrArray *attachments; /* of struct attachment; NULL: none */
    enum mail_kind kind;
    usec_t date;
};

struct mail {
    GString *html, *text;
    GString *preview; /* the HTML with its pictures within, to be opened by a browser */
    GString *message; /* RFC 5322, CRLF; no body line begins with a dot, so that what is sent as
                         DATA is the same octets (RFC 5321 §4.5.2) */
    char *subject, *message_id; /* message_id without <> */
};

/* *mail is then the caller's. EX_DATAERR: larger than max_size, or a picture that is not there. */
MUST bool mail_compose(struct mail **mail, const struct mail_order *order, struct error *error);
void mail_free(struct mail *mail);
AUTO_DEFINE(mail, struct mail, mail_free)

/* The header lines that a personal copy has in place of the shared ones (To, Message-ID), CRLF
 * after each. The caller frees. `message_id` is the issue's. */
char *mail_personal_header(const char *message_id, const char *name, const struct address *address);

/* A notice that the daemon itself writes (a report): text and HTML to some people, Auto-Submitted.
 * `files` (of struct attachment; NULL: none) are attached. */
struct notice_order {
    const struct conf *conf;
    const struct publication *publication; /* whose From it bears */
    const GPtrArray *to;                   /* of struct address */
    const char *subject, *text, *html;
    const char *auto_submitted; /* "auto-replied", "auto-generated" */
    const char *identity;       /* the Message-ID depends on it */
    const GPtrArray *files;
    usec_t date;
};
MUST bool mail_compose_notice(GString **message, const struct notice_order *order,
                              struct error *error);
