/* The labels of an imprint: 编辑：, 审 核, 分送：… in a line. */
#pragma once
#include "base/auto.h"

#include <stdbool.h>

enum label {
    LABEL_NONE, /* words under no label */
    LABEL_CONTACT,
    LABEL_TELEPHONE,
    LABEL_EDITOR,
    LABEL_REVIEWER,
    LABEL_DISTRIBUTION,
    LABEL_OTHER, /* known, but nothing of an issue: 地址, 邮编, 印数 … */
};

struct segment {
    enum label label;
    char *name;  /* the label as it is written, without blanks and colon; NULL for LABEL_NONE */
    char *value; /* without blanks around it; may be empty */
};

/* The line cut at its labels, of struct segment; words before the first stand under LABEL_NONE.
 * A label has a colon, or stands at the line's beginning with a blank and a fitting value after it.
 * The caller frees the array. */
GPtrArray *labels_cut(const char *line);
/* What labels_cut() would give the line's beginning. Cheap: for looking at every line. */
enum label labels_first(const char *line);
