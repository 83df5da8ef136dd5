"""The command line of mapwise check, and its outputs: check_test.py MAPWISE-CHECK"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECK = os.path.abspath(sys.argv.pop(1))


def run(*options, cwd="/tmp", **more):
    return subprocess.run([CHECK, *options], cwd=cwd, capture_output=True, text=True, timeout=100, **more)


def mounted(script, *arguments):
    """Runs a shell script that may mount, in a mount namespace of its own; None where that is refused."""
    how = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        if subprocess.run([*how, "true"], capture_output=True, timeout=60).returncode != 0:
            return None
    except FileNotFoundError:
        return None
    return subprocess.run([*how, "sh", "-ec", script, "sh", *arguments], capture_output=True, text=True, timeout=100)


class ReadOnly(unittest.TestCase):
    """A folder on a read-only file system."""

    SCRIPT = """mount -t tmpfs none "$2"; [ "$3" = empty ] || head -c 10000 /dev/urandom >"$2/file"
                mount -o remount,ro "$2"; "$1" --no-results --case 'fs.read_only*' --case 'fault.eof.*' "$2" """

    def check(self, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            process = mounted(self.SCRIPT, CHECK, folder, *arguments)
            if process is None:
                self.skipTest("mount namespaces are refused here")
            return process

    def test_an_existing_file_is_mapped_and_the_rest_is_unsupported(self):
        process = self.check("file")
        self.assertEqual(process.returncode, 0, process.stdout + process.stderr)
        self.assertRegex(process.stdout, "UNSUPPORTED fault.eof.read in .*: the folder's file system is read-only")
        self.assertRegex(process.stdout, r"filesystems +2 PASS\n")
        self.assertNotIn("nothing was executed in", process.stdout)

    def test_without_a_file_nothing_is_executed_and_that_is_told(self):
        process = self.check("empty")
        self.assertEqual(process.returncode, 2, process.stdout + process.stderr)
        self.assertIn("nothing was executed in", process.stdout)
        self.assertNotRegex(process.stdout, "PASS|ERROR")


class BadInput(unittest.TestCase):
    def refused(self, *options, **more):
        """One line on standard error, exit status 2, nothing written."""
        with tempfile.TemporaryDirectory() as folder:
            process = run(*options, cwd=folder, **more)
            self.assertEqual(process.returncode, 2, process.stdout)
            self.assertEqual(process.stderr.count("\n"), 1, process.stderr)
            self.assertTrue(process.stderr.startswith("mapwise check: "), process.stderr)
            self.assertEqual(os.listdir(folder), [])
            return process.stderr

    def test_unknown_suite(self):
        self.assertIn("no suite 'nonsense'", self.refused("--suite", "nonsense"))

    def test_unknown_case(self):
        self.assertIn("no case matches", self.refused("--case", "nonsense"))

    def test_unknown_option(self):
        self.assertIn("'--nonsense'", self.refused("--nonsense"))
        self.assertIn("'-z'", self.refused("-z"))

    def test_missing_value(self):
        self.assertIn("--jobs needs a value", self.refused("--jobs"))

    def test_bad_values(self):
        for option, value in [("--jobs", "0"), ("--jobs", "1.5"), ("--jobs", "9999"), ("--timeout", "x"),
                              ("--timeout", "-1"), ("--timeout", "nan"), ("--timeout-scale", "0"), ("--format", "xml")]:
            self.assertIn(option, self.refused(option, value))

    def test_a_difference_of_one_record(self):
        for options in (["--diff", "a"], ["--diff", "a", "b", "c"], ["--diff", "a", "b", "--output", "c"]):
            self.assertIn("two records", self.refused(*options))

    def test_missing_directory(self):
        self.assertIn("'/no/such/folder'", self.refused("/no/such/folder"))

    def test_a_file_is_no_directory(self):
        self.assertIn("/etc/passwd", self.refused("/etc/passwd"))

    def test_unwritable_results(self):
        self.assertIn("/proc/nonsense", self.refused("--results", "/proc/nonsense", "--case", "fault.eof.*"))

    def test_unwritable_output(self):
        self.assertIn("/no/such", self.refused("--output", "/no/such/file", "--no-results", "--case", "fault.eof.*"))

    def test_an_output_that_is_a_folder(self):
        self.assertIn("is a folder", self.refused("--output", "/tmp", "--no-results", "--case", "fault.eof.*"))

    def test_a_directory_that_is_named_twice(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertIn("is named twice", self.refused(folder, folder + "/."))

    def test_a_bad_directory_behind_a_good_one_leaves_nothing(self):
        with tempfile.TemporaryDirectory() as good:
            self.refused(good, "/no/such/folder")
            self.assertEqual(os.listdir(good), [])

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_read_only_directory(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o500)
            self.assertIn("may write", self.refused(folder))

    def test_a_directory_that_another_run_uses(self):
        import fcntl

        with tempfile.TemporaryDirectory() as folder:
            descriptor = os.open(folder, os.O_RDONLY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self.assertIn("another mapwise run", self.refused(folder))
            os.close(descriptor)

    def test_full_standard_output(self):
        with tempfile.TemporaryDirectory() as folder, open("/dev/full", "w") as full:
            process = subprocess.run([CHECK, "--no-results", "--case", "fault.eof.*"], cwd=folder, stdout=full,
                                     stderr=subprocess.PIPE, text=True, timeout=60)
            self.assertEqual(process.returncode, 2)
            self.assertIn("No space left", process.stderr)


    def test_a_reader_that_leaves_early(self):
        with tempfile.TemporaryDirectory() as folder:
            command = f"{CHECK} --no-results --suite growth --format jsonl | head -n 1"
            process = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, timeout=60)
            self.assertEqual(process.stdout.count("\n"), 1)
            self.assertEqual(process.stderr, "")
            self.assertEqual(os.listdir(folder), [])


class Difference(unittest.TestCase):
    """mapwise check --diff OLD NEW, which mapwise-report answers."""

    def setUp(self):
        if not Path(CHECK).with_name("mapwise-report").exists():
            self.skipTest("there is no mapwise-report beside it")
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        run("--case", "fault.eof.*", cwd=self.folder.name)
        (self.record,) = Path(self.folder.name, "mapwise-results").iterdir()

    def changed(self, old, new):
        path = Path(self.folder.name, "changed.jsonl")
        path.write_text(self.record.read_text().replace(old, new, 1))
        return str(path)

    def test_a_record_and_itself(self):
        process = run("--diff", str(self.record), str(self.record), cwd=self.folder.name)
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        self.assertIn("environment: no difference", process.stdout)

    def test_what_is_worse_is_exit_status_1_in_every_format(self):
        changed = self.changed('"result":"PASS","reason":""', '"result":"FAIL","reason":"r"')
        for name, part in [("human", "newly broken: 1"), ("markdown", "## Newly broken: 1"), ("jsonl", '"group": "broken"')]:
            process = run("--diff", str(self.record), changed, "--format", name, cwd=self.folder.name)
            self.assertEqual(process.returncode, 1, process.stderr)
            self.assertIn(part, process.stdout)
            self.assertEqual(len(os.listdir(Path(self.folder.name, "mapwise-results"))), 1)

    def test_a_format_that_it_has_not(self):
        process = run("--diff", "a", "b", "--format", "tap", cwd=self.folder.name)
        self.assertEqual(process.returncode, 2)
        self.assertIn("not as tap", process.stderr)


class Listing(unittest.TestCase):
    def test_help(self):
        process = run("--help")
        self.assertEqual(process.returncode, 0)
        for option in ["--list", "--suite", "--case", "--jobs", "--timeout", "--invasive", "--format", "--output"]:
            self.assertIn(option, process.stdout)

    def test_list_is_deterministic_and_selects(self):
        with tempfile.TemporaryDirectory() as folder:
            first, second = run("--list", cwd=folder), run("--list", cwd=folder)
            self.assertEqual(first.stdout, second.stdout)
            self.assertEqual(os.listdir(folder), [])
            suites = {line.split()[0] for line in first.stdout.splitlines()}
            self.assertGreaterEqual(len(suites), 10)
            self.assertGreaterEqual(len(first.stdout.splitlines()), 80)
            growth = run("--list", "--suite", "growth").stdout.splitlines()
            self.assertTrue(all(line.startswith("growth ") for line in growth))
            self.assertGreater(len(growth), 5)

    def test_every_case_names_its_clause(self):
        for line in run("--list").stdout.splitlines():
            self.assertRegex(line, r"\[.+ .+, (shall|may|unspecified|documented)\]$")


class Outputs(unittest.TestCase):
    """The formats tell the same story."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.by_format = {}
        for name in ("human", "tap", "jsonl"):
            output = Path(cls.folder.name, name)
            process = run("--format", name, "--output", str(output), "--suite", "flags", "--suite", "growth",
                          cwd=cls.folder.name)
            cls.by_format[name] = (process, output.read_text())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def counts(self):
        return json.loads(self.by_format["jsonl"][1].splitlines()[-1])["counts"]

    def test_totals_agree(self):
        counts = self.counts()
        tap = self.by_format["tap"][1]
        self.assertEqual(len(re.findall(r"^ok \d+ - [^#\n]*$", tap, re.M)), counts["PASS"])
        self.assertEqual(len(re.findall(r"^ok \d+ - .*# SKIP", tap, re.M)), counts["UNSUPPORTED"])
        self.assertIn(f"1..{sum(counts.values())}\n", tap)
        human = self.by_format["human"][1]
        self.assertIn(f"{sum(counts.values())} of {sum(counts.values())} in", human)
        self.assertIn(f"{counts['PASS']} PASS", human.splitlines()[-2])

    def test_nothing_goes_to_standard_output_with_output(self):
        for process, _ in self.by_format.values():
            self.assertEqual(process.stdout, "")

    def test_no_colour_in_a_file(self):
        self.assertNotIn("\033", self.by_format["human"][1])

    def test_no_partial_file_stays(self):
        self.assertEqual(list(Path(self.folder.name).glob("*.partial")), [])

    def test_steps_carry_expectation_and_observation(self):
        lines = [json.loads(line) for line in self.by_format["jsonl"][1].splitlines()]
        cases = [line for line in lines if line["schema"] == "mapwise.check/1"]
        for case in cases:
            if case["result"] == "PASS":
                self.assertTrue(case["steps"], case["case"])
                for step in case["steps"]:
                    self.assertIn(step["observed"], step["expected"].split("|"))

    def test_anonymize_withholds_names(self):
        process = run("--anonymize", "--format", "jsonl", "--no-results", "--case", "fault.eof.*", self.folder.name)
        self.assertNotIn(self.folder.name, process.stdout)
        self.assertNotIn(os.uname().nodename + '"', process.stdout)
        first = json.loads(process.stdout.splitlines()[0])
        self.assertEqual(first["command"], [])
        self.assertNotIn("kernel_command_line", first["environment"]["system"])


if __name__ == "__main__":
    unittest.main()
