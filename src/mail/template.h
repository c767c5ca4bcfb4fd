/* Templates that an office may edit: a strict part of Mustache. No library of Debian's for C does
 * it with escaping (libctpl escapes nothing, libtemplate-glib runs code, clearsilver is
 * unmaintained).
 *
 *   {{name}}               the value, escaped, always: there is no raw form
 *   {{.}}                  the item of a loop over strings
 *   {{#name}}…{{/name}}    for each item of a list; once within an object; once if it is there
 *   {{^name}}…{{/name}}    if it is not there: null, false, 0, "" or an empty list
 *   {{>piece.html}}        another file of the same folder
 *   {{! words }}           a comment
 *
 * A line that holds nothing but one of the last four leaves no line behind. A name is looked for in
 * the innermost value, then outwards; one that is nowhere is an error, so that a slip of the pen
 * does not go out as a hole in the bulletin. */
#pragma once
#include "base/json.h"

enum template_form {
    TEMPLATE_HTML, /* & < > " ' become entities, control characters blanks */
    TEMPLATE_TEXT, /* control characters and line breaks become blanks: a value stays on its line */
};

/* Renders `name` of `folder`. *rendered is then the caller's. EX_CONFIG with the template's file
 * and line: it can't be read or is not well made. */
MUST bool template_render(GString **rendered, const char *folder, const char *name,
                          const json_t *values, enum template_form form, struct error *error);
