/* Run with a folder as its argument, it writes some messages there for tests/e2e/test_message.py.
 */
#include "mail/mail.h"

#include <stdlib.h>
#include <string.h>

#include "sample.h"

static struct mail *compose(const struct sample *sample)
{
    AUTO(error) struct error error = {0};
    struct mail *mail = NULL;
    if (!mail_compose(&mail, &sample->order, &error))
        fail_msg("%s", error.what.english);
    return mail;
}

static void expect(const char *where, const char *what)
{
    if (!strstr(where, what))
        fail_msg("no %s in: %.2000s", what, where);
}

/* --- what an issue becomes --- */

static void the_text_is_laid_out(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    AUTO(mail) struct mail *mail = compose(sample);
    assert_string_equal(
        mail->text->str,
        "＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝\n"
        "                                科协每周动态\n"
        "                         2023年 第25期（总第78期）\n"
        "北京市科协办公室                                               2023年11月6日\n"
        "＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝＝\n"
        "\n"
        "【目录提要】\n"
        "＝＝＝＝＝＝\n"
        "  - 密云区召开科普工作联席会\n"
        "\n"
        "【基层动态】\n"
        "＝＝＝＝＝＝\n"
        "\n"
        "密云区召开科普工作联席会\n"
        "－－－－－－－－－－－－\n"
        "　　11月2日，密云区召开科普工作联席会。\n"
        "                                                              （密云区科协）\n"
        "\n"
        "－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－\n"
        "投稿邮箱：skxxxbs@bast.net.cn\n"
        "编辑：张红波、王明\n"
        "审核：李金涛\n"
        "－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－\n"
        "分送：市科协驻会领导\n"
        "      机关各部门\n"
        "－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－－\n");
}

static void the_html_has_all_parts(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    AUTO(mail) struct mail *mail = compose(sample);
    static const char *const parts[] = {
        "<html lang=\"zh-CN\">",
        ">科协每周动态</h1>",
        "2023年&ensp;第25期",
        "（总第78期）",
        ">2023年11月6日<",
        "【基层动态】</h2>",
        ">目录提要</h2>",
        "<h3 ",
        "（密云区科协）",
        "投稿邮箱：<a",
        "mailto:skxxxbs@bast.net.cn",
        "编辑：张红波、王明",
        "审核：李金涛",
        "分送：",
        "机关各部门",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        expect(mail->html->str, parts[i]);
}

static void the_headers_are_the_contract_s(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    AUTO(mail) struct mail *mail = compose(sample);
    expect(mail->message->str, "From: =?UTF-8?B?5YyX5Lqs5biC56eR5Y2P5Yqe5YWs5a6k?= "
                               "<weekly@example.org>\r\n");
    expect(mail->message->str, "\r\nTo: =?UTF-8?B?56eR5Y2P5q+P5ZGo5Yqo5oCB?= "
                               "<weekly@example.org>\r\n");
    expect(mail->message->str, "\r\nReply-To: skxxxbs@bast.net.cn\r\n");
    expect(mail->message->str, "\r\nDate: Thu, 16 Nov 2023 15:33:20 +0800\r\n");
    expect(mail->message->str, "\r\nPrecedence: bulk\r\n");
    expect(mail->message->str, "\r\nContent-Language: zh-CN\r\n");
    expect(mail->message->str, "\r\nMessage-ID: <weekly.2023-25.issue.");
    assert_null(strstr(mail->message->str, "Auto-Submitted"));
    assert_null(strcasestr(mail->message->str, "\r\nBcc:"));
    assert_string_equal(mail->subject, "科协每周动态 2023年第25期（总第78期）");
}

static const struct {
    const char *name;
    bool by_contact;
    const char *contact, *fixed, *expected;
} replies[] = {
    {"the contact", true, "a@example.org", NULL, "\r\nReply-To: a@example.org\r\n"},
    {"typed in full width", true, "　ａ＠example.org", NULL, "\r\nReply-To: a@example.org\r\n"},
    {"a contact that is none", true, "见封底", NULL, NULL},
    {"no contact", true, NULL, NULL, NULL},
    {"a fixed one", false, "a@example.org", "b@example.org", "\r\nReply-To: b@example.org\r\n"},
    {"none", false, "a@example.org", NULL, NULL},
};

static void replies_go_where_the_publication_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
        AUTO(sample) struct sample *sample = sample_new();
        AUTO(address)
        struct address *fixed = replies[i].fixed ? sample_address(replies[i].fixed) : NULL;
        sample->publication.reply_to_contact = replies[i].by_contact;
        sample->publication.reply_to = fixed;
        sample->issue.contact = (char *)replies[i].contact;
        AUTO(mail) struct mail *mail = compose(sample);
        if (replies[i].expected ? !strstr(mail->message->str, replies[i].expected)
                                : strstr(mail->message->str, "Reply-To") != NULL)
            fail_msg("%s: %.600s", replies[i].name, mail->message->str);
    }
}

/* --- identity --- */

static void leave(struct sample *sample)
{
    (void)sample;
}
static void change_date_of_sending(struct sample *sample)
{
    sample->order.date += 3600 * USEC_PER_SEC;
}
static void change_kind(struct sample *sample)
{
    sample->order.kind = MAIL_TRIAL;
}
static void change_text(struct sample *sample)
{
    struct article *article = sample->issue.articles->pdata[0];
    sample_add_block(article, BLOCK_PARAGRAPH, "更正。");
}
static void change_key(struct sample *sample)
{
    sample->issue.key = (char *)"2023-26";
}
static void change_publication(struct sample *sample)
{
    sample->publication.id = (char *)"daily";
}
static void add_attachment(struct sample *sample)
{
    sample_add_file(sample, "a.pdf", "%PDF", 4);
}

static const struct {
    const char *name;
    void (*change)(struct sample *sample);
    bool same;
} changes[] = {
    {"composed again", leave, true},
    {"composed later", change_date_of_sending, true},
    {"a trial", change_kind, false},
    {"another text", change_text, false},
    {"another issue", change_key, false},
    {"another publication", change_publication, false},
    {"one attachment more", add_attachment, false},
};

static void a_message_id_belongs_to_one_version(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    AUTO(mail) struct mail *mail = compose(sample);
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        AUTO(sample) struct sample *other = sample_new();
        changes[i].change(other);
        AUTO(mail) struct mail *changed = compose(other);
        if ((strcmp(mail->message_id, changed->message_id) == 0) != changes[i].same)
            fail_msg("%s: %s", changes[i].name, changed->message_id);
    }
}

static void composed_again_it_is_the_same_octets(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    sample_add_file(sample, "附件.pdf", "%PDF", 4);
    AUTO(mail) struct mail *mail = compose(sample), *again = compose(sample);
    assert_int_equal(mail->message->len, again->message->len);
    assert_memory_equal(mail->message->str, again->message->str, mail->message->len);
}

static void a_personal_copy_has_its_own_to_and_id(void **state)
{
    (void)state;
    AUTO(address) struct address *zhang = sample_address("zhang@example.org");
    AUTO(address) struct address *li = sample_address("li@example.org");
    AUTO(text) char *header = mail_personal_header("weekly.1.issue.0@h.example", "张三", zhang);
    AUTO(text) char *again = mail_personal_header("weekly.1.issue.0@h.example", "张三", zhang);
    AUTO(text) char *other = mail_personal_header("weekly.1.issue.0@h.example", NULL, li);
    AUTO(text) char *next = mail_personal_header("weekly.2.issue.0@h.example", "张三", zhang);
    AUTO(text)
    char *evil =
        mail_personal_header("weekly.1.issue.0@h.example", "张\r\nBcc: x@example.org", zhang);
    assert_true(g_str_has_prefix(header, "To: =?UTF-8?B?5byg5LiJ?= <zhang@example.org>\r\n"
                                         "Message-ID: <weekly.1.issue.0."));
    assert_true(g_str_has_suffix(header, "@h.example>\r\n"));
    assert_string_equal(header, again);
    assert_true(g_str_has_prefix(other, "To: li@example.org\r\nMessage-ID: "));
    assert_string_not_equal(strstr(header, "Message-ID"), strstr(other, "Message-ID"));
    assert_string_not_equal(strstr(header, "Message-ID"), strstr(next, "Message-ID"));
    assert_null(strstr(evil, "\nBcc"));
}

/* --- refusals --- */

static void too_large_a_mail_is_refused(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    AUTO(mail) struct mail *mail = compose(sample), *none = NULL;
    AUTO(error) struct error error = {0};
    sample->publication.max_size = mail->message->len;
    AUTO(mail) struct mail *fits = compose(sample);
    assert_non_null(fits);
    sample->publication.max_size = mail->message->len - 1;
    assert_false(mail_compose(&none, &sample->order, &error));
    assert_int_equal(error.exit_class, EX_DATAERR);
    assert_string_equal(error.place.file, "第25期.md");
    assert_non_null(error.todo.english);
    assert_null(none);
}

static void a_missing_picture_is_told_with_its_line(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    AUTO(error) struct error error = {0};
    AUTO(mail) struct mail *none = NULL;
    struct block *picture =
        sample_add_block(sample->issue.articles->pdata[0], BLOCK_PICTURE, "会场");
    picture->target = (char *)"图.png";
    picture->line = 42;
    assert_false(mail_compose(&none, &sample->order, &error));
    assert_int_equal(error.exit_class, EX_DATAERR);
    assert_int_equal(error.place.line, 42);
}

static void a_broken_template_is_told(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    AUTO(error) struct error error = {0};
    AUTO(mail) struct mail *none = NULL;
    sample->conf.templates_dir = (char *)"tests/unit";
    assert_false(mail_compose(&none, &sample->order, &error));
    assert_int_equal(error.exit_class, EX_CONFIG);
}

/* --- messages for test_message.py --- */

static void write_issue(const char *folder, const char *name, const struct sample *sample)
{
    AUTO(mail) struct mail *mail = compose(sample);
    AUTO(text) char *path = g_build_filename(folder, name, NULL);
    if (!g_file_set_contents(path, mail->message->str, (gssize)mail->message->len, NULL))
        exit(1);
}

static void add_everything(struct sample *sample)
{
    struct article *article = sample->issue.articles->pdata[0];
    struct block *picture = sample_add_block(article, BLOCK_PICTURE, "会场");
    picture->target = (char *)"图 1.png";
    sample_add_file(sample, "图 1.png", SAMPLE_PNG);
    sample_add_file(sample,
                    "关于召开2023年北京市科协党务干部培训班暨科技社团能力提升培训班的通知"
                    "（附：参会回执、日程安排、交通路线图）.docx",
                    "docx", 4);
}

static void add_hostility(struct sample *sample, GString *long_title)
{
    static const char evil[] = "<script>alert(1)</script>\r\nBcc: x@example.org\r\n\r\n.\r\n";
    for (int i = 0; i < 10000; i++)
        g_string_append(long_title, i % 2 ? "x" : "长");
    sample->publication.name = (char *)"动态\r\nBcc: x@example.org\r\n\r\n<b>";
    sample->publication.from.name = (char *)"办公室\nBcc: x@example.org, \"y\" <z@example.org>";
    sample->publication.list_id = (char *)"weekly.example.org>\r\nBcc: x@example.org";
    sample->issue.name = sample->issue.office = sample->issue.subtitle = (char *)evil;
    sample->issue.contact = sample->issue.contact_label = sample->issue.telephone = (char *)evil;
    struct article *article = sample_add_article(sample, long_title->str, evil, evil);
    (void)sample_add_block(article, BLOCK_PARAGRAPH, evil);
    struct block *picture = sample_add_block(article, BLOCK_PICTURE,
                                             "\" onerror=\"alert(1)\" src=\"http://example.org/a");
    picture->target = (char *)"../../a\".png";
    sample_add_file(sample, "a\".png", SAMPLE_PNG);
    sample_add_file(sample, "../附件\r\nBcc: x@example.org\r\n.pdf", "%PDF", 4);
}

static void write_notice(const char *folder, const struct sample *sample)
{
    AUTO(array) GPtrArray *to = g_ptr_array_new_with_free_func((GDestroyNotify)address_free);
    g_ptr_array_add(to, sample_address("editor@example.org"));
    g_ptr_array_add(to, sample_address("boss@example.org"));
    struct attachment report = {(char *)"report.csv", g_bytes_new("a,b\r\n", 5)};
    AUTO(array) GPtrArray *files = g_ptr_array_new();
    g_ptr_array_add(files, &report);
    struct notice_order order = {
        .conf = &sample->conf,
        .publication = &sample->publication,
        .to = to,
        .subject = "报告：2023-25\r\nBcc: x@example.org",
        .text = "412 人已送达。\n",
        .html = "<p>412 人已送达。</p>\n",
        .auto_submitted = "auto-replied",
        .identity = "2023-25.report",
        .files = files,
        .date = sample->order.date,
    };
    AUTO(str) GString *message = NULL;
    AUTO(text) char *path = g_build_filename(folder, "notice.eml", NULL);
    if (!mail_compose_notice(&message, &order, NULL) ||
        !g_file_set_contents(path, message->str, (gssize)message->len, NULL))
        exit(1);
    g_bytes_unref(report.content);
}

static int write_messages(const char *folder)
{
    AUTO(str) GString *long_title = g_string_new(NULL);
    AUTO(sample) struct sample *plain = sample_new(), *trial = sample_new();
    AUTO(sample) struct sample *full = sample_new(), *hostile = sample_new();
    trial->order.kind = MAIL_TRIAL;
    add_everything(full);
    write_issue(folder, "plain.eml", plain);
    write_issue(folder, "trial.eml", trial);
    write_issue(folder, "full.eml", full);
    write_notice(folder, plain);
    add_hostility(hostile, long_title);
    write_issue(folder, "hostile.eml", hostile);
    return 0;
}

int main(int argc, char *argv[])
{
    setenv("TZ", "Asia/Shanghai", 1);
    if (argc == 2)
        return write_messages(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_laid_out),
        cmocka_unit_test(the_html_has_all_parts),
        cmocka_unit_test(the_headers_are_the_contract_s),
        cmocka_unit_test(replies_go_where_the_publication_says),
        cmocka_unit_test(a_message_id_belongs_to_one_version),
        cmocka_unit_test(composed_again_it_is_the_same_octets),
        cmocka_unit_test(a_personal_copy_has_its_own_to_and_id),
        cmocka_unit_test(too_large_a_mail_is_refused),
        cmocka_unit_test(a_missing_picture_is_told_with_its_line),
        cmocka_unit_test(a_broken_template_is_told),
    };
    return cmocka_run_group_tests_name("mail/mail", tests, NULL, NULL);
}
