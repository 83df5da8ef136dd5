"""Runs of mapwise-bench that are cut off, by whomever: nothing is lost, and another run goes on with it."""

import contextlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from bench_program import PROGRAM, BenchCase, complaints_about, records_in, run


class Output(BenchCase):
    def test_nobody_reads_it(self):
        """The table goes into a closed pipe: the records and an empty folder are left all the same."""
        reader, writer = os.pipe()
        os.close(reader)
        command = [PROGRAM, "--rounds", "1", "--filter", "size:(4194304|16777216)"]
        done = subprocess.run(command, cwd=self.folder, stdout=writer, timeout=100, restore_signals=True)
        os.close(writer)
        self.assertEqual(done.returncode, 0)
        self.assert_clean()
        self.assertTrue(records_in(self.folder)[-1]["complete"])


def await_handler(process, number):
    """Until the program handles the signal, which on a busy machine may take its time."""
    caught = 0
    while process.poll() is None and not caught >> (number - 1) & 1:
        with open(f"/proc/{process.pid}/status") as status:
            caught = next(int(line.split()[1], 16) for line in status if line.startswith("SigCgt:"))
        time.sleep(0.001)


class Interruption(BenchCase):
    def interrupt(self, signal_number, delay):
        process = subprocess.Popen(
            [PROGRAM, "--rounds", "1000", "--filter", "size:(4194304|16777216)"],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        self.addCleanup(process.kill)
        await_handler(process, signal_number)
        time.sleep(delay)
        sent = time.monotonic()
        process.send_signal(signal_number)
        told, errors = process.communicate(timeout=60)
        self.assertRegex(told, r"(?m)^mapwise bench --resume --output \S+\.jsonl goes on$")
        self.assertEqual((process.returncode, errors), (3, ""))
        self.assertLess(time.monotonic() - sent, 5)
        self.assert_clean()
        return records_in(self.folder)

    def test_in_mid_run(self):
        partial = []
        for delay in (1, 3, 9, 27):  # a busy machine may not have come so far
            *_, last = records = self.interrupt(signal.SIGINT, delay)
            self.assertEqual((last["complete"], last["interrupted"]), (False, True))
            partial = [r for r in records if r.get("result") == "PARTIAL"]
            if partial:
                break
            shutil.rmtree(os.path.join(self.folder, "mapwise-results"))
        self.assertGreater(len(partial), 0)
        for record in partial:
            self.assertGreater(len(record["samples"]), 0)
            self.assertRegex(record["reason"], "interrupted after")

    def test_while_files_are_made(self):
        process = subprocess.Popen(
            [PROGRAM, "--filter", "read_sequential/temperature:(cold|warm)/size:268435456"],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        scratch = os.path.join(self.folder, ".mapwise-scratch")
        while process.poll() is None and not (os.path.exists(scratch) and os.listdir(scratch)):
            time.sleep(0.001)
        process.terminate()
        _, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, errors), (3, ""))
        self.assert_clean()
        records = records_in(self.folder)[2:-1]
        self.assertEqual({r["reason"] for r in records}, {"interrupted before the first sample"})

    def test_at_the_start(self):
        *_, last = self.interrupt(signal.SIGTERM, 0)
        self.assertEqual((last["complete"], last["interrupted"]), (False, True))


class Resume(BenchCase):
    """A run that was killed has left all that it had measured, and another one goes on with it."""

    ROUNDS = 6
    FILTER = "(read|pread).*size:(4194304|16777216)|what:clock"
    COMMAND = (PROGRAM, "--rounds", str(ROUNDS), "--seed", "5", "--filter", FILTER)

    def results(self):
        return os.path.join(self.folder, "mapwise-results")

    def cut_off(self, *options, signal_number=signal.SIGKILL, samples=40):
        """Kills a run when it has written so many samples; the name of its file, and the samples."""
        process = subprocess.Popen(
            [*self.COMMAND, *options], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        name, lines = None, []
        while process.poll() is None and len(lines) < samples:
            time.sleep(0.005)
            for name in os.listdir(self.results()) if os.path.isdir(self.results()) else []:
                with open(os.path.join(self.results(), name), encoding="utf-8") as file:
                    lines = [line for line in file if '"mapwise.sample/1"' in line]
        self.assertIsNone(process.poll(), "it came to its end before it could be killed")
        process.send_signal(signal_number)
        self.assertEqual(process.communicate(timeout=60)[1], b"")
        return os.path.join(self.results(), name), [json.loads(line) for line in lines if line.endswith("}\n")]

    def go_on(self, *options):
        return run("--resume", *options, cwd=self.folder)

    def check_whole(self, taken):
        """Every sample is there once, the earlier ones as they were."""
        run_record, plan, *series, summary = records_in(self.folder)
        self.assertEqual(complaints_about([run_record, plan, *series, summary, *taken]), [])
        self.assertEqual((run_record["schema"], plan["schema"]), ("mapwise.run/1", "mapwise.plan/1"))
        self.assertEqual((summary["complete"], summary["rounds"], summary["seed"]), (True, self.ROUNDS, 5))
        found = {(r["name"], r["directory"]): r["samples"] for r in series}
        for record in taken:
            self.assertIn(record["sample"], found[record["name"], record["directory"]])
        orders = [s["order"] for samples in found.values() for s in samples]
        self.assertEqual(len(orders), len(set(orders)))
        for record in series:
            each = len(record["samples"]) // self.ROUNDS  # 3 in a block where no cache has to be prepared
            self.assertIn(each, (1, 3), record["name"])
            rounds = [s["round"] for s in record["samples"]]
            self.assertEqual(rounds, [r for r in range(self.ROUNDS) for _ in range(each)], record["name"])
        self.assert_clean()

    def test_killed(self):
        path, taken = self.cut_off()
        self.assertTrue(path.endswith(".jsonl.partial"))
        self.assertIn(".mapwise-scratch", os.listdir(self.folder))
        done = self.go_on()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(os.listdir(self.results()), [os.path.basename(path).removesuffix(".partial")])
        self.check_whole(taken)

    def test_killed_within_a_line(self):
        path, taken = self.cut_off()
        with open(path, "r+b") as file:
            file.truncate(os.path.getsize(path) - 30)
        self.assertEqual(self.go_on("--output", path.removesuffix(".partial")).returncode, 0)
        self.check_whole(taken[:-1])

    def test_killed_within_a_block(self):
        """What the block still lacks is taken, and no more."""
        for kept in (1, 2):
            path, taken = self.cut_off()
            blocks = [(r["name"], r["sample"]["round"]) for r in taken]
            start = max(blocks.index(block) for block in blocks if blocks.count(block) == 3)
            last = taken[start + kept - 1]["sample"]["order"]
            with open(path, encoding="utf-8") as file:
                lines = file.readlines()
            (end,) = [i for i, line in enumerate(lines) if f'"sample":{{"order":{last},' in line]
            with open(path, "w", encoding="utf-8") as file:
                file.write("".join(lines[:end + 1]))
            self.assertEqual(self.go_on().returncode, 0)
            self.check_whole(taken[:start + kept])
            shutil.rmtree(self.results())

    def test_killed_twice(self):
        _, first = self.cut_off()
        self.COMMAND = (PROGRAM, "--resume")
        _, second = self.cut_off(samples=80)
        self.assertGreater(len(second), len(first))
        self.assertEqual(self.go_on().returncode, 0)
        self.check_whole(first + second)

    def test_interrupted(self):
        path, taken = self.cut_off(signal_number=signal.SIGINT)
        self.assertEqual(os.listdir(self.results()), [os.path.basename(path).removesuffix(".partial")])
        self.assertFalse(records_in(self.folder)[-1]["complete"])
        self.assertEqual(self.go_on().returncode, 0)
        self.check_whole(taken)

    def test_anonymous(self):
        _, taken = self.cut_off("--anonymize")
        for wrong in ((), (self.folder, self.folder)):
            done = self.go_on(*wrong)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))
            self.assertIn("name them again", done.stderr)
        if os.access("/dev/shm", os.W_OK):
            with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
                done = self.go_on(memory)
                self.assertEqual((done.returncode, done.stderr.count("\n"), os.listdir(memory)), (2, 1, []), done)
                self.assertRegex(done.stderr, "of '/dev/shm/.*' is not what it was when the run began")
        self.assertEqual(self.go_on(self.folder).returncode, 0)
        self.check_whole(taken)
        self.assertNotIn(self.folder, json.dumps(records_in(self.folder)))

    def test_while_it_goes_on(self):
        process = subprocess.Popen([*self.COMMAND, "--output", "here"], cwd=self.folder, stdout=subprocess.PIPE)
        while not os.path.exists(os.path.join(self.folder, "here.partial")):
            time.sleep(0.005)
        self.addCleanup(process.communicate)  # until the last of its processes has ended
        self.addCleanup(process.kill)
        time.sleep(0.1)
        done = self.go_on("--output", "here")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, "being written by another program")

    def test_nothing_to_go_on_with(self):
        self.assertEqual(run("--rounds", "1", "--filter", "what:clock", cwd=self.folder).returncode, 0)
        before = records_in(self.folder)
        done = self.go_on()
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))
        self.assertRegex(done.stderr, "no run in 'mapwise-results' was cut off")
        self.assertEqual(records_in(self.folder), before)

    def change(self, path, line, key, value):
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines(keepends=True)
        record = json.loads(lines[line])
        record[key] = value
        lines[line] = json.dumps(record) + "\n"
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(lines))

    def test_of_another_program_or_machine(self):
        path, _ = self.cut_off()
        with open(path, "rb") as file:
            kept = file.read()
        first = json.loads(kept.splitlines()[0])
        other, settings = json.loads(json.dumps((first["environment"],) * 2))
        other["hash"]["hardware"] = settings["hash"]["system"] = "0" * 16
        (folder,) = first["directories"]
        elsewhere = os.path.join(self.folder, "elsewhere")
        os.mkdir(elsewhere)
        for line, key, value, says in (
            (0, "version", "0.0.0", "begun by mapwise 0.0.0"),
            (0, "environment", other, "the hardware is not"),
            (0, "environment", settings, "the system is not"),
            (0, "directories", [{**folder, "filesystem": "other"}], "the filesystem of '.*' is not"),
            (0, "directories", [{**folder, "block_size": "1"}], "the block_size of '.*' is not"),
            (0, "directories", [], "of '.*' is not"),
            (1, "directories", [], "the path of '.*' is not"),
        ):
            self.change(path, line, key, value)
            with open(path, "rb") as file:
                changed = file.read()
            done = run("--resume", "--results", self.results(), cwd=elsewhere)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done)
            self.assertRegex(done.stderr, says)
            with open(path, "rb") as file:
                self.assertEqual(file.read(), changed)
            with open(path, "wb") as file:
                file.write(kept)

    def assert_not_gone_on_with(self, path, content, *options, says):
        """One line, and the file stays as it is."""
        with open(path, "wb") as file:
            file.write(content)
        done = self.go_on(*options)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done)
        self.assertRegex(done.stderr, says)
        self.assertEqual(os.listdir(self.results()), [os.path.basename(path)])
        with open(path, "rb") as file:
            self.assertEqual(file.read(), content)

    def cut_off_short(self, filter="what:(clock|system_call)$", samples=8):
        """The file of a run that makes no files, and its records."""
        self.COMMAND = (PROGRAM, "--rounds", "200", "--seed", "5", "--filter", filter)
        path, _ = self.cut_off(samples=samples)
        with open(path, encoding="utf-8") as file:
            return path, [json.loads(line) for line in file if line.endswith("}\n")]

    def damaged(self, records, schema, keys, value):
        """The records, with another value in the last one of the schema."""
        records = json.loads(json.dumps(records))
        place = [record for record in records if record["schema"] == schema][-1]
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value
        return "".join(json.dumps(record) + "\n" for record in records).encode()

    def test_values_that_make_no_sense(self):
        path, records = self.cut_off_short()
        plan, sample = "mapwise.plan/1", "mapwise.sample/1"
        wrong_counts = (-1, 1.5, 1e19, 1e300, "1", [1], {}, True)
        for schema, key, values in (
            (plan, "rounds", (0, -5, 1.5, 1001, 4294967295, 1e300, "7", None, [])),
            (plan, "seed", (5, "", "-5", " 5", "5x", "99999999999999999999", None)),
            (plan, "filter", (5, [], {}, True)),
            (plan, "directories", (None, "x", 5, {"a": "x"}, [1], [None], [["x"]])),
            (plan, "drop_caches", (None, 1, "yes")),
            (plan, "anonymized", (None, 0, [])),
            (plan, "profile", (None, 1, "slow", "sl\now")),
            (sample, "name", (None, 5, "no such", "a\nb\u0007", [])),
            (sample, "sample", (5, "x", [], [1], {})),
            (sample, "sample.order", (*wrong_counts, None)),
            (sample, "sample.round", (*wrong_counts, None, 200, 4294967295)),
            (sample, "sample.batch", (*wrong_counts, None, 0, 2**20 + 1)),
            (sample, "sample.at", (-1, 1e300, "1", None, [])),
            (sample, "sample.seconds", (-1, 1e300, "1", None, [])),
            (sample, "sample.bytes", wrong_counts),
            (sample, "sample.items", wrong_counts),
            (sample, "sample.resident_before", wrong_counts),
            (sample, "sample.minor_faults", (1.5, 1e19, -1e19, "1", [1], {})),
            (sample, "sample.extra", ([1], {"a": "x"}, {"a": [1]}, {f"n{i}": i for i in range(13)})),
            (sample, "sample.trace", (["x"], [[]], [1] * 121, [1e300], {"a": {}})),
            (sample, "discarded", ({"reasons": {"a": 2**31}}, {"reasons": {"a": -1}}, {"reasons": [1]},
                                   {"reasons": {f"{i}": 1 for i in range(9)}})),
        ):
            for value in values:
                with self.subTest(schema=schema, key=key, value=value):
                    content = self.damaged(records, schema, key.split("."), value)
                    names = f"'{key.split('.')[-1]}' in a {schema} makes no sense|unknown profile|has no series|'order' in"
                    self.assert_not_gone_on_with(path, content, says=names)

    def test_a_series_that_stands_with_what_makes_no_sense(self):
        path, records = self.cut_off_short()
        sample = records[-1]["sample"]
        for samples in ([5], [{**sample, "batch": 1e19}], [sample, {**sample, "extra": [1]}]):
            with self.subTest(samples=samples):
                content = self.damaged(records, "mapwise.bench/1", ["samples"], samples)
                self.assert_not_gone_on_with(path, content, says="in a mapwise.bench/1 makes no sense")

    def test_a_sample_that_stands_twice(self):
        """And lines that are no records."""
        path, taken = self.cut_off()
        with open(path, "ab") as file:
            for record in (*taken[3:9], *taken):
                file.write(json.dumps(record).encode() + b"\n")
            for line in (b"", b"5", b"[[]]", b"null", b'"x"', b"[" * 100000, b"\xff\0{}", b"{", b'{"schema": 5}'):
                file.write(line + b"\n")
        self.assertEqual(self.go_on().returncode, 0)
        self.check_whole(taken)

    def run_on_a_disk_of(self, size):
        """A run whose files may not be larger; rounds enough that they would be."""
        self.FILTER = "what:(clock|system_call)$"
        self.ROUNDS *= 10
        return run(
            "--rounds", str(self.ROUNDS), "--seed", "5", "--filter", self.FILTER, cwd=self.folder,
            before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        )

    def test_records_can_not_be_written(self):
        """Nothing is measured that can't be kept, and nothing that was kept is lost."""
        done = self.run_on_a_disk_of(40000)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), done)
        self.assertRegex(done.stderr, "could not write every sample: File too large")
        self.assertRegex(done.stdout, r"(?m), interrupted$")
        self.assertRegex(done.stdout, r"(?m)^mapwise bench --resume --output \S+\.jsonl goes on$")
        taken = self.orders()
        self.assertGreater(len(taken), 10)
        self.assertEqual(self.go_on().returncode, 0)
        self.check_whole([])
        self.assertLess(taken, self.orders())

    def orders(self):
        """What tells a sample from all others, of those that stand in their series."""
        return {(r["name"], s["order"]) for r in records_in(self.folder) for s in r.get("samples", [])}

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("unshare"), "a small file system needs root and unshare")
    def test_a_disk_without_room_for_the_whole_file(self):
        """What was measured stays where it is; the small disk is seen by nobody else."""
        inside = 'mkdir small && mount -t tmpfs -o size=80k none small || exit 77; "$@"; status=$?; ls small; exit $status'
        arguments = ["--rounds", "100", "--filter", "what:(clock|system_call)$", "--results", "small"]
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", inside, "sh", PROGRAM, *arguments], cwd=self.folder,
            capture_output=True, text=True, timeout=100,
        )
        if done.returncode == 77 or "unshare" in done.stderr:
            self.skipTest(f"no file system can be mounted: {done.stderr}")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done)
        self.assertRegex(done.stderr, "cannot write 'small/.*': No space left on device; what could be written is in '.*[.]partial'")
        self.assertRegex(done.stdout.splitlines()[-1], r"^bench-\S+\.jsonl\.partial$")

    def test_a_full_disk_at_the_start(self):
        done = self.run_on_a_disk_of(1000)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done)
        self.assertRegex(done.stderr, "cannot write '.*': File too large; free some space")
        self.assertEqual(os.listdir(self.results()), [])


def state_of(process):
    """The letter of its state and its parent; None, 0 if there is no such process."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            state, parent = file.read().rpartition(")")[2].split()[:2]
    except OSError:
        return None, 0
    return state, int(parent)


def is_alive(process):
    return state_of(process)[0] not in (None, "Z", "X")


def children_of(process):
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and state_of(name)[1] == process]


def await_that(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


class Killed(BenchCase):
    """The process that measures is killed: the one that watches it tells, in one line, and cleans up."""

    FILTER = "(read|pread).*size:(4194304|16777216)|what:clock"
    RUN = ("--rounds", "6", "--seed", "5", "--filter", FILTER)

    def start(self, *arguments, **environment):
        process = subprocess.Popen(
            [PROGRAM, *arguments], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **environment}, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def samples(self):
        """How many are on record in the file of a run that goes on."""
        try:
            folder = os.path.join(self.folder, "mapwise-results")
            (name,) = [name for name in os.listdir(folder) if name.endswith(".partial")]
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                return sum('"mapwise.sample/1"' in line for line in file)
        except (OSError, ValueError):
            return 0

    def measuring(self, process, more=40):
        """The process that measures, when it has taken so many samples."""
        before = self.samples()
        await_that(lambda: process.poll() is not None or (self.samples() >= before + more and children_of(process.pid)), 60)
        self.assertIsNone(process.poll(), "it came to its end before it could be killed")
        (child,) = children_of(process.pid)
        return child

    def end_one(self, process, number, without):
        """Ends what measures by a signal; the name of the series it was at, as the line has it."""
        os.kill(self.measuring(process), number)
        _, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, errors.count("\n")), (3, 1), errors)
        told = re.fullmatch(
            rf"mapwise bench: it was ended by signal {number:d} \(.*\), in '(.*)'; what was measured is in "
            r"'(.*\.jsonl)\.partial', and mapwise bench --resume --output \2 goes on( without that series)?\n", errors,
        )
        self.assertIsNotNone(told, errors)
        self.assertEqual(bool(told[3]), without, errors)
        self.assert_clean()
        self.assertTrue(os.path.exists(os.path.join(self.folder, told[2] + ".partial")))
        return told[1]

    def check_all_but(self, *names):
        """Those failed as they were ended, and every other series is whole or says why its condition failed."""
        records = records_in(self.folder)
        self.assertEqual(complaints_about(records), [])
        self.assertTrue(records[-1]["complete"])
        series = {record["name"]: record for record in records if "result" in record}
        for name in names:
            self.assertEqual(series[name]["result"], "FAILED")
            self.assertRegex(series[name]["reason"], "it was ended by signal 6")
        for record in series.values():
            if record["name"] in names or record["reason"].startswith("can't tell"):
                continue
            self.assertEqual(record["result"], "MEASURED", record["reason"])
            self.assertIn(len(record["samples"]), (6, 18))

    def go_on(self):
        done = run("--resume", cwd=self.folder)
        self.assertIn(done.returncode, (0, 3), done)
        self.assertEqual(done.stderr, "")

    def test_from_outside(self):
        """Who is killed by somebody goes on with everything."""
        self.end_one(self.start(*self.RUN), signal.SIGKILL, without=False)
        self.go_on()
        self.check_all_but()

    def test_by_itself(self):
        name = self.end_one(self.start(*self.RUN), signal.SIGABRT, without=True)
        kept = records_in(self.folder)
        self.assertEqual(complaints_about(kept), [])
        (end,) = [record for record in kept if record["schema"] == "mapwise.end/1"]
        self.assertEqual(end["name"], name)
        self.go_on()
        self.check_all_but(name)

    def test_twice(self):
        names = {self.end_one(self.start(*self.RUN), signal.SIGABRT, without=True)}
        names.add(self.end_one(self.start("--resume"), signal.SIGABRT, without=True))
        self.assertEqual(len(names), 2)
        self.go_on()
        self.check_all_but(*names)

    def test_also_after_an_interruption(self):
        name = self.end_one(self.start(*self.RUN), signal.SIGABRT, without=True)
        process = self.start("--resume")
        self.measuring(process, more=20)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        self.go_on()
        self.check_all_but(name)

    def test_nobody_goes_on_alone(self):
        """Who watches is killed: then nothing measures any more."""
        process = self.start("--rounds", "1000", "--filter", self.FILTER)
        child = self.measuring(process)
        self.addCleanup(lambda: is_alive(child) and os.kill(child, signal.SIGKILL))
        process.kill()
        process.wait()
        self.assertTrue(await_that(lambda: not is_alive(child)))
        taken = self.samples()
        time.sleep(0.3)
        self.assertEqual(self.samples(), taken)

    def test_programs_end_as_well(self):
        """What the process that measures had started is no burden on the next run."""
        fake, started = os.path.join(self.folder, "stress-ng"), os.path.join(self.folder, "started")
        with open(fake, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\necho $$ > {started}.new && mv {started}.new {started}\nexec sleep 100\n")
        os.chmod(fake, 0o755)
        process = self.start(
            "--profile", "standard", "--rounds", "1", "--filter", "^stress_ng_peers/.*by:stress_ng", PATH=self.folder + ":" + os.environ["PATH"]
        )
        self.assertTrue(await_that(lambda: os.path.exists(started)))
        with open(started, encoding="utf-8") as file:
            program = int(file.read())
        self.assertTrue(is_alive(program))
        (child,) = children_of(process.pid)
        os.kill(child, signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        self.assertFalse(is_alive(program))

    def test_no_group_is_left(self):
        """A group of limited memory that the killed process was in goes as well."""
        above, _, _ = memory_groups()
        process = self.start("--profile", "standard", "--rounds", "100", "--filter", "^larger_than_memory/")

        def limited():
            """The children of this run that made themselves a group: other runs have groups too."""
            names = os.listdir(above) if os.path.isdir(above) else []
            return [child for child in children_of(process.pid) if f"mapwise-bench-{child}" in names]

        seen = []
        self.assertTrue(await_that(lambda: process.poll() is not None or seen.extend(limited()) or seen, 30))
        if process.poll() is not None:
            self.assertRegex(process.communicate()[0], "NOT RUN: limiting .*memory")
            self.skipTest("no group of limited memory can be made")
        child = seen[0]
        os.kill(child, signal.SIGKILL)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 3)
        self.assertNotIn(f"mapwise-bench-{child}", os.listdir(above))

    def test_a_limit_of_memory(self):
        """What needs more than there is fails, and says so; all else is measured, also where the limit is another
        one by then."""
        huge, small = (f"fault_anonymous/access:write/size:{size}/pages:small" for size in (268435456, 65536))
        arguments = ("--profile", "full", "--rounds", "2", "--filter", f"^({huge}|{small})$")
        with limited_group(160 << 20) as enter:
            done = run(*arguments, cwd=self.folder, before=enter)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (3, 1), done)
        self.assertIn(
            f"the system killed it for want of memory (the limit is 160 MiB), in '{huge}'; what was measured is in ",
            done.stderr,
        )
        self.go_on()
        found = {record["name"]: record for record in records_in(self.folder) if "result" in record}
        self.assertEqual((found[huge]["result"], found[small]["result"]), ("FAILED", "MEASURED"))
        self.assertRegex(found[huge]["reason"], "for want of memory")

    def test_little_memory_is_refused_at_the_start(self):
        with limited_group(160 << 20) as enter:
            done = run(cwd=self.folder, before=enter)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done)
        self.assertRegex(done.stderr, "only 160 MiB of memory may be used here")
        self.assertEqual(os.listdir(self.folder), [])


def memory_groups():
    """Where a group of limited memory can be made, the file that limits it, and the one that keeps it from swapping."""
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        groups = dict(line.rstrip("\n").split(":", 2)[1:] for line in file)
    for controllers, group in groups.items():
        if "memory" in controllers.split(","):
            return "/sys/fs/cgroup/memory" + group.rstrip("/"), "memory.limit_in_bytes", "memory.swappiness"
    return "/sys/fs/cgroup" + os.path.dirname(groups.get("", "/none/none")), "memory.max", "memory.swap.max"


@contextlib.contextmanager
def limited_group(limit):
    """A group with so much memory; gives what a process calls to enter it."""
    above, of_memory, of_swap = memory_groups()
    folder = os.path.join(above, f"mapwise-test-{os.getpid()}")

    def write(name, value):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
            stream.write(str(value))

    def enter():
        write("cgroup.procs", 0)

    try:
        os.mkdir(folder)
    except OSError as error:
        raise unittest.SkipTest(f"no group of limited memory can be made: {error}")
    try:
        try:
            write(of_memory, limit)
            subprocess.run(["true"], preexec_fn=enter, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise unittest.SkipTest(f"no memory can be limited: {error}")
        with contextlib.suppress(OSError):  # where there is no swap
            write(of_swap, 0)
        yield enter
    finally:
        await_that(lambda: remove_folder(folder))


def remove_folder(folder):
    """A group is busy as long as a process that ends is in it."""
    with contextlib.suppress(OSError):
        os.rmdir(folder)
    return not os.path.exists(folder)


if __name__ == "__main__":
    unittest.main()
