#include "smtp/job.h"
#include "smtp/job_packet.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct address *address(const char *text)
{
    struct address *address = NULL;
    struct error error = {0};
    assert_true(address_parse(&address, text, NOWHERE, NULL, &error));
    return address;
}

static struct order a_relay(void)
{
    return (struct order){.kind = ORDER_RELAY,
                          .message_fd = -1,
                          .relay = {.host = g_strdup("mail.example.org"),
                                    .user = g_strdup("office"),
                                    .password = g_strdup("密 码"),
                                    .hostname = g_strdup("client.example.org"),
                                    .port = 465,
                                    .tls = TLS_IMPLICIT,
                                    .messages_per_connection = 1000,
                                    .connect_timeout = 30 * USEC_PER_SEC}};
}

static struct order a_job(size_t count)
{
    struct order order = {.kind = ORDER_JOB, .message_fd = -1};
    order.job = (struct job){.id = UINT64_MAX,
                             .issue = 7,
                             .mail_from = address("weekly@example.org"),
                             .personal_header = g_strdup("To: a@example.org\r\n"),
                             .count = count,
                             .recipients = g_new0(struct job_recipient, count)};
    for (size_t i = 0; i < count; i++) {
        AUTO(text) char *text = g_strdup_printf("%060zu@%060zu.%060d.example.org", i, i, 1);
        order.job.recipients[i] = (struct job_recipient){(int64_t)i + 1, address(text)};
    }
    return order;
}

static struct event an_outcome(size_t count, size_t text_length)
{
    struct event event = {
        .kind = EVENT_OUTCOME, .job = 9, .count = count, .verdicts = g_new0(struct verdict, count)};
    AUTO(text) char *tail = g_strnfill(text_length, 'x');
    for (size_t i = 0; i < count; i++) {
        AUTO(text) char *text = g_strdup_printf("5.1.1 字%zu%s", i, tail);
        event.verdicts[i] = (struct verdict){.delivery = (int64_t)i,
                                             .kind = VERDICT_REFUSED,
                                             .stage = STAGE_RCPT,
                                             .reply = reply_new(550, text)};
    }
    return event;
}

static void relay_comes_back(void **state)
{
    (void)state;
    struct order order = a_relay(), back;
    struct error error = {0};
    GByteArray *packet = g_byte_array_new();
    order_encode(packet, &order);
    assert_true(order_decode(&back, packet->data, packet->len, &error));
    assert_int_equal(back.kind, ORDER_RELAY);
    assert_string_equal(back.relay.host, "mail.example.org");
    assert_null(back.relay.ca_file);
    assert_string_equal(back.relay.password, "密 码");
    assert_int_equal(back.relay.port, 465);
    assert_int_equal(back.relay.tls, TLS_IMPLICIT);
    assert_int_equal(back.relay.connect_timeout, 30 * USEC_PER_SEC);
    order_clear(&order);
    order_clear(&back);
    g_byte_array_unref(packet);
}

static void largest_job_goes_through_a_socket(void **state)
{
    (void)state;
    int ends[2];
    bool end;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    struct order order = a_job(JOB_RECIPIENTS_MAX), back;
    struct error error = {0};
    assert_true(order_send(ends[0], &order, &error));
    assert_true(order_receive(ends[1], &back, &end, &error));
    assert_false(end);
    assert_int_equal(back.job.id, UINT64_MAX);
    assert_int_equal(back.job.count, JOB_RECIPIENTS_MAX);
    assert_string_equal(back.job.personal_header, "To: a@example.org\r\n");
    assert_true(address_equal(back.job.recipients[999].address, order.job.recipients[999].address));
    assert_int_equal(back.job.recipients[999].delivery, 1000);
    order_clear(&order);
    order_clear(&back);
    close(ends[0]);
    close(ends[1]);
}

static void largest_outcome_goes_through_a_socket(void **state)
{
    (void)state;
    int ends[2];
    bool end;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    struct event event = an_outcome(JOB_RECIPIENTS_MAX, 900), back;
    struct error error = {0};
    assert_true(event_send(ends[0], &event, &error));
    assert_true(event_receive(ends[1], &back, &end, &error));
    assert_int_equal(back.count, JOB_RECIPIENTS_MAX);
    assert_int_equal(back.verdicts[999].reply.code, 550);
    assert_string_equal(back.verdicts[999].reply.enhanced, "5.1.1");
    assert_true(g_str_has_prefix(back.verdicts[999].reply.text, "字999x"));
    event_clear(&event);
    event_clear(&back);
    close(ends[0]);
    close(ends[1]);
}

static void equal_replies_stand_once(void **state)
{
    (void)state;
    struct event event = {.kind = EVENT_OUTCOME, .count = 3, .verdicts = g_new0(struct verdict, 3)};
    event.verdicts[0].reply = reply_new(250, "taken");
    event.verdicts[1].kind = VERDICT_UNKNOWN;
    event.verdicts[2].reply = reply_new(250, "taken");
    GByteArray *packet = g_byte_array_new();
    event_encode(packet, &event);
    struct event back;
    struct error error = {0};
    assert_true(event_decode(&back, packet->data, packet->len, &error));
    assert_int_equal(back.verdicts[1].reply.code, 0);
    assert_null(back.verdicts[1].reply.text);
    assert_string_equal(back.verdicts[2].reply.text, "taken");
    assert_true(packet->len < 120);
    event_clear(&event);
    event_clear(&back);
    g_byte_array_unref(packet);
}

/* --- what is not ours ---------------------------------------------------------------------------
 */

/* Every beginning of a packet is refused, and every octet changed is survived. */
static void torn_and_changed_packets(void **state)
{
    (void)state;
    struct order orders[] = {
        a_relay(), a_job(3), {.kind = ORDER_MESSAGE, .issue = 5}, {.kind = ORDER_CHECK}};
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        GByteArray *packet = g_byte_array_new();
        order_encode(packet, &orders[i]);
        for (guint length = 0; length <= packet->len; length++) {
            struct order back;
            struct error error = {0};
            bool good = order_decode(&back, packet->data, length, &error);
            assert_int_equal(good, length == packet->len);
            if (good)
                order_clear(&back);
            else
                assert_int_equal(error.exit_class, EX_PROTOCOL);
            error_clear(&error);
        }
        for (guint at = 0; at < packet->len * 256; at++) {
            guint8 was = packet->data[at / 256];
            packet->data[at / 256] = (guint8)at;
            struct order back;
            if (order_decode(&back, packet->data, packet->len, NULL))
                order_clear(&back);
            packet->data[at / 256] = was;
        }
        g_byte_array_unref(packet);
        orders[i].message_fd = -1;
        order_clear(&orders[i]);
    }
}

static void torn_and_changed_events(void **state)
{
    (void)state;
    struct event event = an_outcome(3, 5);
    GByteArray *packet = g_byte_array_new();
    event_encode(packet, &event);
    for (guint length = 0; length < packet->len; length++) {
        struct event back;
        assert_false(event_decode(&back, packet->data, length, NULL));
    }
    for (guint at = 0; at < packet->len * 256; at++) {
        guint8 was = packet->data[at / 256];
        packet->data[at / 256] = (guint8)at;
        struct event back;
        if (event_decode(&back, packet->data, packet->len, NULL))
            event_clear(&back);
        packet->data[at / 256] = was;
    }
    g_byte_array_unref(packet);
    event_clear(&event);
}

static void set(char **text, const char *value)
{
    g_free(*text);
    *text = g_strdup(value);
}

static void no_host(struct order *order)
{
    set(&order->relay.host, NULL);
}
static void blank_host(struct order *order)
{
    set(&order->relay.host, "a b");
}
static void command_in_hostname(struct order *order)
{
    set(&order->relay.hostname, "a\r\nQUIT");
}
static void no_port(struct order *order)
{
    order->relay.port = 0;
}
static void no_messages(struct order *order)
{
    order->relay.messages_per_connection = 0;
}
static void no_limit(struct order *order)
{
    order->relay.connect_timeout = 0;
}
static void negative_limit(struct order *order)
{
    order->relay.timeout = -1;
}
static void no_password(struct order *order)
{
    set(&order->relay.password, NULL);
}
static void long_password(struct order *order)
{
    g_free(order->relay.password);
    order->relay.password = g_strnfill(256, 'x'); /* libesmtp's buffers have 255 */
}

static void relays_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*spoil)(struct order *order);
    } rows[] = {
        {"no host", no_host},
        {"blank in the host", blank_host},
        {"command in the hostname", command_in_hostname},
        {"no port", no_port},
        {"no messages", no_messages},
        {"no limit", no_limit},
        {"negative limit", negative_limit},
        {"user without password", no_password},
        {"password too long", long_password},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct order order = a_relay(), back;
        rows[i].spoil(&order);
        GByteArray *packet = g_byte_array_new();
        order_encode(packet, &order);
        if (order_decode(&back, packet->data, packet->len, NULL))
            fail_msg("%s", rows[i].name);
        g_byte_array_unref(packet);
        order_clear(&order);
    }
}

/* --- sockets ------------------------------------------------------------------------------------
 */

static int open_files(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void message_comes_with_its_file(void **state)
{
    (void)state;
    int ends[2];
    bool end;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    int fd = open("/dev/null", O_RDONLY);
    int before = open_files();
    struct order order = {.kind = ORDER_MESSAGE, .issue = 5, .message_fd = fd}, back;
    struct error error = {0};
    assert_true(order_send(ends[0], &order, &error));
    assert_true(order_receive(ends[1], &back, &end, &error));
    assert_int_equal(back.issue, 5);
    assert_true(back.message_fd >= 0 && back.message_fd != fd);
    assert_true(fcntl(back.message_fd, F_GETFD) & FD_CLOEXEC);
    order_clear(&back);
    assert_int_equal(open_files(), before);
    close(fd);
    close(ends[0]);
    close(ends[1]);
}

static void send_with_files(int socket, const GByteArray *packet, int fd, int count)
{
    char control[CMSG_SPACE(sizeof(int) * 16)] = {0};
    struct iovec octets = {packet->data, packet->len};
    struct msghdr message = {.msg_iov = &octets, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
        for (int i = 0; i < count; i++)
            memcpy(CMSG_DATA(header) + sizeof(int) * (size_t)i, &fd, sizeof fd);
    }
    assert_true(sendmsg(socket, &message, 0) >= 0);
}

static void wrong_number_of_files_closes_all(void **state)
{
    (void)state;
    static const struct {
        enum order_kind kind;
        int files;
    } rows[] = {{ORDER_CHECK, 1}, {ORDER_MESSAGE, 0}, {ORDER_MESSAGE, 2}, {ORDER_MESSAGE, 12}};
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    int fd = open("/dev/null", O_RDONLY);
    int before = open_files();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct order order = {.kind = rows[i].kind, .issue = 5, .message_fd = -1}, back;
        GByteArray *packet = g_byte_array_new();
        order_encode(packet, &order);
        send_with_files(ends[0], packet, fd, rows[i].files);
        struct error error = {0};
        bool end;
        assert_false(order_receive(ends[1], &back, &end, &error));
        assert_int_equal(error.exit_class, EX_PROTOCOL);
        error_clear(&error);
        assert_int_equal(open_files(), before);
        g_byte_array_unref(packet);
    }
    close(fd);
    close(ends[0]);
    close(ends[1]);
}

static void event_with_a_file_is_none(void **state)
{
    (void)state;
    int ends[2];
    bool end;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    struct event event = {.kind = EVENT_OUTCOME, .job = 1}, back;
    struct error error = {0};
    GByteArray *packet = g_byte_array_new();
    event_encode(packet, &event);
    int before = open_files();
    send_with_files(ends[0], packet, ends[0], 1);
    assert_false(event_receive(ends[1], &back, &end, &error));
    assert_int_equal(error.exit_class, EX_PROTOCOL);
    assert_int_equal(open_files(), before);
    error_clear(&error);
    g_byte_array_unref(packet);
    close(ends[0]);
    close(ends[1]);
}

static void full_empty_and_gone(void **state)
{
    (void)state;
    int ends[2];
    bool end;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
    struct order order = a_job(100), back;
    struct event event;
    struct error error = {0};
    assert_false(event_receive(ends[0], &event, &end, &error));
    assert_int_equal(error.exit_class, EX_TEMPFAIL);
    error_clear(&error);
    for (int i = 0; i < 10000 && order_send(ends[0], &order, &error); i++)
        ;
    assert_int_equal(error.exit_class, EX_TEMPFAIL);
    error_clear(&error);
    assert_true(order_receive(ends[1], &back, &end, &error));
    order_clear(&back);
    close(ends[1]);
    assert_false(order_send(ends[0], &order, &error));
    assert_int_equal(error.exit_class, EX_UNAVAILABLE);
    error_clear(&error);
    assert_true(event_receive(ends[0], &event, &end, &error));
    assert_true(end);
    order_clear(&order);
    close(ends[0]);
}

/* Linux reports a connection reset before the packets that still stand there. */
static void last_words_are_read_after_a_reset(void **state)
{
    (void)state;
    int ends[2];
    bool end;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    struct order order = {.kind = ORDER_CHECK, .message_fd = -1};
    struct event event = {.kind = EVENT_GONE, .why = GONE_LOST}, back;
    struct error error = {0};
    assert_true(order_send(ends[0], &order, &error)); /* never read */
    assert_true(event_send(ends[1], &event, &error));
    close(ends[1]);
    assert_true(event_receive(ends[0], &back, &end, &error));
    assert_false(end);
    assert_int_equal(back.why, GONE_LOST);
    event_clear(&back);
    assert_true(event_receive(ends[0], &back, &end, &error));
    assert_true(end);
    close(ends[0]);
}

static void refusing_the_rest_closes_its_files(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    int fd = open("/dev/null", O_RDONLY);
    int before = open_files();
    struct order order = {.kind = ORDER_MESSAGE, .issue = 5, .message_fd = fd};
    struct error error = {0};
    assert_true(order_send(ends[0], &order, &error));
    assert_true(order_send(ends[0], &order, &error));
    order_refuse_rest(ends[1]);
    assert_int_equal(open_files(), before);
    assert_false(order_send(ends[0], &order, &error));
    assert_int_equal(error.exit_class, EX_UNAVAILABLE);
    error_clear(&error);
    close(fd);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relay_comes_back),
        cmocka_unit_test(largest_job_goes_through_a_socket),
        cmocka_unit_test(largest_outcome_goes_through_a_socket),
        cmocka_unit_test(equal_replies_stand_once),
        cmocka_unit_test(torn_and_changed_packets),
        cmocka_unit_test(torn_and_changed_events),
        cmocka_unit_test(relays_that_are_none),
        cmocka_unit_test(message_comes_with_its_file),
        cmocka_unit_test(wrong_number_of_files_closes_all),
        cmocka_unit_test(event_with_a_file_is_none),
        cmocka_unit_test(full_empty_and_gone),
        cmocka_unit_test(last_words_are_read_after_a_reset),
        cmocka_unit_test(refusing_the_rest_closes_its_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
