"""Programs of gb_series_main as their users start them: worker_test.py PROGRAM EXAMPLE

PROGRAM is made of series_program.c, EXAMPLE of examples/copy.c.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, EXAMPLE = sys.argv[1:3]
del sys.argv[1:3]


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def parse(line):
    return json.loads(line, parse_constant=refuse_constant)


def run(*command, requests="", **environment):
    return subprocess.run(command, input=requests, capture_output=True, text=True, timeout=100,
                          env={**os.environ, **environment})


class Worker:
    def __init__(self, series, program=PROGRAM):
        self.process = subprocess.Popen([program, "--worker", series], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.ready = self.read()

    def read(self):
        return parse(self.process.stdout.readline())

    def send(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()

    def ask(self, request):
        self.send(request)
        return self.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class Protocol(unittest.TestCase):
    def test_an_answer_for_each_request_at_once(self):
        with Worker("work") as worker:
            self.assertEqual(worker.ready, {"schema": "gb.worker/1", "series": "work", "ready": True})
            for request, number in (("block", 0), ("block 17", 17), ("block", 18)):
                answer = worker.ask(request)
                self.assertEqual(list(answer), ["block", "samples", "discarded", "error", "skipped"])
                self.assertEqual((answer["block"], answer["error"], answer["skipped"]), (number, None, None))
                self.assertEqual(len(answer["samples"]), 4)
                for sample in answer["samples"]:
                    self.assertEqual(list(sample), ["seconds", "batch", "bytes", "items", "counters"])
                    self.assertGreaterEqual(sample["seconds"] * sample["batch"], 0.001 * (1 - 1e-9))
                    self.assertEqual((sample["bytes"], sample["items"], sample["counters"]), (64, 1, {}))
            worker.send("quit")
            self.assertEqual(worker.process.wait(10), 0)
            self.assertEqual(worker.process.communicate(), ("", ""))

    def test_end_of_file_ends_it(self):
        done = run(PROGRAM, "--worker=work", requests="")
        self.assertEqual((done.returncode, done.stdout.count("\n"), done.stderr), (0, 1, ""))

    def test_what_is_unknown_is_answered(self):
        with Worker("work/unbatched") as worker:
            for garbage in ("", "blok", "block x", "x" * 100000, "\x00\x01", "é"):
                self.assertEqual(list(worker.ask(garbage)), ["error"])
            self.assertIsNone(worker.ask("block")["error"])

    def test_killed_within_a_block_and_started_again(self):
        with Worker("sleep") as worker:
            worker.send("block")
            time.sleep(0.2)
            worker.process.kill()
            self.assertEqual(worker.process.wait(10), -signal.SIGKILL)
            self.assertEqual(worker.process.stdout.read(), "")  # no half of an answer
        with Worker("work/unbatched") as worker:
            self.assertEqual(worker.ask("block")["block"], 0)

    def test_a_reader_that_is_gone_ends_it_quietly(self):
        for series in ("work/unbatched", "much"):
            with Worker(series) as worker:
                worker.process.stdout.close()
                worker.send("block")
                self.assertEqual(worker.process.wait(10), 0, series)
                self.assertEqual(worker.process.stderr.read(), "")

    def test_a_long_answer_is_one_line(self):
        with Worker("much") as worker:
            answer = worker.ask("block")
            self.assertEqual(len(answer["samples"]), 2000)
            self.assertEqual(answer["samples"][1999]["counters"], {"n" * 999: 0.5})

    def test_what_the_block_prints_is_no_answer(self):
        done = run(PROGRAM, "--worker", "print", requests="block\n")
        answers = [parse(line) for line in done.stdout.splitlines()]
        self.assertEqual([len(answers), done.stderr], [2, "printed by the block\nprinted by a child\n"])

    def test_children_of_a_block_do_not_hold_the_answers_open(self):
        with Worker("leave_child") as worker:
            worker.ask("block")
            child = int(worker.process.stderr.readline())
            worker.send("quit")
            begun = time.monotonic()
            self.assertEqual(worker.process.stdout.read(), "")
            self.assertLess(time.monotonic() - begun, 30)
            os.kill(child, signal.SIGTERM)

    def test_condition_that_never_holds(self):
        with Worker("never") as worker:
            for _ in range(2):
                answer = worker.ask("block")
                self.assertEqual(answer["discarded"], [{"reason": "never", "count": 5}])
                self.assertEqual((answer["samples"], answer["error"]), ([], "no valid sample in 5 attempts: never"))

    def test_skipped(self):
        with Worker("skip") as worker:
            answer = worker.ask("block")
            self.assertEqual((answer["error"], answer["skipped"]), (None, "not on this machine"))

    @unittest.skipUnless(shutil.which("localedef"), "localedef is not installed")
    def test_numbers_have_a_point_in_every_locale(self):
        with tempfile.TemporaryDirectory() as folder:
            made = run("localedef", "-i", "de_DE", "-f", "UTF-8", f"{folder}/de_DE.UTF-8")
            if made.returncode != 0:
                self.skipTest("the locale can't be made: " + made.stderr.strip())
            done = run(PROGRAM, "--worker", "much", requests="block\n", LOCPATH=folder, LC_ALL="de_DE.UTF-8")
            answer = parse(done.stdout.splitlines()[1])
            self.assertEqual(answer["samples"][0]["seconds"], 0.125)


class Program(unittest.TestCase):
    def refused(self, *arguments):
        done = run(PROGRAM, *arguments)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), arguments)
        return done.stderr

    def test_errors_are_one_line(self):
        error = self.refused("--worker", "wrk")
        self.assertIn("--benchmark_list_tests", error)
        self.assertIn("wrk", error)
        for arguments in (["--worker"], ["--worker="], ["--worker", "work", "more"], ["--worker=work", "more"],
                          ["--benchmark_filter=work", "--worker", "work"], ["--no-such-option"], ["word"],
                          ["--benchmark_filter=no such name"]):
            self.refused(*arguments)

    def test_standard_output_that_is_closed(self):
        done = subprocess.run(["sh", "-c", f"'{PROGRAM}' --worker work >&-"], capture_output=True, text=True, timeout=100)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_answers_that_can_not_be_written(self):
        done = subprocess.run(["sh", "-c", f"'{PROGRAM}' --worker work >/dev/full"], capture_output=True, text=True,
                              timeout=100)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))

    def test_every_listed_name_is_a_worker(self):
        listed = run(PROGRAM, "--benchmark_list_tests").stdout.split()
        self.assertEqual(len(listed), 8)
        for name in listed:
            with Worker(name) as worker:
                self.assertTrue(worker.ready["ready"])

    def test_google_benchmark_tells_the_same(self):
        done = run(PROGRAM, "--benchmark_filter=work|never|skip", "--benchmark_format=json")
        self.assertEqual(done.returncode, 0)
        rows = {row["run_name"].split("/iterations")[0]: row for row in parse(done.stdout)["benchmarks"]}
        self.assertEqual(set(rows), {"work", "work/unbatched", "never", "skip"})
        self.assertEqual((rows["work"]["iterations"], rows["work"]["discarded"]), (4, 0))
        self.assertAlmostEqual(rows["work"]["bytes_per_second"] / rows["work"]["items_per_second"], 64)
        self.assertIn("no valid sample", json.dumps(rows["never"]))
        self.assertIn("not on this machine", json.dumps(rows["skip"]))


class Example(unittest.TestCase):
    def test_by_google_benchmark(self):
        done = run(EXAMPLE, "--benchmark_format=json")
        rows = parse(done.stdout)["benchmarks"]
        self.assertEqual(len(rows), 3)
        for row in rows:
            self.assertEqual(row["iterations"], 5)
            self.assertGreater(row["bytes_per_second"], 0)

    def test_as_a_worker(self):
        with Worker("copy/65536", EXAMPLE) as worker:
            samples = worker.ask("block")["samples"]
            self.assertEqual([sample["bytes"] for sample in samples], [65536] * 5)


if __name__ == "__main__":
    unittest.main()
