#include "google_benchmark.h"

#include "compatibility.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using compatibility::benchmark_type;

namespace
{

struct callback {
    gb_function function = nullptr;
    void *user = nullptr;

    void operator()(gb_state *state) const
    {
        if (function)
            function(state, user);
    }
};

} // namespace

struct gb_benchmark {
    benchmark_type *handle = nullptr;
    callback body, setup, teardown;
    size_t argument_count = 0; // of each argument set, or of the names; 0: neither so far
    bool iterations_set = false;
    bool min_time_set = false;
    bool warmup_set = false;
    bool real_time = false;
    bool manual_time = false;
};

struct gb_state {
    benchmark::State &state;
    size_t argument_count;
};

namespace
{

// Everything the shim itself remembers.
struct shim {
    std::vector<std::unique_ptr<gb_benchmark>> registered;
    int64_t default_iterations = 0; // --benchmark_min_time=Nx, where the library can't do it itself
    bool timestamps = false;        // a C reporter is listening
    std::atomic<int64_t> calls{0};
};

shim &self()
{
    static shim instance;
    return instance;
}

// Runs `action`, turning what it throws into a code.
template <class Action> int guarded(Action &&action) noexcept
{
    try {
        action();
        return GB_OK;
    } catch (const std::bad_alloc &) {
        return GB_ERROR_MEMORY;
    } catch (const std::invalid_argument &) {
        return GB_ERROR_ARGUMENT;
    } catch (...) {
        return GB_ERROR_INTERNAL;
    }
}

// The same for a setting of a benchmark; `valid` is what the library would otherwise abort over.
template <class Action> int setting(gb_benchmark *benchmark, bool valid, Action &&action) noexcept
{
    if (!benchmark || !valid)
        return GB_ERROR_ARGUMENT;
    return guarded([&] { action(*benchmark->handle); });
}

// The same for what sets `count` arguments or their names: all of a benchmark must be equally many.
template <class Action>
int arguments(gb_benchmark *benchmark, size_t count, bool valid, Action &&action) noexcept
{
    const bool fits =
        benchmark && count > 0 && (benchmark->argument_count == 0 || benchmark->argument_count == count);
    const int result = setting(benchmark, valid && fits, std::forward<Action>(action));

    if (result == GB_OK)
        benchmark->argument_count = count;
    return result;
}

// The library negates the ends of a range.
bool valid_range(int64_t first, int64_t last)
{
    return first <= last && first > std::numeric_limits<int64_t>::min();
}

// And for what a body sets.
template <class Action> int in_body(gb_state *state, bool valid, Action &&action) noexcept
{
    if (!state || !valid)
        return GB_ERROR_ARGUMENT;
    return guarded([&] { action(state->state); });
}

bool valid_unit(gb_time_unit unit)
{
    return unit >= GB_NANOSECOND && unit <= GB_SECOND;
}

benchmark::TimeUnit to_unit(gb_time_unit unit)
{
    constexpr std::array<benchmark::TimeUnit, 4> units{benchmark::kNanosecond, benchmark::kMicrosecond,
                                                       benchmark::kMillisecond, benchmark::kSecond};
    return units.at(static_cast<size_t>(unit));
}

double monotonic_seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Counters that carry order and time of a call through the library to our reporter, which takes them out
// of the row again. Only the first thread sets them, so the sum over threads is the value itself.
constexpr const char *order_counter = "google_benchmark_c.order";
constexpr const char *began_counter = "google_benchmark_c.began";
constexpr const char *ended_counter = "google_benchmark_c.ended";

void call_body(const gb_benchmark &registered, benchmark::State &state)
{
    gb_state ours{state, registered.argument_count};

    if (state.thread_index() != 0) {
        registered.body(&ours);
        return;
    }
    const int64_t order = self().calls++;
    registered.setup(&ours);
    const double began = monotonic_seconds();
    registered.body(&ours);
    const double ended = monotonic_seconds();
    registered.teardown(&ours);
    if (self().timestamps) {
        state.counters[order_counter] = benchmark::Counter(static_cast<double>(order));
        state.counters[began_counter] = benchmark::Counter(began);
        state.counters[ended_counter] = benchmark::Counter(ended);
    }
}

} // namespace

// ---- life cycle ------------------------------------------------------------------------------------

namespace
{

// The number of --benchmark_min_time=NUMBER followed by `unit`; empty if it is something else.
std::string min_time_in(const std::string &argument, char unit)
{
    static const std::string option = "--benchmark_min_time=";

    if (argument.size() < option.size() + 2 || argument.compare(0, option.size(), option) != 0 ||
        argument.back() != unit)
        return {};
    const std::string number = argument.substr(option.size(), argument.size() - option.size() - 1);
    return number.find_first_not_of("0123456789.eE+-") == std::string::npos ? number : std::string();
}

// Rewrites --benchmark_min_time=0.5s and =100x for a library that knows only plain seconds.
void translate_min_time(std::vector<std::string> &arguments)
{
    for (auto argument = arguments.begin(); argument != arguments.end();) {
        const std::string seconds = min_time_in(*argument, 's'), times = min_time_in(*argument, 'x');
        if (!times.empty()) {
            self().default_iterations = std::stoll(times);
            argument = arguments.erase(argument);
            continue;
        }
        if (!seconds.empty())
            *argument = "--benchmark_min_time=" + seconds;
        ++argument;
    }
}

// Lets the library parse `arguments`; afterwards they are what it did not take.
void parse_options(std::vector<std::string> &arguments)
{
    std::vector<char *> pointers;

    pointers.reserve(arguments.size() + 1);
    for (auto &argument : arguments)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    int count = static_cast<int>(arguments.size());
    benchmark::Initialize(&count, pointers.data());

    std::vector<std::string> left(pointers.begin(), pointers.begin() + count);
    arguments.swap(left);
}

void drop_taken(int *argc, char **argv, const std::vector<std::string> &left)
{
    int kept = 0;

    for (int i = 0; i < *argc && static_cast<size_t>(kept) < left.size(); i++)
        if (left[static_cast<size_t>(kept)] == argv[i])
            argv[kept++] = argv[i];
    *argc = kept;
    argv[kept] = nullptr;
}

} // namespace

int gb_initialize(int *argc, char **argv)
{
    if (!argc || !argv || *argc < 1)
        return GB_ERROR_ARGUMENT;
    return guarded([&] {
        // The library keeps a pointer to the program's name.
        static std::string program;
        std::vector<std::string> arguments(argv, argv + *argc);
        program = arguments[0];
        self().default_iterations = 0;
        if (!compatibility::min_time_takes_suffix)
            translate_min_time(arguments);
        parse_options(arguments);
        drop_taken(argc, argv, arguments);
        benchmark::BenchmarkReporter::Context::executable_name = program.c_str();
    });
}

bool gb_report_unrecognized(int argc, char **argv)
{
    return argv && benchmark::ReportUnrecognizedArguments(argc, argv);
}

size_t gb_filter(char *text, size_t capacity)
{
    size_t length = 0;

    guarded([&] {
        const std::string filter = benchmark::GetBenchmarkFilter();
        length = filter.size();
        if (text && capacity > 0) {
            const size_t copied = std::min(length, capacity - 1);
            std::memcpy(text, filter.data(), copied);
            text[copied] = '\0';
        }
    });
    return length;
}

int gb_clear_registered(void)
{
    return guarded([] {
        benchmark::ClearRegisteredBenchmarks();
        self().registered.clear();
    });
}

void gb_shutdown(void)
{
    guarded([] { benchmark::Shutdown(); });
}

int gb_add_context(const char *key, const char *value)
{
    if (!key || !value)
        return GB_ERROR_ARGUMENT;
    return guarded([&] { benchmark::AddCustomContext(key, value); });
}

int gb_set_default_unit(gb_time_unit unit)
{
    if (!valid_unit(unit))
        return GB_ERROR_ARGUMENT;
    return guarded([&] { benchmark::SetDefaultTimeUnit(to_unit(unit)); });
}

// ---- registration ----------------------------------------------------------------------------------

gb_benchmark *gb_register(const char *name, gb_function function, void *user)
{
    gb_benchmark *result = nullptr;

    if (!name || !function)
        return nullptr;
    guarded([&] {
        auto registered = std::make_unique<gb_benchmark>();
        gb_benchmark *const one = registered.get();
        one->body = {function, user};
        self().registered.reserve(self().registered.size() + 1);
        one->handle =
            benchmark::RegisterBenchmark(name, [one](benchmark::State &state) { call_body(*one, state); });
        self().registered.push_back(std::move(registered));
        result = one;
    });
    return result;
}

int gb_arg(gb_benchmark *benchmark, int64_t value)
{
    return arguments(benchmark, 1, true, [&](benchmark_type &b) { b.Arg(value); });
}

int gb_args(gb_benchmark *benchmark, const int64_t *values, size_t count)
{
    return arguments(benchmark, count, values,
                     [&](benchmark_type &b) { b.Args(std::vector<int64_t>(values, values + count)); });
}

int gb_range(gb_benchmark *benchmark, int64_t first, int64_t last)
{
    return arguments(benchmark, 1, valid_range(first, last),
                     [&](benchmark_type &b) { b.Range(first, last); });
}

int gb_range_multiplier(gb_benchmark *benchmark, int multiplier)
{
    return setting(benchmark, multiplier > 1, [&](benchmark_type &b) { b.RangeMultiplier(multiplier); });
}

int gb_dense_range(gb_benchmark *benchmark, int64_t first, int64_t last, int step)
{
    return arguments(benchmark, 1, first <= last && step > 0,
                     [&](benchmark_type &b) { b.DenseRange(first, last, step); });
}

int gb_ranges(gb_benchmark *benchmark, const int64_t *first, const int64_t *last, size_t count)
{
    bool valid = first && last;

    for (size_t i = 0; valid && i < count; i++)
        valid = valid_range(first[i], last[i]);
    return arguments(benchmark, count, valid, [&](benchmark_type &b) {
        std::vector<std::pair<int64_t, int64_t>> ranges;
        for (size_t i = 0; i < count; i++)
            ranges.emplace_back(first[i], last[i]);
        b.Ranges(ranges);
    });
}

int gb_args_product(gb_benchmark *benchmark, const int64_t *const *lists, const size_t *counts, size_t count)
{
    bool valid = lists && counts;

    for (size_t i = 0; valid && i < count; i++)
        valid = lists[i] && counts[i] > 0;
    return arguments(benchmark, count, valid, [&](benchmark_type &b) {
        std::vector<std::vector<int64_t>> product;
        for (size_t i = 0; i < count; i++)
            product.emplace_back(lists[i], lists[i] + counts[i]);
        b.ArgsProduct(product);
    });
}

int gb_arg_names(gb_benchmark *benchmark, const char *const *names, size_t count)
{
    bool valid = names;

    for (size_t i = 0; valid && i < count; i++)
        valid = names[i];
    return arguments(benchmark, count, valid,
                     [&](benchmark_type &b) { b.ArgNames(std::vector<std::string>(names, names + count)); });
}

int gb_unit(gb_benchmark *benchmark, gb_time_unit unit)
{
    return setting(benchmark, valid_unit(unit), [&](benchmark_type &b) { b.Unit(to_unit(unit)); });
}

int gb_iterations(gb_benchmark *benchmark, int64_t count)
{
    const bool valid = benchmark && count > 0 && !benchmark->min_time_set && !benchmark->warmup_set;

    return setting(benchmark, valid, [&](benchmark_type &b) {
        b.Iterations(count);
        benchmark->iterations_set = true;
    });
}

int gb_min_time(gb_benchmark *benchmark, double seconds)
{
    const bool valid = benchmark && std::isfinite(seconds) && seconds > 0 && !benchmark->iterations_set;

    return setting(benchmark, valid, [&](benchmark_type &b) {
        b.MinTime(seconds);
        benchmark->min_time_set = true;
    });
}

int gb_min_warmup_time(gb_benchmark *benchmark, double seconds)
{
    const bool valid = benchmark && std::isfinite(seconds) && seconds >= 0 && !benchmark->iterations_set;

    return setting(benchmark, valid, [&](benchmark_type &b) {
        b.MinWarmUpTime(seconds);
        benchmark->warmup_set = seconds > 0;
    });
}

int gb_repetitions(gb_benchmark *benchmark, int count)
{
    return setting(benchmark, count > 0, [&](benchmark_type &b) { b.Repetitions(count); });
}

int gb_report_aggregates_only(gb_benchmark *benchmark, bool value)
{
    return setting(benchmark, true, [&](benchmark_type &b) { b.ReportAggregatesOnly(value); });
}

int gb_display_aggregates_only(gb_benchmark *benchmark, bool value)
{
    return setting(benchmark, true, [&](benchmark_type &b) { b.DisplayAggregatesOnly(value); });
}

int gb_threads(gb_benchmark *benchmark, int count)
{
    return setting(benchmark, count > 0, [&](benchmark_type &b) { b.Threads(count); });
}

int gb_thread_range(gb_benchmark *benchmark, int first, int last)
{
    return setting(benchmark, first > 0 && first <= last,
                   [&](benchmark_type &b) { b.ThreadRange(first, last); });
}

int gb_use_real_time(gb_benchmark *benchmark)
{
    return setting(benchmark, benchmark && !benchmark->manual_time, [&](benchmark_type &b) {
        b.UseRealTime();
        benchmark->real_time = true;
    });
}

int gb_use_manual_time(gb_benchmark *benchmark)
{
    return setting(benchmark, benchmark && !benchmark->real_time, [&](benchmark_type &b) {
        b.UseManualTime();
        benchmark->manual_time = true;
    });
}

int gb_measure_process_cpu_time(gb_benchmark *benchmark)
{
    return setting(benchmark, true, [&](benchmark_type &b) { b.MeasureProcessCPUTime(); });
}

int gb_complexity(gb_benchmark *benchmark, gb_big_o complexity)
{
    constexpr std::array<benchmark::BigO, 8> kinds{benchmark::oNone,     benchmark::o1,      benchmark::oN,
                                                   benchmark::oNSquared, benchmark::oNCubed, benchmark::oLogN,
                                                   benchmark::oNLogN,    benchmark::oAuto};

    return setting(benchmark, complexity >= GB_O_NONE && complexity <= GB_O_AUTO,
                   [&](benchmark_type &b) { b.Complexity(kinds.at(static_cast<size_t>(complexity))); });
}

int gb_complexity_function(gb_benchmark *benchmark, double (*function)(int64_t))
{
    return setting(benchmark, function, [&](benchmark_type &b) { b.Complexity(function); });
}

// The library takes a bare function of a vector, without user data: one trampoline for each C function.
namespace
{

std::array<gb_statistic, GB_STATISTICS_MAX> statistics{};

template <size_t index> double trampoline(const std::vector<double> &values)
{
    return statistics[index](values.data(), values.size());
}

template <size_t... index> auto make_trampolines(std::index_sequence<index...>)
{
    return std::array<benchmark::StatisticsFunc *, sizeof...(index)>{trampoline<index>...};
}

benchmark::StatisticsFunc *trampoline_of(gb_statistic function)
{
    static const auto trampolines = make_trampolines(std::make_index_sequence<GB_STATISTICS_MAX>());

    for (size_t i = 0; i < statistics.size(); i++) {
        if (!statistics[i])
            statistics[i] = function;
        if (statistics[i] == function)
            return trampolines[i];
    }
    return nullptr;
}

} // namespace

int gb_statistics(gb_benchmark *benchmark, const char *name, gb_statistic function, gb_statistic_unit unit)
{
    if (!benchmark || !name || !function)
        return GB_ERROR_ARGUMENT;
    benchmark::StatisticsFunc *const bridge = trampoline_of(function);
    if (!bridge)
        return GB_ERROR_FULL;
    return setting(benchmark, true, [&](benchmark_type &b) {
        b.ComputeStatistics(name, bridge,
                            unit == GB_STATISTIC_PERCENTAGE ? benchmark::kPercentage : benchmark::kTime);
    });
}

int gb_setup(gb_benchmark *benchmark, gb_function function, void *user)
{
    return setting(benchmark, function, [&](benchmark_type &) { benchmark->setup = {function, user}; });
}

int gb_teardown(gb_benchmark *benchmark, gb_function function, void *user)
{
    return setting(benchmark, function, [&](benchmark_type &) { benchmark->teardown = {function, user}; });
}

// ---- inside a body ---------------------------------------------------------------------------------

bool gb_keep_running(gb_state *state)
{
    return state->state.KeepRunning();
}

bool gb_keep_running_batch(gb_state *state, int64_t count)
{
    return state->state.KeepRunningBatch(count);
}

int64_t gb_max_iterations(const gb_state *state)
{
    return state->state.max_iterations;
}

int64_t gb_iterations_done(const gb_state *state)
{
    return state->state.iterations();
}

int64_t gb_range_at(const gb_state *state, size_t index)
{
    return index < state->argument_count ? state->state.range(index) : 0;
}

int gb_thread_index(const gb_state *state)
{
    return state->state.thread_index();
}

int gb_thread_count(const gb_state *state)
{
    return state->state.threads();
}

void gb_pause_timing(gb_state *state)
{
    state->state.PauseTiming();
}

void gb_resume_timing(gb_state *state)
{
    state->state.ResumeTiming();
}

void gb_set_iteration_time(gb_state *state, double seconds)
{
    state->state.SetIterationTime(seconds);
}

int gb_skip_with_error(gb_state *state, const char *message)
{
    return in_body(state, message, [&](benchmark::State &body) { body.SkipWithError(message); });
}

int gb_skip_with_message(gb_state *state, const char *message)
{
    return in_body(state, message,
                   [&](benchmark::State &body) { compatibility::skip_with_message(body, message); });
}

bool gb_skipped(const gb_state *state)
{
    return compatibility::skipped(state->state);
}

int gb_set_label(gb_state *state, const char *label)
{
    return in_body(state, label, [&](benchmark::State &body) { body.SetLabel(label); });
}

int gb_set_bytes_processed(gb_state *state, int64_t bytes)
{
    return in_body(state, true, [&](benchmark::State &body) { body.SetBytesProcessed(bytes); });
}

int gb_set_items_processed(gb_state *state, int64_t items)
{
    return in_body(state, true, [&](benchmark::State &body) { body.SetItemsProcessed(items); });
}

int gb_set_complexity_n(gb_state *state, int64_t n)
{
    return in_body(state, true, [&](benchmark::State &body) { body.SetComplexityN(n); });
}

namespace
{

benchmark::Counter::Flags to_flags(unsigned flags)
{
    constexpr std::pair<unsigned, benchmark::Counter::Flags> pairs[] = {
        {GB_COUNTER_RATE, benchmark::Counter::kIsRate},
        {GB_COUNTER_AVERAGE_THREADS, benchmark::Counter::kAvgThreads},
        {GB_COUNTER_ITERATION_INVARIANT, benchmark::Counter::kIsIterationInvariant},
        {GB_COUNTER_AVERAGE_ITERATIONS, benchmark::Counter::kAvgIterations},
        {GB_COUNTER_INVERT, benchmark::Counter::kInvert},
    };
    auto result = benchmark::Counter::kDefaults;

    for (const auto &pair : pairs)
        if (flags & pair.first)
            result = result | pair.second;
    return result;
}

} // namespace

int gb_counter(gb_state *state, const char *name, double value, unsigned flags, int one_k)
{
    constexpr unsigned all = 2 * GB_COUNTER_INVERT - 1;

    const bool valid = name && std::isfinite(value) && flags <= all && (one_k == 1000 || one_k == 1024);

    return in_body(state, valid, [&](benchmark::State &body) {
        const auto k = one_k == 1000 ? benchmark::Counter::kIs1000 : benchmark::Counter::kIs1024;
        body.counters[name] = benchmark::Counter(value, to_flags(flags), k);
    });
}

// ---- memory manager --------------------------------------------------------------------------------

namespace
{

class memory_manager : public benchmark::MemoryManager
{
  public:
    void (*start)(void *) = nullptr;
    void (*stop)(gb_memory_result *, void *) = nullptr;
    void *user = nullptr;

    void Start()
    {
        start(user);
    }

    // Older versions call the first, newer ones the second, so `override` would not compile everywhere.
    void Stop(Result *result)
    {
        gb_memory_result ours{0, 0, GB_MEMORY_UNKNOWN, GB_MEMORY_UNKNOWN};

        stop(&ours, user);
        result->num_allocs = ours.allocations;
        result->max_bytes_used = ours.max_bytes_used;
        if (ours.total_allocated_bytes != GB_MEMORY_UNKNOWN)
            result->total_allocated_bytes = ours.total_allocated_bytes;
        if (ours.net_heap_growth != GB_MEMORY_UNKNOWN)
            result->net_heap_growth = ours.net_heap_growth;
    }

    void Stop(Result &result)
    {
        Stop(&result);
    }
};

} // namespace

int gb_register_memory_manager(void (*start)(void *), void (*stop)(gb_memory_result *, void *), void *user)
{
    if (start && !stop)
        return GB_ERROR_ARGUMENT;
    return guarded([&] {
        static memory_manager manager;
        manager.start = start;
        manager.stop = stop;
        manager.user = user;
        // Some versions insist on no manager before another one is set.
        benchmark::RegisterMemoryManager(nullptr);
        if (start)
            benchmark::RegisterMemoryManager(&manager);
    });
}

// ---- reporter, running, listing --------------------------------------------------------------------

namespace
{

using run_type = benchmark::BenchmarkReporter::Run;

gb_row_kind kind_of(const run_type &run)
{
    if (run.report_big_o)
        return GB_ROW_BIG_O;
    if (run.report_rms)
        return GB_ROW_RMS;
    return run.run_type == run_type::RT_Aggregate ? GB_ROW_AGGREGATE : GB_ROW_RUN;
}

// Turns the library's rows into ours. Its own messages go to `quiet`: errors are the caller's to print.
class c_reporter : public benchmark::BenchmarkReporter
{
  public:
    explicit c_reporter(const gb_reporter *receiver) : receiver_(receiver)
    {
        SetOutputStream(&output);
        SetErrorStream(&quiet);
    }

    bool ReportContext(const Context &) override
    {
        return true;
    }

    void ReportRuns(const std::vector<run_type> &runs) override
    {
        for (const auto &run : runs)
            if (receiver_)
                report(run);
    }

    std::ostringstream output;
    std::ostringstream quiet;

  private:
    void report(const run_type &run)
    {
        const std::string name = run.benchmark_name();
        gb_row row{};

        row.kind = kind_of(run);
        row.name = name.c_str();
        row.function_name = run.run_name.function_name.c_str();
        row.aggregate_name = run.aggregate_name.c_str();
        row.label = run.report_label.c_str();
        row.skipped = compatibility::skip_kind(run);
        row.skip_message = compatibility::skip_message(run).c_str();
        row.iterations = run.iterations;
        row.threads = run.threads;
        row.repetition = row.kind == GB_ROW_RUN ? run.repetition_index : -1;
        row.repetitions = run.repetitions;
        set_times(run, row);
        row.order = -1;
        const std::vector<gb_row_counter> counters = take_counters(run, row);
        row.counters = counters.data();
        row.counter_count = counters.size();
        receiver_->row(receiver_->user, &row);
    }

    // Seconds, but for shares: a statistic in percent comes as it is, the fit's error scaled by the unit.
    static void set_times(const run_type &run, gb_row &row)
    {
        const bool statistic = row.kind == GB_ROW_AGGREGATE && run.aggregate_unit == benchmark::kPercentage;
        const bool error = row.kind == GB_ROW_RMS;
        const double unit = error ? 1.0 : benchmark::GetTimeUnitMultiplier(run.time_unit);

        row.percentage = statistic || error;
        row.real_seconds = statistic ? run.real_accumulated_time : run.GetAdjustedRealTime() / unit;
        row.cpu_seconds = statistic ? run.cpu_accumulated_time : run.GetAdjustedCPUTime() / unit;
    }

    static std::vector<gb_row_counter> take_counters(const run_type &run, gb_row &row)
    {
        std::vector<gb_row_counter> counters;

        for (const auto &entry : run.counters) {
            const bool repetition = row.kind == GB_ROW_RUN;
            if (entry.first == order_counter)
                row.order = repetition ? static_cast<int64_t>(entry.second.value) : -1;
            else if (entry.first == began_counter)
                row.began = repetition ? entry.second.value : 0;
            else if (entry.first == ended_counter)
                row.ended = repetition ? entry.second.value : 0;
            else
                counters.push_back({entry.first.c_str(), entry.second.value});
        }
        return counters;
    }

    const gb_reporter *receiver_;
};

size_t run_specified(benchmark::BenchmarkReporter *reporter, const char *filter)
{
    if (filter)
        return benchmark::RunSpecifiedBenchmarks(reporter, std::string(*filter ? filter : "."));
    return benchmark::RunSpecifiedBenchmarks(reporter);
}

void apply_default_iterations()
{
    for (auto &one : self().registered)
        if (self().default_iterations > 0 && !one->iterations_set && !one->min_time_set)
            one->handle->Iterations(self().default_iterations);
}

void set_list_option(const char *value)
{
    std::vector<std::string> arguments{benchmark::BenchmarkReporter::Context::executable_name
                                           ? benchmark::BenchmarkReporter::Context::executable_name
                                           : "",
                                       std::string("--benchmark_list_tests=") + value};
    static std::string program;

    program = arguments[0];
    parse_options(arguments);
    benchmark::BenchmarkReporter::Context::executable_name = program.c_str();
}

} // namespace

int gb_run_all(size_t *count, const char *filter, const gb_reporter *reporter)
{
    if (reporter && !reporter->row)
        return GB_ERROR_ARGUMENT;
    size_t matched = 0;
    const int result = guarded([&] {
        apply_default_iterations();
        self().timestamps = reporter != nullptr;
        if (reporter) {
            c_reporter bridge(reporter);
            matched = run_specified(&bridge, filter);
        } else {
            matched = run_specified(nullptr, filter);
        }
    });
    self().timestamps = false;
    if (count)
        *count = matched;
    return result;
}

int gb_list(size_t *count, const char *filter, void (*each)(void *, const char *), void *user)
{
    size_t matched = 0;
    const int result = guarded([&] {
        c_reporter silent(nullptr);
        set_list_option("true");
        const auto restore = [](void *) { guarded([] { set_list_option("false"); }); };
        const std::unique_ptr<void, decltype(restore)> listing(&silent, restore);
        run_specified(&silent, filter);
        std::istringstream lines(silent.output.str());
        for (std::string line; std::getline(lines, line); matched++)
            if (each)
                each(user, line.c_str());
    });
    if (count)
        *count = matched;
    return result;
}
