#include "people/delimiter.h"

#include <string.h>

#include "base/auto.h"
#include "people/columns.h"

static const char delimiters[] = ",;\t";

static void count_delimiters(const char *line, size_t count[])
{
    bool quoted = false;
    for (; *line && (quoted || *line != '\n'); line++) {
        quoted ^= *line == '"';
        const char *found = quoted ? NULL : strchr(delimiters, *line);
        if (found)
            count[found - delimiters]++;
    }
}

/* Of the first line that is not empty: the one that parts it into most headings; without any, tab
 * or comma before semicolon, which may part the addresses of one cell; else the one that is there.
 */
static char find_delimiter(const char *text)
{
    size_t count[sizeof delimiters] = {0};
    guint most = 0;
    text += strspn(text, "\n");
    AUTO(text) char *line = g_strndup(text, strcspn(text, "\n"));
    char best = '\0';
    for (const char *one = delimiters; *one; one++) {
        AUTO(texts) char **cells = g_strsplit(line, (const char[]){*one, '\0'}, 256);
        guint headings = columns_headings(cells);
        if (headings > most)
            best = *one;
        most = MAX(most, headings);
    }
    count_delimiters(text, count);
    if (best && (most > 1 || count[strchr(delimiters, best) - delimiters]))
        return best;
    return count[2] ? '\t' : count[0] || !count[1] ? ',' : ';';
}

/* Excel reads "sep=;" on the first line as the delimiter, and some programs write it. */
static char said_delimiter(GString *text)
{
    if (g_ascii_strncasecmp(text->str, "sep=", 4) != 0 || !text->str[4] || text->str[5] != '\n')
        return '\0';
    char delimiter = text->str[4];
    memset(text->str, ' ', 5); /* the line stays, and with it the numbers of the others */
    return strchr(delimiters, delimiter) ? delimiter : '\0';
}

char delimiter_of(GString *text)
{
    char said = said_delimiter(text);
    return said ? said : find_delimiter(text->str);
}
