/* When the deliveries of a publication may go out. */
#pragma once
#include "conf/conf.h"

/* When the window opens next; 0: it is open now. Local time. */
usec_t window_opens(const struct send_window *window, const struct workdays *workdays, usec_t now);

/* The local year of a time, for who asks whether workdays_knows() it. */
int window_year(usec_t time);
