// The branches of compatibility.hpp that the installed version of Google Benchmark does not take: stand-ins
// with the interface of the other versions.
#include "compatibility.hpp"

#include <cstdio>
#include <string>

namespace
{

int failures;

void check(bool condition, const char *what)
{
    if (!condition) {
        std::printf("not true: %s\n", what);
        failures++;
    }
}

struct old_state { // 1.7
    std::string label, error;
    void SetLabel(const std::string &text)
    {
        label = text;
    }
    void SkipWithError(const char *text)
    {
        error = text;
    }
    bool error_occurred() const
    {
        return !error.empty();
    }
};

struct new_state { // 1.8
    std::string message;
    void SkipWithMessage(const std::string &text)
    {
        message = text;
    }
    bool skipped() const
    {
        return !message.empty();
    }
};

struct old_run {
    bool error_occurred;
    std::string error_message, report_label;
};

enum new_skipped { not_skipped, with_message, with_error };

struct new_run {
    new_skipped skipped;
    std::string skip_message;
};

} // namespace

int main()
{
    using namespace compatibility;
    old_state before;
    new_state after;

    check(!skipped(before) && !skipped(after), "neither is skipped at first");
    skip_with_message(before, "why");
    skip_with_message(after, "why");
    check(skipped(before) && before.label == "skipped: why" && before.error == "why", "1.7 emulates a skip");
    check(skipped(after) && after.message == "why", "1.8 skips");

    check(skip_kind(old_run{false, "", ""}) == GB_NOT_SKIPPED, "1.7: fine");
    check(skip_kind(old_run{true, "why", "skipped: why"}) == GB_SKIPPED_WITH_MESSAGE, "1.7: emulated skip");
    check(skip_kind(old_run{true, "why", ""}) == GB_SKIPPED_WITH_ERROR, "1.7: error");
    check(skip_message(old_run{true, "why", ""}) == "why", "1.7: message");

    check(skip_kind(new_run{not_skipped, ""}) == GB_NOT_SKIPPED, "1.8: fine");
    check(skip_kind(new_run{with_message, "why"}) == GB_SKIPPED_WITH_MESSAGE, "1.8: skip");
    check(skip_kind(new_run{with_error, "why"}) == GB_SKIPPED_WITH_ERROR, "1.8: error");
    check(skip_message(new_run{with_error, "why"}) == "why", "1.8: message");
    return failures ? 1 : 0;
}
