#include "display.h"

#include "clock.h"
#include "record.h"
#include "size.h"
#include "statistics.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- progress --------------------------------------------------------------------------------- */

static int terminal_width(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

static bool can_rewrite_a_line(void)
{
    const char *kind = getenv("TERM");

    return isatty(STDERR_FILENO) && kind && strcmp(kind, "dumb") != 0;
}

static void show_line(const struct series *series, size_t percent, double seconds_left, bool terminal)
{
    char line[NAME_MAX_SERIES + 64];

    if (!terminal) {
        fprintf(stderr, "mapwise bench: %zu %%, %.0f s left\n", percent, seconds_left);
        return;
    }
    snprintf(line, sizeof line, "%3zu %%  %.0f s left  %s", percent, seconds_left, series->name);
    fprintf(stderr, "\r\033[K%.*s", terminal_width() - 1, line); /* one that wraps can't be taken back */
    fflush(stderr);
}

void display_progress(const struct series *series, size_t done, size_t of)
{
    static int64_t began, shown;
    static int terminal = -1;
    const int64_t now = clock_nanoseconds(), second = 1000000000;

    if (terminal < 0)
        terminal = can_rewrite_a_line();
    if (!began)
        began = shown = now; /* the first block tells nothing of the others */
    if (now - shown < (terminal ? second / 10 : 60 * second))
        return;
    shown = now;
    show_line(series, 100 * done / of, seconds_between(began, now) / (double)done * (double)(of - done),
              terminal);
}

void display_progress_end(void)
{
    if (can_rewrite_a_line()) /* another process may have shown it */
        fputs("\r\033[K", stderr);
}

/* ---- the table -------------------------------------------------------------------------------- */

enum { LABEL_MAX = 240 };

/* What tells the places of the run apart. */
static const char *place_name(const struct plan *plan, const struct place *place)
{
    for (size_t i = 0; i < plan->place_count; i++)
        if (&plan->places[i] != place && strcmp(plan->places[i].filesystem, place->filesystem) == 0)
            return place->directory;
    return place->filesystem;
}

/* "cold 64 MiB read_1M": the values of the axes, sizes readable. */
static void write_label(char label[LABEL_MAX], const struct plan *plan, const struct series *series)
{
    size_t used = 0;

    label[0] = '\0';
    for (size_t i = 0; i < AXES_MAX && series->family->axes[i].name && used < LABEL_MAX - 1; i++) {
        const struct axis *axis = &series->family->axes[i];
        const char *value = series->point.values[i];
        char text[VALUE_MAX];
        const bool number = strspn(value, "0123456789") == strlen(value);
        const bool bytes = number && axis_in_bytes(axis);
        const bool answer = strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
        if (strcmp(value, "none") == 0)
            continue;
        if (bytes)
            value = format_size(text, sizeof text, strtod(value, NULL));
        else if (answer)
            value = *value == 'y' ? "" : "not";
        const bool named = answer || (value[0] >= '0' && value[0] <= '9' && !bytes);
        int length = snprintf(label + used, LABEL_MAX - used, "%s%s%s%s", used ? "  " : "", value,
                              named && *value ? " " : "", named ? axis->name : "");
        used += length > 0 ? (size_t)length : 0;
    }
    if (plan->place_count > 1 && series->place && used < LABEL_MAX - 1)
        snprintf(label + used, LABEL_MAX - used, "  on %.64s", place_name(plan, series->place));
}

/* The middle of an extra figure over the samples that have it; false if none has. */
static bool extra_of(double *middle, const struct series *series, const char *name)
{
    double *values = calloc(series->count + 1, sizeof *values);
    size_t count = 0;

    for (size_t i = 0; values && i < series->count; i++)
        for (size_t e = 0; e < series->samples[i].extra_count; e++)
            if (strcmp(series->samples[i].extras[e].name, name) == 0)
                values[count++] = series->samples[i].extras[e].value;
    if (count)
        *middle = summarize(values, count).median;
    free(values);
    return count > 0;
}

/* What compares with others first, then the tail of single operations, then the family's own. */
static void print_extras(FILE *out, const struct series *series)
{
    static const char *const first[] = {"ratio", "latency_p50", "latency_p99"};
    enum { FIRST = sizeof first / sizeof first[0], OTHERS_MAX = 2 };
    const struct measurement *sample = &series->samples[0];
    char text[32];
    double middle;
    size_t others = 0;

    for (size_t i = 0; i < FIRST; i++)
        if (extra_of(&middle, series, first[i]))
            fprintf(out, "  %s %s", first[i],
                    i == 0 ? (snprintf(text, sizeof text, "%.3g", middle), text)
                           : format_seconds(text, sizeof text, middle));
    for (size_t e = 0; e < sample->extra_count && others < OTHERS_MAX; e++) {
        const char *name = sample->extras[e].name;
        if (strcmp(name, "ratio") != 0 && strncmp(name, "latency_", 8) != 0 &&
            extra_of(&middle, series, name)) {
            fprintf(out, "  %s %.4g", name, middle);
            others++;
        }
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
    fprintf(out, "  %-*s %9s  %4.0f %%  %9s  %10s%s  %6s  %zu+%u", width, label, median,
            100 * (f.p75 - f.p25) / f.median, each, rate, *rate ? "/s" : "  ", amplification, series->count,
            series->discarded_count);
    print_extras(out, series);
    fputc('\n', out);
}

static int label_width(const struct plan *plan, const struct family *family)
{
    char label[LABEL_MAX];
    int width = 0;

    for (size_t i = 0; i < plan->count; i++) {
        write_label(label, plan, &plan->series[i]);
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
    fprintf(out, "  %-*s %9s  %6s  %9s  %12s  %6s  %s\n", width, "", "a pass", "spread", item, "bytes",
            "amplif.", "samples+discarded");
}

/* What an interruption left unbegun is one line, not hundreds. */
static bool is_unbegun(const struct series *series, enum outcome outcome)
{
    return outcome == NOT_RUN && strncmp(series->reason, "interrupted", 11) == 0;
}

void display_table(FILE *out, const struct plan *plan, const enum outcome *outcomes)
{
    const struct series *above = NULL;
    char label[LABEL_MAX];
    size_t unbegun = 0;
    int width = 0;

    for (size_t i = 0; i < plan->count; i++) {
        const struct series *series = &plan->series[i];
        if (is_unbegun(series, outcomes[i])) {
            unbegun++;
            continue;
        }
        if (!above || above->family != series->family) {
            width = label_width(plan, series->family);
            print_heading(out, series, width);
        }
        above = series;
        write_label(label, plan, series);
        if (outcomes[i] == MEASURED || outcomes[i] == PARTIAL)
            print_figures(out, series, label, width);
        if (outcomes[i] != MEASURED)
            fprintf(out, "  %-*s %s: %s\n", width, label, outcome_name(outcomes[i]), series->reason);
    }
    if (unbegun)
        fprintf(out, "\n%zu series were interrupted before the first sample\n", unbegun);
}
