#include "people/member.h"

#include "base/mailbox.h"
#include "people/lookalike.h"

struct member *member_new(void)
{
    return g_new0(struct member, 1);
}

void member_free(struct member *member)
{
    if (!member)
        return;
    address_free(member->address);
    g_free(member->name);
    g_free(member->title);
    g_free(member->unit);
    g_free(member->origin);
    g_free(member->post);
    g_free(member);
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
