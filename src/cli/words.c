#include "cli/words.h"

#include <string.h>

#include "base/error.h"

struct word {
    const char *name, *msgid;
};

static const struct word states[] = {
    {"held", N_("held")},           {"sending", N_("sending")},
    {"sent", N_("sent")},           {"finished", N_("finished")},
    {"cancelled", N_("cancelled")}, {"queued", N_("queued")},
    {"deferred", N_("deferred")},   {"unknown", N_("unknown")},
    {"failed", N_("failed")},       {"suppressed", N_("suppressed")},
};

static const struct word holds[] = {
    {"approval", N_("waits for approval")},
    {"guard", N_("many more or fewer recipients than before")},
    {"scheduled", N_("waits for its time")},
    {"relay", N_("the relay refuses it")},
    {"lists", N_("a list is missing")},
    {"unknown", N_("what became of some is unknown")},
    {"by hand", N_("by hand")},
};

/* The rest of what the history knows is named like a state. */
static const struct word deeds[] = {
    {"accepted", N_("accepted")},
    {"released", N_("released")},
    {"retried", N_("to be tried again")},
    {"settled as sent", N_("settled as sent")},
    {"settled as failed", N_("settled as failed")},
    {"given up", N_("given up")},
    {"imported", N_("imported")},
    {"unsuppressed", N_("off the stop list")},
};

static const char *find(const struct word words[], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (g_strcmp0(words[i].name, name) == 0)
            return _(words[i].msgid);
    return NULL;
}

const char *word_of_state(const char *name)
{
    const char *word = find(states, G_N_ELEMENTS(states), name);
    return word ? word : name ? name : "";
}

const char *word_of_hold(const char *name)
{
    const char *word = find(holds, G_N_ELEMENTS(holds), name);
    return word ? word : name ? name : "";
}

const char *word_of_deed(const char *name)
{
    const char *word = find(deeds, G_N_ELEMENTS(deeds), name);
    return word ? word : word_of_state(name);
}

char *words_of_detail(const char *deed, const char *detail)
{
    static const char *const counted[] = {"retried", "cancelled", "given up", NULL};
    if (detail && *detail && strspn(detail, "0123456789") == strlen(detail) &&
        g_strv_contains(counted, deed))
        return g_strdup_printf(_("deliveries: %s"), detail);
    if (!detail || g_strcmp0(deed, "held") != 0)
        return g_strdup(detail);
    const char *colon = strstr(detail, ": ");
    if (!colon)
        return g_strdup(word_of_hold(detail));
    AUTO(text) char *why = g_strndup(detail, (gsize)(colon - detail));
    return g_strdup_printf(_("%1$s: %2$s"), word_of_hold(why), colon + 2);
}
