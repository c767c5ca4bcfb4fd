#include "base/mailbox.h"

#include <string.h>

#include "base/text.h"

/* Where the last of two signs, half- or full-width, stands; NULL: nowhere. */
static const char *last_of(const char *text, const char *half, const char *full)
{
    const char *a = g_strrstr(text, half), *b = g_strrstr(text, full);
    return a > b ? a : b;
}

/* Blanks beside the @ are slips of the keyboard. Others stay, and are refused: a blank within a
 * local part may stand for a dot or an underscore, and who guesses writes to somebody else. */
static char *without_blanks_at_the_at(const char *address)
{
    const char *at = strrchr(address, '@');
    if (!at)
        return g_strdup(address);
    AUTO(text) char *before = g_strndup(address, (gsize)(at - address));
    AUTO(text) char *local_part = text_trim(before);
    AUTO(text) char *domain = text_trim(at + 1);
    return g_strconcat(local_part, "@", domain, NULL);
}

static char *bare_address(const char *text)
{
    AUTO(text) char *folded = text_fold(text);
    AUTO(text) char *trimmed = text_trim(folded);
    if (g_ascii_strncasecmp(trimmed, "mailto:", strlen("mailto:")) != 0)
        return without_blanks_at_the_at(trimmed);
    /* RFC 6068: what stands after ? are header fields, not the address. */
    const char *address = trimmed + strlen("mailto:");
    AUTO(text) char *bare = g_strndup(address, strcspn(address, "?"));
    return without_blanks_at_the_at(bare);
}

/* NULL where nothing is left of it. */
static char *bare_name(const char *text)
{
    AUTO(text) char *name = text_trim(text);
    size_t length = strlen(name);
    if (length >= 2 && name[0] == '"' && name[length - 1] == '"') {
        AUTO(text) char *inside = g_strndup(name + 1, length - 2);
        g_free(name);
        name = g_strcompress(inside);
    }
    return *name ? TAKE(name) : NULL;
}

static bool is_closed(const char *opened)
{
    AUTO(text) char *folded = text_fold(opened);
    AUTO(text) char *trimmed = text_trim(folded);
    return g_str_has_suffix(trimmed, ">");
}

static bool holds_control(const char *text)
{
    while (*text && (unsigned char)*text >= ' ' && *text != 0x7f)
        text++;
    return *text;
}

/* Nothing in it for the steps below: no name, nothing to fold, no blanks, no mailto:. */
static bool is_bare(const char *text)
{
    const char *c = text;
    while (*c > ' ' && *c < 0x7f && *c != '<' && *c != ':')
        c++;
    return !*c;
}

bool mailbox_parse(char **name, struct address **address, const char *text, struct place place,
                   unsigned *oddities, struct error *error)
{
    if (is_bare(text)) { /* nearly all are, and lists are long */
        *name = NULL;
        return address_parse(address, text, place, oddities, error);
    }
    if (holds_control(text)) /* refused, in words that show it */
        return address_parse(address, text, place, oddities, error);
    AUTO(text) char *before = NULL;
    AUTO(text) char *bare = NULL;
    const char *open = last_of(text, "<", "＜");
    if (open) {
        if (!is_closed(open))
            return error_set(error, EX_DATAERR, place, N_("write it as: name <address>"),
                             N_("the < before this address has no > after it: %s"), text);
        const char *inside = g_utf8_next_char(open);
        AUTO(text) char *within = g_strndup(inside, (gsize)(last_of(inside, ">", "＞") - inside));
        before = g_strndup(text, (gsize)(open - text));
        bare = bare_address(within);
    } else {
        bare = bare_address(text);
    }
    if (!address_parse(address, bare, place, oddities, error))
        return false;
    *name = before ? bare_name(before) : NULL;
    return true;
}
