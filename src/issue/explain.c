/* What each block was taken for, and why: for the editor who asks. */
#include "base/language.h"
#include "issue/outline.h"

enum {
    SHOWN = 24, /* characters of a block's text */
    MOST_POINTS = 100,
};

static const char *const role_names[] = {
    [ROLE_NONE] = N_("not looked at"),
    [ROLE_RULE] = N_("rule"),
    [ROLE_MASTHEAD] = N_("masthead"),
    [ROLE_CONTENTS] = N_("contents"),
    [ROLE_SECTION] = N_("section"),
    [ROLE_TITLE] = N_("article's title"),
    [ROLE_TITLE_MORE] = N_("title, going on"),
    [ROLE_NOTE] = N_("editor's note"),
    [ROLE_TEXT] = N_("text"),
    [ROLE_TEXT_MORE] = N_("text, going on"),
    [ROLE_IMPRINT] = N_("imprint"),
    [ROLE_STRAY] = N_("fits nowhere"),
};

struct evidence_name {
    guint64 evidence;
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
    {SEEN_BRACKETS, N_("in 【】, as a section's name")},
    {SEEN_BRIEF, N_("no longer than a section's name")},
    {SEEN_SECTION_WORD, N_("called as sections are")},
    {SEEN_OVER_TITLE, N_("over what may be a title")},
    {SEEN_OVER_HEADING, N_("a heading under it")},
    {SEEN_OVER_DEEPER, N_("a deeper heading under it")},
    {SEEN_OVER_ENTRY, N_("a title of the contents under it")},
    {SEEN_GROUP, N_("the contents group entries under it")},
    {SEEN_HAN, N_("begins with 一、")},
    {SEEN_HAN_SECTIONS, N_("sections before it began with 一、")},
    {SEEN_NO_SECTION, N_("no section has such a name")},
    {SEEN_NEXT_NUMBER, N_("its number follows the last title's")},
    {SEEN_NEXT_INSIDE, N_("its number follows one inside the article")},
    {SEEN_ODD_NUMBER, N_("numbered, the titles before are not")},
    {SEEN_NO_ENTRY, N_("not in the contents, the titles before are")},
    {SEEN_SAME_FORM, N_("of the form of the title before")},
    {SEEN_SIGNATURE, N_("a unit alone under text")},
    {SEEN_DATE, N_("nothing but a date or number")},
    {SEEN_OVER_SIGN, N_("a sign before it, another sign under it")},
    {SEEN_EXCLAIMS, N_("ends in an exclamation or question mark")},
    {SEEN_CAPTION, N_("says what the picture over it shows")},
    {SEEN_NOTE, N_("begins as an editor's note")},
    {SEEN_GOES_ON_TITLE, N_("the title before may go on in it")},
    {SEEN_GOES_ON_TEXT, N_("the paragraph before may go on in it")},
};

static char *words_of(guint64 evidence)
{
    GString *words = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(evidence_names); i++)
        if (evidence & evidence_names[i].evidence)
            g_string_append_printf(words, "%s%s", words->len ? "; " : "",
                                   _(evidence_names[i].name));
    return g_string_free(words, FALSE);
}

/* `title 7; text 3`: the roles for which something spoke, those with most points first. */
static char *points_of(const struct reading *reading)
{
    GString *points = g_string_new(NULL);
    for (int least = MOST_POINTS; least > 0; least--)
        for (enum role role = 0; role < ROLES; role++)
            if (reading->points[role] == least)
                g_string_append_printf(points, "%s%s %d", points->len ? "; " : "",
                                       _(role_names[role]), least);
    return g_string_free(points, FALSE);
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
    g_free(one->points);
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
        one->points = reading->decided ? points_of(reading) : NULL;
        one->text = beginning_of(reading->block);
        g_ptr_array_add(all, one);
    }
    return all;
}
