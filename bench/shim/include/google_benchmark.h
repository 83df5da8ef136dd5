/* Google Benchmark for C programs.
 *
 * A thin, complete border: opaque handles, plain values, no C++ exception ever crosses it. It builds
 * against Google Benchmark 1.7.1 and newer, and what differs between the versions is settled behind it.
 *
 *     static void body(gb_state *state, void *user)
 *     {
 *         while (gb_keep_running(state))
 *             gb_do_not_optimize(work(user));
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         if (gb_initialize(&argc, argv) || gb_report_unrecognized(argc, argv))
 *             return 2;
 *         gb_register("work", body, &input);
 *         return gb_run_all(NULL, NULL, NULL) ? 2 : 0;
 *     }
 *
 * Conventions
 *   - Calls that return int return GB_OK (0) or a negative GB_ERROR_*; out-parameters come first and may
 *     be NULL. Wrong arguments are refused here, because the library would abort the program over them.
 *   - Strings and arrays that are passed in are copied. Strings that a callback receives are valid until
 *     it returns.
 *   - Registration, running and listing belong to one thread. A gb_state belongs to the thread whose body
 *     received it, until the body returns.
 */
#ifndef GOOGLE_BENCHMARK_H
#define GOOGLE_BENCHMARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    GB_OK = 0,
    GB_ERROR_ARGUMENT = -1, /* an argument that the library would abort over, or a NULL handle */
    GB_ERROR_MEMORY = -2,   /* out of memory */
    GB_ERROR_INTERNAL = -3, /* any other exception of the library */
    GB_ERROR_FULL = -4,     /* no more statistics functions (GB_STATISTICS_MAX different ones) */
};

typedef struct gb_benchmark gb_benchmark; /* a registered benchmark; lives until gb_clear_registered */
typedef struct gb_state gb_state;         /* one call of a body on one thread */

typedef void (*gb_function)(gb_state *state, void *user);

typedef int gb_time_unit; /* an int, so that a wrong one can be refused */
enum { GB_NANOSECOND, GB_MICROSECOND, GB_MILLISECOND, GB_SECOND };

/* ---- life cycle ------------------------------------------------------------------------------- */

/* Takes the --benchmark_* options out of argv. The spellings `--benchmark_min_time=0.5s` and
 * `--benchmark_min_time=100x` work with every version; `100x` sets the iterations of each benchmark that
 * has none of its own. Like the library itself it prints and exits on --help and on values it can't
 * parse. May be called again: the options given then replace the earlier ones. */
int gb_initialize(int *argc, char **argv);

/* Prints what is left in argv besides the program's name; true if there was anything. */
bool gb_report_unrecognized(int argc, char **argv);

/* Runs every benchmark whose name matches the regular expression `filter` (NULL: --benchmark_filter, or
 * all), and stores how many matched. With `reporter` its callback receives the rows in place of the
 * library's display; --benchmark_out is written either way. */
typedef struct gb_reporter gb_reporter;
int gb_run_all(size_t *count, const char *filter, const gb_reporter *reporter);

/* Calls `each` with the name of every benchmark that matches `filter`, running none. */
int gb_list(size_t *count, const char *filter, void (*each)(void *user, const char *name), void *user);

/* Copies --benchmark_filter, cut off at `capacity` bytes; the answer is its whole length without the
 * final zero. Without that option the text is empty. */
size_t gb_filter(char *text, size_t capacity);

/* Forgets every benchmark; their handles are invalid afterwards. */
int gb_clear_registered(void);

/* Frees what the library keeps for the process. The last call. */
void gb_shutdown(void);

/* Adds a line to the context that the library's reporters print and store. */
int gb_add_context(const char *key, const char *value);

/* The unit of benchmarks that set none. */
int gb_set_default_unit(gb_time_unit unit);

/* ---- registration ----------------------------------------------------------------------------- */

/* Registers `function`, called as function(state, user). NULL when out of memory or on a NULL argument.
 * The library calls it several times for one reported row while it looks for an iteration count; with
 * gb_iterations exactly once a repetition. */
gb_benchmark *gb_register(const char *name, gb_function function, void *user);

/* Arguments: each of these adds what the body is called with. All sets of one benchmark have equally many
 * arguments, and as many names. Ranges begin above INT64_MIN. */
int gb_arg(gb_benchmark *benchmark, int64_t value);
int gb_args(gb_benchmark *benchmark, const int64_t *values, size_t count);
int gb_range(gb_benchmark *benchmark, int64_t first, int64_t last);
int gb_range_multiplier(gb_benchmark *benchmark, int multiplier);
int gb_dense_range(gb_benchmark *benchmark, int64_t first, int64_t last, int step);

/* Ranges for several arguments at once: every combination of first[i] … last[i]. */
int gb_ranges(gb_benchmark *benchmark, const int64_t *first, const int64_t *last, size_t count);

/* Every combination of one value from each list; lists[i] holds counts[i] values. */
int gb_args_product(gb_benchmark *benchmark, const int64_t *const *lists, const size_t *counts, size_t count);
int gb_arg_names(gb_benchmark *benchmark, const char *const *names, size_t count);

int gb_unit(gb_benchmark *benchmark, gb_time_unit unit);

/* Exactly `count` iterations, no search. Excludes gb_min_time. With manual time always set it: nothing
 * else bounds the search then. */
int gb_iterations(gb_benchmark *benchmark, int64_t count);

/* Seconds. The warm-up counts only where a minimum time is set too (all versions so far), and excludes
 * gb_iterations likewise. */
int gb_min_time(gb_benchmark *benchmark, double seconds);
int gb_min_warmup_time(gb_benchmark *benchmark, double seconds);

int gb_repetitions(gb_benchmark *benchmark, int count);
int gb_report_aggregates_only(gb_benchmark *benchmark, bool value);
int gb_display_aggregates_only(gb_benchmark *benchmark, bool value);

int gb_threads(gb_benchmark *benchmark, int count);
int gb_thread_range(gb_benchmark *benchmark, int first, int last);

/* Real and manual time exclude each other. */
int gb_use_real_time(gb_benchmark *benchmark);
int gb_use_manual_time(gb_benchmark *benchmark);
int gb_measure_process_cpu_time(gb_benchmark *benchmark);

typedef int gb_big_o;
enum {
    GB_O_NONE,
    GB_O_1,
    GB_O_N,
    GB_O_N_SQUARED,
    GB_O_N_CUBED,
    GB_O_LOG_N,
    GB_O_N_LOG_N,
    GB_O_AUTO,
};
int gb_complexity(gb_benchmark *benchmark, gb_big_o complexity);
int gb_complexity_function(gb_benchmark *benchmark, double (*function)(int64_t n));

/* A statistic over the repetitions, computed by `function`. At most GB_STATISTICS_MAX different functions
 * in one process. */
enum { GB_STATISTICS_MAX = 32 };
enum { GB_STATISTIC_TIME, GB_STATISTIC_PERCENTAGE };
typedef int gb_statistic_unit;
typedef double (*gb_statistic)(const double *values, size_t count);
int gb_statistics(gb_benchmark *benchmark, const char *name, gb_statistic function, gb_statistic_unit unit);

/* Called before and after each call of the body, on its first thread only, outside the timed loop. The
 * other threads wait for the set-up at the start of their loop. As often as the body: once a probe. */
int gb_setup(gb_benchmark *benchmark, gb_function function, void *user);
int gb_teardown(gb_benchmark *benchmark, gb_function function, void *user);

/* ---- inside a body ---------------------------------------------------------------------------- */

/* True as long as another iteration is due. About 1 ns a call. */
bool gb_keep_running(gb_state *state);

/* The same for `count` iterations at once, which the body does in a loop of its own:
 *     while (gb_keep_running_batch(state, gb_max_iterations(state)))
 *         for (int64_t i = 0; i < gb_max_iterations(state); i++) …
 * costs nothing an iteration. */
bool gb_keep_running_batch(gb_state *state, int64_t count);

int64_t gb_max_iterations(const gb_state *state); /* how many this call is asked for */
int64_t gb_iterations_done(const gb_state *state);
int64_t gb_range_at(const gb_state *state, size_t index); /* 0 for an argument that is not there */
int gb_thread_index(const gb_state *state);
int gb_thread_count(const gb_state *state);

void gb_pause_timing(gb_state *state);
void gb_resume_timing(gb_state *state);

/* Adds the seconds of this iteration; for benchmarks with manual time. */
void gb_set_iteration_time(gb_state *state, double seconds);

/* Ends the loop: the row is an error, or merely skipped. Versions without the second kind report it as an
 * error whose label begins with "skipped: ". */
int gb_skip_with_error(gb_state *state, const char *message);
int gb_skip_with_message(gb_state *state, const char *message);
bool gb_skipped(const gb_state *state);

int gb_set_label(gb_state *state, const char *label);
int gb_set_bytes_processed(gb_state *state, int64_t bytes); /* of all iterations */
int gb_set_items_processed(gb_state *state, int64_t items);
int gb_set_complexity_n(gb_state *state, int64_t n);

enum {
    GB_COUNTER_DEFAULT = 0,
    GB_COUNTER_RATE = 1 << 0,                /* divided by the time */
    GB_COUNTER_AVERAGE_THREADS = 1 << 1,     /* divided by the threads */
    GB_COUNTER_ITERATION_INVARIANT = 1 << 2, /* multiplied by the iterations */
    GB_COUNTER_AVERAGE_ITERATIONS = 1 << 3,  /* divided by the iterations */
    GB_COUNTER_INVERT = 1 << 4,              /* 1 / value, done last */
};

/* Sets a counter; `flags` are GB_COUNTER_* joined by |, `one_k` is 1000 or 1024 (how the display
 * abbreviates). A value that is not finite is refused: the library would write invalid JSON. */
int gb_counter(gb_state *state, const char *name, double value, unsigned flags, int one_k);

/* The compiler must compute what `pointer` points to, and assume that it may change. */
static inline void gb_do_not_optimize(const void *pointer)
{
    __asm__ volatile("" : : "r"(pointer) : "memory");
}

/* All pending writes to memory must be done here. */
static inline void gb_clobber_memory(void)
{
    __asm__ volatile("" : : : "memory");
}

/* ---- memory manager --------------------------------------------------------------------------- */

typedef struct gb_memory_result {
    int64_t allocations;
    int64_t max_bytes_used;
    int64_t total_allocated_bytes; /* GB_MEMORY_UNKNOWN, or the number */
    int64_t net_heap_growth;       /* likewise */
} gb_memory_result;

#define GB_MEMORY_UNKNOWN INT64_MIN

/* The library repeats every benchmark once more, for at most 16 iterations, between `start` and `stop`;
 * `stop` fills the result. start == NULL unregisters. */
int gb_register_memory_manager(void (*start)(void *user), void (*stop)(gb_memory_result *result, void *user),
                               void *user);

/* ---- reporter --------------------------------------------------------------------------------- */

typedef enum { GB_ROW_RUN, GB_ROW_AGGREGATE, GB_ROW_BIG_O, GB_ROW_RMS } gb_row_kind;
typedef enum { GB_NOT_SKIPPED, GB_SKIPPED_WITH_MESSAGE, GB_SKIPPED_WITH_ERROR } gb_skip_kind;

typedef struct gb_row_counter {
    const char *name;
    double value; /* as the flags say: already divided, multiplied, inverted */
} gb_row_counter;

/* One repetition, or one aggregate over the repetitions. */
typedef struct gb_row {
    gb_row_kind kind;
    const char *name;          /* with arguments and settings */
    const char *function_name; /* as registered */
    const char *aggregate_name;
    const char *label;
    gb_skip_kind skipped;
    const char *skip_message;
    int64_t iterations;
    int64_t threads;
    int64_t repetition; /* counted from 0; -1 for an aggregate */
    int64_t repetitions;
    bool percentage;     /* the two times are shares, not seconds */
    double real_seconds; /* an iteration; manual time where that is used */
    double cpu_seconds;
    /* When this repetition was run, which the library itself forgets. An aggregate has order -1. */
    int64_t order; /* number of this call among all calls of bodies since the program began */
    double began;  /* seconds of the monotonic clock */
    double ended;
    const gb_row_counter *counters;
    size_t counter_count;
} gb_row;

struct gb_reporter {
    void (*row)(void *user, const gb_row *row);
    void *user;
};

#ifdef __cplusplus
}
#endif

#endif
