/* What is told of relays and of recipients' domains: health, limits, what was learnt. */
#include "control/tables.h"

static json_t *learnt(const struct learnt *learnt)
{
    return json_pack("{s:o, s:o, s:o}", "rate_per_minute", json_number_or_null(learnt->rate),
                     "connections", json_number_or_null(learnt->connections),
                     "recipients_per_message", json_number_or_null(learnt->recipients_per_message));
}

static json_t *relay_row(const struct relay_health *relay)
{
    static const char *const states[] = {
        [CIRCUIT_CLOSED] = "well", [CIRCUIT_OPEN] = "resting", [CIRCUIT_HALF_OPEN] = "probing"};
    return json_pack("{s:o, s:s, s:b, s:o, s:o, s:I, s:o, s:o}", "name", json_text(relay->name),
                     "state", states[relay->circuit], "resting", relay->resting, "rests_until",
                     json_time(relay->rests_until), "trouble", json_text(relay->trouble), "senders",
                     (json_int_t)relay->senders, "learnt", learnt(&relay->learnt), "waits_until",
                     json_time(relay->waits_until));
}

static json_t *domain_row(const struct domain_health *domain)
{
    json_t *names = json_array();
    for (guint i = 0; i < domain->conf->domains->len; i++)
        json_array_append_new(names, json_text(domain->conf->domains->pdata[i]));
    return json_pack("{s:o, s:I, s:o, s:o}", "domains", names, "senders",
                     (json_int_t)domain->senders, "learnt", learnt(&domain->learnt), "waits_until",
                     json_time(domain->waits_until));
}

json_t *table_relays(struct dispatch *dispatch)
{
    AUTO(array) GPtrArray *relays = dispatch ? dispatch_relays(dispatch) : NULL;
    AUTO(array) GPtrArray *domains = dispatch ? dispatch_domains(dispatch) : NULL;
    const struct error *trouble = dispatch ? dispatch_trouble(dispatch) : NULL;
    json_t *first = json_array(), *second = json_array();
    for (guint i = 0; relays && i < relays->len; i++)
        json_array_append_new(first, relay_row(relays->pdata[i]));
    for (guint i = 0; domains && i < domains->len; i++)
        json_array_append_new(second, domain_row(domains->pdata[i]));
    return json_pack("{s:o, s:o, s:o}", "relays", first, "domains", second, "trouble",
                     json_text(trouble ? trouble->what.local : NULL));
}
