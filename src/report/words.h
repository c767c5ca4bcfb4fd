/* States and reasons as people read them, in their language. All static. */
#pragma once
#include "base/clock.h"
#include "queue/state.h"

const char *words_of_delivery(enum delivery_state state);
const char *words_of_issue(enum issue_state state);
/* Why an issue is held, and what a person can do about it: whole sentences. */
const char *words_of_hold(enum hold_reason why);
const char *words_to_release(enum hold_reason why);

/* 2023-11-16 09:30:00 in local time; "" for 0. Caller frees. */
char *words_of_time(usec_t time);
/* To the minute, as a sentence has it: "2023年11月16日 09:30". Caller frees. */
char *words_of_moment(usec_t time);
/* An issue's key, "2023-25" or "2023-s1", as people say it: 2023年第25期. Caller frees. */
char *words_of_key(const char *key);
