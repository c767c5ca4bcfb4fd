#include "base/clock.h"
#include "issue/block.h"
#include "issue/labels.h"
#include "issue/masthead.h"
#include "issue/outline.h"
#include "issue/words.h"

#include <string.h>

/* --- what the masthead says --- */

struct head {
    struct outline *outline;
    struct issue *issue;
    int number_line, date_line;
    bool supplement, numbered, is_zero;
    int date_year;
};

#define MASTHEAD_CONFLICT(head, line, what)                                                        \
    outline_problem((head)->outline, "masthead-conflict", line, N_("leave the one that is right"), \
                    what)

static void take_number(struct head *head, const struct masthead *said, int line)
{
    struct issue *issue = head->issue;
    if (said->supplement) {
        head->supplement = true;
        if (said->number)
            issue->number = said->number;
        head->numbered = head->numbered || said->number;
    } else if (said->number) {
        if (issue->number && issue->number != said->number && !head->supplement)
            MASTHEAD_CONFLICT(head, line, N_("the masthead gives two numbers"));
        if (!issue->number)
            issue->number = said->number;
        head->numbered = true;
    }
    if (said->zero)
        outline_problem(head->outline, "number-zero", line,
                        N_("write the number under the name, such as 2023年 第25期"),
                        N_("there is no issue 0"));
    head->is_zero = head->is_zero || said->zero;
    if (said->without_sign)
        outline_problem(head->outline, "number-without-sign", line, N_("write 期 after the number"),
                        N_("the number lacks its 期: %s"), said->without_sign);
    if (said->combined)
        outline_problem(head->outline, "combined-number", line,
                        N_("write the one number under which it is filed; a second issue in the "
                           "same mail has none"),
                        N_("an issue has one number, this masthead gives two: %s"), said->combined);
    if ((said->number || said->blank) && !head->number_line)
        head->number_line = line;
    if (said->year && issue->year && issue->year != said->year)
        MASTHEAD_CONFLICT(head, line, N_("the masthead gives two years"));
    if (said->year)
        issue->year = said->year;
    if (said->total && issue->total_number && issue->total_number != said->total)
        MASTHEAD_CONFLICT(head, line, N_("the masthead gives two total numbers"));
    if (said->total)
        issue->total_number = said->total;
}

static void take_date(struct head *head, const struct masthead *said, int line);

/* 10月18日: of the year that the number has. */
static void take_day(struct head *head, const struct masthead *said, int line)
{
    struct masthead whole = *said;
    AUTO(text)
    char *words =
        g_strdup_printf("%d年%d月%d日", head->issue->year, said->date_month, said->date_day);
    whole.date_year = head->issue->year;
    whole.date_given = true;
    whole.day_alone = false;
    if (!date_is_valid(whole.date_year, whole.date_month, whole.date_day))
        whole.impossible = words;
    take_date(head, &whole, line);
}

static void take_date(struct head *head, const struct masthead *said, int line)
{
    if (said->day_alone && head->issue->year && !head->issue->date) {
        take_day(head, said, line);
        return;
    }
    if (said->month_given && !said->date_given)
        outline_remark(head->outline, "date-without-day", line, N_("write the day too"),
                       N_("the date has no day"));
    if (!said->date_given)
        return;
    head->date_line = line;
    if (said->impossible) {
        outline_problem(head->outline, "date-impossible", line,
                        N_("write the date on which the issue appears"),
                        N_("there is no such day: %s"), said->impossible);
        return;
    }
    AUTO(text)
    char *date =
        g_strdup_printf("%04d-%02d-%02d", said->date_year, said->date_month, said->date_day);
    if (head->issue->date && strcmp(head->issue->date, date) != 0)
        MASTHEAD_CONFLICT(head, line, N_("the masthead gives two dates"));
    if (!head->issue->date)
        head->issue->date = TAKE(date);
    head->date_year = said->date_year;
}

/* --- what its other words are --- */

/* Between Chinese characters the blanks only space the name out; 《》 around it are none of it. */
static char *name_of(const char *words)
{
    char *name = words_heading(words);
    size_t length = strlen(name), mark = strlen("《");
    if (length > 2 * mark && g_str_has_prefix(name, "《") && g_str_has_suffix(name, "》")) {
        name[length - mark] = '\0';
        memmove(name, name + mark, length - 2 * mark + 1);
    }
    return name;
}

/* Words that only say what stands beside them. */
static bool is_caption(const char *words)
{
    static GRegex *captions;
    if (!captions)
        captions = g_regex_new("^(?:(?:出版|出刊|编印|编发|印发|印制|发行|刊发|发布|制发|签发)?"
                               "(?:日期|时间)|期号|刊号|期数|刊期|编号|总期数|总期号|期次|"
                               "(?:主办|编印|主管|编制|编发)(?:单位|部门)?|本期共.{1,3}版)$",
                               G_REGEX_OPTIMIZE, 0, NULL);
    AUTO(text) char *bare = text_squeeze(words);
    return g_regex_match(captions, bare, 0, NULL);
}

static bool is_office_form(const char *bare)
{
    glong length = g_utf8_strlen(bare, -1);
    return length >= 4 && length <= 40 && words_is_han(g_utf8_get_char(bare)) &&
           !words_has_sentence(bare) && !strstr(bare, "，");
}

/* By its words, or by 主办, 编印 and the like before or after it. */
static bool is_office(const char *words)
{
    AUTO(text) char *office = masthead_office(words);
    AUTO(text) char *bare = text_squeeze(office);
    AUTO(array) GPtrArray *parts = words_split(office);
    if (words_is_unit(bare) || (strlen(office) < strlen(words) && is_office_form(bare)))
        return true;
    for (guint i = 0; i < parts->len; i++)
        if (!words_is_unit(parts->pdata[i]))
            return false;
    return parts->len > 0;
}

static bool is_name_form(const char *line)
{
    return g_utf8_strlen(line, -1) <= 40 && !words_has_sentence(line) &&
           !g_str_has_suffix(line, "。");
}

/* 江州市科协办公室　江州市科技馆: a blank between whole names parts two offices, and whole names
 * begin with their place. */
static bool are_offices(const char *office)
{
    AUTO(array) GPtrArray *parts = words_split(office);
    for (guint i = 0; i < parts->len; i++)
        if (!words_is_unit(parts->pdata[i]) || strncmp(parts->pdata[i], parts->pdata[0], 6) != 0)
            return false;
    return parts->len > 1;
}

static void take_office(struct head *head, const char *words)
{
    AUTO(text) char *office = masthead_office(words);
    AUTO(text) char *spaced = are_offices(office) ? words_title(office) : words_heading(office);
    struct issue *issue = head->issue;
    char *both = issue->office ? g_strconcat(issue->office, " ", spaced, NULL) : g_strdup(spaced);
    g_free(issue->office);
    issue->office = both;
}

/* May the line be the name, though a first line was taken for it? 北京市科学技术协会 stands over
 * many a name. */
static bool is_real_name(const struct head *head, const char *words)
{
    return !head->issue->office && !head->numbered && is_office(head->issue->name) &&
           !is_office(words) && is_name_form(words);
}

/* 准印证号, 内部交流: said in mastheads, and nothing of an issue. */
static bool is_notice(const char *words)
{
    static GRegex *notices;
    if (!notices)
        notices =
            g_regex_new("准印|准字|资字|刊号|^CN ?[0-9]|^ISSN|^编号|交流|赠阅|参考|^出版$|^出刊$|"
                        "^印发$|^编印$|投稿|免费|保存|^总$|^[A-Za-z][A-Za-z .&'-]+$",
                        G_REGEX_OPTIMIZE, 0, NULL);
    return g_utf8_strlen(words, -1) <= 30 && g_regex_match(notices, words, 0, NULL);
}

static bool is_labelled(const char *words)
{
    enum label label = labels_first(words);
    return label != LABEL_NONE && label != LABEL_DISTRIBUTION && label != LABEL_OTHER;
}

/* Beside the date stands who issues it, whatever it is called. */
static bool is_beside_date(const struct head *head, const struct masthead *said)
{
    return head->issue->name && !head->issue->office && (said->date_given || said->day_alone) &&
           said->rest->len == 1 && !said->glued && is_office_form(said->rest->pdata[0]);
}

static bool is_known(const struct head *head, const struct masthead *said, const char *words)
{
    return is_office(words) || is_caption(words) || is_labelled(words) || is_notice(words) ||
           is_beside_date(head, said);
}

/* A line that gives what the masthead lacks belongs to it, though some of its words are not known:
 * they are asked about. */
static bool gives_what_lacks(const struct head *head, const struct masthead *said)
{
    bool gives = ((said->number || said->blank) && !head->numbered) ||
                 ((said->date_given || said->day_alone) && !head->date_line);
    for (guint i = 0; i < said->rest->len; i++)
        gives = gives && g_utf8_strlen(said->rest->pdata[i], -1) <= 20 &&
                !words_is_closed(said->rest->pdata[i]);
    return gives && !said->glued && said->rest->len <= 3;
}

/* Does a line that says so belong to the masthead? `words`: its rest. */
static bool fits(const struct head *head, const struct masthead *said, const char *line,
                 bool more_follows)
{
    bool named = head->issue->name != NULL;
    bool whole = masthead_says_something(said) && said->rest->len;
    if (!named && !(whole && is_name_form(said->rest->pdata[0])))
        return is_name_form(line);
    bool offices = true;
    for (guint i = named ? 0 : 1; i < said->rest->len; i++)
        offices = offices && is_known(head, said, said->rest->pdata[i]);
    if (masthead_says_something(said))
        return offices || gives_what_lacks(head, said);
    if (said->rest->len != 1) /* two offices, wide blanks between them */
        return named && offices && said->rest->len == 2 && !head->issue->office;
    if (more_follows)
        return is_name_form(line);
    return offices && !head->issue->office;
}

static void take_words(struct head *head, const struct masthead *said, const char *words, int line)
{
    struct issue *issue = head->issue;
    if (!issue->name) {
        issue->name = name_of(words);
        issue->masthead_line = line;
    } else if (is_caption(words)) {
        return;
    } else if (is_real_name(head, words)) {
        issue->office = TAKE(issue->name);
        issue->name = name_of(words);
    } else if (is_labelled(words) || is_notice(words)) {
        g_ptr_array_add(head->outline->head_lines, block_line_new(words, line, 0));
    } else if (is_office(words) || is_beside_date(head, said)) {
        take_office(head, words);
    } else {
        AUTO(text) char *key = words_key(words), *name = words_key(issue->name);
        if (strcmp(key, name) == 0)
            return; /* the name once more, as where a table repeats it */
        outline_problem(head->outline, "masthead-unknown", line,
                        N_("move these words out of the masthead, or take them away"),
                        N_("these words of the masthead are none of name, number, date and "
                           "office: %s"),
                        words);
    }
}

enum { LAST_LINE = 200 }; /* a masthead does not reach further */

/* --- its lines --- */

/* Does one of the next blocks go on with the masthead? */
static bool more_follows(const struct outline *outline, guint at)
{
    for (guint i = at + 1; i < outline->count && i <= at + 4; i++) {
        const struct block *block = outline->readings[i].block;
        if (block->text && contents_is_head(block->text))
            return false;
        if (block->text && masthead_is_line(block->text))
            return true;
        guint64 seen = outline->readings[i].evidence;
        if (block->text && (!(seen & SEEN_SHORT) || seen & SEEN_CLOSED))
            return false;
    }
    return false;
}

static bool line_fits(struct head *head, const struct block_line *line, bool more)
{
    struct masthead said;
    masthead_read(&said, line->text);
    bool is = fits(head, &said, line->text, more);
    masthead_clear(&said);
    return is;
}

static void take_line(struct head *head, const struct block_line *line)
{
    struct masthead said;
    masthead_read(&said, line->text);
    for (guint i = 0; i < said.rest->len; i++)
        take_words(head, &said, said.rest->pdata[i], line->line);
    if (said.subtitle && !head->issue->name) { /* 科技专刊 is a name too */
        head->issue->name = TAKE(said.subtitle);
        head->issue->masthead_line = line->line;
    } else if (said.subtitle && !head->issue->subtitle) {
        head->issue->subtitle = TAKE(said.subtitle);
    }
    if (said.period)
        g_ptr_array_add(head->outline->head_lines, block_line_new(said.period, line->line, 0));
    take_number(head, &said, line->line);
    take_date(head, &said, line->line);
    masthead_clear(&said);
}

static bool block_fits(struct head *head, guint at)
{
    const struct block *block = head->outline->readings[at].block;
    bool complete = head->numbered && head->date_line;
    bool more = !complete && more_follows(head->outline, at);
    if (block->kind == BLOCK_PICTURE || block->kind == BLOCK_FOOTNOTE || !block->lines->len ||
        block->lines->len > 20 || block->line > LAST_LINE)
        return false;
    const struct block_line *first = block->lines->pdata[0];
    if (contents_is_head(first->text))
        return false;
    if (!line_fits(head, first, more))
        return false;
    bool named = head->issue->name != NULL;
    for (guint i = 1; named && i < block->lines->len; i++)
        if (!line_fits(head, block->lines->pdata[i], true))
            return false;
    return true;
}

/* A logo over the name, or between it and what belongs to it. */
static bool picture_fits(const struct head *head, guint at)
{
    return !head->issue->name || (!head->numbered && more_follows(head->outline, at));
}

static void leave_picture(struct head *head, struct reading *reading)
{
    const struct block *picture = reading->block;
    AUTO(text) char *words = g_strdup_printf("%s（%s）", picture->text, picture->target);
    reading->role = ROLE_MASTHEAD;
    outline_remark(head->outline, "masthead-picture", picture->line, N_("nothing has to be done"),
                   N_("the mail does not show this picture of the masthead: %s"), words);
}

/* 特急, 密级：公开, 000012: over the name of an official document (GB/T 9704). */
static bool is_filing_mark(const struct head *head, guint at)
{
    static GRegex *marks;
    const struct block *block = head->outline->readings[at].block;
    if (!marks)
        marks = g_regex_new(
            "^(?:(?:密级|机密程度|公开(?:方式|属性|程度)|紧急程度|份号|编号)\\s*[:：]?\\s*"
            "\\S{1,12}|特急|加急|平急|急件|主动公开|公开|0+[0-9]{1,6})$",
            G_REGEX_OPTIMIZE, 0, NULL);
    return !head->issue->name && block->text && strlen(block->text) < 60 &&
           g_regex_match(marks, block->text, 0, NULL);
}

/* 编辑：张三　审核：李四 under the name and number: some offices name them at the head. */
static bool is_imprint_line(const struct head *head, guint at)
{
    const struct block *block = head->outline->readings[at].block;
    if (!head->issue->name || !head->numbered || !block->text || block->kind == BLOCK_HEADING)
        return false;
    for (guint i = 0; i < block->lines->len; i++) {
        const char *line = ((struct block_line *)block->lines->pdata[i])->text;
        enum label label = labels_first(line);
        bool person = label == LABEL_EDITOR || label == LABEL_REVIEWER;
        if (!(person || label == LABEL_CONTACT || label == LABEL_TELEPHONE) ||
            words_has_sentence(line) || strlen(line) > 200)
            return false;
    }
    return true;
}

static guint read_masthead(struct head *head)
{
    struct outline *outline = head->outline;
    guint i = 0;
    for (; i < outline->imprint; i++) {
        struct reading *reading = &outline->readings[i];
        if (reading->block->kind == BLOCK_RULE) {
            reading->role = ROLE_RULE;
            continue;
        }
        if (reading->block->kind == BLOCK_PICTURE && picture_fits(head, i)) {
            leave_picture(head, reading);
            continue;
        }
        if (is_filing_mark(head, i)) {
            const struct block *block = reading->block;
            reading->role = ROLE_MASTHEAD;
            g_ptr_array_add(outline->head_lines, block_line_new(block->text, block->line, 0));
            continue;
        }
        if (is_imprint_line(head, i)) {
            reading->role = ROLE_IMPRINT;
            continue;
        }
        if (!block_fits(head, i))
            break;
        reading->role = ROLE_MASTHEAD;
        for (guint l = 0; l < reading->block->lines->len; l++)
            take_line(head, reading->block->lines->pdata[l]);
    }
    return i;
}

static char *key_text(const struct head *head)
{
    const struct issue *issue = head->issue;
    if (!issue->year || !issue->number)
        return NULL;
    return g_strdup_printf(head->supplement ? "%d-s%d" : "%d-%d", issue->year, issue->number);
}

static void finish_masthead(struct head *head)
{
    struct issue *issue = head->issue;
    int line = head->number_line ? head->number_line : issue->masthead_line;
    if (!issue->year)
        issue->year = head->date_year;
    if (head->supplement && !issue->number) {
        issue->number = 1;
        outline_remark(head->outline, "supplement-number", line,
                       N_("write 增刊第1期, or the number that it has"),
                       N_("the supplement has no number; it is taken for the year's first"));
    }
    issue->kind = g_strdup(head->supplement ? "supplement" : "regular");
    issue->key = key_text(head);
    if (!issue->name) {
        issue->masthead_line = 1;
        outline_problem(head->outline, "no-name", 1,
                        N_("write the bulletin's name on the first line"),
                        N_("the document does not begin with the name of a bulletin"));
        return;
    }
    if (!issue->number && !head->is_zero)
        outline_problem(head->outline, "no-number", line,
                        N_("write the number under the name, such as 2023年 第25期"),
                        N_("the masthead has no number"));
    if (!issue->year && !head->date_line) /* an impossible date was told already */
        outline_problem(head->outline, "no-year", line,
                        N_("write the year before the number, or the date"),
                        N_("the masthead has no year"));
}

void outline_read_head(struct outline *outline)
{
    struct head head = {.outline = outline, .issue = outline->issue};
    guint at = read_masthead(&head);
    finish_masthead(&head);
    outline->body = outline_read_contents(outline, at);
    for (guint i = 0; i < outline->contents.entries->len; i++) {
        const struct entry *entry = outline->contents.entries->pdata[i];
        g_ptr_array_add(outline->issue->contents, g_strdup(entry->text));
    }
}
