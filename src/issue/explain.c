/* What each block was taken for, and why: for the editor who asks. */
#include "base/language.h"
#include "issue/outline.h"

enum { SHOWN = 24 }; /* characters of a block's text */

static const char *const role_names[] = {
    [ROLE_NONE] = N_("not looked at"),
    [ROLE_RULE] = N_("rule"),
    [ROLE_MASTHEAD] = N_("masthead"),
    [ROLE_CONTENTS] = N_("contents"),
    [ROLE_SECTION] = N_("section"),
    [ROLE_TITLE] = N_("title"),
    [ROLE_TITLE_MORE] = N_("title, going on"),
    [ROLE_NOTE] = N_("editor's note"),
    [ROLE_TEXT] = N_("text"),
    [ROLE_TEXT_MORE] = N_("text, going on"),
    [ROLE_IMPRINT] = N_("imprint"),
    [ROLE_STRAY] = N_("fits nowhere"),
};

struct evidence_name {
    unsigned evidence;
    const char *name;
};
static const struct evidence_name evidence_names[] = {
    {SEEN_HEADING, N_("a heading")},
    {SEEN_BOLD, N_("bold")},
    {SEEN_UNDERLINED, N_("a rule under it")},
    {SEEN_SHORT, N_("short")},
    {SEEN_CLOSED, N_("ends as a sentence")},
    {SEEN_FRAMED, N_("in 【】 or signs")},
    {SEEN_NUMBERED, N_("numbered, or a bullet")},
    {SEEN_HAN_NUMBERED, N_("一、 or （一）")},
    {SEEN_ENTRY, N_("in the contents")},
    {SEEN_INDENTED, N_("moved in as a paragraph")},
    {SEEN_ALONE, N_("blank lines around it")},
    {SEEN_OVER_TEXT, N_("text under it")},
    {SEEN_OVER_INDENTED, N_("a moved-in paragraph under it")},
    {SEEN_LABEL, N_("a label of an imprint")},
    {SEEN_FIRST, N_("no article before it in its section")},
    {SEEN_AFTER_END, N_("the article before has ended")},
    {SEEN_AFTER_OPEN, N_("the paragraph before is not closed")},
    {SEEN_BEFORE_END, N_("the article before has no attribution yet, the others have")},
    {SEEN_DEEPER, N_("a deeper heading than the title")},
    {SEEN_WEAKER, N_("weaker in form than the titles")},
    {SEEN_ATTRIBUTION, N_("says who contributed")},
    {SEEN_COMMA, N_("a comma in it")},
    {SEEN_CENTRED, N_("centred")},
    {SEEN_SAME_SIGN, N_("the sign of the titles before it")},
    {SEEN_UNDER_TITLE, N_("right under a title of stronger form")},
};

static char *words_of(unsigned evidence)
{
    GString *words = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(evidence_names); i++)
        if (evidence & evidence_names[i].evidence)
            g_string_append_printf(words, "%s%s", words->len ? "; " : "",
                                   _(evidence_names[i].name));
    return g_string_free(words, FALSE);
}

static char *beginning_of(const struct block *block)
{
    const char *text = block->text;
    if (!text)
        text = block->lines->len ? ((struct block_line *)block->lines->pdata[0])->text : "";
    return g_utf8_substring(text, 0, MIN(SHOWN, g_utf8_strlen(text, -1)));
}

static void explained_free(void *pointer)
{
    struct explained *one = pointer;
    g_free(one->evidence);
    g_free(one->text);
    g_free(one);
}

GPtrArray *outline_explain(const struct outline *outline)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(explained_free);
    for (guint i = 0; i < outline->count; i++) {
        const struct reading *reading = &outline->readings[i];
        struct explained *one = g_new0(struct explained, 1);
        one->line = reading->block->line;
        one->role = _(role_names[reading->role]);
        one->evidence = words_of(reading->evidence);
        one->scored = reading->scored;
        one->score = reading->score;
        one->text = beginning_of(reading->block);
        g_ptr_array_add(all, one);
    }
    return all;
}
