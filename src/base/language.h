/* The language of what people read, through gettext. */
#pragma once

/* Sets it for the process: "zh_CN" or "en". Looks for the catalogue in locale/ beside the
 * program, then where it was installed. Needs no locale of the system but C.UTF-8. */
void language_use(const char *language);
/* What LC_ALL, LC_MESSAGES or LANG ask for, of the languages that there are: for a program until the
 * configuration says it. Static. */
const char *language_of_environment(void);
