/* A mailbox as people write it: `name <address>`, `"name" <address>`, `<address>`, mailto: or the
 * address alone. What typing and pasting leave behind (blanks, full-width ＠ ＜ ＞) is folded. */
#pragma once
#include "base/address.h"

/* *address, and *name where there is one (else NULL), are then the caller's. EX_DATAERR says what
 * is wrong, at `place`. `oddities` as in address_parse(). */
MUST bool mailbox_parse(char **name, struct address **address, const char *text, struct place place,
                        unsigned *oddities, struct error *error);
