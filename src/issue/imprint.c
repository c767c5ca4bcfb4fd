#include "issue/imprint.h"

#include "issue/block.h"
#include "issue/cells.h"
#include "issue/labels.h"
#include "issue/masthead.h"
#include "issue/outline.h"
#include "issue/words.h"

#include "base/address.h"

#include <string.h>

/* --- its parts --- */

struct imprint {
    struct outline *outline;
    struct issue *issue;
    enum label last;          /* what words under no label go on with */
    const char *distribution; /* the label that they stand under; the issue's own */
    int distribution_line;    /* of the first such label; 0: none */
};

static void take_contact(struct imprint *imprint, const struct segment *segment, int line)
{
    struct issue *issue = imprint->issue;
    struct error error = {0};
    struct address *address = NULL;
    struct place place = {imprint->outline->name, line, 0};
    AUTO(text) char *folded = text_fold(segment->value);
    AUTO(text) char *bare = text_squeeze(folded);
    if (!*bare)
        return;
    if (!address_parse(&address, bare, place, NULL, &error)) {
        /* Once more as it is written, for the words that quote it. */
        AUTO(text) char *written = text_trim(folded);
        error_clear(&error);
        if (address_parse(&address, written, place, NULL, &error))
            address_free(address);
        problems_take(imprint->outline->problems, "contact", &error);
        return;
    }
    if (issue->contact && strcmp(issue->contact, address_text(address)) != 0) {
        outline_remark(imprint->outline, "second-contact", line,
                       N_("leave the one to which people shall write"),
                       N_("a second mail address in the imprint was not used: %s"), bare);
    } else if (!issue->contact) {
        issue->contact = g_strdup(address_text(address));
        issue->contact_label = g_strdup(segment->name);
    }
    address_free(address);
}

static bool address_is_written(const char *text)
{
    AUTO(address) struct address *address = NULL;
    return strchr(text, '@') && address_parse(&address, text, NOWHERE, NULL, NULL);
}

/* 张红波　王五, 张红波、王五; 张　三, spaced to the width of three, is one. */
static void add_persons(GPtrArray *persons, const char *value)
{
    AUTO(array) GPtrArray *words = words_split(value);
    for (guint i = 0; i < words->len; i++) {
        const char *word = words->pdata[i];
        const char *next = i + 1 < words->len ? words->pdata[i + 1] : NULL;
        bool next_one = next && !*g_utf8_next_char(next);
        if (next && words_is_han(g_utf8_get_char(word)) && !*g_utf8_next_char(word)) {
            g_ptr_array_add(persons, g_strconcat(word, next, NULL));
            i++;
        } else if (next_one && g_ascii_isalpha(*word)) { /* Anna 李 */
            g_ptr_array_add(persons, g_strconcat(word, " ", next, NULL));
            i++;
        } else {
            g_ptr_array_add(persons, g_strdup(word));
        }
    }
}

/* `label` NULL: the one of the persons before. */
static void take_persons(GPtrArray *persons, GPtrArray *labels, const char *label,
                         const char *value)
{
    if (!label && labels->len)
        label = labels->pdata[labels->len - 1];
    add_persons(persons, value);
    while (labels->len < persons->len)
        g_ptr_array_add(labels, g_strdup(label));
}

/* A closing 。 and （共印150份） are no names. */
static char *recipients_of(const char *value)
{
    static GRegex *closing;
    if (!closing)
        closing =
            g_regex_new("[。．]?\\s*[(（]\\s*共?印?\\s*[0-9０-９]+\\s*份\\s*[)）]|[。．]\\s*$",
                        G_REGEX_OPTIMIZE, 0, NULL);
    AUTO(text) char *bare = g_regex_replace_literal(closing, value, -1, 0, "", 0, NULL);
    return text_trim(bare ? bare : value); /* NULL: too many blanks to try */
}

static void take_distribution(struct imprint *imprint, const char *value, int line)
{
    AUTO(text) char *text = recipients_of(value);
    if (!*text)
        return;
    struct distribution_line *one = g_new0(struct distribution_line, 1);
    one->label = g_strdup(imprint->distribution);
    one->text = TAKE(text);
    one->line = line;
    one->groups = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(imprint->issue->distribution, one);
}

/* What the masthead says too. */
static bool says_nothing_new(const struct imprint *imprint, const char *value)
{
    AUTO(text) char *key = words_key(value);
    AUTO(text) char *office = words_key(imprint->issue->office ? imprint->issue->office : "");
    return !*key || strcmp(key, office) == 0 || imprint_is_head(key);
}

/* Known lines that are nothing else of an issue are shown as they stand. `label` NULL: none. */
static void add_other(struct imprint *imprint, const char *label, const char *text, int line)
{
    struct imprint_line *other = g_new0(struct imprint_line, 1);
    other->label = g_strdup(label);
    other->text = g_strdup(text);
    other->line = line;
    g_ptr_array_add(imprint->issue->other, other);
}

/* 北京市科协办公室　2023年11月16日: who issued it, and when, though no label says so. */
static bool is_issuer_line(const char *text)
{
    struct masthead said;
    masthead_read(&said, text);
    bool is = strlen(text) < 200 && (said.date_given || words_is_unit(text));
    for (guint i = 0; i < said.rest->len; i++)
        is = is && words_is_unit(said.rest->pdata[i]);
    masthead_clear(&said);
    return is;
}

static bool is_web_line(const char *text)
{
    return strlen(text) < 200 &&
           (g_str_has_prefix(text, "www.") || g_str_has_prefix(text, "http")) && !strchr(text, ' ');
}

static void take_unlabelled(struct imprint *imprint, const char *value, int line)
{
    struct issue *issue = imprint->issue;
    bool free = imprint->last == LABEL_NONE || imprint->last == LABEL_OTHER;
    if (imprint_is_printing_line(value) ||
        (is_issuer_line(value) && (free || !words_is_unit(value))) || is_web_line(value)) {
        add_other(imprint, NULL, value, line);
        return;
    }
    if (says_nothing_new(imprint, value))
        return;
    if (!issue->contact && address_is_written(value)) {
        take_contact(imprint, &(struct segment){LABEL_CONTACT, NULL, (char *)value}, line);
        return;
    }
    if (imprint->last == LABEL_TELEPHONE && !issue->telephone && g_ascii_isdigit(*value))
        issue->telephone = g_strdup(value);
    else if (imprint->last == LABEL_DISTRIBUTION)
        take_distribution(imprint, value, line);
    else if (imprint->last == LABEL_EDITOR && words_is_persons(value))
        take_persons(issue->editor, issue->editor_labels, NULL, value);
    else if (imprint->last == LABEL_REVIEWER && words_is_persons(value))
        take_persons(issue->reviewer, issue->reviewer_labels, NULL, value);
    else
        outline_problem(imprint->outline, "imprint-unknown", line,
                        N_("put a label such as 分送： before it, or take it away"),
                        N_("this line of the imprint stands under no label: %s"), value);
}

static void take_other(struct imprint *imprint, const struct segment *segment, int line)
{
    struct issue *issue = imprint->issue;
    if (!*segment->value)
        return;
    bool issuer =
        g_str_has_prefix(segment->name, "主办") || g_str_has_prefix(segment->name, "编印");
    if (issuer && !issue->office && words_is_unit(segment->value))
        issue->office = g_strdup(segment->value);
    else if (!says_nothing_new(imprint, segment->value))
        add_other(imprint, segment->name, segment->value, line);
}

/* 审核：李四　　（共印80份）: how many were printed stands behind what it has nothing to do with.
 */
static void part_print_run(struct imprint *imprint, struct segment *segment, int line)
{
    static GRegex *run;
    int from;
    if (!run)
        run = g_regex_new("\\s*[(（]\\s*共?印?\\s*[0-9０-９]+\\s*份\\s*[)）]\\s*$",
                          G_REGEX_OPTIMIZE, 0, NULL);
    GMatchInfo *match = NULL;
    bool printed = segment->label != LABEL_DISTRIBUTION && segment->label != LABEL_NONE &&
                   g_regex_match(run, segment->value, 0, &match) &&
                   g_match_info_fetch_pos(match, 0, &from, NULL);
    g_match_info_free(match);
    if (!printed)
        return;
    AUTO(text) char *words = text_trim(segment->value + from);
    add_other(imprint, NULL, words, line);
    segment->value[from] = '\0';
}

static void take_segment(struct imprint *imprint, struct segment *segment, int line)
{
    struct issue *issue = imprint->issue;
    part_print_run(imprint, segment, line);
    switch (segment->label) {
    case LABEL_NONE:
        take_unlabelled(imprint, segment->value, line);
        return;
    case LABEL_CONTACT:
        take_contact(imprint, segment, line);
        break;
    case LABEL_TELEPHONE:
        if (!issue->telephone && *segment->value) {
            issue->telephone = g_strdup(segment->value);
            issue->telephone_label = g_strdup(segment->name);
        } else if (*segment->value) {
            take_other(imprint, segment, line);
        }
        break;
    case LABEL_EDITOR:
        take_persons(issue->editor, issue->editor_labels, segment->name, segment->value);
        break;
    case LABEL_REVIEWER:
        take_persons(issue->reviewer, issue->reviewer_labels, segment->name, segment->value);
        break;
    case LABEL_DISTRIBUTION:
        imprint->distribution = segment->name;
        if (!imprint->distribution_line)
            imprint->distribution_line = line;
        take_distribution(imprint, segment->value, line);
        break;
    case LABEL_OTHER:
        take_other(imprint, segment, line);
        break;
    }
    imprint->last = segment->label;
}

/* A line of the masthead that says what an imprint says: an editor, or no part of an issue. */
static void read_head_line(struct imprint *imprint, const struct block_line *line)
{
    AUTO(array) GPtrArray *segments = labels_cut(line->text);
    for (guint s = 0; s < segments->len; s++) {
        struct segment *segment = segments->pdata[s];
        if (segment->label == LABEL_NONE)
            add_other(imprint, NULL, segment->value, line->line);
        else
            take_segment(imprint, segment, line->line);
    }
}

static void read_line(struct imprint *imprint, const struct block_line *line, char **label)
{
    AUTO(text)
    char *inside =
        strlen(line->text) > IMPRINT_LONGEST_LINE ? NULL : imprint_unbracketed(line->text);
    AUTO(array) GPtrArray *segments = labels_cut(inside ? inside : line->text);
    for (guint s = 0; s < segments->len; s++)
        take_segment(imprint, segments->pdata[s], line->line);
    char *kept = g_strdup(imprint->distribution);
    g_free(*label);
    imprint->distribution = *label = kept;
}

/* 主编 is who edited it, where nobody else did. */
static void take_chief(struct issue *issue)
{
    for (guint i = 0; i < issue->other->len && !issue->editor->len; i++) {
        const struct imprint_line *line = issue->other->pdata[i];
        if (!line->label || !strstr(line->label, "编") || !words_is_persons(line->text) ||
            strstr(line->label, "审") || strstr(line->label, "校"))
            continue;
        take_persons(issue->editor, issue->editor_labels, line->label, line->text);
        g_ptr_array_remove_index(issue->other, i);
    }
}

static void leave_picture(const struct outline *outline, const struct block *picture)
{
    AUTO(text) char *words = g_strdup_printf("%s（%s）", picture->text, picture->target);
    outline_remark(outline, "imprint-picture", picture->line, N_("nothing has to be done"),
                   N_("the mail does not show this picture of the imprint: %s"), words);
}

void outline_read_imprint(struct outline *outline)
{
    struct imprint imprint = {.outline = outline, .issue = outline->issue};
    AUTO(text) char *label = NULL; /* outlives the segments that it came from */
    for (guint i = 0; i < outline->head_lines->len; i++)
        read_head_line(&imprint, outline->head_lines->pdata[i]);
    imprint.last = LABEL_NONE;
    for (guint i = 0; i < outline->count; i++) {
        const struct block *block = outline->readings[i].block;
        if (outline->readings[i].role != ROLE_IMPRINT)
            continue;
        if (block->kind == BLOCK_RULE)
            imprint.last = LABEL_NONE;
        if (block->kind == BLOCK_PICTURE)
            leave_picture(outline, block);
        AUTO(array)
        GPtrArray *lines = block->kind == BLOCK_TABLE ? cells_labelled(block, G_MAXUINT)
                                                      : g_ptr_array_ref(block->lines);
        for (guint l = 0; l < lines->len; l++)
            read_line(&imprint, lines->pdata[l], &label);
    }
    take_chief(outline->issue);
    if (imprint.distribution_line && !outline->issue->distribution->len)
        outline_problem(outline, "distribution-empty", imprint.distribution_line,
                        N_("write the groups after it, such as 分送：市科协驻会领导"),
                        N_("no group stands behind %s"), label);
}
