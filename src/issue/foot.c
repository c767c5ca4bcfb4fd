/* Where the imprint begins, looked for from the document's end. */
#include "issue/block.h"
#include "issue/cells.h"
#include "issue/imprint.h"
#include "issue/labels.h"
#include "issue/outline.h"
#include "issue/words.h"

#include <string.h>

bool imprint_is_printing_line(const char *text)
{
    static GRegex *form;
    if (strlen(text) > 200)
        return false;
    if (!form)
        form = g_regex_new(
            "印发\\s*[)）。]?\\s*$|^\\s*[(（]?\\s*共?\\s*印\\s*(?:发|制|数)?\\s*[:：]?\\s*"
            "[0-9０-９]+\\s*份\\s*[)）]?[。]?$|^[(（]?\\s*此件.{2,12}[)）]?$",
            G_REGEX_OPTIMIZE, 0, NULL);
    return g_regex_match(form, text, 0, NULL);
}

static const char *first_text(const struct block *block)
{
    return block->lines->len ? ((const struct block_line *)block->lines->pdata[0])->text : NULL;
}

bool imprint_is_head(const char *key)
{
    return strcmp(key, "版记") == 0 || strcmp(key, "end") == 0;
}

char *imprint_unbracketed(const char *text)
{
    const char *last = g_utf8_prev_char(text + strlen(text));
    if (!g_utf8_strchr("（(", -1, g_utf8_get_char(text)) ||
        !g_utf8_strchr("）)", -1, g_utf8_get_char(last)) || last == text)
        return NULL;
    const char *inside = g_utf8_next_char(text);
    AUTO(text) char *words = g_strndup(inside, (gsize)(last - inside));
    return labels_first(words) != LABEL_NONE ? TAKE(words) : NULL;
}

/* The label that the block begins with; LABEL_NONE: it begins with none. */
static enum label first_label(const struct reading *reading)
{
    if (reading->block->kind == BLOCK_TABLE) {
        AUTO(array) GPtrArray *lines = cells_labelled(reading->block, 3);
        return lines->len ? labels_first(((struct block_line *)lines->pdata[0])->text) : LABEL_NONE;
    }
    const char *text = first_text(reading->block);
    bool seen = reading->block->text && reading->block->lines->len == 1; /* evidence.c looked */
    if (seen && !(reading->evidence & SEEN_LABEL) && !reading->after_rule)
        return LABEL_NONE;
    if (!text || !*text || strlen(text) > IMPRINT_LONGEST_LINE ||
        reading->block->kind == BLOCK_PICTURE)
        return LABEL_NONE;
    /* Brackets at an article's end say who wrote it; under a rule the article has ended. */
    AUTO(text) char *inside = reading->after_rule ? imprint_unbracketed(text) : NULL;
    return labels_first(inside ? inside : text);
}

static bool begins_with_label(const struct reading *reading)
{
    return first_label(reading) != LABEL_NONE;
}

/* Surely an article's: a paragraph with sentences, a picture, a long text. */
static bool is_body(const struct reading *reading)
{
    const struct block *block = reading->block;
    if (block->kind == BLOCK_PICTURE || block->kind == BLOCK_QUOTE)
        return true;
    const char *text = first_text(block);
    if (!text || imprint_is_printing_line(text) || block->kind == BLOCK_TABLE)
        return false;
    if (words_has_sentence(text) || strlen(text) > 600)
        return true;
    return reading->evidence & SEEN_CLOSED && strlen(text) > 60 && !strstr(text, "、");
}

static guint next_label(const struct outline *outline, guint at)
{
    while (at < outline->count && !begins_with_label(&outline->readings[at]))
        at++;
    return at;
}

/* A telephone or an address may stand at the end of an article's notice, with other lines of the
 * notice under it; who edited and who receives stands in the imprint alone. */
static guint skip_false_start(const struct outline *outline, guint start)
{
    for (guint i = start; i < outline->count; i++) {
        const char *text = first_text(outline->readings[i].block);
        if (!text || imprint_is_printing_line(text))
            continue;
        enum label label = first_label(&outline->readings[i]);
        if (label == LABEL_EDITOR || label == LABEL_REVIEWER || label == LABEL_DISTRIBUTION)
            return start;
        guint later = label == LABEL_NONE ? next_label(outline, i) : i;
        if (later == outline->count)
            return start;
        if (label == LABEL_NONE)
            start = i = later;
    }
    return start;
}

static bool is_version_head(const struct reading *reading)
{
    const char *text = first_text(reading->block);
    AUTO(text) char *bare = text && strlen(text) < 40 ? words_key(text) : NULL;
    return bare && imprint_is_head(bare);
}

/* All labels that the block's lines have. */
static unsigned kinds_of(const struct block *block)
{
    unsigned kinds = 0;
    for (guint i = 0; i < block->lines->len && i < 20; i++) {
        const char *text = ((struct block_line *)block->lines->pdata[i])->text;
        if (strlen(text) > IMPRINT_LONGEST_LINE)
            continue;
        AUTO(array) GPtrArray *segments = labels_cut(text);
        for (guint s = 0; s < segments->len; s++)
            kinds |= 1u << ((struct segment *)segments->pdata[s])->label;
    }
    return kinds & ~(1u << LABEL_NONE | 1u << LABEL_OTHER);
}

/* Who edited, who reviewed, who receives, where to write: two of these close together under text,
 * and an imprint stands where it does not belong. A letter within an article has one at most. Where
 * there is an imprint at the end too, only one with both editors and receivers is surely none of a
 * text. */
static bool is_imprint(unsigned kinds, bool another)
{
    unsigned makers = 1u << LABEL_EDITOR | 1u << LABEL_REVIEWER;
    if (another)
        return kinds & makers && kinds & 1u << LABEL_DISTRIBUTION;
    return kinds & (kinds - 1) && kinds & makers;
}

void outline_tell_misplaced(const struct outline *outline)
{
    guint end = outline->imprint;
    unsigned kinds = 0;
    guint first = 0;
    bool text = false; /* what stands at the head is no imprint in the middle */
    for (guint i = 0; i < end; i++) {
        const struct reading *reading = &outline->readings[i];
        if (reading->block->kind == BLOCK_RULE)
            continue;
        enum label label = first_label(reading);
        text =
            text || (label == LABEL_NONE && (reading->evidence & SEEN_CLOSED || is_body(reading)));
        if (!text || label == LABEL_NONE || label == LABEL_OTHER) {
            kinds = 0;
            continue;
        }
        first = kinds ? first : i;
        kinds |= kinds_of(reading->block);
        if (is_imprint(kinds, end < outline->count)) {
            outline_problem(outline, "imprint-misplaced", outline->readings[first].block->line,
                            N_("move these lines to the end of the document"),
                            N_("the imprint stands in the middle of the document"));
            return;
        }
    }
}

/* Right over the first label: who printed it, or under a rule who issues it, alone on a line. */
static bool stands_issuer(const struct outline *outline, guint start)
{
    const struct reading *before = start > 2 ? &outline->readings[start - 1] : NULL;
    if (!before || before->block->kind != BLOCK_PARAGRAPH)
        return false;
    return imprint_is_printing_line(before->block->text) ||
           (before->after_rule && words_is_unit(before->block->text));
}

void outline_find_imprint(struct outline *outline)
{
    guint start = outline->count;
    for (guint i = outline->count; i-- > 0;) {
        const struct reading *reading = &outline->readings[i];
        bool last = reading->block->kind == BLOCK_PICTURE && start == outline->count;
        if (begins_with_label(reading) || (is_version_head(reading) && start == i + 1))
            start = i;
        else if (is_body(reading) && !last) /* a code to scan stands under the imprint */
            break;
    }
    if (start < outline->count && !is_version_head(&outline->readings[start]))
        start = skip_false_start(outline, start);
    if (start < outline->count && stands_issuer(outline, start))
        start--;
    outline->imprint = start;
    outline->issue->imprint_line =
        start < outline->count ? outline->readings[start].block->line : 0;
    for (guint i = start; i < outline->count; i++)
        outline->readings[i].role = ROLE_IMPRINT;
}
