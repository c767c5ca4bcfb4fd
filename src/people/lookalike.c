#include "people/lookalike.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#define LONG_NAME 5 /* a shorter name is too near to too many others: 163, 126, 139, qq, qs … */

struct text {
    const char *text;
    size_t length; /* compared first: lists have a million rows */
};
#define TEXT(text)                                                                                 \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

/* Where most of those have their mail who write their addresses by hand. */
static const struct text known[] = {
    TEXT("qq.com"),      TEXT("vip.qq.com"),   TEXT("foxmail.com"), TEXT("163.com"),
    TEXT("vip.163.com"), TEXT("126.com"),      TEXT("vip.126.com"), TEXT("yeah.net"),
    TEXT("188.com"),     TEXT("sina.com"),     TEXT("sina.cn"),     TEXT("vip.sina.com"),
    TEXT("sina.com.cn"), TEXT("sohu.com"),     TEXT("139.com"),     TEXT("189.cn"),
    TEXT("wo.cn"),       TEXT("aliyun.com"),   TEXT("21cn.com"),    TEXT("263.net"),
    TEXT("tom.com"),     TEXT("gmail.com"),    TEXT("hotmail.com"), TEXT("outlook.com"),
    TEXT("yahoo.com"),   TEXT("yahoo.com.cn"), TEXT("icloud.com"),  TEXT("live.com"),
    TEXT("live.cn"),     TEXT("msn.com"),      TEXT("me.com"),
};

/* Near to a known one, and yet somebody's. */
static const struct text others[] = {
    TEXT("mail.com"),   TEXT("email.com"), TEXT("ymail.com"), TEXT("qmail.com"),
    TEXT("hotmail.cn"), TEXT("yahoo.cn"),  TEXT("gmx.com"),   TEXT("163.net"),
    TEXT("sohu.net"),   TEXT("aliyun.cn"), TEXT("139.cn"),    TEXT("sina.net"),
};

/* What fingers make of .com, .cn and .net. Some of them exist; nobody reads mail at qq.cm. */
static const struct {
    struct text slip, meant;
} ends[] = {
    {TEXT(".con"), TEXT(".com")},     {TEXT(".cm"), TEXT(".com")},
    {TEXT(".co"), TEXT(".com")},      {TEXT(".cmo"), TEXT(".com")},
    {TEXT(".ocm"), TEXT(".com")},     {TEXT(".om"), TEXT(".com")},
    {TEXT(".comm"), TEXT(".com")},    {TEXT(".vom"), TEXT(".com")},
    {TEXT(".xom"), TEXT(".com")},     {TEXT(".cim"), TEXT(".com")},
    {TEXT(".cpm"), TEXT(".com")},     {TEXT(".coom"), TEXT(".com")},
    {TEXT(".c0m"), TEXT(".com")},     {TEXT(".cn.com"), TEXT(".com")},
    {TEXT(".com.com"), TEXT(".com")}, {TEXT("com"), TEXT(".com")},
    {TEXT(".nc"), TEXT(".cn")},       {TEXT(".ner"), TEXT(".net")},
    {TEXT(".met"), TEXT(".net")},     {TEXT(".nte"), TEXT(".net")},
};

static bool is_one_of(const struct text texts[], size_t count, const struct text *domain)
{
    for (size_t i = 0; i < count; i++)
        if (texts[i].length == domain->length &&
            memcmp(texts[i].text, domain->text, domain->length) == 0)
            return true;
    return false;
}

/* The known one that begins as `domain` does with `length` octets, and ends in `end`. */
static const char *known_with_end(const struct text *domain, size_t length, const struct text *end)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i].length == length + end->length &&
            memcmp(known[i].text, domain->text, length) == 0 &&
            strcmp(known[i].text + length, end->text) == 0)
            return known[i].text;
    return NULL;
}

/* "qq.con", "163com": the name is right, its end is not. */
static const char *with_right_end(const struct text *domain)
{
    const char *found = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(ends) && !found; i++) {
        const struct text *slip = &ends[i].slip;
        size_t length = domain->length - slip->length;
        if (domain->length > slip->length &&
            memcmp(domain->text + length, slip->text, slip->length) == 0)
            found = known_with_end(domain, length, &ends[i].meant);
    }
    return found;
}

/* One letter more, less or another, or two that changed places. Runs once along both: lists have a
 * million rows. */
static bool is_one_slip_away(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    if (!*a && !*b)
        return false;
    bool another = *a && *b && strcmp(a + 1, b + 1) == 0;
    bool more = *a && strcmp(a + 1, b) == 0, less = *b && strcmp(a, b + 1) == 0;
    bool swapped = *a && *b && a[0] == b[1] && a[1] == b[0] && a[1] && strcmp(a + 2, b + 2) == 0;
    return another || more || less || swapped;
}

static bool may_be_one_slip_away(const struct text *a, const struct text *b)
{
    return a->length <= b->length + 1 && b->length <= a->length + 1;
}

const char *lookalike_of(const char *text)
{
    const struct text domain = {text, strlen(text)};
    if (is_one_of(known, G_N_ELEMENTS(known), &domain) ||
        is_one_of(others, G_N_ELEMENTS(others), &domain))
        return NULL;
    const char *found = with_right_end(&domain);
    for (size_t i = 0; !found && i < G_N_ELEMENTS(known); i++)
        if (may_be_one_slip_away(&domain, &known[i]) && strcspn(known[i].text, ".") >= LONG_NAME &&
            is_one_slip_away(text, known[i].text))
            found = known[i].text;
    return found;
}
