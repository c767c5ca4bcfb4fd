#include "base/address.h"

#include <idn2.h>
#include <string.h>

#define ADDRESS_MAX    254 /* RFC 5321 §4.5.3.1.3: a path is 256 with its <> */
#define LOCAL_PART_MAX 64
#define LABEL_MAX      63
#define DOMAIN_MAX     253

struct address {
    size_t at; /* where the @ stands */
    char text[];
};

/* `domain` is in A-labels; it is written in lower case. */
static struct address *address_new(const char *text, size_t at, const char *domain, size_t length)
{
    struct address *address = g_malloc(sizeof *address + at + 1 + length + 1);
    address->at = at;
    memcpy(address->text, text, at);
    address->text[at] = '@';
    char *to = address->text + at + 1;
    for (size_t i = 0; i < length; i++)
        to[i] = domain[i] >= 'A' && domain[i] <= 'Z' ? (char)(domain[i] | 0x20) : domain[i];
    to[length] = '\0';
    return address;
}

/* --- nearly all addresses ----------------------------------------------------------------------
 */

enum kind { ATEXT = 1 << 0, LETTER = 1 << 1, DIGIT = 1 << 2 };

static const unsigned char kinds[256] = {
    ['A' ... 'Z'] = ATEXT | LETTER,
    ['a' ... 'z'] = ATEXT | LETTER,
    ['0' ... '9'] = ATEXT | DIGIT,
    ['!'] = ATEXT,
    ['#' ... '\''] = ATEXT,
    ['*'] = ATEXT,
    ['+'] = ATEXT,
    ['-'] = ATEXT,
    ['/'] = ATEXT,
    ['='] = ATEXT,
    ['?'] = ATEXT,
    ['^' ... '`'] = ATEXT,
    ['{' ... '~'] = ATEXT,
};

/* Octets before the @ where they are atoms and dots; 0: they are something else. */
static size_t plain_local_part(const char *text)
{
    bool after_atom = false;
    size_t length = 0;
    for (; text[length] && text[length] != '@'; length++) {
        bool is_dot = text[length] == '.';
        if (is_dot ? !after_atom : !(kinds[(unsigned char)text[length]] & ATEXT))
            return 0;
        after_atom = !is_dot;
    }
    return text[length] && after_atom && length <= LOCAL_PART_MAX ? length : 0;
}

/* The length of a label of letters, digits and single hyphens, which xn-- has not. */
static size_t plain_label(const char *label, bool *is_number)
{
    size_t length = 0;
    *is_number = true;
    for (char before = '-';; before = label[length++]) {
        unsigned char kind = kinds[(unsigned char)label[length]];
        if (label[length] == '-' && before == '-')
            return 0;
        if (!(kind & (LETTER | DIGIT)) && label[length] != '-')
            return before != '-' && length <= LABEL_MAX ? length : 0;
        *is_number &= (kind & DIGIT) != 0;
    }
}

/* Its octets where the domain is plain labels; 0: it is for the whole check to judge. */
static size_t plain_domain(const char *domain)
{
    size_t length = 0, labels = 0;
    bool is_number;
    for (;; length++) {
        size_t label = plain_label(domain + length, &is_number);
        if (!label)
            return 0;
        length += label;
        labels++;
        if (domain[length] != '.')
            break;
    }
    return !domain[length] && labels >= 2 && !is_number && length <= DOMAIN_MAX ? length : 0;
}

/* Lists have a million rows. NULL says nothing: the whole check below does. What this takes, that
 * would take too, as the same. */
static struct address *parse_plain(const char *text)
{
    size_t at = plain_local_part(text);
    size_t domain = at ? plain_domain(text + at + 1) : 0;
    return domain && at + 1 + domain <= ADDRESS_MAX ? address_new(text, at, text + at + 1, domain)
                                                    : NULL;
}

/* --- all others --------------------------------------------------------------------------------
 */

static bool refuse(struct error *error, struct place place, const char *what, const char *text)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    AUTO(text) char *shown = g_strescape(text, NULL);
    /* A line break shown as it is would break the line that tells it. */
    bool none = g_utf8_validate(text, -1, NULL);
    for (const char *c = text; *c; c++)
        none &= (unsigned char)*c >= ' ' && *c != 0x7f;
    return error_set(error, EX_DATAERR, place, N_("correct the address, or take it out"), what,
                     none ? text : shown);
#pragma GCC diagnostic pop
}

/* RFC 5321 §4.1.2 atext. */
static bool is_atext(char c)
{
    return kinds[(unsigned char)c] & ATEXT;
}

static bool is_dot_string(const char *text, size_t length)
{
    bool after_atom = false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.') {
            if (!after_atom)
                return false;
            after_atom = false;
        } else if (is_atext(text[i])) {
            after_atom = true;
        } else {
            return false;
        }
    }
    return after_atom;
}

/* qtextSMTP / quoted-pairSMTP between quotes. */
static bool is_quoted_string(const char *text, size_t length)
{
    if (length < 3 || text[0] != '"' || text[length - 1] != '"')
        return false;
    for (size_t i = 1; i < length - 1; i++) {
        if (text[i] == '\\' && ++i == length - 1)
            return false;
        if (text[i] < ' ' || text[i] > '~' || (text[i] == '"' && text[i - 1] != '\\'))
            return false;
    }
    return true;
}

/* The shortest way of writing it (RFC 5321 §4.1.2: "a"@ and a@ are one mailbox), so that no list
 * and no stop list has anybody twice. */
static char *plain_local(const char *text, size_t length)
{
    if (text[0] != '"')
        return g_strndup(text, length);
    AUTO(str) GString *bare = g_string_new(NULL), *quoted = g_string_new("\"");
    for (size_t i = 1; i < length - 1; i++) {
        i += text[i] == '\\';
        if (text[i] == '"' || text[i] == '\\')
            g_string_append_c(quoted, '\\');
        g_string_append_c(quoted, text[i]);
        g_string_append_c(bare, text[i]);
    }
    g_string_append_c(quoted, '"');
    return g_strdup(is_dot_string(bare->str, bare->len) ? bare->str : quoted->str);
}

static bool is_label(const char *label, size_t length)
{
    if (length == 0 || length > LABEL_MAX || label[0] == '-' || label[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!g_ascii_isalnum(label[i]) && label[i] != '-')
            return false;
    return true;
}

static bool is_domain(const char *domain)
{
    size_t labels = 0;
    const char *last = domain;
    for (const char *label = domain;; label++) {
        size_t length = strcspn(label, ".");
        if (!is_label(label, length))
            return false;
        labels++;
        last = label;
        label += length;
        if (!*label)
            break;
    }
    /* A last label of digits is an IP address that was typed without brackets. */
    return labels >= 2 && strspn(last, "0123456789") != strlen(last);
}

/* Nothing in it is for IDNA to judge. Other labels with -- in their third place are reserved (RFC
 * 5890 §2.3.1), but DNS has them and SMTP carries them. */
static bool is_plain_ascii(const char *domain)
{
    size_t length = 0;
    for (; domain[length]; length++)
        if ((unsigned char)domain[length] >= 0x80 ||
            g_ascii_strncasecmp(domain + length, "xn--", 4) == 0)
            return false;
    return length <= DOMAIN_MAX;
}

/* The domain in A-labels and lower case, or NULL. The caller frees. */
static char *to_a_labels(const char *domain)
{
    if (is_plain_ascii(domain)) /* nearly all are, and libidn2 takes its time */
        return g_ascii_strdown(domain, -1);
    char *ascii = NULL;
    if (idn2_to_ascii_8z(domain, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
        return NULL;
    char *lower = g_ascii_strdown(ascii, -1);
    idn2_free(ascii);
    return lower;
}

static bool check_local_part(const char *text, size_t length, struct place place,
                             unsigned *oddities, struct error *error)
{
    if (length == 0)
        return refuse(error, place, N_("this address has nothing before the @: %s"), text);
    if (length > LOCAL_PART_MAX)
        return refuse(error, place, N_("this address has more than 64 octets before the @: %s"),
                      text);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= 0x80)
            return refuse(error, place,
                          N_("this address has other letters than ASCII before the @: %s"), text);
    if (is_dot_string(text, length))
        return true;
    if (!is_quoted_string(text, length))
        return refuse(error, place, N_("this is not a mail address: %s"), text);
    *oddities |= ADDRESS_QUOTED_LOCAL_PART;
    return true;
}

/* In A-labels; NULL: refused. The caller frees. */
static char *check_domain(const char *domain, const char *text, struct place place,
                          unsigned *oddities, struct error *error)
{
    AUTO(text) char *bare = g_strdup(domain);
    size_t length = strlen(bare);
    if (length > 1 && bare[length - 1] == '.') {
        bare[length - 1] = '\0';
        *oddities |= ADDRESS_DOT_AT_END;
    }
    AUTO(text) char *labels = to_a_labels(bare);
    if (labels && is_domain(labels))
        return TAKE(labels);
    (void)refuse(error, place, N_("the domain of this address can't exist: %s"), text);
    return NULL;
}

static bool parse_any(struct address **address, const char *text, struct place place,
                      unsigned *oddities, struct error *error)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return refuse(error, place,
                          N_("this address holds a control character or a line break: %s"), text);
    const char *at = strrchr(text, '@');
    if (!at)
        return refuse(error, place, N_("this mail address has no @: %s"), text);
    size_t local_length = (size_t)(at - text);
    if (!check_local_part(text, local_length, place, oddities, error))
        return false;
    AUTO(text) char *domain = check_domain(at + 1, text, place, oddities, error);
    if (!domain)
        return false;
    AUTO(text) char *local = plain_local(text, local_length);
    local_length = strlen(local);
    if (local_length + 1 + strlen(domain) > ADDRESS_MAX)
        return refuse(error, place, N_("this address is longer than 254 octets: %s"), text);
    *address = address_new(local, local_length, domain, strlen(domain));
    return true;
}

bool address_parse(struct address **address, const char *text, struct place place,
                   unsigned *oddities, struct error *error)
{
    unsigned none = 0;
    if (!oddities)
        oddities = &none;
    *oddities = 0;
    struct address *plain = parse_plain(text);
    if (!plain)
        return parse_any(address, text, place, oddities, error);
    *address = plain;
    return true;
}

struct address *address_copy(const struct address *address)
{
    return g_memdup2(address, address_size(address));
}

size_t address_size(const struct address *address)
{
    return sizeof *address + strlen(address->text) + 1;
}

void address_free(struct address *address)
{
    g_free(address);
}

const char *address_text(const struct address *address)
{
    return address->text;
}

const char *address_domain(const struct address *address)
{
    return address->text + address->at + 1;
}

guint address_hash(const void *address)
{
    return g_str_hash(((const struct address *)address)->text);
}

gboolean address_equal(const void *a, const void *b)
{
    return g_str_equal(((const struct address *)a)->text, ((const struct address *)b)->text);
}

char *address_shown(const char *text)
{
    char *shown = NULL;
    const char *domain = strrchr(text, '@');
    if (!domain || !strstr(domain, "xn--") ||
        idn2_to_unicode_8z8z(domain + 1, &shown, IDN2_NONTRANSITIONAL) != IDN2_OK)
        return g_strdup(text);
    char *whole = g_strdup_printf("%.*s@%s", (int)(domain - text), text, shown);
    idn2_free(shown);
    return whole;
}
