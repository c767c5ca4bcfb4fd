#include "base/language.h"
#include "base/auto.h"

#include <libintl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/program.h"

void language_use(const char *language)
{
    /* gettext takes LANGUAGE in any locale but plain C, so that no system locale has to be
     * generated; numbers and sorting stay those of C. */
    setenv("LANGUAGE", language, 1);
    setlocale(LC_ALL, "C.UTF-8");
    AUTO(text) char *beside = program_beside("locale");
    bindtextdomain("fensong", beside ? beside : LOCALE_DIR);
    bind_textdomain_codeset("fensong", "UTF-8");
}

const char *language_of_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "zh", 2) == 0 ? "zh_CN" : "en";
    }
    return "en";
}
