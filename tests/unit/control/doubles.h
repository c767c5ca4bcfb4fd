/* Dispatch and report stand in for themselves: control needs of them only what is here. */
#pragma once
#include "../queue/fixture.h"
#include "control/control.h"
#include "report/report.h"

static int woken;          /* how often dispatch was told to look */
static usec_t waits_until; /* of each issue; 0: none waits */

void dispatch_wake(struct dispatch *dispatch)
{
    (void)dispatch;
    woken++;
}

enum wait_reason dispatch_waits(const struct dispatch *dispatch, int64_t issue, usec_t *until)
{
    (void)dispatch, (void)issue;
    *until = waits_until;
    return waits_until ? WAIT_LIMIT : WAIT_NOT;
}

const struct error *dispatch_trouble(const struct dispatch *dispatch)
{
    (void)dispatch;
    return NULL;
}

GPtrArray *dispatch_domains(struct dispatch *dispatch)
{
    (void)dispatch;
    static char *names[] = {(char *)"qq.com", (char *)"foxmail.com"};
    static GPtrArray domains = {(void **)names, 2};
    static struct domain_limit limit = {.name = (char *)"qq.com", .domains = &domains};
    static struct domain_health qq = {.conf = &limit, .senders = 1, .learnt = {.rate = 30}};
    GPtrArray *all = g_ptr_array_new();
    g_ptr_array_add(all, &qq);
    return all;
}

GPtrArray *dispatch_relays(struct dispatch *dispatch)
{
    (void)dispatch;
    static struct relay_health office = {.name = "office",
                                         .circuit = CIRCUIT_OPEN,
                                         .resting = true,
                                         .rests_until = 5 * USEC_PER_SEC,
                                         .trouble = "no route",
                                         .senders = 2,
                                         .learnt = {.connections = 3}};
    GPtrArray *relays = g_ptr_array_new();
    g_ptr_array_add(relays, &office);
    return relays;
}

char *report_reason(const struct answers *answers, const struct queue_delivery *delivery)
{
    (void)answers;
    return delivery->state == FAILED ? g_strdup("no such mailbox") : NULL;
}

/* The double knows one, and never looks into it. */
static struct dispatch *the_dispatch(void)
{
    static char any;
    return (struct dispatch *)(void *)&any;
}
