#include "rights.h"

#include "fail.h"

#include <stdlib.h>
#include <string.h>

/* The index of the run that covers `position`. */
static size_t run_covering(const mw__run *runs, size_t count, uint64_t position)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (runs[middle].end > position)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

mw__range mw__rights_run_at(uint32_t *bits, const mw__rights *rights, uint64_t start, uint64_t limit)
{
    if (!rights->runs) {
        *bits = rights->bits;
        return (mw__range){start, limit};
    }
    const mw__run *run = &rights->runs[run_covering(rights->runs, rights->count, start)];
    *bits = run->bits;
    return (mw__range){start, run->end < limit ? run->end : limit};
}

uint32_t mw__rights_common(const mw__rights *rights, mw__range range)
{
    uint32_t common = UINT32_MAX;

    while (!mw__range_is_empty(range)) {
        uint32_t bits;
        range.start = mw__rights_run_at(&bits, rights, range.start, range.end).end;
        common &= bits;
    }
    return common;
}

/* Adds a run up to `end`, joined with the one before it if that has the same bits. */
static void append(mw__rights *rights, uint64_t end, uint32_t bits)
{
    if (rights->count > 0 && rights->runs[rights->count - 1].bits == bits)
        rights->runs[rights->count - 1].end = end;
    else
        rights->runs[rights->count++] = (mw__run){end, bits};
}

/* One run is no list. */
static void simplify(mw__rights *rights)
{
    if (rights->count != 1)
        return;
    rights->bits = rights->runs[0].bits;
    free(rights->runs);
    rights->runs = NULL;
}

/* Most of the list is copied as it is: a map may have tens of thousands of runs. */
int mw__rights_change(mw__rights *out, const mw__rights *rights, uint64_t whole, mw__range range,
                      uint32_t clear, uint32_t set, mw_err *err)
{
    const mw__run only = {whole, rights->bits};
    const mw__run *runs = rights->runs ? rights->runs : &only;
    const size_t count = rights->runs ? rights->count : 1;
    const size_t first = run_covering(runs, count, range.start);
    size_t next = first;

    /* Each border of the range can split one run. */
    *out = (mw__rights){0, first, malloc((count + 2) * sizeof *out->runs)};
    if (!out->runs)
        return mw__fail(err, MW_E_NOMEM, "malloc", range.start);
    memcpy(out->runs, runs, first * sizeof *runs);
    if (range.start > (first > 0 ? runs[first - 1].end : 0))
        append(out, range.start, runs[first].bits);
    while (range.start < range.end) {
        const mw__run *run = &runs[next];
        range.start = run->end < range.end ? run->end : range.end;
        append(out, range.start, (run->bits & ~clear) | set);
        next += range.start == run->end;
    }
    if (next < count) {
        append(out, runs[next].end, runs[next].bits);
        next++;
        memcpy(&out->runs[out->count], &runs[next], (count - next) * sizeof *runs);
        out->count += count - next;
    }
    simplify(out);
    return MW_OK;
}

int mw__rights_resize(mw__rights *out, const mw__rights *rights, uint64_t whole, uint64_t new_whole,
                      uint32_t bits, mw_err *err)
{
    const uint64_t kept = whole < new_whole ? whole : new_whole;
    mw__rights resized = {kept == 0 ? bits : rights->bits, 0, NULL};
    uint64_t position = 0;

    if (rights->runs || (kept != 0 && new_whole > kept && bits != rights->bits)) {
        resized.runs = malloc(((rights->runs ? rights->count : 1) + 1) * sizeof *resized.runs);
        if (!resized.runs)
            return mw__fail(err, MW_E_NOMEM, "malloc", MW_NOWHERE);
        while (position < kept) {
            uint32_t old;
            position = mw__rights_run_at(&old, rights, position, kept).end;
            append(&resized, position, old);
        }
        if (new_whole > kept || kept == 0)
            append(&resized, new_whole, bits);
        simplify(&resized);
    }
    *out = resized;
    return MW_OK;
}

void mw__rights_release(mw__rights *rights)
{
    free(rights->runs);
    rights->runs = NULL;
    rights->count = 0;
}
