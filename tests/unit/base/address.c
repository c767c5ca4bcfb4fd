/* Every sort of address, with our verdict and why: RFC 5321 says what SMTP can carry, the contract
 * what of it we take. */
#include "base/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

static const struct {
    const char *why, *text;
    const char *address; /* NULL: refused … */
    unsigned oddities;
    const char *words; /* … in these */
} rows[] = {
    /* --- Local parts: atext and dots (RFC 5321 4.1.2 Dot-string) */
    {"the plainest", "a@example.org", "a@example.org", 0, NULL},
    {"digits alone", "123456@qq.com", "123456@qq.com", 0, NULL},
    {"a dot within", "zhang.san@example.org", "zhang.san@example.org", 0, NULL},
    {"two dots apart", "a.b.c@example.org", "a.b.c@example.org", 0, NULL},
    {"plus", "zhang+bulletin@example.org", "zhang+bulletin@example.org", 0, NULL},
    {"hyphen", "zhang-san@example.org", "zhang-san@example.org", 0, NULL},
    {"hyphen first", "-zhang@example.org", "-zhang@example.org", 0, NULL},
    {"hyphen last", "zhang-@example.org", "zhang-@example.org", 0, NULL},
    {"underscore", "zhang_san@example.org", "zhang_san@example.org", 0, NULL},
    {"underscore alone", "_@example.org", "_@example.org", 0, NULL},
    {"atext: exclamation mark", "a!b@example.org", "a!b@example.org", 0, NULL},
    {"atext: number sign", "a#b@example.org", "a#b@example.org", 0, NULL},
    {"atext: dollar", "a$b@example.org", "a$b@example.org", 0, NULL},
    {"atext: percent: no route to us", "a%b@example.org", "a%b@example.org", 0, NULL},
    {"atext: ampersand", "a&b@example.org", "a&b@example.org", 0, NULL},
    {"atext: apostrophe", "a'b@example.org", "a'b@example.org", 0, NULL},
    {"atext: asterisk", "a*b@example.org", "a*b@example.org", 0, NULL},
    {"atext: slash", "a/b@example.org", "a/b@example.org", 0, NULL},
    {"atext: equals", "a=b@example.org", "a=b@example.org", 0, NULL},
    {"atext: question mark", "a?b@example.org", "a?b@example.org", 0, NULL},
    {"atext: caret", "a^b@example.org", "a^b@example.org", 0, NULL},
    {"atext: grave", "a`b@example.org", "a`b@example.org", 0, NULL},
    {"atext: left brace", "a{b@example.org", "a{b@example.org", 0, NULL},
    {"atext: bar", "a|b@example.org", "a|b@example.org", 0, NULL},
    {"atext: right brace", "a}b@example.org", "a}b@example.org", 0, NULL},
    {"atext: tilde", "a~b@example.org", "a~b@example.org", 0, NULL},
    {"atext alone", "!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org", 0, NULL},
    {"case stays", "Zhang.San@example.org", "Zhang.San@example.org", 0, NULL},
    {"one letter each", "a@b.cd", "a@b.cd", 0, NULL},
    {"a dot first", ".a@example.org", NULL, 0, "not a mail address"},
    {"a dot last", "a.@example.org", NULL, 0, "not a mail address"},
    {"two dots together", "a..b@example.org", NULL, 0, "not a mail address"},
    {"a dot alone", ".@example.org", NULL, 0, "not a mail address"},
    {"nothing before the @", "@example.org", NULL, 0, "nothing before"},
    {"nothing at all", "", NULL, 0, "no @"},
    {"the @ alone", "@", NULL, 0, "nothing before"},
    {"specials: parenthesis", "a(b@example.org", NULL, 0, "not a mail address"},
    {"specials: closing parenthesis", "a)b@example.org", NULL, 0, "not a mail address"},
    {"specials: angle bracket", "a<b@example.org", NULL, 0, "not a mail address"},
    {"specials: closing angle bracket", "a>b@example.org", NULL, 0, "not a mail address"},
    {"specials: bracket", "a[b@example.org", NULL, 0, "not a mail address"},
    {"specials: closing bracket", "a]b@example.org", NULL, 0, "not a mail address"},
    {"specials: colon", "a:b@example.org", NULL, 0, "not a mail address"},
    {"specials: semicolon: two addresses", "a;b@example.org", NULL, 0, "not a mail address"},
    {"specials: comma: two addresses", "a,b@example.org", NULL, 0, "not a mail address"},
    {"specials: backslash", "a\\b@example.org", NULL, 0, "not a mail address"},
    {"a quote within", "a\"b@example.org", NULL, 0, "not a mail address"},
    {"a blank", "zhang san@example.org", NULL, 0, "not a mail address"},
    {"a blank before the @", "zhang @example.org", NULL, 0, "not a mail address"},
    {"a blank first", " zhang@example.org", NULL, 0, "not a mail address"},
    {"two @", "a@b@example.org", NULL, 0, "not a mail address"},
    {"a source route (RFC 5321 4.1.2, obsolete)", "@relay.example.org:a@example.org", NULL, 0,
     "not a mail address"},
    {"a UUCP path without @", "host!zhang", NULL, 0, "no @"},
    {"a name alone", "zhangsan", NULL, 0, "no @"},
    {"a domain alone", "example.org", NULL, 0, "no @"},
    {"a URL", "https://example.org/", NULL, 0, "no @"},
    {"mailto: is for mailbox_parse()", "mailto:a@example.org", NULL, 0, "not a mail address"},
    {"brackets are for mailbox_parse()", "<a@example.org>", NULL, 0, "not a mail address"},
    {"a name before it", "张三 <a@example.org>", NULL, 0, "ASCII before the @"},
    /* --- Local parts in quotes (4.1.2 Quoted-string) */
    {"quoted: an atom in quotes is the atom", "\"a\"@example.org", "a@example.org",
     ADDRESS_QUOTED_LOCAL_PART, NULL},
    {"quoted: atoms and dots are so, too", "\"zhang.s\\an\"@example.org", "zhang.san@example.org",
     ADDRESS_QUOTED_LOCAL_PART, NULL},
    {"quoted: an escape that nothing needs", "\"a\\ b\"@example.org", "\"a b\"@example.org",
     ADDRESS_QUOTED_LOCAL_PART, NULL},
    {"quoted: a blank", "\"a b\"@example.org", "\"a b\"@example.org", ADDRESS_QUOTED_LOCAL_PART,
     NULL},
    {"quoted: a dot first", "\".a\"@example.org", "\".a\"@example.org", ADDRESS_QUOTED_LOCAL_PART,
     NULL},
    {"quoted: two dots", "\"a..b\"@example.org", "\"a..b\"@example.org", ADDRESS_QUOTED_LOCAL_PART,
     NULL},
    {"quoted: an @", "\"a@b\"@example.org", "\"a@b\"@example.org", ADDRESS_QUOTED_LOCAL_PART, NULL},
    {"quoted: specials", "\"a<>()[]:;,b\"@example.org", "\"a<>()[]:;,b\"@example.org",
     ADDRESS_QUOTED_LOCAL_PART, NULL},
    {"quoted: an escaped quote", "\"a\\\"b\"@example.org", "\"a\\\"b\"@example.org",
     ADDRESS_QUOTED_LOCAL_PART, NULL},
    {"quoted: an escaped backslash", "\"a\\\\b\"@example.org", "\"a\\\\b\"@example.org",
     ADDRESS_QUOTED_LOCAL_PART, NULL},
    {"quoted: a blank alone", "\" \"@example.org", "\" \"@example.org", ADDRESS_QUOTED_LOCAL_PART,
     NULL},
    {"quoted: nothing", "\"\"@example.org", NULL, 0, "not a mail address"},
    {"quoted: not closed", "\"a@example.org", NULL, 0, "not a mail address"},
    {"quoted: not opened", "a\"@example.org", NULL, 0, "not a mail address"},
    {"quoted: a quote within", "\"a\"b\"@example.org", NULL, 0, "not a mail address"},
    {"quoted: text after it", "\"a\"b@example.org", NULL, 0, "not a mail address"},
    {"quoted: atoms apart by dots (RFC 5322 obs-local-part)", "\"a\".b@example.org", NULL, 0,
     "not a mail address"},
    {"quoted: escape at the end", "\"a\\\"@example.org", NULL, 0, "not a mail address"},
    {"quoted: a tab", "\"a\tb\"@example.org", NULL, 0, "control character"},
    {"quoted: a line break", "\"a\r\nb\"@example.org", NULL, 0, "control character"},
    {"quoted: Chinese", "\"张三\"@example.org", NULL, 0, "ASCII before the @"},
    /* --- Comments and folding (RFC 5322 CFWS): nobody carries them over SMTP */
    {"comment before", "(Zhang)a@example.org", NULL, 0, "not a mail address"},
    {"comment after", "a(Zhang)@example.org", NULL, 0, "not a mail address"},
    {"comment nested", "a(b(c))@example.org", NULL, 0, "not a mail address"},
    {"comment in the domain", "a@(home)example.org", NULL, 0, "can't exist"},
    {"comment at the end", "a@example.org(home)", NULL, 0, "can't exist"},
    {"folding", "a\r\n @example.org", NULL, 0, "control character"},
    {"blanks about a dot (obs)", "a . b@example.org", NULL, 0, "not a mail address"},
    {"a group (RFC 5322 3.4)", "all: a@example.org, b@example.org;", NULL, 0, "not a mail address"},
    /* --- Lengths (4.5.3.1) */
    {"64 octets before the @",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org", 0, NULL},
    {"65 octets before the @",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@example.org", NULL, 0,
     "more than 64"},
    {"a quoted 64",
     "\" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"@example.org",
     "\" aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"@example.org",
     ADDRESS_QUOTED_LOCAL_PART, NULL},
    {"a quoted 65",
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"@example.org", NULL, 0,
     "more than 64"},
    {"a label of 63", "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org",
     "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org", 0, NULL},
    {"a label of 64", "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org",
     NULL, 0, "can't exist"},
    {"254 octets",
     "cccccccccc@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
     "cccccccccc@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
     0, NULL},
    {"255 octets",
     "ccccccccccc@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
     NULL, 0, "longer than 254"},
    {"a domain of 250",
     "abc@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
     "abc@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
     0, NULL},
    {"a domain of 256",
     "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     NULL, 0, "can't exist"},
    {"very long",
     "a@abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc."
     "abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc.abc",
     NULL, 0, "can't exist"},
    {"many labels",
     "a@b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b."
     "b.b.b.b.b.org",
     "a@b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b.b."
     "b.b.b.b.b.org",
     0, NULL},
    {"labels of one letter", "a@b.c.d.org", "a@b.c.d.org", 0, NULL},
    /* --- Domains: letters, digits, hyphens (RFC 1034 3.5, RFC 5890) */
    {"three labels", "a@mail.example.org", "a@mail.example.org", 0, NULL},
    {"upper case becomes lower", "a@EXAMPLE.Org", "a@example.org", 0, NULL},
    {"digits", "a@163.com", "a@163.com", 0, NULL},
    {"a digit first", "a@3m.example", "a@3m.example", 0, NULL},
    {"a hyphen within", "a@my-host.example.org", "a@my-host.example.org", 0, NULL},
    {"two hyphens within", "a@host--a.example.org", "a@host--a.example.org", 0, NULL},
    {"an A-label", "a@xn--fsqu00a.org", "a@xn--fsqu00a.org", 0, NULL},
    {"a country", "a@gov.cn", "a@gov.cn", 0, NULL},
    {"a long TLD", "a@example.photography", "a@example.photography", 0, NULL},
    {"digits in the last label with letters", "a@example.x1", "a@example.x1", 0, NULL},
    {"hyphens third and fourth: reserved (RFC 5890 2.3.1), but DNS has them",
     "a@my--host.example.org", "a@my--host.example.org", 0, NULL},
    {"one label", "a@localhost", NULL, 0, "can't exist"},
    {"nothing", "a@", NULL, 0, "can't exist"},
    {"a dot alone", "a@.", NULL, 0, "can't exist"},
    {"a dot first", "a@.example.org", NULL, 0, "can't exist"},
    {"two dots", "a@example..org", NULL, 0, "can't exist"},
    {"two dots at the end", "a@example.org..", NULL, 0, "can't exist"},
    {"a hyphen first", "a@-example.org", NULL, 0, "can't exist"},
    {"a hyphen last", "a@example-.org", NULL, 0, "can't exist"},
    {"a hyphen alone", "a@-.org", NULL, 0, "can't exist"},
    {"a hyphen in the last label", "a@example.org-", NULL, 0, "can't exist"},
    {"an underscore", "a@my_host.example.org", NULL, 0, "can't exist"},
    {"a blank", "a@exam ple.org", NULL, 0, "can't exist"},
    {"a blank first", "a@ example.org", NULL, 0, "can't exist"},
    {"a blank last", "a@example.org ", NULL, 0, "can't exist"},
    {"domain with exclamation mark", "a@example.org!", NULL, 0, "can't exist"},
    {"domain with slash: a path", "a@example.org/", NULL, 0, "can't exist"},
    {"domain with colon: a port", "a@example.org:", NULL, 0, "can't exist"},
    {"domain with comma for a dot", "a@example.org,", NULL, 0, "can't exist"},
    {"domain with semicolon at the end", "a@example.org;", NULL, 0, "can't exist"},
    {"domain with angle bracket", "a@example.org>", NULL, 0, "can't exist"},
    {"domain with quote", "a@example.org\"", NULL, 0, "can't exist"},
    {"domain with wildcard", "a@example.org*", NULL, 0, "can't exist"},
    {"domain with percent", "a@example.org%", NULL, 0, "can't exist"},
    {"a comma for the dot", "a@example,org", NULL, 0, "can't exist"},
    {"a port", "a@example.org:25", NULL, 0, "can't exist"},
    {"a wildcard", "a@*.example.org", NULL, 0, "can't exist"},
    {"an A-label that is none", "a@xn--a.org", NULL, 0, "can't exist"},
    {"an empty A-label", "a@xn--.org", NULL, 0, "can't exist"},
    {"no letter, an IP address without brackets", "a@192.0.2.1", NULL, 0, "can't exist"},
    {"a last label of digits", "a@example.123", NULL, 0, "can't exist"},
    {"a dot at the end is taken off", "a@example.org.", "a@example.org", ADDRESS_DOT_AT_END, NULL},
    {"a quoted one with a dot at the end", "\"a b\"@example.org.", "\"a b\"@example.org",
     ADDRESS_QUOTED_LOCAL_PART | ADDRESS_DOT_AT_END, NULL},
    {"one label and a dot", "a@localhost.", NULL, 0, "can't exist"},
    /* --- Address literals (4.1.3): no office has its members there */
    {"literal [192.0.2.1]", "a@[192.0.2.1]", NULL, 0, "can't exist"},
    {"literal [IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]", NULL, 0, "can't exist"},
    {"literal [300.1.1.1]", "a@[300.1.1.1]", NULL, 0, "can't exist"},
    {"literal []", "a@[]", NULL, 0, "can't exist"},
    {"literal [example.org]", "a@[example.org]", NULL, 0, "can't exist"},
    /* --- International domains (IDNA 2008, UTS 46 non-transitional) */
    {"Chinese", "zhang@例子.org", "zhang@xn--fsqu00a.org", 0, NULL},
    {"Chinese TLD", "a@例子.中国", "a@xn--fsqu00a.xn--fiqs8s", 0, NULL},
    {"Chinese among labels", "a@mail.例子.org", "a@mail.xn--fsqu00a.org", 0, NULL},
    {"ß stays ß", "a@faß.de", "a@xn--fa-hia.de", 0, NULL},
    {"umlaut", "a@bücher.example", "a@xn--bcher-kva.example", 0, NULL},
    {"umlaut as two characters (NFC)", "a@bu\314\210cher.example", "a@xn--bcher-kva.example", 0,
     NULL},
    {"upper case of it", "a@BÜCHER.example", "a@xn--bcher-kva.example", 0, NULL},
    {"Cyrillic", "a@пример.рф", "a@xn--e1afmkfd.xn--p1ai", 0, NULL},
    {"Japanese", "a@例え.jp", "a@xn--r8jz45g.jp", 0, NULL},
    {"an ideographic full stop parts labels", "a@example。org", "a@example.org", 0, NULL},
    {"a full-width full stop parts labels", "a@example．org", "a@example.org", 0, NULL},
    {"full-width letters", "a@ｅｘａｍｐｌｅ.org", "a@example.org", 0, NULL},
    {"a label too long as A-label",
     "a@"
     "例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例例"
     "例例例例例例例例例例例例例例.org",
     NULL, 0, "can't exist"},
    {"a symbol", "a@☃☃\342\201\240\357\277\275.org", NULL, 0, "can't exist"},
    {"a Chinese comma", "a@example，org", NULL, 0, "can't exist"},
    {"a replacement character", "a@\357\277\275.org", NULL, 0, "can't exist"},
    {"a direction mark", "a@ex\342\200\256ample.org", NULL, 0, "can't exist"},
    {"one Chinese label", "a@例子", NULL, 0, "can't exist"},
    /* --- Other letters before the @ (RFC 6531): our relays are not asked for SMTPUTF8 */
    {"Chinese", "张三@example.org", NULL, 0, "ASCII before the @"},
    {"Chinese among ASCII", "zhang三@example.org", NULL, 0, "ASCII before the @"},
    {"umlaut", "müller@example.org", NULL, 0, "ASCII before the @"},
    {"full-width letters, which mailbox_parse() folds", "ｚｈａｎｇ@example.org", NULL, 0,
     "ASCII before the @"},
    {"a look-alike letter", "zh\320\260ng@example.org", NULL, 0, "ASCII before the @"},
    {"a non-breaking space", "zhang\302\240san@example.org", NULL, 0, "ASCII before the @"},
    {"a zero-width space", "zhang\342\200\213san@example.org", NULL, 0, "ASCII before the @"},
    {"a BOM", "\357\273\277zhang@example.org", NULL, 0, "ASCII before the @"},
    {"an emoji", "😀@example.org", NULL, 0, "ASCII before the @"},
    {"a full-width @", "zhang＠example.org", NULL, 0, "no @"},
    /* --- Control characters: what could become a header or a command */
    {"a line break at the end", "a@example.org\n", NULL, 0, "control character"},
    {"CR LF at the end", "a@example.org\r\n", NULL, 0, "control character"},
    {"a CR", "a\rb@example.org", NULL, 0, "control character"},
    {"a tab", "a\tb@example.org", NULL, 0, "control character"},
    {"a tab at the end", "a@example.org\t", NULL, 0, "control character"},
    {"a command", "a@example.org>\r\nRCPT TO:<b@example.org", NULL, 0, "control character"},
    {"a header", "a@example.org\nBcc: b@example.org", NULL, 0, "control character"},
    {"DEL", "a\x7f@example.org", NULL, 0, "control character"},
    {"ESC", "a\x1b[0m@example.org", NULL, 0, "control character"},
    {"BEL", "\a@example.org", NULL, 0, "control character"},
    {"a vertical tab", "a@exam\vple.org", NULL, 0, "control character"},
    {"a form feed", "a\f@example.org", NULL, 0, "control character"},
    {"a backspace", "a\b@example.org", NULL, 0, "control character"},
    {"a C1 control character in the domain", "a@exam\302\205ple.org", NULL, 0, "can't exist"},
    {"no UTF-8 before the @", "a\xff@example.org", NULL, 0, "ASCII before the @"},
    {"no UTF-8 in the domain", "a@\xc3\x28.org", NULL, 0, "can't exist"},
};

static void verdicts(void **state)
{
    (void)state;
    assert_true(G_N_ELEMENTS(rows) >= 150);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(address) struct address *address = NULL;
        AUTO(error) struct error error = {0};
        unsigned oddities = 0;
        bool good =
            address_parse(&address, rows[i].text, (struct place){"f.csv", 7, 0}, &oddities, &error);
        if (good != (rows[i].address != NULL))
            fail_msg("%s: %s", rows[i].why, good ? address_text(address) : error.what.english);
        if (good) {
            if (strcmp(address_text(address), rows[i].address) != 0)
                fail_msg("%s: %s", rows[i].why, address_text(address));
            assert_int_equal(oddities, rows[i].oddities);
            assert_string_equal(address_domain(address), strrchr(rows[i].address, '@') + 1);
            continue;
        }
        assert_null(address);
        assert_int_equal(error.exit_class, EX_DATAERR);
        assert_int_equal(error.place.line, 7);
        if (!strstr(error.what.english, rows[i].words))
            fail_msg("%s: %s", rows[i].why, error.what.english);
    }
}

/* What was taken once is taken again, as the same: the queue and the sender read it anew. */
static void what_is_taken_is_its_own_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(address) struct address *address = NULL;
        AUTO(address) struct address *again = NULL;
        AUTO(error) struct error error = {0};
        if (!address_parse(&address, rows[i].text, NOWHERE, NULL, NULL))
            continue;
        assert_true(address_parse(&again, address_text(address), NOWHERE, NULL, &error));
        assert_true(address_equal(address, again));
        for (const char *c = address_text(address); *c; c++)
            assert_true(*c >= ' ' && *c <= '~');
    }
}

/* --- the short way and the whole check ----------------------------------------------------------
 */

/* A dot at the end is a remark, and takes the address to the whole check: so the two must agree. */
static void check_both_ways(const char *text)
{
    AUTO(address) struct address *plain = NULL;
    AUTO(address) struct address *whole = NULL;
    AUTO(text) char *dotted = g_strconcat(text, ".", NULL);
    unsigned oddities = 0, whole_oddities = 0;
    if (g_str_has_suffix(text, ".") || g_str_has_suffix(text, "@"))
        return;
    bool good = address_parse(&plain, text, NOWHERE, &oddities, NULL);
    if (good != address_parse(&whole, dotted, NOWHERE, &whole_oddities, NULL))
        fail_msg("%s: %s", text, good ? "taken by the short way alone" : "refused by it alone");
    if (!good)
        return;
    if (strcmp(address_text(plain), address_text(whole)) != 0)
        fail_msg("%s: %s, %s", text, address_text(plain), address_text(whole));
    assert_string_equal(address_domain(plain), address_domain(whole));
    assert_int_equal(oddities | ADDRESS_DOT_AT_END, whole_oddities);
}

/* Mostly what an address is made of, and each octet now and then. */
static void add_octets(GRand *random, GString *to, const char *common, int most)
{
    int count = g_rand_int_range(random, 0, most);
    for (int i = 0; i < count; i++)
        if (g_rand_int_range(random, 0, 200) == 0)
            g_string_append_c(to, (char)g_rand_int_range(random, 1, 256));
        else
            g_string_append_c(to, common[g_rand_int_range(random, 0, (gint32)strlen(common))]);
}

static void short_way_takes_what_the_whole_check_takes(void **state)
{
    (void)state;
    static const char local[] = "abcXYZ019.._+-!#$%&'*/=?^`{|}~", domain[] = "abcxnXYZ0129..--";
    static const char *const ends[] = {"",    "",    ".org", ".cn",      ".123",
                                       ".-a", ".a-", "..",   ".xn--p1ai"};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        check_both_ways(rows[i].text);
    GRand *random = g_rand_new_with_seed(20231116);
    AUTO(str) GString *text = g_string_new(NULL);
    for (int i = 0; i < 200000; i++) {
        bool is_long = i % 16 == 0;
        g_string_truncate(text, 0);
        add_octets(random, text, is_long ? "ab." : local, is_long ? 70 : 8);
        g_string_append_c(text, '@');
        for (int labels = g_rand_int_range(random, 1, is_long ? 5 : 3); labels > 0; labels--) {
            add_octets(random, text, is_long ? "ab9" : domain, is_long ? 68 : 8);
            g_string_append(text, labels > 1 ? "." : "");
        }
        g_string_append(text, ends[g_rand_int_range(random, 0, G_N_ELEMENTS(ends))]);
        check_both_ways(text->str);
    }
    g_rand_free(random);
}

/* Whatever octet stands before the @ or in the domain. */
static void every_octet_is_judged_alike(void **state)
{
    (void)state;
    for (int octet = 1; octet < 256; octet++) {
        char before[] = "a?b@example.org", first[] = "?b@example.org", within[] = "a@exa?ple.org",
             last[] = "a@example.?";
        before[1] = first[0] = within[5] = last[10] = (char)octet;
        check_both_ways(before);
        check_both_ways(first);
        check_both_ways(within);
        check_both_ways(last);
    }
}

static void addresses_are_shown_in_their_own_letters(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"a@example.org", "a@example.org"},
                                           {"Zhang@xn--fsqu00a.org", "Zhang@例子.org"},
                                           {"xn--fsqu00a@example.org", "xn--fsqu00a@example.org"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(text) char *shown = address_shown(cases[i][0]);
        assert_string_equal(shown, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_shown_in_their_own_letters),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(short_way_takes_what_the_whole_check_takes),
        cmocka_unit_test(every_octet_is_judged_alike),
        cmocka_unit_test(what_is_taken_is_its_own_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
