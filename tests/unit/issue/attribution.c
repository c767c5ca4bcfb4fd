/* Who contributed an article. */
#include "../cases.h"

#include "issue/attribution.h"

#include <string.h>

static void attributions_end_a_paragraph(void **state)
{
    (void)state;
    static const struct {
        const char *text, *before, *attribution; /* NULL: none */
    } rows[] = {
        {"做好工作。（密云区科协）", "做好工作。", "密云区科协"},
        {"做好工作。 (密云区科协)", "做好工作。", "密云区科协"},
        {"做好工作。（密云区科协 张三）", "做好工作。", "密云区科协 张三"},
        {"做好工作。（供稿：科普部）", "做好工作。", "科普部"},
        {"做好工作。（密云区科协供稿）", "做好工作。", "密云区科协供稿"},
        {"做好工作。（文：张三，审核：李四）", "做好工作。", "文：张三，审核：李四"},
        {"做好工作。（清华大学老科学技术工作者协会（北京））", NULL, NULL},
        {"在教育中心（市科协党校）开班。", NULL, NULL},
        {"在教育中心（市科协党校）", NULL, NULL},
        {"北京市科协。（以下简称市科协）", NULL, NULL},
        {"待续。（完）", NULL, NULL},
        {"会议召开。（会后，代表们参观了北京科学中心。）", NULL, NULL},
        {"（密云区科协）", "", "密云区科协"},
        {"做好工作。（长春光机所）", "做好工作。", "长春光机所"},
        {"做好工作。（记者 李明）", "做好工作。", "记者 李明"},
        {"做好工作。（文/张三 图/李四）", "做好工作。", "文/张三 图/李四"},
        {"做好工作。（文：张三；图：李四）", "做好工作。", "文：张三；图：李四"},
        {"做好工作。（摘自《科技日报》）", "做好工作。", "摘自《科技日报》"},
        {"做好工作。（供稿 区科协）", "做好工作。", "区科协"},
        {"做好工作。［密云区科协］", "做好工作。", "密云区科协"},
        {"做好工作。（密云区科协）。", "做好工作。", "密云区科协"},
        {"做好工作。（见图1）", NULL, NULL},
        {"做好工作。（附后）", NULL, NULL},
        {"做好工作。（共12人）", NULL, NULL},
        {"做好工作。（占65%）", NULL, NULL},
        {"（一）", NULL, NULL},
        {"没有括号。", NULL, NULL},
        {"", NULL, NULL},
        {"）", NULL, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *end = NULL;
        CASE(rows[i].text);
        AUTO(text) char *attribution = attribution_at_end(rows[i].text, &end);
        if (!rows[i].attribution) {
            assert_null(attribution);
            continue;
        }
        assert_string_equal(attribution, rows[i].attribution);
        assert_int_equal(end - rows[i].text, strlen(rows[i].before));
    }
}

static void attributions_stand_on_lines_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool under_title;
        const char *attribution;
    } rows[] = {
        {"（密云区科协）", false, "密云区科协"},
        {"—— 海淀区科协", false, "海淀区科协"},
        {"来源：北京日报", false, "来源：北京日报"},
        {"供稿单位：密云区科协", false, "密云区科协"},
        {"海淀区科协", true, "海淀区科协"},
        {"海淀区科协", false, NULL},
        {"海淀区科协供稿", false, "海淀区科协供稿"},
        {"本报记者 王小丽", true, "本报记者 王小丽"},
        {"王小丽", true, "王小丽"},
        {"背景", true, NULL},
        {"记者：您如何看待？", true, NULL},
        {"海淀区科协　张三", true, "海淀区科协　张三"},
        {"——首批试点落地", true, NULL},
        {"会议召开。", true, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        CASE(rows[i].text);
        AUTO(text) char *attribution = attribution_line(rows[i].text, rows[i].under_title);
        assert_int_equal(g_strcmp0(attribution, rows[i].attribution), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributions_end_a_paragraph),
        cmocka_unit_test(attributions_stand_on_lines_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
