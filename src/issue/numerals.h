/* Numbers as mastheads write them. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* What may stand in one, for a regular expression's [] over text_fold()ed text. */
#define NUMERAL_DIGITS     "0-9〇○OoОо零一二三四五六七八九"
#define NUMERAL_CHARACTERS NUMERAL_DIGITS "十百两廿卅"

/* 25, 025, ２５, 二十五, 一百零三, 廿五, 二〇二三 (also with ○ Ｏ O 0 零), blanks inside. False if
 * it is none, or larger than 99,999. */
bool numeral_parse(const char *text, int *value);
