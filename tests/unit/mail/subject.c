#include "mail/subject.h"

#include <string.h>

#include "sample.h"

static const struct {
    const char *name, *pattern;
    int total;
    const char *kind;
    enum mail_kind mail_kind;
    const char *expected;
} rows[] = {
    {"as the contract has it", "{name} {year}年第{number}期（总第{total}期）", 78, "regular",
     MAIL_ISSUE, "科协每周动态 2023年第25期（总第78期）"},
    {"a trial", "{name} {year}年第{number}期（总第{total}期）", 78, "regular", MAIL_TRIAL,
     "[试发] 科协每周动态 2023年第25期（总第78期）"},
    {"no total: the bracket goes with it", "{name} {year}年第{number}期（总第{total}期）", 0,
     "regular", MAIL_ISSUE, "科协每周动态 2023年第25期"},
    {"a bracket in the middle", "{name}〔总{total}〕第{number}期", 0, "regular", MAIL_ISSUE,
     "科协每周动态第25期"},
    {"a bracket in a bracket", "{name}（第{number}期[{total}]）", 0, "regular", MAIL_ISSUE,
     "科协每周动态（第25期）"},
    {"a bracket with what is there", "【{name}】第{number}期", 0, "regular", MAIL_ISSUE,
     "【科协每周动态】第25期"},
    {"a supplement", "{name} {year}年第{number}期（总第{total}期）", 0, "supplement", MAIL_ISSUE,
     "科协每周动态 2023年增刊第25期"},
    {"a supplement without 第", "{name} {year}-{number}", 0, "supplement", MAIL_ISSUE,
     "科协每周动态 2023-增刊25"},
    {"an unknown placeholder stays", "{name} {week}", 78, "regular", MAIL_ISSUE,
     "科协每周动态 {week}"},
    {"a bracket that never ends", "{name}（{number}", 78, "regular", MAIL_ISSUE,
     "科协每周动态（25"},
    {"a closing one alone", "{name}）", 78, "regular", MAIL_ISSUE, "科协每周动态）"},
    {"a header line", "{name}\r\nBcc: x@example.org", 78, "regular", MAIL_ISSUE,
     "科协每周动态  Bcc: x@example.org"},
};

static void patterns_become_subjects(void **state)
{
    (void)state;
    AUTO(sample) struct sample *sample = sample_new();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        sample->publication.subject = (char *)rows[i].pattern;
        sample->issue.total_number = rows[i].total;
        sample->issue.kind = (char *)rows[i].kind;
        AUTO(text)
        char *subject = subject_of_issue(&sample->publication, &sample->issue, rows[i].mail_kind);
        if (strcmp(subject, rows[i].expected) != 0)
            fail_msg("%s: %s", rows[i].name, subject);
    }
}

static const struct {
    const char *name, *text, *expected;
} cleanings[] = {
    {"nothing to do", "动态", "动态"},
    {"a line end", "a\r\nb", "a  b"},
    {"a tab and DEL",
     "a\tb\x7f"
     "c",
     "a b c"},
    {"C1, a line and a paragraph separator",
     "a\xc2\x85"
     "b\u2028"
     "c\u2029"
     "d",
     "a b c d"},
    {"blanks at the ends", "\n a \n", "a"},
    {"no UTF-8", "a\xff", "a\uFFFD"},
};

static void control_characters_become_blanks(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cleanings); i++) {
        AUTO(text) char *clean = subject_clean(cleanings[i].text);
        if (strcmp(clean, cleanings[i].expected) != 0)
            fail_msg("%s: %s", cleanings[i].name, clean);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_become_subjects),
        cmocka_unit_test(control_characters_become_blanks),
    };
    return cmocka_run_group_tests_name("mail/subject", tests, NULL, NULL);
}
