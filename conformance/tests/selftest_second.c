/* A second suite, so that what tells of suites has two. */
#include "case.h"

SUITE("selftest-two", "a second suite");

CASE("pass.second", PRACTICE("self-test"), "a suite in which everything is fine is told as fine")
{
    EXPECT("7", number(7));
}

CASE("unsupported.second", PRACTICE("self-test"), "a case may be unsupported beside one that passes")
{
    unsupported("known to be");
}
