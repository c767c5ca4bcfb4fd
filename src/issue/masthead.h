/* What a line of a masthead says: number, total, date, and what is left. */
#pragma once
#include "base/auto.h"

#include <stdbool.h>

struct masthead { /* 0, NULL: not said */
    int year, number, total;
    int date_year, date_month, date_day;
    char *impossible; /* the words of a date that no calendar has */
    bool date_given;
    bool day_alone;     /* a month and a day without a year */
    bool month_given;   /* a year and a month without a day */
    bool supplement;    /* 增刊 */
    bool total_given;   /* 总第 期, also with nothing in it */
    bool blank;         /* 第　期, a place for a number with nothing in it */
    bool glued;         /* some of `rest` touches what was read: 第5期培训班 */
    bool zero;          /* 第0期 */
    char *without_sign; /* the words of a number that lacks its 期: 2023年 第25 */
    char *combined;     /* the words of two numbers at once: 第25、26期合刊 */
    char *subtitle;     /* …特刊, …专刊 */
    char *period;       /* of the days that it reports on */
    GPtrArray *rest;    /* of char *: the words that are none of these, in order */
};

/* Reads one line. The caller frees what it holds with masthead_clear(). */
void masthead_read(struct masthead *masthead, const char *line);
void masthead_clear(struct masthead *masthead);
/* Did it say anything but `rest`? */
bool masthead_says_something(const struct masthead *masthead);
/* Does the line say nothing but number, total, date and the like? */
bool masthead_is_line(const char *line);
/* The name of an office without 主办, 编印 and the like before or after it. Caller frees. */
char *masthead_office(const char *words);
