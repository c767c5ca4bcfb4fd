#include "issue/walk.h"

/* What each piece of evidence, or several together, says for or against a role. A block is taken
 * for the role with most points; text needs no evidence. Sections, notes and lines that go on have
 * signs of their own, so that these weigh more than all that may speak for a title. */
enum { TEXT_POINTS = 3 };

struct weight {
    enum role role;
    guint64 all;  /* this evidence, all of it … */
    guint64 none; /* … and none of this */
    int points;
};

static const struct weight weights[] = {
    {ROLE_TEXT, 0, 0, TEXT_POINTS},

    {ROLE_NOTE, SEEN_NOTE, 0, 60},

    {ROLE_SECTION, SEEN_BRACKETS, 0, 40},
    {ROLE_SECTION, SEEN_BRACKETS | SEEN_SIGNATURE, SEEN_FIRST | SEEN_AFTER_END | SEEN_HEADING, -50},
    {ROLE_SECTION, SEEN_FRAMED | SEEN_OVER_TITLE, SEEN_BRACKETS, 40},
    {ROLE_SECTION, SEEN_GROUP, 0, 40},
    {ROLE_SECTION, SEEN_OVER_SIGN | SEEN_OVER_TITLE | SEEN_BRIEF, SEEN_ENTRY, 40},
    {ROLE_SECTION, SEEN_HEADING | SEEN_BRIEF | SEEN_OVER_DEEPER,
     SEEN_ENTRY | SEEN_HAN | SEEN_DEEPER, 40},
    {ROLE_SECTION, SEEN_HEADING | SEEN_BRIEF | SEEN_OVER_HEADING | SEEN_OVER_ENTRY, SEEN_ENTRY, 40},
    {ROLE_SECTION, SEEN_HAN | SEEN_OVER_TITLE | SEEN_OVER_ENTRY, 0, 40},
    {ROLE_SECTION, SEEN_HAN | SEEN_OVER_TITLE | SEEN_FIRST, 0, 40},
    {ROLE_SECTION, SEEN_HAN | SEEN_OVER_TITLE | SEEN_AFTER_END, 0, 40},
    {ROLE_SECTION, SEEN_HAN | SEEN_OVER_TITLE | SEEN_HAN_SECTIONS, 0, 40},
    {ROLE_SECTION, SEEN_SECTION_WORD | SEEN_OVER_TITLE,
     SEEN_ENTRY | SEEN_INDENTED | SEEN_NEXT_INSIDE, 40},
    {ROLE_SECTION, SEEN_HAN | SEEN_OVER_TITLE | SEEN_NEXT_INSIDE, 0, -50},
    {ROLE_SECTION, SEEN_HAN | SEEN_ENTRY, 0, -50},
    {ROLE_SECTION, SEEN_CLOSED, SEEN_BRACKETS | SEEN_FRAMED, -50},

    {ROLE_TITLE_MORE, SEEN_GOES_ON_TITLE, 0, 30},
    {ROLE_TEXT_MORE, SEEN_GOES_ON_TEXT, SEEN_ENTRY | SEEN_BOLD, 30},

    {ROLE_TITLE, SEEN_HEADING, 0, 5},
    {ROLE_TITLE, SEEN_BOLD, SEEN_HEADING, 4},
    {ROLE_TITLE, SEEN_UNDERLINED, SEEN_HEADING, 3},
    {ROLE_TITLE, SEEN_ENTRY, 0, 6},
    {ROLE_TITLE, SEEN_FIRST, 0, 3},
    {ROLE_TITLE, SEEN_AFTER_END, SEEN_FIRST, 3},
    {ROLE_TITLE, SEEN_NUMBERED, 0, 1},
    {ROLE_TITLE, SEEN_NEXT_NUMBER, SEEN_FIRST | SEEN_NEXT_INSIDE, 4},
    {ROLE_TITLE, SEEN_ODD_NUMBER, SEEN_FIRST | SEEN_AFTER_END | SEEN_ENTRY, -5},
    {ROLE_TITLE, SEEN_NEXT_INSIDE, SEEN_FIRST | SEEN_ENTRY, -4},
    {ROLE_TITLE, SEEN_NO_ENTRY | SEEN_BOLD, SEEN_FIRST | SEEN_AFTER_END | SEEN_HEADING, -3},
    {ROLE_TITLE, SEEN_ALONE, SEEN_HEADING | SEEN_BOLD, 1},
    {ROLE_TITLE, SEEN_OVER_TEXT, 0, 1},
    {ROLE_TITLE, SEEN_OVER_INDENTED, SEEN_HEADING | SEEN_BOLD, 2},
    {ROLE_TITLE, SEEN_CENTRED, SEEN_HEADING | SEEN_BOLD, 3},
    {ROLE_TITLE, SEEN_SAME_SIGN, SEEN_HEADING, 6},
    {ROLE_TITLE, SEEN_UNDER_TITLE, SEEN_ENTRY, -4},
    {ROLE_TITLE, SEEN_SHORT, SEEN_HEADING | SEEN_BOLD, 1},
    {ROLE_TITLE, SEEN_WEAKER, SEEN_HEADING | SEEN_AFTER_END | SEEN_SAME_FORM, -4},
    {ROLE_TITLE, SEEN_WEAKER | SEEN_FIRST | SEEN_NUMBERED, SEEN_HEADING, 2},
    {ROLE_TITLE, SEEN_BEFORE_END, SEEN_ENTRY | SEEN_SAME_FORM, -2},
    {ROLE_TITLE, SEEN_DATE, SEEN_ENTRY | SEEN_HEADING, -8},
    {ROLE_TITLE, SEEN_SIGNATURE, SEEN_ENTRY | SEEN_HEADING, -8},
    {ROLE_TITLE, SEEN_DEEPER, SEEN_ENTRY, -3},
    {ROLE_TITLE, SEEN_HAN_NUMBERED, SEEN_FIRST | SEEN_AFTER_END, -4},
    {ROLE_TITLE, SEEN_AFTER_OPEN, SEEN_HEADING, -4},
    {ROLE_TITLE, SEEN_AFTER_OPEN | SEEN_HEADING, 0, -1},
    {ROLE_TITLE, SEEN_CLOSED, SEEN_HEADING, -5},
    {ROLE_TITLE, SEEN_INDENTED, SEEN_HEADING | SEEN_BOLD | SEEN_ENTRY, -2},
    {ROLE_TITLE, SEEN_ALONE, SEEN_HEADING | SEEN_BOLD | SEEN_WEAKER, 1},
    {ROLE_TITLE, SEEN_LABEL, SEEN_HEADING, -2},
    {ROLE_TITLE, SEEN_COMMA, SEEN_HEADING | SEEN_BOLD | SEEN_ENTRY, -2},
    {ROLE_TITLE, SEEN_ATTRIBUTION, SEEN_HEADING | SEEN_ENTRY, -8},
    {ROLE_TITLE, 0, SEEN_SHORT | SEEN_HEADING, -100},
};

enum role walk_decide(struct reading *reading)
{
    enum role best = ROLE_TEXT;
    for (size_t i = 0; i < G_N_ELEMENTS(weights); i++) {
        const struct weight *weight = &weights[i];
        if ((reading->evidence & weight->all) == weight->all && !(reading->evidence & weight->none))
            reading->points[weight->role] += weight->points;
    }
    for (enum role role = 0; role < ROLES; role++)
        if (reading->points[role] > reading->points[best])
            best = role;
    reading->decided = true;
    return best;
}
