#include "smtp/answers.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SHIPPED "conf/answers.conf"

/* --- meanings ----------------------------------------------------------------------------------
 */

static const struct row {
    const char *name;
    enum smtp_stage stage;
    int code;
    const char *text;
    enum answer_class class;
} shipped_rows[] = {
    {"QQ frequency", STAGE_RCPT, 550, "Ip frequency limited", ANSWER_RATE},
    {"QQ flooded", STAGE_RCPT, 550, "Mailbox unavailable or access denied", ANSWER_LATER},
    {"QQ not found", STAGE_RCPT, 550, "Mailbox not found. http://service.mail.qq.com", ANSWER_HARD},
    {"QQ wants its login", STAGE_MAIL, 501, "Mail from address must be same as authorization user",
     ANSWER_OURS},
    {"163 spam for good", STAGE_END_OF_DATA, 554, "DT:SPM 163 smtp1", ANSWER_CONTENT},
    {"163 spam for now", STAGE_END_OF_DATA, 451, "DT:SPM 163 smtp1", ANSWER_LATER},
    {"163 too often", STAGE_END_OF_DATA, 554, "MI:STC 163", ANSWER_RATE},
    {"163 tomorrow", STAGE_RCPT, 550, "RP:TRC 163", ANSWER_RATE},
    {"163 fewer", STAGE_RCPT, 550, "RP:RCL 163", ANSWER_TOO_MANY},
    {"163 hourly", STAGE_MAIL, 554, "HL:IHU 163", ANSWER_RATE},
    {"163 421", STAGE_CONNECT, 421, "HL:REP 163", ANSWER_RATE},
    {"163 per connection", STAGE_MAIL, 450, "MI:DMC 163", ANSWER_RATE},
    {"163 a quarter", STAGE_MAIL, 451, "MI:SFQ 163", ANSWER_RATE},
    {"163 SPF", STAGE_END_OF_DATA, 550, "MI:SPF 163", ANSWER_OURS},
    {"163 From", STAGE_END_OF_DATA, 554, "DT:SUM 163", ANSWER_OURS},
    {"163 block", STAGE_CONNECT, 554, "HL:IPB 163", ANSWER_OURS},
    {"163 invalid", STAGE_RCPT, 550, "Invalid User: zhang@163.com", ANSWER_HARD},
    {"163 suspended", STAGE_RCPT, 550, "User suspended", ANSWER_SOFT},
    {"Gmail rate", STAGE_END_OF_DATA, 421, "4.7.28 Gmail has detected an unusual rate",
     ANSWER_RATE},
    {"Gmail unauthenticated", STAGE_END_OF_DATA, 550, "5.7.26 This mail is unauthenticated",
     ANSWER_OURS},
    {"Gmail no user", STAGE_RCPT, 550,
     "5.1.1 The email account that you tried to reach does not exist.", ANSWER_HARD},
    {"Gmail quota", STAGE_RCPT, 452, "4.2.2 The recipient's inbox is out of storage space",
     ANSWER_SOFT},
    {"Microsoft level", STAGE_END_OF_DATA, 550, "5.7.515 Access denied", ANSWER_OURS},
    {"Postfix relay", STAGE_RCPT, 554, "5.7.1 <a@b.org>: Relay access denied", ANSWER_OURS},
    {"Exim relay", STAGE_RCPT, 550, "relay not permitted", ANSWER_OURS},
    {"Postfix unknown", STAGE_RCPT, 550,
     "5.1.1 <a@b.org>: Recipient address rejected: User unknown", ANSWER_HARD},
    {"Postfix sender", STAGE_RCPT, 550, "5.1.8 <a@b>: Sender address rejected: Domain not found",
     ANSWER_OURS},
    {"greylisted", STAGE_RCPT, 450, "4.2.0 <a@b.org>: Greylisted, see", ANSWER_LATER},
    {"greylisted by 550", STAGE_RCPT, 550, "Greylisting in action", ANSWER_LATER},
    {"blocked by a list", STAGE_RCPT, 554, "5.7.1 Client host [192.0.2.1] blocked using sbl",
     ANSWER_OURS},
    {"too many recipients", STAGE_RCPT, 452, "4.5.3 Error: too many recipients", ANSWER_TOO_MANY},
    {"too many recipients by 552", STAGE_RCPT, 552, "too many recipients", ANSWER_TOO_MANY},
    {"full", STAGE_RCPT, 552, "5.2.2 Mailbox full", ANSWER_SOFT},
    {"Coremail", STAGE_RCPT, 550, "用户不存在", ANSWER_HARD},
    {"attachment", STAGE_END_OF_DATA, 550, "Banned attachment .exe", ANSWER_CONTENT},
    {"163's day is full", STAGE_RCPT, 550, "RP:ORQ 163", ANSWER_RATE},
    {"QQ's content", STAGE_END_OF_DATA, 550, "Mail content denied. http://service.mail.qq.com",
     ANSWER_CONTENT},
    {"QQ's DMARC", STAGE_END_OF_DATA, 550, "DMARC check failed", ANSWER_OURS},
    {"refused by the recipient himself", STAGE_RCPT, 550, "Mail is rejected by recipients",
     ANSWER_SOFT},
    {"Alibaba's behaviour", STAGE_DATA, 454, "Transient reject by behaviour spam at DATA State",
     ANSWER_RATE},
    {"Alibaba's behaviour, for good", STAGE_DATA, 554, "Reject by behaviour spam at Rcpt State",
     ANSWER_RATE},
    {"Alibaba's content", STAGE_END_OF_DATA, 554, "Reject by content spam at DATA State",
     ANSWER_CONTENT},
    {"Yahoo", STAGE_CONNECT, 421,
     "4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume",
     ANSWER_RATE},
    {"Apple", STAGE_END_OF_DATA, 451, "[BS02] Temporary server error", ANSWER_RATE},
    {"Microsoft's connections", STAGE_CONNECT, 421,
     "4.3.2 The mail server has exceeded the maximum number of connections", ANSWER_RATE},
    {"Microsoft's flooded mailbox", STAGE_END_OF_DATA, 554,
     "5.2.122 The recipient has exceeded their limit for the number of messages", ANSWER_LATER},
    {"Coremail's local users", STAGE_RCPT, 550, "Local user only", ANSWER_OURS},
    {"Postfix's connections", STAGE_CONNECT, 421,
     "4.7.0 mx.example.org Error: too many connections from 192.0.2.1", ANSWER_RATE},
    {"Postfix's mails", STAGE_MAIL, 450, "4.7.1 Error: too much mail from 192.0.2.1", ANSWER_RATE},
    {"null MX", STAGE_RCPT, 556, "5.1.10 nullMX", ANSWER_HARD},
    {"too large", STAGE_END_OF_DATA, 552, "5.3.4 Message too large", ANSWER_SIZE},
    {"login", STAGE_MAIL, 530, "5.7.0 Must issue a STARTTLS command first", ANSWER_OURS},
};

static const struct row code_rows[] = {
    {"5.1.1", STAGE_RCPT, 550, "5.1.1 x", ANSWER_HARD},
    {"5.1.2", STAGE_RCPT, 550, "5.1.2 x", ANSWER_HARD},
    {"5.1.10", STAGE_RCPT, 550, "5.1.10 x", ANSWER_HARD},
    {"4.1.1", STAGE_RCPT, 450, "4.1.1 x", ANSWER_SOFT},
    {"5.1.7", STAGE_MAIL, 550, "5.1.7 x", ANSWER_OURS},
    {"5.2.1", STAGE_RCPT, 550, "5.2.1 x", ANSWER_SOFT},
    {"5.2.2", STAGE_RCPT, 552, "5.2.2 x", ANSWER_SOFT},
    {"5.2.3", STAGE_RCPT, 552, "5.2.3 x", ANSWER_SIZE},
    {"5.3.4", STAGE_MAIL, 552, "5.3.4 x", ANSWER_SIZE},
    {"5.5.3", STAGE_RCPT, 552, "5.5.3 x", ANSWER_TOO_MANY},
    {"5.5.1", STAGE_DATA, 503, "5.5.1 x", ANSWER_OURS},
    {"5.6.0", STAGE_END_OF_DATA, 554, "5.6.0 x", ANSWER_CONTENT},
    {"5.7.1", STAGE_END_OF_DATA, 554, "5.7.1 x", ANSWER_CONTENT},
    {"5.7.1 relay at RCPT", STAGE_RCPT, 554, "5.7.1 I will not Relay", ANSWER_OURS},
    {"5.7.8", STAGE_LOGIN, 535, "5.7.8 x", ANSWER_OURS},
    {"5.7.26", STAGE_END_OF_DATA, 550, "5.7.26 x", ANSWER_OURS},
    {"5.7.28", STAGE_END_OF_DATA, 550, "5.7.28 x", ANSWER_RATE},
    {"452 at RCPT", STAGE_RCPT, 452, "x", ANSWER_TOO_MANY},
    {"452 at the end", STAGE_END_OF_DATA, 452, "x", ANSWER_BY_CODE},
    {"552 at RCPT", STAGE_RCPT, 552, "x", ANSWER_SOFT},
    {"552 at RCPT of recipients", STAGE_RCPT, 552, "so many Recipients", ANSWER_TOO_MANY},
    {"552 at the end", STAGE_END_OF_DATA, 552, "x", ANSWER_SIZE},
    {"535", STAGE_RCPT, 535, "x", ANSWER_OURS},
    {"556 at RCPT", STAGE_RCPT, 556, "x", ANSWER_HARD},
    {"450", STAGE_RCPT, 450, "x", ANSWER_BY_CODE},
    {"550", STAGE_RCPT, 550, "x", ANSWER_BY_CODE},
    {"no text", STAGE_RCPT, 550, NULL, ANSWER_BY_CODE},
};

static void check_rows(const struct answers *answers, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reply reply = reply_new(rows[i].code, rows[i].text);
        struct answer answer = answer_of(answers, rows[i].stage, &reply);
        if (answer.class != rows[i].class || !answer.advice || !*answer.advice)
            fail_msg("%s: class %d, not %d", rows[i].name, (int)answer.class, (int)rows[i].class);
        reply_clear(&reply);
    }
}

static struct answers *read_shipped(void)
{
    struct problems *problems = problems_new();
    struct answers *answers = NULL;
    bool good = answers_read(&answers, SHIPPED, problems);
    problems_print(problems, PROBLEM, stderr);
    assert_true(good);
    problems_free(problems);
    return answers;
}

static void shipped_table(void **state)
{
    (void)state;
    AUTO(answers) struct answers *answers = read_shipped();
    check_rows(answers, shipped_rows, G_N_ELEMENTS(shipped_rows));
    check_rows(answers, code_rows, 1); /* what no row knows falls back */
}

static void every_shipped_row_names_its_source(void **state)
{
    (void)state;
    AUTO(text) char *text = NULL;
    assert_true(g_file_get_contents(SHIPPED, &text, NULL, NULL));
    AUTO(texts) char **lines = g_strsplit(text, "\n", -1);
    int rows = 0;
    for (int i = 1; lines[i]; i++) {
        if (!g_str_has_prefix(lines[i], "  { pattern"))
            continue;
        rows++;
        if (!g_str_has_prefix(lines[i - 1], "  # ") || strstr(lines[i - 1], "---"))
            fail_msg("line %d has no source above it", i + 1);
    }
    assert_true(rows >= 60);
}

static void codes_without_a_table(void **state)
{
    (void)state;
    check_rows(NULL, code_rows, G_N_ELEMENTS(code_rows));
}

static void advice_is_in_the_language_of_people(void **state)
{
    (void)state;
    struct reply reply = reply_new(550, "User unknown");
    setenv("LANGUAGE", "zh_CN", 1);
    AUTO(answers) struct answers *chinese = read_shipped();
    setenv("LANGUAGE", "en", 1);
    AUTO(answers) struct answers *english = read_shipped();
    assert_non_null(strstr(answer_of(chinese, STAGE_RCPT, &reply).advice, "名单"));
    assert_non_null(strstr(answer_of(english, STAGE_RCPT, &reply).advice, "list"));
    reply_clear(&reply);
}

/* --- reading -----------------------------------------------------------------------------------
 */

#define ADVICE "advice = { en = \"e\"; zh_CN = \"c\"; };"

static const struct {
    const char *name, *text;
    int line; /* of the first problem; 0: none */
} files[] = {
    {"good", "answers = ( { pattern = \"x\"; class = \"hard\"; stage = \"rcpt\"; " ADVICE " } );",
     -1},
    {"empty list", "answers = ( );", -1},
    {"no list", "answer = ( );", 0},
    {"another key", "answers = ( );\nmore = 1;", 0},
    {"no syntax", "answers = (\n{ pattern = ;\n} );", 2},
    {"no row", "answers = (\n1 );", 2},
    {"unknown key", "answers = (\n{ pattern = \"x\"; class = \"hard\"; stages = 1; " ADVICE " } );",
     2},
    {"bad pattern", "answers = (\n{\npattern = \"(\"; class = \"hard\"; " ADVICE " } );", 3},
    {"bad class", "answers = (\n{ pattern = \"x\";\nclass = \"worse\"; " ADVICE " } );", 3},
    {"bad stage",
     "answers = (\n{ pattern = \"x\"; class = \"hard\";\n\nstage = \"x\"; " ADVICE " } );", 4},
    {"class of a number", "answers = (\n{ pattern = \"x\"; class = 1; " ADVICE " } );", 2},
    {"no pattern", "answers = (\n{ class = \"hard\"; " ADVICE " } );", 2},
    {"no class", "answers = (\n{ pattern = \"x\"; " ADVICE " } );", 2},
    {"no advice", "answers = (\n{ pattern = \"x\"; class = \"hard\"; } );", 2},
    {"half an advice",
     "answers = (\n{ pattern = \"x\"; class = \"hard\"; advice = { en = \"e\"; }; } "
     ");",
     2},
};

static void files_good_and_bad(void **state)
{
    (void)state;
    AUTO(text) char *folder = g_dir_make_tmp("answers-XXXXXX", NULL);
    AUTO(text) char *path = g_build_filename(folder, "answers.conf", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        assert_true(g_file_set_contents(path, files[i].text, -1, NULL));
        AUTO(problems) struct problems *problems = problems_new();
        AUTO(answers) struct answers *answers = NULL;
        bool good = answers_read(&answers, path, problems);
        if (good != (files[i].line < 0) || problems_any(problems) == good)
            fail_msg("%s", files[i].name);
        if (good)
            continue;
        const struct problem *problem = problems_at(problems, 0);
        assert_int_equal(problem->error.exit_class, EX_CONFIG);
        assert_string_equal(problem->error.place.file, path);
        if (problem->error.place.line != files[i].line)
            fail_msg("%s: line %d", files[i].name, problem->error.place.line);
    }
    struct error error = {0};
    assert_true(folder_remove(folder, &error));
}

static void all_problems_at_once(void **state)
{
    (void)state;
    AUTO(text) char *folder = g_dir_make_tmp("answers-XXXXXX", NULL);
    AUTO(text) char *path = g_build_filename(folder, "answers.conf", NULL);
    assert_true(g_file_set_contents(
        path, "answers = ( { pattern = \"(\"; class = \"x\"; }, { pattern = 1; } );", -1, NULL));
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(answers) struct answers *answers = NULL;
    assert_false(answers_read(&answers, path, problems));
    assert_int_equal(problems_count(problems), 3);
    struct error error = {0};
    assert_true(folder_remove(folder, &error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_table),
        cmocka_unit_test(every_shipped_row_names_its_source),
        cmocka_unit_test(codes_without_a_table),
        cmocka_unit_test(advice_is_in_the_language_of_people),
        cmocka_unit_test(files_good_and_bad),
        cmocka_unit_test(all_problems_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
