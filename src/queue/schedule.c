#include "queue/schedule.h"

usec_t schedule_next(const struct retry *retry, int attempts, usec_t now, uint32_t chance)
{
    size_t index = attempts > 0 ? (size_t)attempts - 1 : 0;
    usec_t delay = retry->delays[MIN(index, retry->delay_count - 1)];
    usec_t jitter = delay / 10;
    return now + delay + (jitter ? (usec_t)(chance % (uint64_t)jitter) : 0);
}

usec_t schedule_due_until(const struct retry *retry, usec_t next_due, usec_t now)
{
    usec_t longest = 0;
    for (size_t i = 0; i < retry->delay_count; i++)
        longest = MAX(longest, retry->delays[i]);
    return next_due > now + longest + longest / 10 ? INT64_MAX : now;
}

bool schedule_gives_up(const struct retry *retry, usec_t accepted_at, usec_t now)
{
    return now - accepted_at >= retry->give_up_after;
}
