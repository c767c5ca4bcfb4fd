#include "dispatch/valve.h"

#include <limits.h>

#define RAISE_EVERY  USEC_PER_MINUTE
#define RAISE_BY     1.25
#define FORGET_AT    2.0        /* times of what went well */
#define LEAST        (1.0 / 60) /* recipients a second */
#define FIRST_GUESS  1.0        /* where nothing had gone yet */
#define SAME_MOMENT  (5 * USEC_PER_SEC)
#define SEEN_FOR     USEC_PER_MINUTE
#define LOTS_TO_GROW 10

static double a_second(struct rate rate)
{
    return rate.period ? (double)rate.count * (double)USEC_PER_SEC / (double)rate.period : 0;
}

static double seconds(usec_t time)
{
    return (double)time / (double)USEC_PER_SEC;
}

void valve_set_limits(struct valve *valve, const struct limits *limits)
{
    valve->limits = *limits;
    if (limits->connections && valve->connections >= limits->connections)
        valve->connections = 0;
    if (limits->recipients_per_message && valve->lot >= limits->recipients_per_message)
        valve->lot = 0;
    /* The first fill is small: nobody knows what went before. */
    if (!valve->filled_at)
        valve->recipients = valve->messages = 1;
}

/* --- what was learnt --- */

static void forget_rate(struct valve *valve)
{
    valve->learnt = valve->well = 0;
    valve->is_dirty = true;
}

/* By the clock, so that it happens without mail too. */
static void raise_rate(struct valve *valve, usec_t now)
{
    double configured = a_second(valve->limits.rate);
    double most = configured > 0 ? configured : FORGET_AT * valve->well;
    while (valve->learnt > 0 && now - valve->raised_at >= RAISE_EVERY) {
        valve->learnt *= RAISE_BY;
        valve->raised_at += RAISE_EVERY;
        valve->is_dirty = true;
        if (valve->learnt >= most)
            forget_rate(valve);
    }
}

static void raise_connections(struct valve *valve, usec_t now)
{
    unsigned most = valve->limits.connections ? valve->limits.connections : UINT_MAX;
    while (valve->connections && now - valve->connections_at >= RAISE_EVERY) {
        valve->connections_at += RAISE_EVERY;
        valve->is_dirty = true;
        if (++valve->connections >= most)
            valve->connections = 0;
    }
}

void valve_too_fast(struct valve *valve, usec_t now)
{
    raise_rate(valve, now);
    if (valve->lowered_at && now - valve->lowered_at < SAME_MOMENT)
        return;
    double configured = a_second(valve->limits.rate);
    double went =
        valve->seen > 0 ? valve->seen / MAX(1.0, seconds(now - valve->seen_since)) : FIRST_GUESS;
    if (valve->learnt > 0)
        went = MIN(went, valve->learnt);
    if (configured > 0)
        went = MIN(went, configured);
    valve->well = MAX(valve->well, went);
    valve->learnt = MAX(went / 2, LEAST);
    valve->lowered_at = valve->raised_at = now;
    valve->recipients = 0;
    valve->filled_at = now;
    valve->seen = 0;
    valve->is_dirty = true;
}

void valve_too_many_connections(struct valve *valve, unsigned open, usec_t now)
{
    raise_connections(valve, now);
    unsigned most = MAX(open, 1U);
    if (!valve->connections || most < valve->connections)
        valve->connections = most;
    valve->connections_at = now;
    valve->is_dirty = true;
}

void valve_too_many_recipients(struct valve *valve, size_t taken)
{
    size_t lot = valve->lot ? valve->lot : valve->limits.recipients_per_message;
    valve->lot = MAX(1, MIN(taken ? taken : lot / 2, lot ? lot : SIZE_MAX));
    valve->lots_taken = 0;
    valve->is_dirty = true;
}

static void grow_lot(struct valve *valve, size_t recipients)
{
    if (!valve->lot || recipients < valve->lot || ++valve->lots_taken < LOTS_TO_GROW)
        return;
    valve->lots_taken = 0;
    valve->lot += 1 + valve->lot / 10;
    valve->is_dirty = true;
    if (valve->limits.recipients_per_message && valve->lot >= valve->limits.recipients_per_message)
        valve->lot = 0;
}

void valve_went_well(struct valve *valve, size_t recipients, usec_t now)
{
    usec_t since = now - valve->seen_since;
    if (valve->seen <= 0) {
        valve->seen_since = now;
    } else if (since > SEEN_FOR) { /* half of it is the past */
        valve->seen /= 2;
        valve->seen_since += since / 2;
    }
    valve->seen += (double)recipients;
    grow_lot(valve, recipients);
}

double valve_learnt(const struct valve *valve)
{
    return valve->learnt * 60;
}

/* --- the rates --- */

static double rate_of(const struct valve *valve)
{
    double configured = a_second(valve->limits.rate);
    if (valve->learnt <= 0)
        return configured;
    return configured > 0 ? MIN(configured, valve->learnt) : valve->learnt;
}

/* A minute's worth of what is configured; of what was learnt a second's, so that it comes in no
 * bursts. */
static double pour(double tokens, double rate, double passed, bool learnt)
{
    double most = MAX(1.0, learnt ? rate : rate * 60);
    return MIN(most, tokens + rate * passed);
}

static void fill_for(struct valve *valve, double passed, usec_t now)
{
    valve->recipients = pour(valve->recipients, rate_of(valve), passed, valve->learnt > 0);
    valve->messages = pour(valve->messages, a_second(valve->limits.message_rate), passed, false);
    valve->filled_at = now;
}

static void fill(struct valve *valve, usec_t now)
{
    raise_rate(valve, now);
    fill_for(valve, valve->filled_at ? seconds(MAX(now - valve->filled_at, 0)) : 0, now);
}

size_t valve_room(struct valve *valve, size_t wanted, usec_t now)
{
    size_t lot = valve->lot ? valve->lot : valve->limits.recipients_per_message;
    if (lot)
        wanted = MIN(wanted, lot);
    bool limited = rate_of(valve) > 0, messages = valve->limits.message_rate.period > 0;
    if (!limited && !messages)
        return wanted;
    fill(valve, now);
    if (messages && valve->messages < 1)
        return 0;
    return limited ? MIN(wanted, (size_t)MAX(valve->recipients, 0)) : wanted;
}

static usec_t time_for_one(double tokens, double rate)
{
    return rate > 0 && tokens < 1 ? (usec_t)((1 - tokens) / rate * (double)USEC_PER_SEC) + 1 : 0;
}

usec_t valve_opens(struct valve *valve, usec_t now)
{
    if (valve_room(valve, 1, now))
        return 0;
    usec_t wait = MAX(time_for_one(valve->recipients, rate_of(valve)),
                      time_for_one(valve->messages, a_second(valve->limits.message_rate)));
    return now + MAX(wait, 1);
}

void valve_take(struct valve *valve, size_t recipients)
{
    if (rate_of(valve) <= 0 && valve->limits.message_rate.period == 0)
        return;
    if (rate_of(valve) > 0)
        valve->recipients -= (double)recipients;
    if (valve->limits.message_rate.period)
        valve->messages -= 1;
    valve->is_dirty = true;
}

unsigned valve_connections(struct valve *valve, usec_t now)
{
    raise_connections(valve, now);
    unsigned configured = valve->limits.connections ? valve->limits.connections : UINT_MAX;
    return valve->connections ? MIN(valve->connections, configured) : configured;
}

/* --- over a restart --- */

#define THOUSANDTHS 1000.0

struct queue_valve valve_save(struct valve *valve, const char *name, usec_t now, usec_t wall)
{
    fill(valve, now);
    valve->is_dirty = false;
    return (struct queue_valve){
        .name = name,
        .recipients = (int64_t)(valve->recipients * THOUSANDTHS),
        .messages = (int64_t)(valve->messages * THOUSANDTHS),
        .learnt = (int64_t)(valve->learnt * 60 * THOUSANDTHS),
        .well = (int64_t)(valve->well * 60 * THOUSANDTHS),
        .connections = valve->connections,
        .lot = (int64_t)valve->lot,
        .at = wall,
    };
}

void valve_load(struct valve *valve, const struct queue_valve *saved, usec_t now, usec_t wall)
{
    /* A clock that went back gives nothing away. */
    usec_t passed = MAX(wall - saved->at, 0);
    valve->recipients = (double)saved->recipients / THOUSANDTHS;
    valve->messages = (double)saved->messages / THOUSANDTHS;
    valve->learnt = (double)saved->learnt / THOUSANDTHS / 60;
    valve->well = (double)saved->well / THOUSANDTHS / 60;
    valve->raised_at = valve->connections_at = now - passed;
    valve->connections = (unsigned)saved->connections;
    valve->lot = (size_t)saved->lot;
    fill_for(valve, seconds(passed), now);
    struct limits limits = valve->limits;
    valve_set_limits(valve, &limits);
}
