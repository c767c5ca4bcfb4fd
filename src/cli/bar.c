#include "cli/bar.h"

enum { PARTS = 5 };
static const char marks[PARTS] = {'#', '~', '?', 'x', '.'};

static int64_t sum_of(const int64_t parts[])
{
    int64_t sum = 0;
    for (int i = 0; i < PARTS; i++)
        sum += parts[i];
    return sum;
}

/* The largest part gives what the small ones, rounded up to one cell, took too much, and gets what
 * rounding down left over. */
static void share(const int64_t parts[], int64_t sum, int cells, int widths[])
{
    int used = 0, largest = 0;
    for (int i = 0; i < PARTS; i++) {
        widths[i] = (int)((double)parts[i] / (double)sum * cells);
        if (parts[i] && !widths[i])
            widths[i] = 1;
        used += widths[i];
        if (parts[i] > parts[largest])
            largest = i;
    }
    widths[largest] += cells - used;
}

char *bar_text(const struct progress *progress, int cells)
{
    const int64_t parts[PARTS] = {progress->sent, progress->deferred, progress->unknown,
                                  progress->failed, progress->left};
    int widths[PARTS] = {0};
    int64_t sum = sum_of(parts);
    GString *bar = g_string_new("[");
    if (sum)
        share(parts, sum, cells, widths);
    else
        widths[PARTS - 1] = cells; /* nobody to send to: nothing is done */
    for (int i = 0; i < PARTS; i++)
        for (int j = 0; j < widths[i]; j++)
            g_string_append_c(bar, marks[i]);
    g_string_append_c(bar, ']');
    return g_string_free(bar, FALSE);
}
