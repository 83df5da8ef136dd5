/* The driver that is a process of its own: one block for each line that it reads. */
#include "block.h"
#include "json.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_MAX = 64, DIGITS_MAX = 20 };

/* ---- requests --------------------------------------------------------------------------------- */

typedef enum { BLOCK, QUIT, UNKNOWN } request_kind;

/* Reads a line without its end; what is longer than any request is cut off, and is none. False at the end. */
static bool read_line(FILE *in, char text[REQUEST_MAX])
{
    size_t length = 0;
    int c;

    while ((c = getc(in)) != EOF && c != '\n')
        if (length < REQUEST_MAX - 1)
            text[length++] = (char)(c ? c : '?');
    if (c == '\n' && length > 0 && text[length - 1] == '\r')
        length--;
    text[length] = '\0';
    return c == '\n' || length > 0;
}

/* Only digits, and no more than fit. */
static bool read_round(uint64_t *round, const char *text)
{
    char *end;

    if (!*text || strlen(text) > DIGITS_MAX || strspn(text, "0123456789") != strlen(text))
        return false;
    errno = 0;
    *round = strtoull(text, &end, 10);
    return errno == 0;
}

static request_kind parse(const char *line, uint64_t *round)
{
    static const char word[] = "block ";

    if (strcmp(line, "quit") == 0)
        return QUIT;
    if (strcmp(line, "block") == 0)
        return BLOCK;
    return strncmp(line, word, sizeof word - 1) == 0 && read_round(round, line + sizeof word - 1) ? BLOCK
                                                                                                  : UNKNOWN;
}

/* ---- answers ---------------------------------------------------------------------------------- */

typedef enum { WRITTEN, READER_GONE, NOT_WRITTEN } answered;

static void write_ready(FILE *out, const void *what)
{
    const gb_series *series = what;

    fputs("{\"schema\":\"gb.worker/1\",\"series\":", out);
    gb__json_text(out, series->name);
    fputs(",\"ready\":true}", out);
}

static void write_unknown(FILE *out, const void *what)
{
    (void)what;
    fputs("{\"error\":\"unknown request: known are block, block ROUND and quit\"}", out);
}

static void write_sample(FILE *out, const gb_sample *sample)
{
    fputs("{\"seconds\":", out);
    gb__json_number(out, sample->seconds);
    fprintf(out, ",\"batch\":%" PRIu64 ",\"bytes\":", sample->batch);
    gb__json_number(out, sample->bytes);
    fputs(",\"items\":", out);
    gb__json_number(out, sample->items);
    fputs(",\"counters\":{", out);
    for (size_t i = 0; i < sample->figure_count; i++) {
        fputs(i ? "," : "", out);
        gb__json_text(out, sample->figures[i].name);
        putc(':', out);
        gb__json_number(out, sample->figures[i].value);
    }
    fputs("}}", out);
}

static void write_discard(FILE *out, const struct gb__discard *discard)
{
    fputs("{\"reason\":", out);
    gb__json_text(out, discard->reason);
    fprintf(out, ",\"count\":%" PRIu64 "}", discard->count);
}

static void write_block(FILE *out, const void *what)
{
    const struct gb__block *block = what;

    fprintf(out, "{\"block\":%" PRIu64 ",\"samples\":[", block->round);
    for (size_t i = 0; i < block->count; i++) {
        fputs(i ? "," : "", out);
        write_sample(out, &block->samples[i]);
    }
    fputs("],\"discarded\":[", out);
    for (size_t i = 0; i < block->discarded_count; i++) {
        fputs(i ? "," : "", out);
        write_discard(out, &block->discarded[i]);
    }
    fputs("],\"error\":", out);
    gb__json_text(out, block->outcome == GB__FAILED ? block->message : NULL);
    fputs(",\"skipped\":", out);
    gb__json_text(out, block->outcome == GB__SKIPPED ? block->message : NULL);
    putc('}', out);
}

/* Writes one line. With the reader gone SIGPIPE stays ignored: the end of the process flushes once more. */
static answered answer(FILE *out, void (*write)(FILE *out, const void *what), const void *what)
{
    const struct sigaction ignored = {.sa_handler = SIG_IGN};
    struct sigaction before;

    sigaction(SIGPIPE, &ignored, &before);
    errno = 0;
    write(out, what);
    putc('\n', out);
    if (fflush(out) == 0 && !ferror(out)) {
        sigaction(SIGPIPE, &before, NULL);
        return WRITTEN;
    }
    return errno == EPIPE ? READER_GONE : NOT_WRITTEN;
}

/* ---- serving ---------------------------------------------------------------------------------- */

static answered answer_block(FILE *out, const gb_series *series, uint64_t round)
{
    struct gb__block block;

    gb__block_run(&block, series, round, series->samples);
    const answered result = answer(out, write_block, &block);
    gb__block_free(&block);
    return result;
}

static answered serve(const gb_series *series, FILE *in, FILE *out)
{
    char line[REQUEST_MAX] = "";
    uint64_t round = 0;
    answered result = answer(out, write_ready, series);

    while (result == WRITTEN && read_line(in, line)) {
        const request_kind request = parse(line, &round);
        if (request == QUIT)
            break;
        if (request == BLOCK)
            result = answer_block(out, series, round++);
        else
            result = answer(out, write_unknown, NULL);
    }
    return result;
}

/* Whether Google Benchmark lists the series by this name. */
static bool listed_as(const gb_series *series, const char *name)
{
    const size_t length = strlen(series->name);
    char settings[64];

    snprintf(settings, sizeof settings, "/iterations:%zu/manual_time", series->samples);
    return strncmp(name, series->name, length) == 0 && strcmp(name + length, settings) == 0;
}

static const gb_series *find(const gb_series *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (gb__series_valid(&list[i]) && strcmp(list[i].name, name) == 0)
            return &list[i];
    for (size_t i = 0; i < count; i++)
        if (gb__series_valid(&list[i]) && listed_as(&list[i], name))
            return &list[i];
    return NULL;
}

int gb_series_worker(const gb_series *list, size_t count, const char *name, FILE *in, FILE *out)
{
    const gb_series *series = list && name && in && out ? find(list, count, name) : NULL;

    if (!series)
        return GB_ERROR_ARGUMENT;
    return serve(series, in, out) == NOT_WRITTEN ? GB_ERROR_INTERNAL : GB_OK;
}
