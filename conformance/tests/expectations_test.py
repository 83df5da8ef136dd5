"""Expectations, rounds and seeds: expectations_test.py RUNNER-SELFTEST"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RUNNER = os.path.abspath(sys.argv.pop(1))
REASON = "a reason that somebody gave"


def line(case, observed, where="-", kind="quirk", status="predicted", reason=REASON, reference="u"):
    return "\t".join([case, where, observed, kind, status, reason, reference]) + "\n"


class Scratch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "here.tsv"

    def run_cases(self, *options):
        command = [RUNNER, "--no-results", *options]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, errors="replace", timeout=60)

    def records(self, *options):
        text = self.run_cases("--format", "jsonl", *options).stdout
        return [json.loads(record) for record in text.splitlines()]

    def results(self, *options):
        """The results of every case, and of a case that ran several times in their order."""
        answer = {}
        for record in self.records(*options):
            if record["schema"] == "mapwise.check/1":
                answer.setdefault(record["case"], []).append(record["result"])
        return answer


class Expected(Scratch):
    def test_a_file_comes_before_what_the_program_knows(self):
        self.file.write_text("# a comment\n\n" + line("xfail.expected", "nothing of it"))
        self.assertEqual(self.results("--case", "xfail.expected"), {"xfail.expected": ["XFAIL"]})
        self.assertEqual(
            self.results("--case", "xfail.expected", "--expect", self.file), {"xfail.expected": ["FAIL"]}
        )

    def test_every_condition_must_hold(self):
        machine = os.uname().machine
        bits = 64 if sys.maxsize > 2**32 else 32
        rows = {
            f"arch={machine}": "XFAIL",
            f"arch!={machine}": "FAIL",
            "kernel>=2.6 kernel<99": "XFAIL",
            "kernel<2.6": "FAIL",
            "kernel>=2.6 kernel<2.7": "FAIL",
            f"page={os.sysconf('SC_PAGESIZE')}": "XFAIL",
            "page=1": "FAIL",
            "path=libc": "XFAIL",
            "path=raw": "FAIL",
            "filesystem=tmpfs": "FAIL",
            "emulator=qemu": "XFAIL",
            "emulator=qem": "FAIL",
            f"privileged={'yes' if os.geteuid() == 0 else 'no'}": "XFAIL",
            "system=" + {"Darwin": "macos"}.get(os.uname().sysname, os.uname().sysname.lower()): "XFAIL",
        }
        for where, result in rows.items():
            self.file.write_text(line("fail.expected_elsewhere", "8", where))
            got = self.results("--case", "fail.expected_elsewhere", "--expect", self.file, "--emulator", "qemu 7.2")
            self.assertEqual(got, {"fail.expected_elsewhere": [result]}, where)

    def test_the_case_fails_with_what_these_rows_expect(self):
        record = self.records("--case", "fail.expected_elsewhere")[1]
        self.assertEqual([step["observed"] for step in record["steps"]], ["8"])

    def test_a_wrong_line_is_named(self):
        rows = {
            "xfail.expected\t-\t8\n": "seven columns",
            line("a", "b", where="weather=fine"): "weather=fine",
            line("a", "b", where="path>=raw"): "path>=raw",
            line("a", "b", kind="feature"): "feature",
            line("a", "b", status="guessed"): "guessed",
            line("a", "b", reason=""): "seven columns",
            line("a", "b") + "x\n": ":2: ",
        }
        for text, named in rows.items():
            self.file.write_text(text)
            process = self.run_cases("--case", "pass.*", "--expect", self.file)
            self.assertEqual(process.returncode, 2, text)
            self.assertIn(named, process.stderr)
            self.assertEqual(process.stderr.count("\n"), 1)

    def test_a_failure_names_the_expectation_that_does_not_fit(self):
        self.file.write_text(line("fail.expected_elsewhere", "7"))
        record = self.records("--case", "fail.expected_elsewhere", "--expect", self.file)[1]
        self.assertEqual(record["result"], "FAIL")
        self.assertTrue(record["reason"].endswith(f"; {self.file}:1 expects 7"), record["reason"])

    def test_a_line_about_no_case_is_told(self):
        self.file.write_text(line("xfail.expected", "8; 9") + line("no.such_case", "8"))
        process = self.run_cases("--case", "xfail.expected", "--expect", self.file)
        self.assertEqual(process.returncode, 0)
        self.assertIn(f"{self.file}:2: this program has no case 'no.such_case'", process.stderr)
        self.assertEqual(process.stderr.count("\n"), 1)

    def test_a_file_that_is_not_there_is_named(self):
        process = self.run_cases("--expect", self.folder / "none.tsv")
        self.assertEqual(process.returncode, 2)
        self.assertIn("none.tsv", process.stderr)


class Updated(Scratch):
    def update(self, *globs):
        options = [option for glob in globs for option in ("--case", glob)]
        told = self.run_cases("--expect", self.file, "--update-expectations", "--format", "human", *options).stdout
        self.assertRegex(told, rf"(?m)^{re.escape(str(self.file))}: written, \d+ new lines?$")
        return self.file.read_text()

    def test_what_is_gone_goes_and_what_is_new_comes(self):
        kept = line("some.case_of_another_program", "7")
        self.file.write_text(
            "# why\n" + kept + line("pass.drawn", "8") + line("fail.otherwise_than_expected", "1")
        )
        text = self.update("fail.otherwise_than_expected", "fail.expected_elsewhere", "pass.*")
        self.assertTrue(text.startswith("# why\n" + kept), text)
        self.assertNotIn("pass.drawn", text)
        self.assertIn(line("fail.otherwise_than_expected", "9", status="measured"), text)
        self.assertIn("fail.expected_elsewhere\t-\t8\tquirk\tmeasured\tnot explained yet", text)

    def test_it_is_then_as_expected(self):
        self.file.write_text("")
        globs = ["fail.otherwise_than_expected", "fail.expected_elsewhere", "new.recorded"]
        self.assertNotEqual(self.update(*globs), "")
        options = [option for glob in globs for option in ("--case", glob)]
        process = self.run_cases("--expect", self.file, *options)
        self.assertEqual(process.returncode, 0, process.stdout)
        before = self.file.read_text()
        self.assertEqual(self.update(*globs), before)

    def test_it_needs_a_file(self):
        self.assertEqual(self.run_cases("--update-expectations").returncode, 2)


class Rounds(Scratch):
    def test_every_round_runs_everything(self):
        records = self.records("--case", "pass.*", "--repeat", "3", "--seed", "7")
        cases = [record for record in records if record["schema"] == "mapwise.check/1"]
        seeds = [case["seed"] for case in cases if case["case"] == "pass.drawn"]
        self.assertEqual(seeds, [7, 8, 9])
        self.assertEqual(records[-1]["rounds"], 3)
        self.assertEqual(records[-1]["planned"], len(cases))

    def drawn(self, seed):
        return self.records("--case", "pass.drawn", "--seed", seed)[1]["output"]

    def test_what_is_drawn_follows_from_the_seed(self):
        self.assertEqual(self.drawn("5"), self.drawn("5"))
        self.assertNotEqual(self.drawn("5"), self.drawn("6"))

    def test_a_case_that_answers_now_this_now_that_is_told(self):
        process = self.run_cases("--case", "flaky.by_seed", "--repeat", "8")
        self.assertEqual(process.returncode, 1)
        self.assertIn("FLAKY flaky.by_seed: ", process.stdout)
        seed = process.stdout.split("--seed ")[1].split()[0]
        first = self.results("--case", "flaky.by_seed", "--seed", "0")
        again = self.results("--case", "flaky.by_seed", "--seed", seed)
        self.assertNotEqual(first, again)
        for _ in range(3):
            self.assertEqual(self.results("--case", "flaky.by_seed", "--seed", seed), again)

    def test_a_steady_case_is_not(self):
        process = self.run_cases("--case", "pass.drawn", "--repeat", "8")
        self.assertEqual(process.returncode, 0, process.stdout)
        self.assertIn("0 of 1 answered not always the same in 8 rounds", process.stdout)

    def test_the_order_follows_from_the_seed(self):
        order = {}
        for seed in ("0", "1", "1", "2"):
            records = self.records("--case", "pass.starts_*", "--jobs", "1", "--seed", seed)[1:-1]
            started = sorted((float(record["output"]), record["case"][-1]) for record in records)
            order.setdefault(seed, set()).add("".join(letter for _, letter in started))
        self.assertEqual([len(orders) for orders in order.values()], [1, 1, 1])
        self.assertEqual(order["0"], {"abcdef"})
        self.assertGreater(len(set.union(*order.values())), 1)


if __name__ == "__main__":
    unittest.main()
