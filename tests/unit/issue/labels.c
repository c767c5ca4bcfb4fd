/* A line of an imprint cut at its labels. */
#include "../cases.h"

#include "issue/labels.h"

/* `label(name)=value` of each segment, | between. */
static char *shown(const char *line)
{
    static const char *const names[] = {
        [LABEL_NONE] = "none",     [LABEL_CONTACT] = "contact",   [LABEL_TELEPHONE] = "tel",
        [LABEL_EDITOR] = "editor", [LABEL_REVIEWER] = "reviewer", [LABEL_DISTRIBUTION] = "to",
        [LABEL_OTHER] = "other",
    };
    AUTO(array) GPtrArray *segments = labels_cut(line);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < segments->len; i++) {
        const struct segment *segment = segments->pdata[i];
        g_string_append_printf(text, "%s%s(%s)=%s", i ? "|" : "", names[segment->label],
                               segment->name ? segment->name : "", segment->value);
    }
    return g_string_free(text, FALSE);
}

static void lines_are_cut_at_their_labels(void **state)
{
    (void)state;
    static const struct {
        const char *line, *cut;
    } rows[] = {
        {"编辑：张红波", "editor(编辑)=张红波"},
        {"编　辑 : 张红波", "editor(编辑)=张红波"},
        {"编辑：张红波　审核：李金涛", "editor(编辑)=张红波|reviewer(审核)=李金涛"},
        {"编辑：张红波审核：李金涛", "editor(编辑)=张红波|reviewer(审核)=李金涛"},
        {"本期责任编辑：王芳；签 发：赵建国", "editor(本期责任编辑)=王芳|reviewer(签发)=赵建国"},
        {"信息报送邮箱：a@b.cn", "contact(信息报送邮箱)=a@b.cn"},
        {"E-mail: a@b.cn 电话：010-1", "contact(E-mail)=a@b.cn|tel(电话)=010-1"},
        {"Ｅ－mail：a@b.cn", "contact(Ｅ－mail)=a@b.cn"},
        {"审核人：李四", "reviewer(审核人)=李四"},
        {"分送：市科协第十届委员会主席、副主席", "to(分送)=市科协第十届委员会主席、副主席"},
        {"报：市委　送：各部门　发：各区", "to(报)=市委|to(送)=各部门|to(发)=各区"},
        {"编辑 张三　审核 李四", "editor(编辑)=张三|reviewer(审核)=李四"},
        {"市科协驻会领导", "none()=市科协驻会领导"},
        {"分送资料200份，审核通过后发放。", "none()=分送资料200份，审核通过后发放。"},
        {"编辑 部召开了一次会议", "none()=编辑 部召开了一次会议"},
        {"据通报：会议召开", "none()=据通报：会议召开"},
        {"地址：北京", "other(地址)=北京"},
        {"编辑｜张红波　审核｜李金涛", "editor(编辑)=张红波|reviewer(审核)=李金涛"},
        {"〔编辑〕张三　〔审核〕李四", "editor(编辑)=张三|reviewer(审核)=李四"},
        {"编辑：张三　TEL：010-1", "editor(编辑)=张三|tel(TEL)=010-1"},
        {"【分送】市委", "to(分送)=市委"},
        {"【分送】：市委", "to(分送)=市委"},
        {"分送", "to(分送)="},
        {"信息报送：a@b.cn", "contact(信息报送)=a@b.cn"},
        {"投稿邮箱a@b.cn", "contact(投稿邮箱)=a@b.cn"},
        {"电话010-1", "tel(电话)=010-1"},
        {"编辑部电话：010-1", "tel(编辑部电话)=010-1"},
        {"美术编辑：李红", "editor(美术编辑)=李红"},
        {"印发：办公室3月1日印发", "other(印发)=办公室3月1日印发"},
        {"◆编辑：张红波　◆审核：李金涛", "editor(编辑)=张红波|reviewer(审核)=李金涛"},
        {"分送：", "to(分送)="},
        {"：", "none()=："},
        {"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *cut = shown(rows[i].line);
        CASE(rows[i].line);
        assert_string_equal(cut, rows[i].cut);
        AUTO(array) GPtrArray *segments = labels_cut(rows[i].line);
        enum label first =
            segments->len ? ((struct segment *)segments->pdata[0])->label : LABEL_NONE;
        assert_int_equal(labels_first(rows[i].line), first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines_are_cut_at_their_labels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
