/* Any octets as an order and as an event: refused, or taken and written again the same way. */
#include "smtp/job_packet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    struct order order;
    if (order_decode(&order, octets, length, NULL)) {
        GByteArray *again = g_byte_array_new();
        order_encode(again, &order);
        struct order back;
        if (!order_decode(&back, again->data, again->len, NULL))
            abort();
        order_clear(&back);
        order_clear(&order);
        g_byte_array_unref(again);
    }
    struct event event;
    if (event_decode(&event, octets, length, NULL)) {
        GByteArray *again = g_byte_array_new();
        event_encode(again, &event);
        struct event back;
        if (!event_decode(&back, again->data, again->len, NULL))
            abort();
        event_clear(&back);
        event_clear(&event);
        g_byte_array_unref(again);
    }
    return 0;
}
