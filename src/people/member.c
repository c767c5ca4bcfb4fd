#include "people/member.h"

#include <string.h>

#include "base/mailbox.h"
#include "people/lookalike.h"

#define LATELY 31 /* days: a term that ended since then is told */

struct member *member_new(void)
{
    return g_new0(struct member, 1);
}

void member_free(struct member *member)
{
    if (!member)
        return;
    if (member->packed) {
        g_free(member);
        return;
    }
    address_free(member->address);
    g_free(member->name);
    g_free(member->title);
    g_free(member->unit);
    g_free(member->origin);
    g_free(member->post);
    g_free(member);
}

static size_t room_for(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static char *pack_text(char **to, const char *text)
{
    if (!text)
        return NULL;
    char *packed = *to;
    *to = stpcpy(packed, text) + 1;
    return packed;
}

struct member *member_pack(const struct member *member)
{
    size_t address = member->address ? address_size(member->address) : 0;
    struct member *packed =
        g_malloc(sizeof *packed + address + room_for(member->name) + room_for(member->title) +
                 room_for(member->unit) + room_for(member->origin) + room_for(member->post));
    *packed = *member;
    packed->packed = true;
    if (address)
        packed->address = memcpy(packed + 1, member->address, address);
    char *texts = (char *)(packed + 1) + address;
    packed->name = pack_text(&texts, member->name);
    packed->title = pack_text(&texts, member->title);
    packed->unit = pack_text(&texts, member->unit);
    packed->origin = pack_text(&texts, member->origin);
    packed->post = pack_text(&texts, member->post);
    return packed;
}

static void remark_on(unsigned oddities, const struct address *address, struct place place,
                      struct problems *problems)
{
    if (oddities & ADDRESS_QUOTED_LOCAL_PART)
        problems_add(problems, REMARK, "quoted-address", EX_DATAERR, place,
                     N_("ask whether the address is right"),
                     N_("an address with quotation marks is rare: %s"), address_text(address));
    if (oddities & ADDRESS_DOT_AT_END)
        problems_add(problems, REMARK, "dot-at-end", EX_DATAERR, place,
                     N_("take the dot at the end of the address out"),
                     N_("the dot at the end was left out: %s"), address_text(address));
    const char *meant = lookalike_of(address_domain(address));
    if (meant)
        problems_add(problems, REMARK, "look-alike", EX_DATAERR, place,
                     N_("correct the address, if it is a slip of the pen"),
                     N_("%1$s: is %2$s meant after the @?"), address_text(address), meant);
}

bool member_read_address(struct member *member, const char *text, struct place place,
                         struct problems *problems)
{
    AUTO(error) struct error error = {0};
    AUTO(text) char *name = NULL;
    unsigned oddities = 0;
    if (!mailbox_parse(&name, &member->address, text, place, &oddities, &error))
        return problems_take(problems, "address", &error);
    remark_on(oddities, member->address, place, problems);
    if (!member->name)
        member->name = TAKE(name);
    return true;
}

bool member_term_counts(const struct term *term, const char *who, int today, struct place place,
                        struct problems *problems, bool *counts)
{
    *counts = term_holds(term, today);
    if (term->from && term->until && term->from > term->until)
        return problems_add(problems, PROBLEM, "term", EX_DATAERR, place,
                            N_("correct the dates from and until"),
                            N_("this term of office ends before it begins: %s"), who);
    if (!term->until || term->until >= today || term->until < term_day_before(today, LATELY))
        return true;
    AUTO(text) char *until = term_day_text(term->until);
    problems_add(problems, REMARK, "term-ended", EX_DATAERR, place,
                 N_("take the row out, or correct the date"),
                 N_("%1$s gets nothing any more: the term of office ended on %2$s"), who, until);
    return true;
}
