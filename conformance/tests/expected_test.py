"""What other systems are expected to do differently: expected_test.py MAPWISE-CHECK FOLDER

Every line of a file in FOLDER names a case that is there, once for each place, and has a class that the
strength of its clause allows: what a specification demands is no permitted choice."""

import re
import subprocess
import sys
import unittest
from collections import Counter
from pathlib import Path

FOLDER = Path(sys.argv.pop(2))
CHECK = sys.argv.pop(1)


def read_list(text):
    """The strength of the clause of each case."""
    return dict(re.findall(r"^\S+ +(\S+) .*, ([a-z]+)\]$", text, re.M))


def read_lines(text):
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def wrong_lines(name, lines, strengths):
    places = Counter((line[0], line[1]) for line in lines if len(line) == 7)
    for (case, where), times in places.items():
        if times > 1:
            yield f"{name}: {case} stands {times} times for {where}"
    for line in lines:
        if len(line) != 7 or not all(line):
            yield f"{name}: {line[0]} has not seven columns"
        elif line[0] not in strengths:
            yield f"{name}: there is no case {line[0]}"
        elif line[3] == "permitted" and strengths[line[0]] == "shall":
            yield f"{name}: {line[0]} is demanded, so a deviation is a bug or a quirk"


STRENGTHS = read_list(subprocess.run([CHECK, "--list"], capture_output=True, text=True, check=True, timeout=60).stdout)


class Files(unittest.TestCase):
    def test_every_line(self):
        complaints = [
            complaint
            for path in sorted(FOLDER.glob("*.tsv"))
            for complaint in wrong_lines(path.name, read_lines(path.read_text()), STRENGTHS)
        ]
        if complaints:
            self.fail("\n" + "\n".join(complaints))


class Itself(unittest.TestCase):
    """What would have to be noticed is noticed."""

    def found(self, lines, *words):
        complaints = list(wrong_lines("x.tsv", lines, {"a": "shall", "b": "may"}))
        self.assertEqual(len(complaints), 1, complaints)
        for word in words:
            self.assertIn(word, complaints[0])

    def line(self, case, kind="quirk", where="-"):
        return [case, where, "0", kind, "predicted", "so", "-"]

    def test_nothing_wrong(self):
        lines = [self.line("a"), self.line("a", where="page=4096"), self.line("b", "permitted")]
        self.assertEqual(list(wrong_lines("x.tsv", lines, {"a": "shall", "b": "may"})), [])

    def test_what_is_wrong(self):
        self.found([self.line("c")], "no case c")
        self.found([self.line("a"), self.line("a")], "a stands 2 times for -")
        self.found([self.line("a", "permitted")], "a is demanded")
        self.found([["a", "-"]], "seven columns")
        self.found([[*self.line("a")[:6], ""]], "seven columns")


if __name__ == "__main__":
    unittest.main()
