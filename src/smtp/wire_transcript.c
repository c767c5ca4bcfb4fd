#include "smtp/wire_transcript.h"

#include <string.h>

void transcript_add(struct transcript *transcript, const char *who, const char *line, size_t length)
{
    char *to = transcript->lines[transcript->count++ % TRANSCRIPT_LINES];
    size_t at = MIN(strlen(who), (size_t)TRANSCRIPT_WIDTH / 2);
    memcpy(to, who, at);
    size_t most = MIN(length, TRANSCRIPT_WIDTH - 1 - at);
    for (size_t i = 0; i < most; i++, at++)
        to[at] = (unsigned char)line[i] < ' ' || line[i] == 0x7f ? ' ' : line[i];
    to[at] = '\0';
}

char *transcript_text(const struct transcript *transcript)
{
    GString *text = g_string_new(NULL);
    unsigned first =
        transcript->count > TRANSCRIPT_LINES ? transcript->count - TRANSCRIPT_LINES : 0;
    for (unsigned i = first; i < transcript->count; i++) {
        g_string_append(text, transcript->lines[i % TRANSCRIPT_LINES]);
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}
