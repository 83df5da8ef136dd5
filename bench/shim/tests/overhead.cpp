// What the way through C costs: the same loops in C by the shim and in C++ on benchmark::State, block by
// block in turn (A B B A) within this process. Prints the figures with their spread; ends with 1 beyond the
// limits.
#include "overhead.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <vector>

namespace
{

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

constexpr double block_seconds = 1.5e-3;
constexpr int rounds = 200, more_rounds = 1000;
constexpr double work_ratio_limit = 1.02, empty_difference_limit = 1.5e-9;

void work_loop(benchmark::State &state)
{
    for (auto iteration : state) {
        (void)iteration;
        const uint64_t hash = overhead_work(overhead_words, OVERHEAD_WORDS);
        gb_do_not_optimize(&hash);
    }
}

void empty_loop(benchmark::State &state)
{
    for (auto iteration : state) {
        (void)iteration;
        gb_clobber_memory();
    }
}

struct pair {
    const char *name;
    gb_function by_c;
    void (*by_cpp)(benchmark::State &);
};

// Seconds an iteration of each block, in the order in which they ran.
class collector : public benchmark::BenchmarkReporter
{
  public:
    bool ReportContext(const Context &) override
    {
        return true;
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const auto &run : runs)
            seconds.push_back(run.real_accumulated_time / static_cast<double>(run.iterations));
    }

    std::vector<double> seconds;
};

void add_block(const pair &pair, bool c, int64_t iterations)
{
    if (c)
        gb_iterations(gb_register(pair.name, pair.by_c, nullptr), iterations);
    else
        benchmark::RegisterBenchmark(pair.name, pair.by_cpp)->Iterations(iterations);
}

std::vector<double> run_blocks()
{
    collector reporter;

    benchmark::RunSpecifiedBenchmarks(&reporter, ".");
    gb_clear_registered();
    return reporter.seconds;
}

// So many that even the faster loop takes the time of a block: the fastest of some tries tells.
int64_t iterations_of_block(const pair &pair)
{
    constexpr int64_t tried = 100000;

    for (int i = 0; i < 10; i++)
        for (const bool c : {true, false})
            add_block(pair, c, tried);
    const auto seconds = run_blocks();
    return static_cast<int64_t>(block_seconds / *std::min_element(seconds.begin(), seconds.end()));
}

struct taken {
    std::vector<double> c, cpp;
};

taken take(const pair &pair, int count)
{
    const int64_t iterations = iterations_of_block(pair);
    taken result;

    for (int i = 0; i < count; i++) {
        add_block(pair, i % 2 == 0, iterations);
        add_block(pair, i % 2 != 0, iterations);
    }
    const auto seconds = run_blocks();
    for (size_t i = 0; i + 1 < seconds.size(); i += 2) {
        const bool c_first = i % 4 == 0;
        result.c.push_back(seconds[c_first ? i : i + 1]);
        result.cpp.push_back(seconds[c_first ? i + 1 : i]);
    }
    return result;
}

double quantile(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

void print(const char *what, const std::vector<double> &values, double scale)
{
    std::printf("%s: median %.3f, quartiles %.3f to %.3f, of %zu pairs\n", what,
                scale * quantile(values, 0.5), scale * quantile(values, 0.25), scale * quantile(values, 0.75),
                values.size());
}

bool work_keeps_limit(int count)
{
    const taken times = take({"work", overhead_batch_loop, work_loop}, count);
    std::vector<double> ratios;

    for (size_t i = 0; i < times.c.size(); i++)
        ratios.push_back(times.c[i] / times.cpp[i]);
    std::printf("an iteration of the work: C %.2f ns, C++ %.2f ns\n", 1e9 * quantile(times.c, 0.5),
                1e9 * quantile(times.cpp, 0.5));
    print("gb_keep_running_batch, C / C++", ratios, 1);
    return quantile(ratios, 0.5) <= work_ratio_limit;
}

// A ratio stays what it is when the processor is slowed down, a difference does not: a neighbour on the same
// core doubles it. Hence the lower quartile, which needs only some blocks left in peace.
bool empty_keeps_limit(int count)
{
    const taken times = take({"empty", overhead_empty_loop, empty_loop}, count);
    std::vector<double> differences;

    for (size_t i = 0; i < times.c.size(); i++)
        differences.push_back(times.c[i] - times.cpp[i]);
    std::printf("an iteration of nothing: C %.2f ns, C++ %.2f ns\n", 1e9 * quantile(times.c, 0.5),
                1e9 * quantile(times.cpp, 0.5));
    print("gb_keep_running, C - C++ in ns", differences, 1e9);
    return quantile(differences, 0.25) <= empty_difference_limit;
}

// Once more, and longer, before it is said that a limit is not kept.
bool holds(bool (*keeps_limit)(int count))
{
    return keeps_limit(rounds) || sanitized || keeps_limit(more_rounds);
}

} // namespace

int main()
{
    const bool work = holds(work_keeps_limit), empty = holds(empty_keeps_limit);

    gb_shutdown();
    if (sanitized)
        std::puts("with a sanitizer no limit holds");
    if (!work)
        std::printf("the median of the ratio is beyond %.2f\n", work_ratio_limit);
    if (!empty)
        std::printf("the lower quartile of the difference is beyond %.1f ns\n", 1e9 * empty_difference_limit);
    return work && empty ? 0 : 1;
}
