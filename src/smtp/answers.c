#include "smtp/answers.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#define RULE "answers"

struct row {
    GRegex *pattern;
    int stage; /* of enum smtp_stage; ANY_STAGE */
    enum answer_class class;
    char *advice;
};
struct answers {
    GPtrArray *rows; /* of struct row; the first that matches counts */
};

#define ANY_STAGE (-1)

static const struct {
    const char *name;
    enum answer_class class;
} classes[] = {
    {"hard", ANSWER_HARD},         {"soft", ANSWER_SOFT}, {"rate", ANSWER_RATE},
    {"later", ANSWER_LATER},
    {"too-many", ANSWER_TOO_MANY}, {"size", ANSWER_SIZE}, {"content", ANSWER_CONTENT},
    {"ours", ANSWER_OURS},
};
static const struct {
    const char *name;
    int stage;
} stages[] = {
    {"connect", STAGE_CONNECT}, {"login", STAGE_LOGIN}, {"mail", STAGE_MAIL},
    {"rcpt", STAGE_RCPT},       {"data", STAGE_DATA},   {"end", STAGE_END_OF_DATA},
};

/* What to do when the table says nothing of its own. */
static const char *const class_advice[] = {
    [ANSWER_BY_CODE] = N_("the server gives no reason that is known here; its words say what it "
                          "means"),
    [ANSWER_HARD] = N_("this mailbox does not exist: correct the address in the list"),
    [ANSWER_SOFT] = N_("the mailbox can't take mail now (full, disabled, or its server has "
                       "trouble): tell the recipient if it stays so"),
    [ANSWER_RATE] = N_("the server takes no more for now; it is tried again later"),
    [ANSWER_LATER] = N_("the server wants to see this once more later; it is tried again by itself"),
    [ANSWER_TOO_MANY] = N_("too many recipients at once for this server: the rest follow in "
                           "smaller lots"),
    [ANSWER_SIZE] = N_("the message is too large for this server: make pictures and attachments "
                       "smaller"),
    [ANSWER_CONTENT] = N_("the server refuses the message for what it says or what it carries: "
                          "read its words, change the text or ask its administrator"),
    [ANSWER_OURS] = N_("the server refuses us or our relay, not this recipient: have the "
                       "administrator look at the relay, the login and the domain's SPF, DKIM and "
                       "DMARC"),
};

/* --- reading -----------------------------------------------------------------------------------
 */

static void row_free(void *pointer)
{
    struct row *row = pointer;
    if (row->pattern)
        g_regex_unref(row->pattern);
    g_free(row->advice);
    g_free(row);
}

static bool wants_chinese(void)
{
    const char *language = getenv("LANGUAGE"); /* language_use() set it */
    return language && g_str_has_prefix(language, "zh");
}

static struct place place_of(const config_setting_t *setting, const char *file)
{
    return (struct place){file, (int)config_setting_source_line(setting), 0};
}

static bool read_pattern(struct row *row, const config_setting_t *member, const char *file,
                         struct problems *problems)
{
    const char *text = config_setting_get_string(member);
    if (!text || !*text)
        return problems_add(problems, PROBLEM, RULE, EX_CONFIG, place_of(member, file), NULL,
                            N_("a pattern is a text in quotes"));
    GError *failure = NULL;
    row->pattern = g_regex_new(text, G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, &failure);
    if (row->pattern)
        return true;
    problems_add(problems, PROBLEM, RULE, EX_CONFIG, place_of(member, file), NULL,
                 N_("this pattern is no regular expression: %s"), failure->message);
    g_clear_error(&failure);
    return false;
}

static bool read_class(struct row *row, const config_setting_t *member, const char *file,
                       struct problems *problems)
{
    const char *name = config_setting_get_string(member);
    for (size_t i = 0; name && i < G_N_ELEMENTS(classes); i++)
        if (strcmp(name, classes[i].name) == 0) {
            row->class = classes[i].class;
            return true;
        }
    return problems_add(problems, PROBLEM, RULE, EX_CONFIG, place_of(member, file), NULL,
                        N_("a class is \"hard\", \"soft\", \"rate\", \"later\", \"too-many\", \"size\", "
                           "\"content\" or \"ours\""));
}

static bool read_stage(struct row *row, const config_setting_t *member, const char *file,
                       struct problems *problems)
{
    const char *name = config_setting_get_string(member);
    for (size_t i = 0; name && i < G_N_ELEMENTS(stages); i++)
        if (strcmp(name, stages[i].name) == 0) {
            row->stage = stages[i].stage;
            return true;
        }
    return problems_add(problems, PROBLEM, RULE, EX_CONFIG, place_of(member, file), NULL,
                        N_("a stage is \"connect\", \"login\", \"mail\", \"rcpt\", \"data\" or "
                           "\"end\""));
}

static bool read_advice(struct row *row, const config_setting_t *member, const char *file,
                        struct problems *problems)
{
    const char *english, *chinese;
    if (!config_setting_is_group(member) || config_setting_length(member) != 2 ||
        !config_setting_lookup_string(member, "en", &english) ||
        !config_setting_lookup_string(member, "zh_CN", &chinese))
        return problems_add(problems, PROBLEM, RULE, EX_CONFIG, place_of(member, file), NULL,
                            N_("advice is { en = \"…\"; zh_CN = \"…\"; }"));
    row->advice = g_strdup(wants_chinese() ? chinese : english);
    return true;
}

static const struct {
    const char *key;
    bool (*read)(struct row *row, const config_setting_t *member, const char *file,
                 struct problems *problems);
} members[] = {
    {"pattern", read_pattern},
    {"class", read_class},
    {"stage", read_stage},
    {"advice", read_advice},
};

static bool read_member(struct row *row, const config_setting_t *member, const char *file,
                        struct problems *problems)
{
    const char *key = config_setting_name(member);
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++)
        if (strcmp(key, members[i].key) == 0)
            return members[i].read(row, member, file, problems);
    return problems_add(problems, PROBLEM, RULE, EX_CONFIG, place_of(member, file), NULL,
                        N_("a row of the table of answers knows no key %s"), key);
}

static bool read_row(GPtrArray *rows, const config_setting_t *setting, const char *file,
                     struct problems *problems)
{
    if (!config_setting_is_group(setting))
        return problems_add(problems, PROBLEM, RULE, EX_CONFIG, place_of(setting, file), NULL,
                            N_("this is no row: { pattern = \"…\"; class = \"…\"; advice = …; }"));
    struct row *row = g_new0(struct row, 1);
    row->stage = ANY_STAGE;
    g_ptr_array_add(rows, row);
    bool good = true;
    for (int i = 0; i < config_setting_length(setting); i++)
        good &= read_member(row, config_setting_get_elem(setting, (unsigned)i), file, problems);
    if (good && (!row->pattern || row->class == ANSWER_BY_CODE || !row->advice))
        return problems_add(problems, PROBLEM, RULE, EX_CONFIG, place_of(setting, file), NULL,
                            N_("a row needs a pattern, a class and advice"));
    return good;
}

static bool read_rows(struct answers *answers, const config_t *config, const char *file,
                      struct problems *problems)
{
    const config_setting_t *root = config_root_setting(config);
    const config_setting_t *list = config_lookup(config, "answers");
    if (!list || !config_setting_is_list(list) || config_setting_length(root) != 1)
        return problems_add(problems, PROBLEM, RULE, EX_CONFIG, (struct place){file, 0, 0}, NULL,
                            N_("the file must hold one list: answers = ( … );"));
    bool good = true;
    for (int i = 0; i < config_setting_length(list); i++)
        good &= read_row(answers->rows, config_setting_get_elem(list, (unsigned)i), file, problems);
    return good;
}

bool answers_read(struct answers **answers, const char *file, struct problems *problems)
{
    AUTO(answers) struct answers *fresh = g_new0(struct answers, 1);
    fresh->rows = g_ptr_array_new_with_free_func(row_free);
    config_t config;
    config_init(&config);
    bool good = true;
    if (config_read_file(&config, file) == CONFIG_TRUE)
        good = read_rows(fresh, &config, file, problems);
    else
        good = problems_add(
            problems, PROBLEM, RULE, EX_CONFIG, (struct place){file, config_error_line(&config), 0},
            NULL, N_("the table of answers can't be read: %s"), config_error_text(&config));
    config_destroy(&config);
    if (good)
        *answers = TAKE(fresh);
    return good;
}

void answers_free(struct answers *answers)
{
    if (!answers)
        return;
    g_ptr_array_unref(answers->rows);
    g_free(answers);
}

/* --- judging -----------------------------------------------------------------------------------
 */

static const struct row *row_of(const struct answers *answers, enum smtp_stage stage,
                                const struct reply *reply)
{
    AUTO(text)
    char *line = g_strdup_printf("%d %s%s%s", reply->code, reply->enhanced ? reply->enhanced : "",
                                 reply->enhanced ? " " : "", reply->text ? reply->text : "");
    for (guint i = 0; i < answers->rows->len; i++) {
        const struct row *row = answers->rows->pdata[i];
        if ((row->stage == ANY_STAGE || row->stage == (int)stage) &&
            g_regex_match(row->pattern, line, 0, NULL))
            return row;
    }
    return NULL;
}

/* Enhanced codes, RFC 3463 with its registry: from and to detail, of a class or of both. */
static const struct {
    int class, subject, from, to; /* class 0: 4 and 5 */
    enum answer_class means;
} enhanced_codes[] = {
    {5, 1, 1, 3, ANSWER_HARD},     {5, 1, 6, 6, ANSWER_HARD},      {5, 1, 10, 10, ANSWER_HARD},
    {0, 1, 7, 8, ANSWER_OURS},     {0, 2, 3, 3, ANSWER_SIZE},      {0, 3, 4, 4, ANSWER_SIZE},
    {0, 5, 3, 3, ANSWER_TOO_MANY}, {0, 7, 28, 28, ANSWER_RATE},    {0, 7, 8, 9, ANSWER_OURS},
    {0, 7, 11, 11, ANSWER_OURS},   {0, 7, 20, 26, ANSWER_OURS},    {5, 7, 515, 515, ANSWER_OURS},
    {5, 5, 0, 999, ANSWER_OURS},   {0, 6, 0, 999, ANSWER_CONTENT}, {5, 7, 1, 1, ANSWER_CONTENT},
    {0, 2, 1, 2, ANSWER_SOFT},     {0, 3, 0, 999, ANSWER_SOFT},    {0, 4, 0, 999, ANSWER_SOFT},
    {4, 0, 0, 999, ANSWER_SOFT},   {4, 1, 0, 999, ANSWER_SOFT},    {4, 2, 0, 999, ANSWER_SOFT},
};

static enum answer_class by_enhanced(const char *enhanced)
{
    int class, subject, detail;
    if (!enhanced || sscanf(enhanced, "%1d.%3d.%3d", &class, &subject, &detail) != 3)
        return ANSWER_BY_CODE;
    for (size_t i = 0; i < G_N_ELEMENTS(enhanced_codes); i++)
        if ((enhanced_codes[i].class == 0 || enhanced_codes[i].class == class) &&
            enhanced_codes[i].subject == subject && detail >= enhanced_codes[i].from &&
            detail <= enhanced_codes[i].to)
            return enhanced_codes[i].means;
    return ANSWER_BY_CODE;
}

static bool speaks_of(const struct reply *reply, const char *word)
{
    AUTO(text) char *lower = g_ascii_strdown(reply->text ? reply->text : "", -1);
    return strstr(lower, word) != NULL;
}

static enum answer_class by_code(enum smtp_stage stage, const struct reply *reply)
{
    switch (reply->code) {
    case 530:
    case 534:
    case 535:
    case 538: /* RFC 4954 §6: the login, never an address */
        return ANSWER_OURS;
    case 452: /* RFC 5321 §4.5.3.1.10 */
        return stage == STAGE_RCPT ? ANSWER_TOO_MANY : ANSWER_BY_CODE;
    case 552: /* RFC 5321 §4.5.3.1.10; RFC 1870 §6 */
        if (stage == STAGE_RCPT)
            return speaks_of(reply, "recipient") ? ANSWER_TOO_MANY : ANSWER_SOFT;
        return ANSWER_SIZE;
    case 521:
    case 556: /* RFC 7504: takes no mail */
        return stage == STAGE_RCPT ? ANSWER_HARD : ANSWER_OURS;
    default:
        return ANSWER_BY_CODE;
    }
}

struct answer answer_of(const struct answers *answers, enum smtp_stage stage,
                        const struct reply *reply)
{
    const struct row *row = answers ? row_of(answers, stage, reply) : NULL;
    if (row)
        return (struct answer){row->class, row->advice};
    enum answer_class class = by_enhanced(reply->enhanced);
    if (class == ANSWER_CONTENT && stage == STAGE_RCPT && speaks_of(reply, "relay"))
        class = ANSWER_OURS;
    if (class == ANSWER_BY_CODE)
        class = by_code(stage, reply);
    return (struct answer){class, _(class_advice[class])};
}
