"""No assertion of the catalogue is forgotten: assertions_test.py MAPWISE-CHECK ASSERTIONS.TSV

Every assertion is a case of its name, or is shown by cases of other names, or needs what is not here to be
one; of these three exactly one."""

import subprocess
import sys
import unittest
from collections import Counter
from pathlib import Path

import tables

TABLE = Path(sys.argv.pop(2))
CHECK = sys.argv.pop(1)

HEADER = ["suite", "assertion", "needs", "shown by"]
# How many there are in each suite: none can be taken out unnoticed.
SIZES = {"flags": 40, "protection": 46, "offset": 20, "length": 15, "growth": 40, "anonymous": 25, "sharing": 29,
         "private": 18, "placement": 38, "remap": 34, "sync": 27, "advice": 50, "residency": 25, "lock": 23,
         "constants": 25, "huge": 16, "filetypes": 23, "limits": 10, "concurrency": 18, "filesystems": 22}


class Assertion:
    def __init__(self, suite, name, needs="", shown_by=""):
        self.suite, self.name, self.needs, self.shown_by = suite, name, needs.strip(), shown_by.split()


def read_table(text):
    return [Assertion(*fields) for fields in tables.rows(text, HEADER)]


def read_list(text):
    return {line.split()[1] for line in text.splitlines()}


def wrong_in_table(assertions):
    names = Counter(assertion.name for assertion in assertions)
    for name in sorted(name for name, times in names.items() if times > 1):
        yield f"{name} stands {names[name]} times in the table"
    sizes = Counter(assertion.suite for assertion in assertions)
    for suite in sorted(set(sizes) | set(SIZES)):
        if sizes[suite] != SIZES.get(suite, 0):
            yield f"suite {suite} has {sizes[suite]} assertions and not {SIZES.get(suite, 0)}"


def wrong_in_cases(assertions, cases):
    for assertion in assertions:
        for case in assertion.shown_by:
            if case not in cases:
                yield f"{assertion.name} is shown by {case}, which is no case"
        found = (assertion.name in cases) + bool(assertion.needs) + bool(assertion.shown_by)
        if found == 0:
            yield f"{assertion.name} ({assertion.suite}) is no case and needs nothing to be one"
        elif found > 1:
            yield f"{assertion.name} is a case, or is shown by cases, or needs something: one of these alone"


def summary(assertions, cases):
    for need, times in sorted(Counter(one.needs for one in assertions if one.needs).items()):
        yield f"  needs {need}: {times}"
    own = sum(one.name in cases for one in assertions)
    others = sum(bool(one.shown_by) for one in assertions)
    needing = sum(bool(one.needs) for one in assertions)
    yield (f"{len(assertions)} assertions: {own} cases, {others} shown by cases of other names, "
           f"{needing} that need what is not here, {len(assertions) - own - others - needing} missing")


ASSERTIONS = read_table(TABLE.read_text())
CASES = read_list(subprocess.run([CHECK, "--list"], capture_output=True, text=True, check=True, timeout=60).stdout)


class Catalogue(unittest.TestCase):
    def none(self, complaints):
        text = "\n".join(complaints)
        if text:
            self.fail("\n" + text)

    def test_the_table_is_whole(self):
        self.none(wrong_in_table(ASSERTIONS))

    def test_every_assertion_is_a_case_or_can_be_none(self):
        self.none(wrong_in_cases(ASSERTIONS, CASES))


class Itself(unittest.TestCase):
    """What would have to be noticed is noticed."""

    def found(self, complaints, *words):
        complaints = list(complaints)
        self.assertEqual(len(complaints), 1, complaints)
        for word in words:
            self.assertIn(word, complaints[0])

    def whole(self):
        return [Assertion(suite, f"{suite}.{number}") for suite, size in SIZES.items() for number in range(size)]

    def test_nothing_wrong(self):
        self.assertEqual(list(wrong_in_table(self.whole())), [])
        for one in [Assertion("flags", "a"), Assertion("flags", "b", "Windows"), Assertion("flags", "b", "", "a c")]:
            self.assertEqual(list(wrong_in_cases([one], {"a", "c"})), [])

    def test_one_that_is_missing_or_stands_twice(self):
        self.found(wrong_in_table(self.whole()[1:]), "flags has 39")
        twice = self.whole()
        twice[1].name = twice[0].name
        self.found(wrong_in_table(twice), "flags.0 stands 2 times")

    def test_one_without_a_case(self):
        self.found(wrong_in_cases([Assertion("flags", "b")], {"a"}), "b (flags) is no case")

    def test_one_with_a_case_and_a_need(self):
        self.found(wrong_in_cases([Assertion("flags", "a", "Windows")], {"a"}), "one of these alone")
        self.found(wrong_in_cases([Assertion("flags", "a", "", "c")], {"a", "c"}), "one of these alone")

    def test_one_that_is_shown_by_nothing(self):
        self.found(wrong_in_cases([Assertion("flags", "b", "", "c")], {"a"}), "c, which is no case")

    def test_counts(self):
        lines = list(summary([Assertion("flags", "a"), Assertion("flags", "b", "Windows"), Assertion("flags", "c")], {"a"}))
        self.assertEqual(lines, ["  needs Windows: 1", "3 assertions: 1 cases, 0 shown by cases of other names, "
                                 "1 that need what is not here, 1 missing"])

    def test_another_header(self):
        with self.assertRaises(ValueError):
            read_table("suite\tid\n")


if __name__ == "__main__":
    print("\n".join(summary(ASSERTIONS, CASES)), flush=True)
    unittest.main()
