/* The sections of the configuration, as kinds of keys of its top level. */
#pragma once
#include "conf/conf.h"
#include "conf/reader.h"

extern const struct kind kind_publications; /* GPtrArray *, of struct publication */
extern const struct kind kind_relays;       /* GPtrArray *, of struct relay */
extern const struct kind kind_retry;        /* struct retry */
extern const struct kind kind_domains;      /* GPtrArray *, of struct domain_limit */
extern const struct kind kind_rate;         /* struct rate */
extern const struct kind kind_window;       /* struct send_window */

/* Adds a problem, at its key, for each file that is named and can't be used. */
void files_check(struct reader *reader, const struct conf *conf);

/* The schedule where the configuration says nothing. The delays are then the caller's. */
void retry_preset(struct retry *retry);

/* Could a host be named so: letters, digits, - and dots, no empty label? */
bool is_host_name(const char *text);
