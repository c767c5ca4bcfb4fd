/* A term of office: from when until when somebody is to receive. Days are local. */
#pragma once
#include <stdbool.h>

struct term {
    int from, until; /* 20231116; 0: open. Both days belong to it */
};

/* A day as people and spreadsheets write it: 2023-11-16, 2023/11/16, 2023.11.16, 20231116,
 * 2023年11月16日, with a time of day after it or not; of a month alone its first day, or its last
 * one where `last`. 0: it is none. */
int term_day(const char *text, bool last);
int term_today(void);
/* The day so many days before this one. */
int term_day_before(int day, int days);
/* As 2023-11-16. Caller frees. */
char *term_day_text(int day);
bool term_holds(const struct term *term, int day);
