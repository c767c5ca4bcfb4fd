/* JSON by jansson: the few helpers that every user of it needs. */
#pragma once
#include "base/clock.h"

#include <jansson.h>

AUTO_DEFINE(json, json_t, json_decref)

/* A string, or null where it is NULL. Octets that are no UTF-8 become U+FFFD. */
json_t *json_text(const char *text);
/* RFC 3339, or null where it is 0. */
json_t *json_time(usec_t time);
/* An array of strings. */
json_t *json_texts(const GPtrArray *texts);
/* The number, or null where it is 0. */
json_t *json_number_or_null(json_int_t number);
/* A string member, or NULL; the object's own. */
const char *json_get_text(const json_t *object, const char *key);
/* Indented, ends in LF. The caller frees with g_free(). */
char *json_pretty(const json_t *value);
