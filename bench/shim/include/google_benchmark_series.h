/* Series of verified samples, for C programs, with two drivers.
 *
 * A series takes samples in blocks. Its function prepares what it measures and has one loop:
 *
 *     static void block(gb_block *block, void *user)
 *     {
 *         while (gb_next_sample(block))
 *             work(user);
 *     }
 *
 *     static const gb_series list[] = {
 *         {.name = "work", .block = block, .user = &input, .samples = 5, .batches = true},
 *     };
 *
 *     int main(int argc, char **argv)
 *     {
 *         return gb_series_main(argc, argv, list, 1);
 *     }
 *
 * Without options that is a benchmark as any of Google Benchmark's. `--worker work` makes the program a
 * process that stays and takes one block for each line "block" that it reads, so that blocks of two builds
 * can be taken in turn.
 *
 * Conventions, beside those of google_benchmark.h
 *   - The list, its names and what `user` points to stay the caller's, and must stay while it is registered
 *     or its worker runs. All other strings are copied, messages and reasons cut off at GB_TEXT_MAX - 1
 * bytes.
 *   - Texts are UTF-8; what is not is replaced where it is written.
 *   - A gb_block belongs to the call that received it, and to its thread. */
#ifndef GOOGLE_BENCHMARK_SERIES_H
#define GOOGLE_BENCHMARK_SERIES_H

#include "google_benchmark.h"

#include <math.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GB_TEXT_MAX = 256,
    GB_SAMPLES_MAX = 1 << 20, /* in a block */
    GB_FIGURES_MAX = 16,      /* of a sample, by gb_sample_figure */
    GB_RETRIES_MAX = 4,       /* how often gb_next_sample takes a sample again whose condition did not hold */
};

/* One block of samples. The member is gb_next_sample's own. */
typedef struct gb_block {
    uint64_t operations_left;
} gb_block;

typedef struct gb_series {
    const char *name;                           /* not empty; no other of the list has it */
    void (*block)(gb_block *block, void *user); /* takes the samples; everything else is optional */
    void *user;
    size_t samples; /* in a block: 1 to GB_SAMPLES_MAX */

    /* The rest is for gb_next_sample.
     *
     * An operation that is cheap and leaves things as they were is timed in batches of at least a
     * millisecond. How many operations that are is found out anew in each block, by batches that are not
     * counted. */
    bool batches;

    /* Before each sample, and after each, whatever became of it: outside the timed part. */
    void (*prepare)(gb_block *block, void *user);
    void (*finish)(gb_block *block, void *user);

    /* Whether the condition holds under which the sample shall be taken: NULL, or the reason why not, valid
     * until the next call. Asked before (after `prepare`) and behind the timed part (before `finish`). A
     * sample for which it does not hold is discarded and counted, not slow, and taken again, GB_RETRIES_MAX
     * times; then the block fails. */
    const char *(*holds)(gb_block *block, void *user);
} gb_series;

/* ---- for blocks: the loop --------------------------------------------------------------------- */

/* True: do the operation once. Between the first call that is true and the one behind the last operation of
 * a sample, the clock runs. A body may leave the loop at any time, but a block that has then not all its
 * samples has failed. */
static inline bool gb_next_sample(gb_block *block);

/* What one operation processes; GB_ABSENT, which it is without this call, is neither. To be called before
 * the loop, or within it for the samples not taken yet. */
#define GB_ABSENT ((double)NAN)
int gb_each_operation(gb_block *block, double bytes, double items);

/* Another figure of the sample that is just taken, also from the callbacks. The name must stay until the
 * sample is over; the same name again replaces the value. GB_ERROR_FULL: too many names. */
int gb_sample_figure(gb_block *block, const char *name, double value);

/* ---- for blocks: at any time ------------------------------------------------------------------ */

/* Ends the block: it went wrong, or it can't be measured here. The first call counts; the function returns
 * after it. */
int gb_block_fail(gb_block *block, const char *message);
int gb_block_skip(gb_block *block, const char *message);

/* Whether one of these was called, by whomever. True of NULL. */
bool gb_block_ended(const gb_block *block);

/* Which round of blocks this is: the number in the request to a worker, else how many blocks of the series
 * came before. Starts again with each process. 0 of NULL. */
uint64_t gb_block_round(const gb_block *block);

/* ---- for blocks: without the loop ------------------------------------------------------------- */

/* What gb_next_sample is made of, for those who time by themselves. A block uses one or the other. */

typedef struct gb_figure {
    const char *name;
    double value; /* GB_ABSENT, or finite */
} gb_figure;

typedef struct gb_sample {
    double seconds;           /* of one operation; more than 0 */
    uint64_t batch;           /* operations that were timed together; at least 1 */
    double bytes, items;      /* of one operation; GB_ABSENT, or at least 0 */
    const gb_figure *figures; /* with names of their own */
    size_t figure_count;
} gb_sample;

#define GB_SAMPLE_INIT                                                                                       \
    {                                                                                                        \
        0, 1, GB_ABSENT, GB_ABSENT, NULL, 0                                                                  \
    }

/* Whether another sample is wanted. Stays true until one is accepted, or the block is ended. False of NULL.
 */
bool gb_sample_wanted(gb_block *block);

/* Hands over the sample that is wanted. GB_ERROR_ARGUMENT: none is, or its values are not as above; then it
 * still is. */
int gb_sample_accept(gb_block *block, const gb_sample *sample);

/* Counts a sample that is not valid, by its reason. It is still wanted: when to give up is the block's
 * decision. */
int gb_sample_discard(gb_block *block, const char *reason);

/* ---- drivers ---------------------------------------------------------------------------------- */

/* Registers a series with Google Benchmark: one iteration a sample, with manual time. Bytes and items become
 * rates, figures their mean, and "discarded" counts. Processor time is that of the whole block. The result
 * can be given repetitions, each of which is a block, and a unit, but no threads. NULL: the series is not as
 * above, or out of memory. */
gb_benchmark *gb_series_register(const gb_series *series);

/* Runs the series `name` of the list (or by the name that --benchmark_list_tests prints) as requests come:
 *
 *     > {"schema":"gb.worker/1","series":NAME,"ready":true}
 *     < block 17
 *     > {"block":17,"samples":[{"seconds":S,"batch":B,"bytes":N,"items":N,"counters":{NAME:VALUE}}],
 *        "discarded":[{"reason":TEXT,"count":N}],"error":null,"skipped":null}
 *     < quit
 *
 * Each answer is one line, written at once. "block" without a number counts rounds from 0, or on from the
 * last. A number reads back exactly what it was; null is absent. "error" and "skipped" hold the block's
 * message, "samples" what was taken until then. Anything else is answered by {"error":TEXT}. Nothing of one
 * block remains in the next, and a worker may be killed at any time.
 *
 * Returns GB_OK after quit, at the end of `in`, and when nobody reads `out` any more (SIGPIPE is ignored
 * from then on, and while an answer is written); GB_ERROR_ARGUMENT, writing nothing, when the list has no
 * such series or the series is not as above; GB_ERROR_INTERNAL when an answer could not be written. Writes
 * nothing anywhere else. */
int gb_series_worker(const gb_series *list, size_t count, const char *name, FILE *in, FILE *out);

/* A whole program: "--worker NAME" serves standard input and output (what the block itself prints goes to
 * standard error), everything else is for Google Benchmark. Returns the status to exit with: 0, or 2 after
 * an error in one line. */
int gb_series_main(int argc, char **argv, const gb_series *list, size_t count);

/* ---- in line ---------------------------------------------------------------------------------- */

/* For gb_next_sample: a sample begins or ends. */
bool gb_next_sample_boundary(gb_block *block);

static inline bool gb_next_sample(gb_block *block)
{
    if (block->operations_left <= 1)
        return gb_next_sample_boundary(block);
    block->operations_left--;
    return true;
}

#ifdef __cplusplus
}
#endif

#endif
