/* The subject of an issue, from the publication's pattern. */
#pragma once
#include "mail/mail.h"

/* Puts {name}, {year}, {number} and {total} in. A bracket in which one of them is empty is left out
 * with it; 增刊 stands before 第{number}期 of a supplement; a trial begins with [试发]. UTF-8
 * without control characters. The caller frees. */
char *subject_of_issue(const struct publication *publication, const struct issue *issue,
                       enum mail_kind kind);

/* A copy fit for a header: what could end a line or isn't shown (control characters, line and
 * paragraph separators) is a blank, octets that are no UTF-8 are U+FFFD. The caller frees. */
char *subject_clean(const char *text);
