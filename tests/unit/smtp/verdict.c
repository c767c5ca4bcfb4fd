#include "smtp/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Codes of MAIL, RCPT, DATA and the end of data; 0: no answer came. */
static const struct {
    const char *name;
    int mail, rcpt, data, end;
    unsigned messages;
    bool ended;
    enum verdict_kind kind;
    enum smtp_stage stage;
    int code;
} rows[] = {
    {"sent", 250, 250, 354, 250, 1, true, VERDICT_SENT, STAGE_END_OF_DATA, 250},
    {"sent, 251 at RCPT", 250, 251, 354, 299, 1, true, VERDICT_SENT, STAGE_END_OF_DATA, 299},
    {"RCPT 5xx, the rest sent", 250, 550, 354, 250, 1, true, VERDICT_REFUSED, STAGE_RCPT, 550},
    {"RCPT 4xx, the rest sent", 250, 450, 354, 250, 1, true, VERDICT_REFUSED, STAGE_RCPT, 450},
    {"RCPT 5xx, the rest refused", 250, 550, 354, 451, 1, true, VERDICT_REFUSED, STAGE_RCPT, 550},
    {"RCPT 5xx, the rest unknown", 250, 550, 354, 0, 1, true, VERDICT_REFUSED, STAGE_RCPT, 550},
    {"RCPT 5xx, then lost", 250, 550, 0, 0, 0, false, VERDICT_REFUSED, STAGE_RCPT, 550},
    {"all refused, DATA 554", 250, 450, 554, 0, 0, false, VERDICT_REFUSED, STAGE_RCPT, 450},
    {"all refused, yet 354 and 250", 250, 450, 354, 250, 0, false, VERDICT_REFUSED, STAGE_RCPT,
     450},
    {"MAIL 5xx", 550, 0, 0, 0, 0, false, VERDICT_REFUSED, STAGE_MAIL, 550},
    {"MAIL 4xx", 451, 0, 0, 0, 0, false, VERDICT_REFUSED, STAGE_MAIL, 451},
    {"MAIL 5xx, RCPT and DATA 503", 550, 503, 503, 0, 0, false, VERDICT_REFUSED, STAGE_MAIL, 550},
    {"MAIL 4xx, and yet all goes on", 451, 250, 354, 250, 0, false, VERDICT_REFUSED, STAGE_MAIL,
     451},
    {"MAIL 530, RCPT 550", 530, 550, 503, 0, 0, false, VERDICT_UNTOUCHED, STAGE_MAIL, 0},
    {"DATA 4xx", 250, 250, 451, 0, 0, false, VERDICT_REFUSED, STAGE_DATA, 451},
    {"DATA 5xx", 250, 250, 554, 0, 0, false, VERDICT_REFUSED, STAGE_DATA, 554},
    {"end 4xx", 250, 250, 354, 452, 1, true, VERDICT_REFUSED, STAGE_END_OF_DATA, 452},
    {"end 5xx", 250, 250, 354, 554, 1, true, VERDICT_REFUSED, STAGE_END_OF_DATA, 554},
    {"end 421", 250, 250, 354, 421, 1, true, VERDICT_REFUSED, STAGE_END_OF_DATA, 421},
    {"no answer to the end", 250, 250, 354, 0, 1, true, VERDICT_UNKNOWN, STAGE_END_OF_DATA, 0},
    {"354 to the end", 250, 250, 354, 354, 1, true, VERDICT_UNKNOWN, STAGE_END_OF_DATA, 0},
    {"25 to the end", 250, 250, 354, 25, 1, true, VERDICT_UNKNOWN, STAGE_END_OF_DATA, 0},
    {"250 for a message that went twice", 250, 250, 354, 250, 2, true, VERDICT_UNKNOWN,
     STAGE_END_OF_DATA, 0},
    {"250 for a message that never went", 250, 250, 354, 250, 0, true, VERDICT_UNKNOWN,
     STAGE_END_OF_DATA, 0},
    {"250 before the end", 250, 250, 354, 250, 0, false, VERDICT_UNTOUCHED, STAGE_END_OF_DATA, 0},
    {"552 before the end", 250, 250, 354, 552, 0, false, VERDICT_REFUSED, STAGE_END_OF_DATA, 552},
    {"421 before the end", 250, 250, 354, 421, 0, false, VERDICT_UNTOUCHED, STAGE_END_OF_DATA, 0},
    {"lost in the body", 250, 250, 354, 0, 0, false, VERDICT_UNTOUCHED, STAGE_END_OF_DATA, 0},
    {"lost after the body", 250, 250, 354, 0, 1, false, VERDICT_UNTOUCHED, STAGE_END_OF_DATA, 0},
    {"lost at DATA", 250, 250, 0, 0, 0, false, VERDICT_UNTOUCHED, STAGE_DATA, 0},
    {"lost at RCPT", 250, 0, 0, 0, 0, false, VERDICT_UNTOUCHED, STAGE_RCPT, 0},
    {"lost at MAIL", 0, 0, 0, 0, 0, false, VERDICT_UNTOUCHED, STAGE_MAIL, 0},
    {"421 at MAIL", 421, 0, 0, 0, 0, false, VERDICT_UNTOUCHED, STAGE_MAIL, 0},
    {"421 at RCPT", 250, 421, 0, 0, 0, false, VERDICT_UNTOUCHED, STAGE_RCPT, 0},
    {"421 at DATA", 250, 250, 421, 0, 0, false, VERDICT_UNTOUCHED, STAGE_END_OF_DATA, 0},
    {"530 at MAIL", 530, 0, 0, 0, 0, false, VERDICT_UNTOUCHED, STAGE_MAIL, 0},
    {"535 at RCPT", 250, 535, 354, 250, 1, true, VERDICT_UNTOUCHED, STAGE_RCPT, 0},
    {"534 at RCPT", 250, 534, 0, 0, 0, false, VERDICT_UNTOUCHED, STAGE_RCPT, 0},
    {"538 at MAIL", 538, 0, 0, 0, 0, false, VERDICT_UNTOUCHED, STAGE_MAIL, 0},
};

static void every_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct transaction transaction = transaction_new(2);
        transaction.mail.code = rows[i].mail;
        transaction.rcpts[1].code = rows[i].rcpt;
        transaction.data.code = rows[i].data;
        transaction.end = reply_new(rows[i].end, "x");
        transaction.messages = rows[i].messages;
        transaction.ended = rows[i].ended;
        struct verdict verdict = transaction_verdict(&transaction, 1);
        if (verdict.kind != rows[i].kind || verdict.stage != rows[i].stage ||
            verdict.reply.code != rows[i].code)
            fail_msg("%s: kind %d, stage %d, code %d", rows[i].name, (int)verdict.kind,
                     (int)verdict.stage, verdict.reply.code);
        reply_clear(&verdict.reply);
        transaction_clear(&transaction);
    }
}

/* Whatever is said: a recipient is sent after a whole message, its end and a 2xx alone, and in
 * doubt only once the end went out. */
static void no_codes_make_it_sent_by_mistake(void **state)
{
    (void)state;
    static const int codes[] = {0, 25, 200, 250, 299, 334, 354, 421, 450, 530, 535, 550, 552, 599};
    size_t n = G_N_ELEMENTS(codes);
    for (size_t i = 0; i < n * n * n * n * 6; i++) {
        struct transaction transaction = transaction_new(1);
        transaction.mail.code = codes[i % n];
        transaction.rcpts[0].code = codes[i / n % n];
        transaction.data.code = codes[i / (n * n) % n];
        transaction.end.code = codes[i / (n * n * n) % n];
        transaction.messages = (unsigned)(i / (n * n * n * n) % 3);
        transaction.ended = i / (n * n * n * n) >= 3;
        struct verdict verdict = transaction_verdict(&transaction, 0);
        bool yes = transaction.rcpts[0].code / 100 == 2 && transaction.end.code / 100 == 2;
        if (verdict.kind == VERDICT_SENT)
            assert_true(yes && transaction.ended && transaction.messages == 1);
        if (verdict.kind == VERDICT_UNKNOWN)
            assert_true(transaction.ended);
        if (verdict.kind == VERDICT_REFUSED)
            assert_in_range(verdict.reply.code, 400, 599);
        reply_clear(&verdict.reply);
        transaction_clear(&transaction);
    }
}

static void is_taken_by_one_yes(void **state)
{
    (void)state;
    struct transaction transaction = transaction_new(3);
    transaction.rcpts[0].code = 550;
    transaction.rcpts[1].code = 354;
    transaction.mail.code = 250;
    assert_false(transaction_is_taken(&transaction));
    transaction.rcpts[2].code = 251;
    assert_true(transaction_is_taken(&transaction));
    transaction.mail.code = 451;
    assert_false(transaction_is_taken(&transaction));
    transaction_clear(&transaction);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row),
        cmocka_unit_test(no_codes_make_it_sent_by_mistake),
        cmocka_unit_test(is_taken_by_one_yes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
