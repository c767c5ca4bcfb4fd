#include "queue/schedule.h"

usec_t schedule_next(const struct retry *retry, int attempts, usec_t now, uint32_t chance)
{
    size_t index = attempts > 0 ? (size_t)attempts - 1 : 0;
    usec_t delay = retry->delays[MIN(index, retry->delay_count - 1)];
    usec_t jitter = delay / 10;
    return now + delay + (jitter ? (usec_t)(chance % (uint64_t)jitter) : 0);
}

bool schedule_gives_up(const struct retry *retry, usec_t accepted_at, usec_t now)
{
    return now - accepted_at >= retry->give_up_after;
}
