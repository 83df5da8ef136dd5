// What differs between the versions of Google Benchmark, found out by asking the types themselves: no
// version numbers, no preprocessor. 1.7.1 on one side, 1.8 and newer on the other.
#ifndef COMPATIBILITY_HPP
#define COMPATIBILITY_HPP

#include "google_benchmark.h"

#include <benchmark/benchmark.h>
#include <string>
#include <type_traits>
#include <utility>

namespace compatibility
{

// benchmark::internal::Benchmark up to 1.9.5, benchmark::Benchmark after it.
using benchmark_type = std::remove_pointer_t<decltype(benchmark::RegisterBenchmark(
    "", std::declval<void (*)(benchmark::State &)>()))>;

template <class T, class = void> struct can_skip_with_message : std::false_type {
};
template <class T>
struct can_skip_with_message<T, std::void_t<decltype(std::declval<T &>().SkipWithMessage(""))>>
    : std::true_type {
};

// 1.8: a skipped row need not be an error.
template <class State> void skip_with_message(State &state, const std::string &message)
{
    if constexpr (can_skip_with_message<State>::value) {
        state.SkipWithMessage(message);
    } else {
        state.SetLabel("skipped: " + message);
        state.SkipWithError(message.c_str());
    }
}

template <class State> bool skipped(const State &state)
{
    if constexpr (can_skip_with_message<State>::value)
        return state.skipped();
    else
        return state.error_occurred();
}

template <class T, class = void> struct has_error_message : std::false_type {
};
template <class T>
struct has_error_message<T, std::void_t<decltype(std::declval<T &>().error_message)>> : std::true_type {
};

// 1.8: Run::error_occurred and error_message became skipped and skip_message.
template <class Run> gb_skip_kind skip_kind(const Run &run)
{
    if constexpr (has_error_message<Run>::value) {
        if (!run.error_occurred)
            return GB_NOT_SKIPPED;
        return run.report_label.rfind("skipped: ", 0) == 0 ? GB_SKIPPED_WITH_MESSAGE : GB_SKIPPED_WITH_ERROR;
    } else {
        using kind = std::decay_t<decltype(run.skipped)>;
        if (run.skipped == kind{})
            return GB_NOT_SKIPPED;
        // The kinds are numbered: not skipped, with a message, with an error.
        return static_cast<int>(run.skipped) == 1 ? GB_SKIPPED_WITH_MESSAGE : GB_SKIPPED_WITH_ERROR;
    }
}

template <class Run> const std::string &skip_message(const Run &run)
{
    if constexpr (has_error_message<Run>::value)
        return run.error_message;
    else
        return run.skip_message;
}

template <class T, class = void> struct min_time_is_text : std::false_type {
};
template <class T>
struct min_time_is_text<T, std::void_t<decltype(std::declval<T &>().skip_message)>> : std::true_type {
};

// 1.8: --benchmark_min_time takes "0.5s" and "100x"; before it, a plain number of seconds. The same
// release renamed the field of Run, which can be asked for; an option can't.
constexpr bool min_time_takes_suffix = min_time_is_text<benchmark::BenchmarkReporter::Run>::value;

} // namespace compatibility

#endif
