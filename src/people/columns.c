#include "people/columns.h"

#include <string.h>

#include "base/auto.h"
#include "base/text.h"

/* In the form of columns_comparable(). The last ones are a directory's attributes. */
static const struct {
    const char *heading;
    enum column column;
} headings[] = {
    {"address", ADDRESS},
    {"邮箱", ADDRESS},
    {"电子邮箱", ADDRESS},
    {"邮件地址", ADDRESS},
    {"邮箱地址", ADDRESS},
    {"电子邮件", ADDRESS},
    {"电子邮箱地址", ADDRESS},
    {"电子邮件地址", ADDRESS},
    {"email", ADDRESS},
    {"e-mail", ADDRESS},
    {"emailaddress", ADDRESS},
    {"e-mailaddress", ADDRESS},
    {"name", NAME},
    {"姓名", NAME},
    {"title", TITLE},
    {"职务", TITLE},
    {"unit", UNIT},
    {"单位", UNIT},
    {"工作单位", UNIT},
    {"disabled", DISABLED},
    {"停用", DISABLED},
    {"停发", DISABLED},
    {"是否停用", DISABLED},
    {"是否停发", DISABLED},
    {"note", NOTE},
    {"备注", NOTE},
    {"from", FROM},
    {"起", FROM},
    {"until", UNTIL},
    {"止", UNTIL},
    {"mail", ADDRESS},
    {"cn", NAME},
    {"o", UNIT},
    {"dn", ENTRY},
};

void columns_clear(struct columns *columns)
{
    memset(columns->at, -1, sizeof columns->at);
}

char *columns_comparable(const char *text)
{
    AUTO(text) char *folded = text_fold(text);
    AUTO(text) char *squeezed = text_squeeze(folded);
    return g_ascii_strdown(squeezed, -1);
}

/* 邮箱(必填) is 邮箱. */
static int column_of(const char *text)
{
    AUTO(text) char *heading = columns_comparable(text);
    char *aside = strchr(heading, '(');
    if (aside && aside > heading)
        *aside = '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(headings); i++)
        if (strcmp(headings[i].heading, heading) == 0)
            return (int)headings[i].column;
    return -1;
}

bool columns_read_header(struct columns *columns, const GPtrArray *fields)
{
    bool any = false;
    for (guint i = 0; i < fields->len; i++) {
        int column = column_of(fields->pdata[i]);
        if (column < 0)
            continue;
        any = true;
        if (columns->at[column] < 0)
            columns->at[column] = (int)i;
    }
    return any;
}

/* What a heading holds that may have been meant as one of ours, in the form of
 * columns_comparable(). Taking it for that could stop somebody whom nobody wanted to stop. */
static const struct {
    const char *part, *meant;
} hints[] = {
    {"停", "停用 / disabled"},  {"disable", "停用 / disabled"}, {"任期", "起 / from, 止 / until"},
    {"截止", "止 / until"},     {"截至", "止 / until"},         {"到期", "止 / until"},
    {"until", "止 / until"},    {"邮箱", "邮箱 / address"},     {"邮件", "邮箱 / address"},
    {"mail", "邮箱 / address"},
};

static void remark_on_heading(const char *heading, struct place place, struct problems *problems)
{
    AUTO(text) char *text = columns_comparable(heading);
    for (size_t i = 0; i < G_N_ELEMENTS(hints); i++) {
        if (!strstr(text, hints[i].part))
            continue;
        problems_add(problems, REMARK, "column-unknown", EX_DATAERR, place,
                     N_("give the column that heading, if it is meant"),
                     N_("the column %1$s is passed over; is %2$s meant?"), heading, hints[i].meant);
        return;
    }
}

void columns_check_header(const GPtrArray *fields, struct place place, struct problems *problems)
{
    bool seen[COLUMNS] = {false};
    for (guint i = 0; i < fields->len; i++) {
        int column = column_of(fields->pdata[i]);
        place.column = (int)i + 1;
        if (column < 0)
            remark_on_heading(fields->pdata[i], place, problems);
        else if (seen[column])
            problems_add(problems, REMARK, "column-twice", EX_DATAERR, place,
                         N_("give it another heading, or put both into one column"),
                         N_("a second column is headed %s, and is passed over"),
                         (const char *)fields->pdata[i]);
        if (column >= 0)
            seen[column] = true;
    }
}

guint columns_headings(char *const cells[])
{
    guint count = 0;
    for (; *cells; cells++) {
        AUTO(text) char *bare = g_strdup(*cells);
        g_strdelimit(bare, "\"", ' ');
        count += column_of(bare) >= 0;
    }
    return count;
}
