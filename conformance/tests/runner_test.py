"""The runner, tested on a suite whose cases go wrong in every way: runner_test.py RUNNER-SELFTEST"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

RUNNER = os.path.abspath(sys.argv.pop(1))
# Under a sanitizer a crash must still be the crash that it is.
os.environ["ASAN_OPTIONS"] = os.environ["TSAN_OPTIONS"] = "handle_segv=0:handle_sigbus=0:handle_abort=0"
KINDS = ["PASS", "FAIL", "XFAIL", "XPASS", "UNSUPPORTED", "ERROR", "TIMEOUT", "CRASH", "NEW"]


def run(*options, cwd, **more):
    command = [RUNNER, *options]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, errors="replace", timeout=120, **more)


def records(text):
    return [json.loads(line) for line in text.splitlines()]


class Runner(unittest.TestCase):
    """One run of everything, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.started = time.monotonic()
        cls.process = run("--timeout", "1.1", "--jobs", "8", "--format", "jsonl", cwd=cls.folder.name)
        cls.seconds = time.monotonic() - cls.started
        cls.records = records(cls.process.stdout)
        cls.cases = {record["case"]: record for record in cls.records if record["schema"] == "mapwise.check/1"}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_every_case_has_the_result_that_its_id_names(self):
        wrong = {
            name: (case["result"], case["reason"])
            for name, case in self.cases.items()
            if name.split(".")[0].upper() not in (case["result"], "FLAKY") and not self.has_no_backing_store(case)
        }
        self.assertEqual(wrong, {})
        self.assertGreater(len(self.cases), 30)

    @staticmethod
    def has_no_backing_store(case):
        """The temporary folder may be one whose files are in memory, and the kernel one without cachestat."""
        return case["case"].startswith("pass.backed_") and case["result"] == "UNSUPPORTED"

    def test_set_up_that_fails_names_the_call(self):
        self.assertEqual(self.cases["error.names_the_call"]["reason"], "close(-1): EBADF")
        self.assertEqual(self.cases["error.says_why"]["reason"], "2 of them")
        self.assertEqual(self.cases["error.too_many_pages"]["reason"], "residency shows up to 127 pages")
        self.assertEqual(self.cases["unsupported.smaps_field"]["reason"], "/proc/self/smaps has no Nonsense")
        self.assertEqual(self.cases["unsupported.status_field"]["reason"], "/proc/self/status has no Nonsense")
        self.assertEqual(self.cases["unsupported.setting"]["reason"], "/proc/sys/vm/nonsense can't be read")

    def test_every_observer_and_set_up_function_has_a_case(self):
        folder = Path(__file__).parent
        tested = "".join(path.read_text() for path in folder.glob("selftest_*.c"))
        for header in ("observe.h", "setup.h"):
            declared = re.findall(r"^(?!#|extern|typedef)[\w ]+?[ *]+(\w+)\(", (folder / "../runner" / header).read_text(), re.M)
            self.assertGreater(len(declared), 15)
            for name in declared:
                name = {"setup_result": "SETUP", "constant_value": "CONSTANT"}.get(name, name)
                self.assertTrue(re.search(rf"\b{name}\(", tested), f"no case of selftest_*.c uses {name} of {header}")

    def test_a_deviation_is_exit_status_1(self):
        self.assertEqual(self.process.returncode, 1)

    def test_limits_are_kept(self):
        self.assertLess(self.seconds, 40)
        for name, case in self.cases.items():
            if name.startswith("timeout."):
                self.assertGreaterEqual(case["seconds"], 1.1, name)
                self.assertLess(case["seconds"], 6, name)

    def test_the_step_of_a_crash_and_of_a_hang_is_told(self):
        crash = self.cases["crash.segv"]
        self.assertEqual(crash["ended"], "signal SIGSEGV")
        self.assertEqual(crash["steps"][0]["observed"], "0")
        self.assertIsNone(crash["steps"][1]["observed"])
        self.assertIn("number(none[0])", crash["reason"])
        hang = self.cases["timeout.hangs"]
        self.assertIn("in in_child(act_hang", hang["reason"])
        self.assertRegex(hang["ended"], r"^killed after \d+\.\d s$")

    def test_reasons(self):
        self.assertEqual(self.cases["unsupported.reason"]["reason"], "because of this")
        self.assertEqual(self.cases["unsupported.since"]["reason"], "needs Linux 900.1")
        self.assertEqual(self.cases["unsupported.constant"]["reason"], "this system has no MAP_OF_NO_SYSTEM")
        self.assertEqual(self.cases["error.setup"]["reason"], "mmap: EBADF")
        self.assertEqual(self.cases["fail.later_step"]["reason"], "number(3): expected 2, observed 3")
        self.assertEqual(self.cases["crash.exit3"]["ended"], "exit 3")
        self.assertEqual(self.cases["pass.observed"]["reason"], "")

    def test_output_is_kept_bounded_and_harmless(self):
        self.assertIn("not TAP", self.cases["pass.prints"]["output"])
        self.assertIn("garbage", self.cases["pass.prints"]["output"])
        self.assertLess(len(self.cases["pass.floods"]["output"]), 5000)
        self.assertGreater(len(self.cases["pass.floods"]["output"]), 1000)

    def test_the_signal_that_ended_a_case_is_named(self):
        named = {name.split(".")[2]: case["ended"] for name, case in self.cases.items() if name.startswith("crash.signal.")}
        self.assertGreater(len(named), 20)
        self.assertRegex(named.pop("SIGRTMIN"), r"^signal SIG\d+$")
        self.assertEqual(named, {name: f"signal {name}" for name in named})
        for name, ended in {"crash.aborts": "SIGABRT", "crash.overflows_its_stack": "SIGSEGV", "crash.past_the_end": "SIGBUS",
                            "crash.later_than_done": "SIGKILL", "crash.file_limit": "SIGXFSZ"}.items():
            self.assertEqual(self.cases[name]["ended"], f"signal {ended}", name)

    def test_the_status_that_a_case_left_with_is_told(self):
        told = {name.split(".")[2]: case["ended"] for name, case in self.cases.items() if name.startswith("crash.status.")}
        self.assertEqual(told, {status: f"exit {status}" for status in ("0", "1", "77", "125", "127", "255")})
        self.assertEqual(self.cases["crash.becomes_another"]["reason"], "exit 0 after number(1)")
        self.assertEqual(self.cases["crash.exit_in_step"]["reason"], "exit 0 in exit_in_step()")
        self.assertEqual(self.cases["crash.closes_its_pipe"]["reason"], "exit 127 after number(1)")

    def test_a_full_disk_is_told_by_name(self):
        self.assertEqual(self.cases["error.file_limit"]["reason"], "filling a scratch file: EFBIG")

    def test_what_a_case_changed_is_put_back(self):
        changed = [name for case in self.cases.values() for name in re.findall(r"^changed /(\S+)$", case["output"], re.M)]
        self.assertEqual(len(changed), 3)
        self.assertEqual([name for name in changed if os.path.exists(f"/dev/shm/{name}")], [])

    def test_no_stray_lives_on(self):
        """Whatever session or group they went to, and however their case ended."""
        strays = {int(number): name for name, case in self.cases.items()
                  for number in re.findall(r"^stray (\d+)$", case["output"], re.M)}
        self.assertGreaterEqual(len(strays), 3)  # the others may have been ended before they said so
        alive = {number: name for number, name in strays.items() if os.path.exists(f"/proc/{number}")}
        self.assertEqual(alive, {})

    def test_summary_counts_what_the_records_say(self):
        self.assertEqual(self.records[-2]["schema"], "mapwise.coverage/1")
        summary = self.records[-1]
        self.assertEqual(summary["schema"], "mapwise.summary/1")
        self.assertTrue(summary["complete"])
        self.assertEqual(list(summary["counts"]), KINDS)
        results = [case["result"] for case in self.cases.values()]
        self.assertEqual(summary["counts"], {kind: results.count(kind) for kind in KINDS})
        self.assertEqual(summary["planned"], len(results))

    def test_the_stored_record_equals_what_was_printed(self):
        stored = list(Path(self.folder.name, "mapwise-results").glob("check-*.jsonl"))
        self.assertEqual(len(stored), 1)
        kept = records(stored[0].read_text(errors="replace"))
        self.assertEqual(kept[0]["schema"], "mapwise.run/1")
        self.assertEqual(kept[1:], self.records[1:])

    def test_nothing_is_left_behind(self):
        self.assertEqual(os.listdir(self.folder.name), ["mapwise-results"])
        left = subprocess.run(["ps", "-A", "-o", "args="], capture_output=True, text=True).stdout
        self.assertNotIn(RUNNER + " --timeout 1.1", left)
        shared = self.cases["pass.leaves_shared_memory"]["output"].strip()
        self.assertTrue(shared.startswith("/mapwise-case-"))
        self.assertFalse(os.path.exists("/dev/shm" + shared))


class Macros(unittest.TestCase):
    def test_a_case_with_files_runs_in_every_folder_and_one_without_just_once(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("one", "two", "three"):
                os.mkdir(Path(folder, name))
            process = run("--case", "pass.files", "--case", "pass.second", "--format", "jsonl", "--no-results", "one", "two",
                          "three", cwd=folder)
            told = [(r["case"], r["directory"] and Path(r["directory"]).name) for r in records(process.stdout) if "case" in r]
            self.assertEqual(told, [("pass.files", "one"), ("pass.files", "two"), ("pass.files", "three"), ("pass.second", None)])

    def test_steps_say_their_line_and_their_act_as_they_stand(self):
        with tempfile.TemporaryDirectory() as folder:
            process = run("--suite", "selftest-observers", "--case", "pass.*", "--format", "jsonl", "--no-results", cwd=folder)
            cases = [record for record in records(process.stdout) if "case" in record]
            self.assertGreater(len(cases), 8)
            for case in cases:
                lines = (Path(__file__).parent / case["file"]).read_text().splitlines()
                self.assertIn(f'CASE("{case["case"]}"', lines[case["line"] - 1])
                for step in case["steps"]:
                    source = " ".join(line.strip() for line in lines[step["line"] - 1 : step["line"] + 1])
                    self.assertIn(f'EXPECT("{step["expected"]}", {step["what"]});', source)


class Order(unittest.TestCase):
    def test_the_order_is_the_same_with_one_job_and_with_many(self):
        with tempfile.TemporaryDirectory() as folder:
            told = []
            for jobs in ("1", "7"):
                process = run("--case", "[pfuec][!i]*", "--jobs", jobs, "--format", "jsonl", "--no-results", cwd=folder)
                told.append([(r["case"], r["result"]) for r in records(process.stdout) if "case" in r])
            self.assertEqual(told[0], told[1])
            self.assertGreater(len(told[0]), 20)


class Surroundings(unittest.TestCase):
    """What whoever starts the runner hands down."""

    def started_with(self, shell, *options):
        with tempfile.TemporaryDirectory() as folder:
            command = ["sh", "-c", f'exec "$0" "$@" {shell}', RUNNER, *options]
            process = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
            stored = [path.read_text() for path in Path(folder).glob("mapwise-results/*")]
            return process, stored

    def test_closed_standard_output_is_told_and_spoils_no_record(self):
        process, (stored,) = self.started_with(">&-", "--case", "pass.observed")
        self.assertEqual(process.returncode, 2)
        self.assertIn("cannot write standard output", process.stderr)
        self.assertEqual(len(records(stored)), 3)

    def test_nothing_open_at_all(self):
        process, (stored,) = self.started_with("<&- >&- 2>&-", "--case", "pass.observed")
        self.assertEqual(process.returncode, 2)
        self.assertEqual(len(records(stored)), 3)

    def test_blocked_signals_change_no_verdict(self):
        every = {signal.SIGSEGV, signal.SIGBUS, signal.SIGCHLD, signal.SIGALRM, signal.SIGTERM}
        with tempfile.TemporaryDirectory() as folder:
            process = run("--case", "pass.catches", "--case", "pass.observed", cwd=folder,
                          preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, every))
            self.assertEqual(process.returncode, 0, process.stdout)


class FullDisk(unittest.TestCase):
    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_a_deviation_counts_for_more_than_a_failed_write(self):
        for case, status in (("fail.observed", 1), ("pass.observed", 2)):
            with tempfile.TemporaryDirectory() as folder, open("/dev/full", "w") as full:
                process = subprocess.run([RUNNER, "--no-results", "--case", case], cwd=folder, stdout=full,
                                         stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual(process.returncode, status)
                self.assertEqual(process.stderr.count("\n"), 1)


    def on_a_small_disk(self, mebibytes, *options):
        """A run in a file system of its own, which nobody else sees."""
        if os.geteuid() != 0 or not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"]).returncode:
            self.skipTest("only root can mount a small disk, in a namespace of its own")
        with tempfile.TemporaryDirectory() as folder:
            script = 'mount -t tmpfs -o size="$1"m none "$2" && cd "$2" && shift 2 && exec "$@"'
            return subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", str(mebibytes), folder, RUNNER, *options],
                                  capture_output=True, text=True, timeout=100)

    def test_a_disk_that_is_too_small_is_refused(self):
        process = self.on_a_small_disk(64, "--case", "pass.leaves_files")
        self.assertEqual(process.returncode, 2)
        self.assertIn("64 MiB free and 128 MiB are needed", process.stderr)
        self.assertEqual(process.stderr.count("\n"), 1)

    def test_a_disk_that_fills_up_is_an_error_of_the_set_up_and_is_emptied_again(self):
        process = self.on_a_small_disk(140, "--invasive", "--format", "jsonl", "--jobs", "1", "--no-results", "--case",
                                       "unsupported.fills_the_disk", "--case", "pass.leaves_files")
        told = {record["case"]: record for record in records(process.stdout) if "case" in record}
        self.assertEqual(told["unsupported.fills_the_disk"]["result"], "ERROR")
        self.assertEqual(told["unsupported.fills_the_disk"]["reason"], "filling a scratch file: ENOSPC")
        self.assertEqual(told["pass.leaves_files"]["result"], "PASS")
        self.assertEqual(process.returncode, 1)

    def test_a_record_that_finds_no_room_is_told(self):
        """What was written of it stays, by the name of what is not whole; what was seen counts all the same."""
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.run(
                ["sh", "-c", 'ulimit -f 8; exec "$0" "$@"', RUNNER, "--format", "jsonl", "--case", "pass.o*", "--case", "crash.s*",
                 "--output", "told"], cwd=folder, capture_output=True, text=True, timeout=60)
            self.assertEqual(process.returncode, 1)
            self.assertIn("File too large", process.stderr)
            left, = os.listdir(Path(folder, "mapwise-results"))
            self.assertTrue(left.endswith(".jsonl.partial"))


class Remains(unittest.TestCase):
    """What cases, and runs that were killed, leave behind."""

    def test_a_folder_that_was_replaced_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            process = run("--jobs", "1", "--no-results", "--case", "pass.replaces_its_folder", "--case", "pass.uses_the_next_folder",
                          cwd=folder)
            self.assertEqual(process.returncode, 0, process.stdout)
            self.assertIn("2 of 2 ", process.stdout)
            self.assertEqual(os.listdir(folder), [])

    @unittest.skipUnless(os.access("/dev/shm", os.W_OK), "no /dev/shm")
    def test_old_shared_memory_of_killed_runs_is_removed(self):
        ended = subprocess.Popen(["true"])
        ended.wait()
        left = Path("/dev/shm", f"mapwise-case-{ended.pid}")
        ours = Path("/dev/shm", f"mapwise-case-{os.getpid()}")
        try:
            for path in (left, ours):
                path.touch()
            with tempfile.TemporaryDirectory() as folder:
                run("--no-results", "--case", "pass.recorded_as_known", cwd=folder)
                self.assertTrue(left.exists(), "it may be of a case in another process namespace")
                for path in (left, ours):
                    os.utime(path, (0, 0))
                run("--no-results", "--case", "pass.recorded_as_known", cwd=folder)
            self.assertFalse(left.exists())
            self.assertTrue(ours.exists(), "its process lives")
        finally:
            for path in (left, ours):
                path.unlink(missing_ok=True)


class Invasive(unittest.TestCase):
    def test_what_changes_the_machine_runs_when_asked(self):
        with tempfile.TemporaryDirectory() as folder:
            process = run("--case", "unsupported.invasive", "--invasive", "--format", "tap", cwd=folder)
            self.assertEqual(process.returncode, 0)
            self.assertIn("ok 1 - selftest/unsupported.invasive\n", process.stdout)

    def test_a_run_that_executed_nothing_is_no_success(self):
        with tempfile.TemporaryDirectory() as folder:
            process = run("--case", "unsupported.*", cwd=folder)
            self.assertEqual(process.returncode, 2)
            self.assertIn("nothing was executed: not a success", process.stdout)


class Interrupt(unittest.TestCase):
    def interrupted(self, number):
        with tempfile.TemporaryDirectory() as folder:
            command = [RUNNER, "--timeout", "30", "--jobs", "3"]
            process = subprocess.Popen(
                command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
            )
            time.sleep(0.7)
            asked = time.monotonic()
            process.send_signal(number)
            process.communicate(timeout=20)
            self.assertLess(time.monotonic() - asked, 2)
            self.assertEqual(process.returncode, 3)
            self.assertEqual(os.listdir(folder), ["mapwise-results"])
            (stored,) = Path(folder, "mapwise-results").iterdir()
            kept = records(stored.read_text(errors="replace"))
            self.assertTrue(kept[-1]["interrupted"])
            self.assertFalse(kept[-1]["complete"])
            self.assertGreater(sum(kept[-1]["counts"].values()), 0)
            self.assertLess(sum(kept[-1]["counts"].values()), kept[-1]["planned"])
            left = subprocess.run(["ps", "-A", "-o", "args="], capture_output=True, text=True).stdout
            self.assertNotIn(RUNNER + " --timeout 30", left)

    def test_ctrl_c_keeps_what_was_measured_and_leaves_nothing(self):
        self.interrupted(signal.SIGINT)

    def test_sigterm_likewise(self):
        self.interrupted(signal.SIGTERM)

    def test_sigquit_likewise(self):
        self.interrupted(signal.SIGQUIT)

    def test_a_killed_runner_takes_its_cases_along(self):
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen(
                [RUNNER, "--timeout", "31", "--case", "timeout.unprivileged", "--case", "timeout.hangs", "--jobs", "2"],
                cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            time.sleep(0.7)
            process.kill()
            process.wait()
            time.sleep(0.3)
            left = subprocess.run(["ps", "-A", "-o", "args="], capture_output=True, text=True).stdout
            self.assertNotIn(RUNNER + " --timeout 31", left)

    def test_a_killed_runner_leaves_readable_records_and_the_next_run_cleans_up(self):
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen(
                [RUNNER, "--timeout", "2", "--case", "*.*file*", "--case", "pass.*", "--jobs", "1"],
                cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            time.sleep(0.7)
            process.kill()
            process.wait()
            (partial,) = Path(folder, "mapwise-results").glob("*.partial")
            kept = records(partial.read_text(errors="replace"))
            self.assertEqual(kept[0]["schema"], "mapwise.run/1")
            self.assertGreater(len(kept), 3)
            self.assertNotIn("mapwise.summary/1", {record["schema"] for record in kept})
            time.sleep(2.5)
            run("--case", "pass.leaves_files", cwd=folder)
            self.assertEqual(os.listdir(folder), ["mapwise-results"])


if __name__ == "__main__":
    unittest.main()
