/* Markdown source before it is parsed: what is no text is blanked, what would be swallowed is
 * escaped. Lines keep their numbers. */
#pragma once
#include "base/auto.h"

/* A copy in which YAML front matter is blank lines, and `[…]:` that defines nothing (注, a footnote
 * that nothing refers to) is escaped, so that it stays text; ** beside a Hanzi is written so that
 * it makes bold. */
GString *prepare_markdown(const GString *source);
