#include "people/lookalike.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

#define LONG_NAME 5 /* a shorter name is too near to too many others: 163, 126, 139, qq, qs … */

/* Where most of those have their mail who write their addresses by hand. */
static const char *const known[] = {
    "qq.com",      "vip.qq.com",   "foxmail.com", "163.com",   "vip.163.com", "126.com",
    "vip.126.com", "yeah.net",     "188.com",     "sina.com",  "sina.cn",     "vip.sina.com",
    "sina.com.cn", "sohu.com",     "139.com",     "189.cn",    "wo.cn",       "aliyun.com",
    "21cn.com",    "263.net",      "tom.com",     "gmail.com", "hotmail.com", "outlook.com",
    "yahoo.com",   "yahoo.com.cn", "icloud.com",  "live.com",  "live.cn",     "msn.com",
    "me.com"};

/* Near to a known one, and yet somebody's. */
static const char *const others[] = {"mail.com",   "email.com", "ymail.com", "qmail.com",
                                     "hotmail.cn", "yahoo.cn",  "gmx.com",   "163.net",
                                     "sohu.net",   "aliyun.cn", "139.cn",    "sina.net"};

/* What fingers make of .com, .cn and .net. Some of them exist; nobody reads mail at qq.cm. */
static const struct {
    const char *slip, *meant;
} ends[] = {{".con", ".com"}, {".cm", ".com"},     {".co", ".com"},      {".cmo", ".com"},
            {".ocm", ".com"}, {".om", ".com"},     {".comm", ".com"},    {".vom", ".com"},
            {".xom", ".com"}, {".cim", ".com"},    {".cpm", ".com"},     {".coom", ".com"},
            {".c0m", ".com"}, {".cn.com", ".com"}, {".com.com", ".com"}, {"com", ".com"},
            {".nc", ".cn"},   {".ner", ".net"},    {".met", ".net"},     {".nte", ".net"}};

static const char *known_named(const char *domain)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(known[i], domain) == 0)
            return known[i];
    return NULL;
}

/* "qq.con", "163com": the name is right, its end is not. */
static const char *with_right_end(const char *domain)
{
    size_t length = strlen(domain);
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        size_t end = strlen(ends[i].slip);
        if (length <= end || strcmp(domain + length - end, ends[i].slip) != 0)
            continue;
        char meant[64];
        if (g_snprintf(meant, sizeof meant, "%.*s%s", (int)(length - end), domain, ends[i].meant) >=
            (int)sizeof meant)
            continue;
        const char *found = known_named(meant);
        if (found)
            return found;
    }
    return NULL;
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

const char *lookalike_of(const char *domain)
{
    if (known_named(domain))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (strcmp(others[i], domain) == 0)
            return NULL;
    const char *found = with_right_end(domain);
    for (size_t i = 0; !found && i < G_N_ELEMENTS(known); i++)
        if (strcspn(known[i], ".") >= LONG_NAME && is_one_slip_away(domain, known[i]))
            found = known[i];
    return found;
}
