/* The octets of a packet, apart from how it is carried (job.h). */
#pragma once
#include "smtp/job.h"

void order_encode(GByteArray *to, const struct order *order);
void event_encode(GByteArray *to, const struct event *event);
