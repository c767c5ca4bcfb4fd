/* What is told of relays and domains. */
#include "cli/overview.h"

#include "cli/command.h"
#include "cli/words.h"

static void add_health(GString *text, const json_t *relay)
{
    const char *name = json_get_text(relay, "name");
    const char *trouble = json_get_text(relay, "trouble");
    AUTO(text) char *until = shown_time(json_get_text(relay, "rests_until"));
    if (json_is_true(json_object_get(relay, "resting")))
        g_string_append_printf(text, _("relay %1$s rests until %2$s: %3$s\n"), name, until,
                               trouble ? trouble : "");
    else if (g_strcmp0(json_get_text(relay, "state"), "probing") == 0)
        g_string_append_printf(text, _("relay %1$s is tried with one message after: %2$s\n"), name,
                               trouble ? trouble : "");
}

static const struct {
    const char *key, *words;
} limits[] = {
    {"rate_per_minute", N_("%1$s: slowed down to %2$lld recipients a minute\n")},
    {"connections", N_("%1$s: takes at most %2$lld connections now\n")},
    {"recipients_per_message", N_("%1$s: takes at most %2$lld recipients a message now\n")},
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* from the table above: %1$s and %2$lld */
static void add_learnt(GString *text, const char *name, const json_t *row)
{
    const json_t *learnt = json_object_get(row, "learnt");
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        json_int_t value = json_integer_value(json_object_get(learnt, limits[i].key));
        if (value)
            g_string_append_printf(text, _(limits[i].words), name, (long long)value);
    }
}
#pragma GCC diagnostic pop

char *overview_relays(const json_t *relays)
{
    GString *text = g_string_new(NULL);
    size_t i;
    const json_t *row;
    const char *trouble = json_get_text(relays, "trouble");
    if (trouble)
        g_string_append_printf(text, "%s\n", trouble);
    json_array_foreach (json_object_get(relays, "relays"), i, row) {
        add_health(text, row);
        add_learnt(text, json_get_text(row, "name"), row);
    }
    json_array_foreach (json_object_get(relays, "domains"), i, row)
        add_learnt(text, json_string_value(json_array_get(json_object_get(row, "domains"), 0)),
                   row);
    return g_string_free(text, FALSE);
}
