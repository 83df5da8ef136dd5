"""Sentences of the specifications and cases, both ways: clauses_test.py MAPWISE-CHECK CLAUSES.TSV

Every case that a clause names is there. Every case stands at a clause of the page that it names itself; only
those of established practice may stand at none, and they are listed."""

import json
import re
import subprocess
import sys
import unittest
from fnmatch import fnmatchcase
from pathlib import Path

import tables

TABLE = Path(sys.argv.pop(2))
CHECK = sys.argv.pop(1)

HEADER = ["clause", "source", "section", "strength", "sentence", "cases", "reason"]
STRENGTHS = ["shall", "may", "unspecified", "documented"]
PREFIX = {"POSIX.1-2024": "posix.", "Linux": "linux."}


class Clause:
    def __init__(self, name, source, section, strength, sentence, cases="", reason=""):
        self.name, self.source, self.section, self.strength = name, source, section, strength
        self.sentence, self.globs, self.reason = sentence, cases.split(), reason

    def concerns(self, case):
        return any(fnmatchcase(case, glob) for glob in self.globs)


class Case:
    def __init__(self, suite, name, source, section):
        self.suite, self.name, self.source, self.section = suite, name, source, section

    def names(self, clause):
        """Its page is that of the clause; behind a comma it may say where: "proc(5), maps"."""
        return clause.source == self.source and f"{self.section},".startswith(f"{clause.section},")


def read_table(text):
    return [Clause(*fields) for fields in tables.rows(text, HEADER)]


def read_list(text):
    """The cases but those of the library, which has a table of its own."""
    pattern = r"^(\S+) +(\S+) .*\[(POSIX\.1-2024|Linux|established practice|mapwise) (.+), [a-z]+\]$"
    cases = [Case(*fields) for fields in re.findall(pattern, text, re.M)]
    if len(cases) != text.count("\n"):
        raise ValueError("the list of cases is not understood")
    return [case for case in cases if case.suite != "library"]


def wrong_in_table(clauses):
    names = [clause.name for clause in clauses]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name} stands {names.count(name)} times in the table"
    for clause in clauses:
        if not re.fullmatch(r"[a-z]+(\.\w+)+", clause.name):
            yield f"'{clause.name}' is no name of a clause: words joined by dots"
        if not clause.name.startswith(PREFIX.get(clause.source, "?")):
            yield f"{clause.name}: names of '{clause.source}' begin with {PREFIX.get(clause.source)}"
        if clause.strength not in STRENGTHS:
            yield f"{clause.name}: '{clause.strength}' is none of {STRENGTHS}"
        if not clause.sentence.strip() or not clause.section.strip():
            yield f"{clause.name} says nothing"
        if clause.globs and clause.reason:
            yield f"{clause.name} has cases and a reason to have none"


def wrong_in_cases(clauses, cases):
    for clause in clauses:
        for glob in clause.globs:
            if not any(fnmatchcase(case.name, glob) for case in cases):
                yield f"{clause.name}: there is no case '{glob}'"
    for case in cases:
        standing = [clause for clause in clauses if clause.concerns(case.name)]
        if case.source in PREFIX and not any(case.names(clause) for clause in standing):
            yield f"case {case.name} names {case.source} {case.section} and stands at no clause of it"


def clauseless(clauses, cases):
    """But for what the library promises, in whatever suite that is looked at."""
    return [case for case in cases if case.source != "mapwise" and
            not any(clause.concerns(case.name) for clause in clauses)]


def summary(clauses, cases):
    for source in PREFIX:
        of_source = [clause for clause in clauses if clause.source == source]
        with_cases = sum(bool(clause.globs) for clause in of_source)
        impossible = sum(bool(clause.reason) for clause in of_source)
        yield (f"{source}: {len(of_source)} clauses, {with_cases} with cases, {impossible} that can't be tested, "
               f"{len(of_source) - with_cases - impossible} without")
    alone = clauseless(clauses, cases)
    yield f"{len(cases)} cases, {len(alone)} without a clause:"
    for case in alone:
        yield f"  {case.name}: {case.source}, {case.section}"


def check(*options):
    return subprocess.run([CHECK, *options], capture_output=True, text=True, timeout=60)


CLAUSES = read_table(TABLE.read_text())
CASES = read_list(check("--list").stdout)


class Coverage(unittest.TestCase):
    def none(self, complaints):
        text = "\n".join(complaints)
        if text:
            self.fail("\n" + text)

    def test_the_table_is_sound(self):
        self.none(wrong_in_table(CLAUSES))

    def test_cases_and_clauses_agree(self):
        self.none(wrong_in_cases(CLAUSES, CASES))


class Command(unittest.TestCase):
    """mapwise check --coverage tells what the table says."""

    def test_as_a_record(self):
        record = json.loads(check("--coverage", "--format", "jsonl").stdout)
        self.assertEqual(record["schema"], "mapwise.coverage/1")
        self.assertEqual([clause["clause"] for clause in record["clauses"]], [clause.name for clause in CLAUSES])
        for told, clause in zip(record["clauses"], CLAUSES):
            self.assertEqual(told["sentence"], clause.sentence)
            self.assertEqual(told["reason"] or "", clause.reason)
            self.assertEqual(set(told["cases"]), {case.name for case in CASES if clause.concerns(case.name)})

    def test_as_text(self):
        text = check("--coverage").stdout
        totals = re.findall(r"^  all +(\d+) +(\d+) +\d+ % +(\d+) +(\d+)$", text, re.M)
        self.assertEqual([int(total[0]) for total in totals],
                         [sum(clause.source == source for clause in CLAUSES) for source in PREFIX])
        for every, tested, impossible, without in totals:
            self.assertEqual(int(every), int(tested) + int(impossible) + int(without))
        missing = re.findall(r"^      (\S+)", text, re.M)
        alone = {case.name for case in clauseless(CLAUSES, CASES)}
        self.assertEqual(set(missing), alone | {clause.name for clause in CLAUSES if not clause.globs})

    def test_of_selected_cases(self):
        missing = re.findall(r"^      (\S+)", check("--coverage", "--case", "mmap.len.zero").stdout, re.M)
        self.assertNotIn("mmap.len.zero", missing)
        self.assertNotIn("posix.mmap.len0", missing)
        self.assertIn("posix.munmap.errors.EINVAL.length", missing)

    def test_as_tap_it_is_refused(self):
        process = check("--coverage", "--format", "tap")
        self.assertEqual((process.returncode, process.stderr.count("\n")), (2, 1))


class Itself(unittest.TestCase):
    """What would have to be noticed is noticed."""

    def clause(self, **change):
        fields = {"name": "posix.mmap.x", "source": "POSIX.1-2024", "section": "mmap", "strength": "shall",
                  "sentence": "holds", "cases": "a.b"}
        return Clause(**{**fields, **change})

    def case(self, name="a.b", source="POSIX.1-2024", section="mmap"):
        return Case("suite", name, source, section)

    def found(self, complaints, *words):
        complaints = list(complaints)
        self.assertEqual(len(complaints), 1, complaints)
        for word in words:
            self.assertIn(word, complaints[0])

    def test_nothing_wrong(self):
        for clause in [self.clause(), self.clause(cases="a.*"), self.clause(cases="", reason="so"),
                       self.clause(name="linux.mmap.x", source="Linux", section="mmap(2)", strength="documented")]:
            self.assertEqual(list(wrong_in_table([clause])), [])
        self.assertEqual(list(wrong_in_cases([self.clause(cases="a.*")], [self.case()])), [])
        self.assertEqual(list(wrong_in_cases([self.clause()], [self.case(section="mmap, flags")])), [])
        self.assertEqual(list(wrong_in_cases([self.clause()], [self.case(), self.case("c", "established practice")])), [])

    def test_a_clause_that_is_not_sound(self):
        self.found(wrong_in_table([self.clause(), self.clause()]), "posix.mmap.x stands 2 times")
        self.found(wrong_in_table([self.clause(name="posix.mmap x")]), "no name")
        self.found(wrong_in_table([self.clause(name="linux.mmap.x")]), "begin with posix.")
        self.found(wrong_in_table([self.clause(strength="must")]), "'must'")
        self.found(wrong_in_table([self.clause(sentence=" ")]), "says nothing")
        self.found(wrong_in_table([self.clause(reason="so")]), "cases and a reason")

    def test_a_case_that_is_not_there(self):
        self.found(wrong_in_cases([self.clause(cases="a.b c.*")], [self.case()]), "no case 'c.*'")

    def test_a_case_that_stands_elsewhere(self):
        self.found(wrong_in_cases([self.clause(cases="a.*")], [self.case(), self.case("a.c", section="munmap")]),
                   "a.c", "no clause of it")

    def test_a_case_without_a_clause_is_listed(self):
        lines = list(summary([self.clause()], [self.case(), self.case("c", "established practice", "habit")]))
        self.assertEqual(lines[-2:], ["2 cases, 1 without a clause:", "  c: established practice, habit"])
        self.assertIn("POSIX.1-2024: 1 clauses, 1 with cases, 0 that can't be tested, 0 without", lines)

    def test_another_header(self):
        with self.assertRaises(ValueError):
            read_table("clause\tsource\n")

    def test_a_list_that_is_not_understood(self):
        with self.assertRaises(ValueError):
            read_list("suite case sentence\n")


if __name__ == "__main__":
    print("\n".join(summary(CLAUSES, CASES)), flush=True)
    unittest.main()
