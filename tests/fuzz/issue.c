/* Any octets as a document, by both readers and the outline: an issue or problems, each with its
 * place, and JSON of it. */
#include "conf/conf.h"
#include "issue/issue.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static void check(const struct issue *issue, const struct problems *problems, bool good)
{
    if (good != !problems_any(problems) || (good && (!issue || !issue->name || !issue->key)))
        abort();
    for (size_t i = 0; i < problems_count(problems); i++)
        if (problems_at(problems, i)->error.place.line < 1)
            abort();
    for (guint i = 0; issue && i < issue->articles->len; i++) {
        const struct article *article = issue->articles->pdata[i];
        if (!g_utf8_validate(article->title, -1, NULL) || article->line < 1)
            abort();
    }
}

static void read_as(const char *name, const uint8_t *octets, size_t length)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    bool good = issue_read(&issue, octets, length, name, problems);
    check(issue, problems, good);
    if (!issue)
        return;
    issue_require(issue, ~0u, problems);
    json_decref(issue_to_json(issue, problems));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
    read_as("a.md", octets, length);
    read_as("a.txt", octets, length);
    return 0;
}
