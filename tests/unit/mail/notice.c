#include "mail/mail.h"

#include <string.h>

#include "sample.h"

struct notice {
    struct sample *sample;
    GPtrArray *to;
    struct notice_order order;
};

static int set_up(void **state)
{
    struct notice *notice = g_new0(struct notice, 1);
    notice->sample = sample_new();
    notice->to = g_ptr_array_new_with_free_func((GDestroyNotify)address_free);
    g_ptr_array_add(notice->to, sample_address("editor@example.org"));
    notice->order = (struct notice_order){
        .conf = &notice->sample->conf,
        .publication = &notice->sample->publication,
        .to = notice->to,
        .subject = "2023-25 已发送",
        .text = "412 人已送达。\n",
        .html = "<p>412 人已送达。</p>\n",
        .auto_submitted = "auto-generated",
        .identity = "2023-25.report",
        .date = notice->sample->order.date,
    };
    *state = notice;
    return 0;
}

static int tear_down(void **state)
{
    struct notice *notice = *state;
    g_ptr_array_unref(notice->to);
    sample_free(notice->sample);
    g_free(notice);
    return 0;
}

static GString *compose(const struct notice *notice)
{
    GString *message = NULL;
    AUTO(error) struct error error = {0};
    if (!mail_compose_notice(&message, &notice->order, &error))
        fail_msg("%s", error.what.english);
    return message;
}

static void it_says_that_a_program_wrote_it(void **state)
{
    AUTO(str) GString *message = compose(*state);
    static const char *const headers[] = {
        "From: =?UTF-8?B?5YyX5Lqs5biC56eR5Y2P5Yqe5YWs5a6k?= <weekly@example.org>\r\n",
        "\r\nTo: editor@example.org\r\n",
        "\r\nAuto-Submitted: auto-generated\r\n",
        "\r\nContent-Language: zh-CN\r\n",
        "\r\nMessage-ID: <weekly.notice.",
        "\r\nContent-Type: multipart/alternative;",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
        if (!strstr(message->str, headers[i]))
            fail_msg("no %s in %s", headers[i], message->str);
    assert_null(strstr(message->str, "Precedence"));
    assert_null(strstr(message->str, "List-Id"));
}

static void its_id_depends_on_its_identity_alone(void **state)
{
    struct notice *notice = *state;
    AUTO(str) GString *message = compose(notice);
    notice->order.text = "411 人已送达。\n";
    AUTO(str) GString *again = compose(notice);
    notice->order.identity = "2023-26.report";
    AUTO(str) GString *other = compose(notice);
    AUTO(text) char *id = g_strndup(strstr(message->str, "Message-ID: "), 70);
    assert_non_null(strstr(again->str, id));
    assert_null(strstr(other->str, id));
}

static void english_programs_say_so(void **state)
{
    struct notice *notice = *state;
    notice->sample->conf.language = (char *)"en";
    AUTO(str) GString *message = compose(notice);
    assert_non_null(strstr(message->str, "\r\nContent-Language: en\r\n"));
}

static void for_nobody_it_is_refused(void **state)
{
    struct notice *notice = *state;
    AUTO(error) struct error error = {0};
    GString *message = NULL;
    g_ptr_array_set_size(notice->to, 0);
    assert_false(mail_compose_notice(&message, &notice->order, &error));
    assert_int_equal(error.exit_class, EX_CONFIG);
    assert_null(message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_says_that_a_program_wrote_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(its_id_depends_on_its_identity_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(english_programs_say_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(for_nobody_it_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("mail/notice", tests, NULL, NULL);
}
