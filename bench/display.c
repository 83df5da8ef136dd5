#include "display.h"

#include "clock.h"
#include "record.h"
#include "size.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- progress --------------------------------------------------------------------------------- */

static bool progress_shown;

void display_progress(const struct series *series, size_t done, size_t of)
{
    static int64_t began, shown;
    static int terminal = -1;
    const int64_t now = clock_nanoseconds();

    if (terminal < 0)
        terminal = isatty(STDERR_FILENO);
    if (!began)
        began = now;
    if (!terminal || now - shown < 100000000)
        return;
    shown = now;
    progress_shown = true;
    const double elapsed = seconds_between(began, now);
    const double left = elapsed / (double)done * (double)(of - done);
    fprintf(stderr, "\r\033[K%3zu %%  %.0f s left  %.80s", 100 * done / of, left, series->name);
    fflush(stderr);
}

void display_progress_end(void)
{
    if (progress_shown)
        fputs("\r\033[K", stderr);
    progress_shown = false;
}

/* ---- the table -------------------------------------------------------------------------------- */

enum { LABEL_MAX = 160 };

/* "cold 64 MiB read_1M": the values of the axes, sizes readable. */
static void write_label(char label[LABEL_MAX], const struct series *series)
{
    size_t used = 0;

    label[0] = '\0';
    for (size_t i = 0; i < AXES_MAX && series->family->axes[i].name && used < LABEL_MAX - 1; i++) {
        const struct axis *axis = &series->family->axes[i];
        const char *value = series->point.values[i];
        char text[VALUE_MAX];
        const bool number = strspn(value, "0123456789") == strlen(value);
        const bool bytes = number && axis_in_bytes(axis);
        if (strcmp(value, "none") == 0)
            continue;
        if (bytes)
            value = format_size(text, sizeof text, strtod(value, NULL));
        int length = snprintf(label + used, LABEL_MAX - used, "%s%s%s%s", used ? "  " : "", value,
                              number && !bytes ? " " : "", number && !bytes ? axis->name : "");
        used += length > 0 ? (size_t)length : 0;
    }
}

static void print_figures(FILE *out, const struct series *series, const char *label, int width)
{
    struct figures f;
    char median[32], each[32], rate[32] = "", amplification[32] = "";

    if (!series_figures(&f, series))
        return;
    format_seconds(median, sizeof median, f.median);
    format_seconds(each, sizeof each, f.items > 0 ? f.median / f.items : 0);
    if (f.bytes > 0)
        format_size(rate, sizeof rate - 2, f.bytes / f.median);
    if (f.amplification >= 0)
        snprintf(amplification, sizeof amplification, "%.2f", f.amplification);
    fprintf(out, "  %-*s %9s  %4.0f %%  %9s  %10s%s  %6s  %zu+%u\n", width, label, median,
            100 * (f.p75 - f.p25) / f.median, each, rate, *rate ? "/s" : "  ", amplification, series->count,
            series->discarded_count);
}

static int label_width(const struct plan *plan, const struct family *family)
{
    char label[LABEL_MAX];
    int width = 0;

    for (size_t i = 0; i < plan->count; i++) {
        write_label(label, &plan->series[i]);
        int length = (int)strlen(label);
        if (plan->series[i].family == family && length > width)
            width = length;
    }
    return width;
}

static void print_heading(FILE *out, const struct series *series, int width)
{
    char item[32];

    snprintf(item, sizeof item, "of %s", series->family->items);
    fprintf(out, "\n%s: %s\n", series->family->name, series->family->sentence);
    fprintf(out, "  %-*s %9s  %6s  %9s  %12s  %6s  %s\n", width, "", "median", "spread", item, "bytes",
            "amplif.", "samples+discarded");
}

void display_table(FILE *out, const struct plan *plan, const enum outcome *outcomes)
{
    char label[LABEL_MAX];
    int width = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct series *series = &plan->series[i];
        if (i == 0 || series->family != plan->series[i - 1].family) {
            width = label_width(plan, series->family);
            print_heading(out, series, width);
        }
        write_label(label, series);
        if (outcomes[i] == MEASURED || outcomes[i] == PARTIAL)
            print_figures(out, series, label, width);
        if (outcomes[i] != MEASURED)
            fprintf(out, "  %-*s %s: %s\n", width, label, outcome_name(outcomes[i]), series->reason);
    }
}
