"""No row of the library's behaviour table is forgotten: rows_test.py MAPWISE-CHECK LIBRARY-ROWS.TSV

Every row has a case of the library suite, whose id is the row's or the row's and a suffix (CRE-01,
CRE-01.path), or a reason why there can't be one here, and not both; every such case has a row."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

import tables

TABLE = Path(sys.argv.pop(2))
CHECK = sys.argv.pop(1)

HEADER = ["row", "behaviour", "can't be here", "reason"]
REASONS = ["windows", "apple", "bsd", "compile time", "another language"]
# The last row of each family: none can be taken out at the end unnoticed.
LAST = {"CRE": 40, "LEN": 16, "GRO": 14, "ACC": 11, "SHM": 26, "ARR": 26, "BIT": 17, "STR": 27, "FND": 17, "IDX": 21,
        "RSZ": 27, "SYN": 19, "ADV": 14, "RES": 11, "LIF": 18, "FLT": 10, "CON": 16, "RNG": 6, "DF": 16}


class Row:
    def __init__(self, name, behaviour, excuse="", reason=""):
        self.name, self.behaviour, self.excuse, self.reason = name, behaviour, excuse, reason


def read_table(text):
    return [Row(*fields) for fields in tables.rows(text, HEADER)]


def read_list(text):
    """The id of each case and the row that it names as its clause."""
    return re.findall(r"^library +(\S+) .* \[mapwise (\S+), shall\]$", text, re.M)


def expected_names():
    for family, last in LAST.items():
        for number in range(1, last + 1):
            yield f"{family}-{number:0{1 if family == 'DF' else 2}}"


def wrong_in_table(rows):
    names = [row.name for row in rows]
    for name in expected_names():
        if names.count(name) != 1:
            yield f"{name} stands {names.count(name)} times in the table"
    for name in sorted(set(names) - set(expected_names())):
        yield f"{name} is no row that is known; if it is new, say so in LAST"
    for row in rows:
        if not row.behaviour.strip():
            yield f"{row.name} says nothing"
        if row.excuse and row.excuse not in REASONS:
            yield f"{row.name}: '{row.excuse}' is none of {REASONS}"
        if bool(row.excuse.strip()) != bool(row.reason.strip()):
            yield f"{row.name}: a reason and its kind belong together"
        if row.excuse and row.name.startswith("DF-"):
            yield f"{row.name}: a defect that others have needs a case that shows its absence"


def wrong_in_cases(rows, cases):
    names = {row.name for row in rows}
    covered = {case.partition(".")[0] for case, _ in cases}
    for row in rows:
        if row.excuse and row.name in covered:
            yield f"{row.name} has a case and a reason to have none"
        if not row.excuse and row.name not in covered:
            yield f"{row.name} has neither a case nor a reason: {row.behaviour}"
    for case, clause in cases:
        if case.partition(".")[0] not in names:
            yield f"case {case} is of no row"
        if clause != case.partition(".")[0]:
            yield f"case {case} names {clause} as its row"


def summary(rows, cases):
    """What can't be here, by kind of reason, and how many rows are covered."""
    covered = {case.partition(".")[0] for case, _ in cases}
    for kind in REASONS:
        excused = [row for row in rows if row.excuse == kind]
        if excused:
            yield f"can't be here: {kind} ({len(excused)})"
        for row in excused:
            yield f"  {row.name:8}{row.behaviour}: {row.reason}"
    counts = [len(rows), sum(row.name in covered for row in rows), len(cases), sum(bool(row.excuse) for row in rows)]
    yield "{} rows, {} covered by {} cases, {} not applicable".format(*counts)


ROWS = read_table(TABLE.read_text())
LISTED = subprocess.run([CHECK, "--suite", "library", "--list"], capture_output=True, text=True, check=True,
                        timeout=60).stdout
CASES = read_list(LISTED)


class Coverage(unittest.TestCase):
    def none(self, complaints):
        text = "\n".join(complaints)
        if text:
            self.fail("\n" + text)

    def test_the_list_is_understood(self):
        self.assertEqual(len(CASES), LISTED.count("\n"))
        self.assertEqual(len(CASES), len(set(CASES)))

    def test_the_table_is_whole(self):
        self.none(wrong_in_table(ROWS))

    def test_every_row_has_a_case_or_a_reason(self):
        self.none(wrong_in_cases(ROWS, CASES))


class Itself(unittest.TestCase):
    """What would have to be noticed is noticed."""

    def table(self, changed="ACC-01", **change):
        rows = [Row(name, "holds") for name in expected_names()]
        for row in rows:
            if row.name == changed:
                vars(row).update(change)
        return rows

    def cases(self, without=None, more=()):
        return [(name, name) for name in expected_names() if name != without] + list(more)

    def found(self, complaints, *words):
        complaints = list(complaints)
        self.assertEqual(len(complaints), 1, complaints)
        for word in words:
            self.assertIn(word, complaints[0])

    def test_nothing_wrong(self):
        self.assertEqual(list(wrong_in_table(self.table())), [])
        self.assertEqual(list(wrong_in_cases(self.table(), self.cases())), [])
        self.assertEqual(list(wrong_in_cases(self.table(), self.cases("ACC-01", [("ACC-01.x", "ACC-01")]))), [])
        self.assertEqual(list(wrong_in_cases(self.table(excuse="windows", reason="so"), self.cases("ACC-01"))), [])

    def test_a_row_that_is_missing_or_stands_twice(self):
        self.found(wrong_in_table(self.table()[:-1]), "DF-16 stands 0 times")
        self.found(wrong_in_table(self.table() + [Row("CRE-40", "again")]), "CRE-40 stands 2 times")

    def test_a_row_that_nobody_knows(self):
        self.found(wrong_in_table(self.table() + [Row("CRE-41", "new")]), "CRE-41 is no row")

    def test_a_row_that_is_not_filled_in(self):
        self.found(wrong_in_table(self.table(behaviour=" ")), "ACC-01 says nothing")
        self.found(wrong_in_table(self.table(excuse="windows")), "belong together")
        self.found(wrong_in_table(self.table(reason="so")), "belong together")
        self.found(wrong_in_table(self.table(excuse="never", reason="so")), "'never'")
        self.found(wrong_in_table(self.table("DF-9", excuse="windows", reason="so")), "DF-9", "needs a case")

    def test_a_row_without_a_case(self):
        self.found(wrong_in_cases(self.table(), self.cases("ACC-01")), "ACC-01 has neither")

    def test_a_row_with_a_case_and_a_reason(self):
        self.found(wrong_in_cases(self.table(excuse="windows", reason="so"), self.cases()), "ACC-01 has a case and")

    def test_a_case_without_a_row(self):
        self.found(wrong_in_cases(self.table(), self.cases(more=[("ACC-99", "ACC-99")])), "ACC-99 is of no row")
        self.found(wrong_in_cases(self.table(), self.cases(more=[("ACC-01.x", "ACC-02")])), "names ACC-02")

    def test_another_header(self):
        with self.assertRaises(ValueError):
            read_table("row\tbehaviour\n")


if __name__ == "__main__":
    print("\n".join(summary(ROWS, CASES)), flush=True)
    unittest.main()
