"""Runs mapwise-bench and checks its records, messages and exit statuses.

    program_test.py MAPWISE_BENCH SCHEMAS DOCUMENT

Needs nothing but Python's standard library; where there is jsonschema the records are held against SCHEMAS.
"""

import ctypes
import json
import mmap
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

DOCUMENT = sys.argv.pop(3)
SCHEMAS = sys.argv.pop(2)
PROGRAM = os.path.abspath(sys.argv.pop(1))
NUMBER = (int, float)


def run(*arguments, cwd):
    return subprocess.run([PROGRAM, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300)


def families_in(names):
    return {name.split("/")[0] for name in names}


def records_in(folder):
    results = os.path.join(folder, "mapwise-results")
    (name,) = os.listdir(results)
    with open(os.path.join(results, name), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def complaints_about(records):
    """What the schemas say against the records."""
    try:
        import jsonschema
    except ImportError:
        return []
    schemas = {}
    for name in os.listdir(SCHEMAS):
        if name.endswith(".schema.json"):
            with open(os.path.join(SCHEMAS, name), encoding="utf-8") as file:
                schema = json.load(file)
            schemas[schema["title"]] = jsonschema.Draft202012Validator(schema)
    return [
        f"{record['schema']} {record.get('name', '')}: {error.json_path}: {error.message[:200]}"
        for record in records
        for error in schemas[record["schema"]].iter_errors(record)
    ]


class BenchCase(unittest.TestCase):
    def setUp(self):
        # In the current folder, which is on the disk that the build is on; /tmp may be memory.
        temporary = tempfile.TemporaryDirectory(dir=".")
        self.addCleanup(temporary.cleanup)
        self.folder = os.path.abspath(temporary.name)

    def assert_clean(self):
        self.assertNotIn(".mapwise-scratch", os.listdir(self.folder))

    def assert_near(self, value, wanted):
        self.assertLessEqual(abs(value - wanted), 1e-6 * abs(wanted), (value, wanted))

    def assert_refused(self, *arguments, says):
        done = run(*arguments, cwd=self.folder)
        self.assertEqual(done.returncode, 2, done)
        self.assertRegex(done.stderr, says)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(os.listdir(self.folder), [])


class OwnFiles(BenchCase):
    def test_small_ones_are_in_the_scratch_folder(self):
        done = run("--rounds", "1", "--filter", "^fault_sigbus/way:library$", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done)
        self.assertRegex(done.stdout, r"scratch space in \.\n")
        self.assert_clean()


class Records(BenchCase):
    FILTER = (
        r"calibration/what:(clock|disk_random)$|read_.*temperature:(cold|warm)/size:4194304"
        r"|pread/temperature:cold/pattern:random/size:4194304|map_unmap/.*size:65536"
        r"|sync_cost/mode:sync/dirty_pages:16/|fault_(file_read|major)/"
        r"|file_growth/strategy:window/step:1048576|advise_effect.*/pattern:random/advice:(normal|random)/"
    )

    def test_a_run(self):
        done = run("--rounds", "3", "--seed", "9", "--filter", self.FILTER, cwd=self.folder)
        self.assertIn(done.returncode, (0, 3), done)
        self.assertEqual(done.stderr, "")  # no progress in a pipe
        self.assertRegex(done.stdout, r"scratch space in \.\n")
        self.assert_clean()
        first, plan, *series, last = records_in(self.folder)
        self.assertEqual(complaints_about(records_in(self.folder)), [])
        self.assertEqual((first["schema"], first["tool"]), ("mapwise.run/1", "bench"))
        self.assertEqual(first["command"][1:5], ["--rounds", "3", "--seed", "9"])
        self.assertEqual([entry["path"] for entry in first["directories"]], [self.folder])
        self.assertEqual((plan["schema"], plan["seed"], plan["rounds"]), ("mapwise.plan/1", "9", 3))
        self.assertEqual(plan["directories"], [self.folder])
        self.check_summary(last, series)
        for record in series:
            with self.subTest(family=record["family"], series=record["series"]):
                self.check_series(record)
        self.check_order(series)
        several = [r for r in series if r["samples"] and r["samples"][0]["batch"] > 1]
        self.assertTrue(any(r["samples"][0]["items"] for r in several))

    def check_summary(self, last, series):
        self.assertEqual(last["schema"], "mapwise.summary/1")
        self.assertEqual((last["complete"], last["interrupted"]), (True, False))
        self.assertEqual((last["profile"], last["seed"], last["rounds"]), ("quick", 9, 3))
        for result, count in last["counts"].items():
            self.assertEqual(sum(r["result"] == result for r in series), count, result)
        families = {r["family"] for r in series}
        self.assertGreaterEqual(len(families), 10, families)
        self.assertGreater(last["counts"]["MEASURED"], 0)

    def check_series(self, record):
        self.assertEqual(record["schema"], "mapwise.bench/1")
        self.assertIn(record["result"], ("MEASURED", "NOT RUN", "FAILED"))
        self.assertTrue(all(isinstance(value, str) for value in record["series"].values()))
        self.assertIsInstance(record["base"], bool)
        if record["result"] != "MEASURED":
            self.assertNotEqual(record["reason"], "")
            return
        self.assertEqual(record["reason"], "")
        self.assertGreaterEqual(len(record["samples"]), 2)
        spread = record["spread"]
        self.assertLessEqual(spread["min_seconds"], spread["p25_seconds"])
        self.assertLessEqual(spread["p25_seconds"], record["median"]["seconds"])
        self.assertLessEqual(record["median"]["seconds"], spread["p75_seconds"])
        self.check_figures(record)
        self.assertLessEqual(spread["p75_seconds"], spread["max_seconds"])
        self.assertEqual(record["discarded"]["count"], sum(record["discarded"]["reasons"].values()))
        for sample in record["samples"]:
            self.check_sample(record, sample)

    def check_figures(self, record):
        """They are those of one operation, a sample has those of its batch."""
        first, median = record["samples"][0], record["median"]
        seconds = statistics.median(s["seconds"] / s["batch"] for s in record["samples"])
        self.assert_near(median["seconds"], seconds)
        self.assert_near(record["spread"]["max_seconds"], max(s["seconds"] / s["batch"] for s in record["samples"]))
        for figure, of, value in (
            ("bytes_per_second", "bytes", first["bytes"] / first["batch"] / seconds),
            ("seconds_per_item", "items", seconds / (first["items"] / first["batch"] or 1)),
        ):
            if first[of]:
                self.assert_near(median[figure], value)
            else:
                self.assertIsNone(median[figure])

    def check_sample(self, record, sample):
        for key in ("order", "at", "seconds", "batch", "bytes", "bytes_needed", "items", "minor_faults"):
            self.assertIsInstance(sample[key], NUMBER, key)
        self.assertGreater(sample["seconds"], 0)
        self.assertIn(sample["condition"], ("cold", "warm", "none"))
        if record["directory"] is None:
            self.assertIsNone(sample["resident_before"])
        if sample["condition"] == "cold":
            self.assertEqual(sample["resident_before"], 0)
            if sample["bytes_read"]:
                self.assertGreaterEqual(sample["amplification"], 1)
        if sample["condition"] == "warm":
            self.assertGreater(sample["resident_before"], 0)
            self.assertIn(sample["bytes_read"], (0, None))

    def check_order(self, series):
        """Every sample has its place, and the series take turns."""
        samples = [(s["order"], s["at"], i) for i, r in enumerate(series) for s in r["samples"]]
        samples.sort()
        self.assertEqual(len({order for order, _, _ in samples}), len(samples))
        times = [at for _, at, _ in samples]
        self.assertEqual(times, sorted(times))
        turns = sum(a[2] != b[2] for a, b in zip(samples, samples[1:]))
        self.assertGreater(turns, len(series))

    def test_memory_is_never_cold(self):
        if not os.access("/dev/shm", os.W_OK):
            self.skipTest("no /dev/shm to write to")
        with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
            name = "read_sequential/temperature:(cold|warm)/size:4194304"
            done = run("--rounds", "2", "--filter", name, memory, cwd=self.folder)
            self.assertEqual(done.returncode, 0, done)
            results = {r["series"]["temperature"]: r for r in records_in(self.folder)[2:-1]}
            self.assertEqual(results["warm"]["result"], "MEASURED")
            self.assertEqual(results["cold"]["result"], "NOT RUN")
            self.assertRegex(results["cold"]["reason"], "tmpfs: .* stay in memory")
            self.assertEqual({s["bytes_read"] for s in results["warm"]["samples"]}, {None})
            self.assertEqual(os.listdir(memory), [])

    def test_nothing_could_run(self):
        if not os.access("/dev/shm", os.W_OK):
            self.skipTest("no /dev/shm to write to")
        with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
            name = "read_sequential/temperature:cold/size:4194304"
            done = run("--filter", name, memory, cwd=self.folder)
            self.assertEqual(done.returncode, 2, done)
            self.assertRegex(done.stderr, "nothing could run")

    def order_of(self, seed):
        """In each of three rounds, the series as they took turns."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            done = run("--rounds", "3", "--seed", seed, "--filter", "what:[^d]", cwd=folder)
            self.assertEqual(done.returncode, 0, done)
            records = records_in(folder)[2:-1]
        samples = sorted((s["order"], s["round"], r["name"]) for r in records for s in r["samples"])
        self.assertEqual([n for _, n, _ in samples], sorted(n for _, n, _ in samples))
        rounds = [list(dict.fromkeys(name for _, n, name in samples if n == number)) for number in range(3)]
        for names in rounds:
            self.assertEqual(sorted(names), sorted(record["name"] for record in records))
        self.assertGreater(len(records), 5)
        return rounds

    def test_each_round_has_an_order_that_follows_from_the_seed(self):
        one = self.order_of("5")
        self.assertEqual(self.order_of("5"), one)
        first, second, third = one
        self.assertTrue(first != second != third != first, one)
        self.assertNotEqual(self.order_of("6"), one)

    def test_what_is_seldom_is_in_every_third_round(self):
        for rounds, wanted in ((1, [0]), (4, [0, 3])):
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                done = run("--rounds", str(rounds), "--filter", "dirty_rate|what:clock", cwd=folder)
                self.assertEqual(done.returncode, 0, done)
                series = {r["family"]: [s["round"] for s in r["samples"]] for r in records_in(folder)[2:-1]}
            self.assertEqual(series["calibration"], [n for n in range(rounds) for _ in range(3)])
            self.assertEqual(series["dirty_rate"], wanted)

    def test_anonymous(self):
        done = run("--rounds", "1", "--anonymize", "--filter", "strategy:window/step:1048576", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done)
        self.assertNotIn(self.folder, json.dumps(records_in(self.folder)))

    def test_every_temperature(self):
        name = "read_sequential/temperature:.*/size:4194304"
        done = run("--rounds", "1", "--profile", "standard", "--filter", name, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done)
        results = {r["series"]["temperature"]: r for r in records_in(self.folder)[2:-1]}
        self.assertEqual(set(results), {"cold", "warm", "mapped"})
        self.assertEqual({r["series"]["fill"] for r in results.values()}, {"none", "read_1M"})
        faults = {t: r["samples"][0]["minor_faults"] / r["samples"][0]["batch"] for t, r in results.items() if r["samples"]}
        self.assertLess(faults["mapped"], faults["warm"])

    def test_peers(self):
        """A library that was not there when this was built says so; ours and by hand are always measured."""
        name = "library_peers/.*size:4096|library_peers_find/.*needle:(1|16)/"
        done = run("--rounds", "1", "--filter", name, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done)
        records = records_in(self.folder)[2:-1]
        self.assertEqual(len(records), 7 + 3 * 2)
        for record in records:
            with self.subTest(series=record["series"]):
                if record["series"]["by"] in ("hand", "mapwise") or record["result"] != "NOT RUN":
                    self.assertEqual(record["result"], "MEASURED", record["reason"])
                    self.assertGreater(record["extra"]["by_hand"], 0)
                    self.assertGreater(record["extra"]["ratio"], 0)
                else:
                    self.assertRegex(record["reason"], "^[A-Z][A-Za-z.]+ was not found when mapwise was built$")

    def test_combination_outside_the_plan(self):
        name = "sync_cost/mode:async/dirty_pages:16/layout:scattered/fill:write_4K"
        done = run("--rounds", "1", "--filter", name, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done)
        (record,) = records_in(self.folder)[2:-1]
        self.assertEqual(record["series"]["fill"], "write_4K")
        self.assertFalse(record["base"])


class Families(BenchCase):
    def test_the_document_has_each_with_its_sentence(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \| .* \|$", file.read(), re.M))
        names = run("--list", "--profile", "full", cwd=self.folder).stdout.splitlines()
        self.assertEqual(set(rows), families_in(names))
        self.sentences = rows

    def test_each_is_measured_or_says_why_not(self):
        """One round of the quick profile, which has a point of every family."""
        self.test_the_document_has_each_with_its_sentence()
        done = run("--rounds", "1", "--seed", "3", cwd=self.folder)
        self.assertIn(done.returncode, (0, 3), done)
        self.assertEqual(done.stderr, "")
        self.assert_clean()
        records = records_in(self.folder)
        self.assertEqual(complaints_about(records), [])
        results = {}
        for record in records[2:-1]:
            results.setdefault(record["family"], []).append(record)
            self.assertEqual(record["sentence"], self.sentences[record["family"]])
            self.assertTrue(record["samples"] or record["reason"], record["name"])
        self.assertEqual(set(results), set(self.sentences))
        # What fails here is what a busy machine does to a condition, and that is little of all.
        failed = [r for r in records[2:-1] if r["result"] == "FAILED"]
        for record in failed:
            self.assertRegex(record["reason"], "^can't tell: ", record["name"])
        self.assertLess(len(failed), 12, [(r["name"], r["reason"]) for r in failed])
        for record in records[2:-1]:
            for sample in record["samples"]:
                self.assertEqual(set(sample.get("extra", {})), set(record["extra"]), record["name"])


class GoogleOptions(BenchCase):
    def test_its_display_and_file(self):
        done = run(
            "--rounds", "2", "--benchmark_filter=what:clock", "--benchmark_format=json",
            "--benchmark_out=google.json", cwd=self.folder,
        )
        self.assertEqual(done.returncode, 0, done)
        with open(os.path.join(self.folder, "google.json"), encoding="utf-8") as file:
            for rows in (json.loads(done.stdout)["benchmarks"], json.load(file)["benchmarks"]):
                self.assertEqual({re.match("[^/]*/[^/]*", row["name"])[0] for row in rows}, {"calibration/what:clock"})
                self.assertEqual(len(rows), 2)

    def test_its_figures_are_those_of_one_operation(self):
        """Beside the records of the same run."""
        names = "what:memory_copy|map_unmap/source:path/size:65536|read_sequential/temperature:warm/size:4194304"
        done = run("--rounds", "1", "--filter", names, "--benchmark_format=json", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done)
        rows = json.loads(done.stdout)["benchmarks"]
        records = records_in(self.folder)[2:-1]
        self.assertEqual(len(records), len(rows))
        self.assertGreater(max(r["samples"][0]["batch"] for r in records), 1)
        for record in records:
            (row,) = [row for row in rows if row["name"].startswith(record["name"] + "/")]
            samples = record["samples"]
            with self.subTest(row=row, samples=samples):
                self.check_row(row, samples)

    def check_row(self, row, samples):
        def each(key):
            return statistics.mean(s[key] / s["batch"] for s in samples)

        self.assertEqual((row["time_unit"], row["iterations"]), ("ns", len(samples)))
        self.assert_near(row["real_time"], each("seconds") * 1e9)
        for rate, key in (("bytes_per_second", "bytes"), ("items_per_second", "items")):
            self.assert_near(row.get(rate, 0), each(key) / each("seconds"))
        for counter in ("minor_faults", "major_faults", "resident_bytes", "page_table_bytes"):
            if samples[0][counter] is not None:
                self.assert_near(row[counter], each(counter))

    def test_lists(self):
        ours = run("--list", cwd=self.folder)
        for option in ("--benchmark_list_tests", "--benchmark_list_tests=1", "--benchmark_list_tests=Yes"):
            google = run(option, cwd=self.folder)
            self.assertEqual((ours.returncode, google.returncode), (0, 0))
            self.assertEqual(ours.stdout, google.stdout)
        names = ours.stdout.splitlines()
        self.assertEqual(len(names), len(set(names)))
        standard = run("--list", "--profile", "standard", cwd=self.folder).stdout.splitlines()
        full = run("--list", "--profile", "full", cwd=self.folder).stdout.splitlines()
        self.assertLess(set(names), set(standard))
        self.assertLess(set(standard), set(full))
        self.assertEqual(families_in(names), families_in(full))
        self.assertEqual(os.listdir(self.folder), [])


class Refusals(BenchCase):
    def test_help(self):
        done = run("--help", cwd=self.folder)
        self.assertEqual(done.returncode, 0)
        for option in ("profile", "filter", "list", "output", "results", "rounds", "seed", "anonymize", "resume", "drop-caches", "worker", "help"):
            self.assertIn(f"--{option}", done.stdout)

    def test_options(self):
        self.assert_refused("--nope", says="unknown option '--nope'")
        self.assert_refused("-x", says="unknown option '-x'")
        self.assert_refused("--profile", says="--profile needs a value")
        self.assert_refused("--profile", "slow", says="unknown profile 'slow'")
        self.assert_refused("--filter", "no such series", says="no series matches")
        self.assert_refused("--filter", "(", says="not an extended regular expression")
        self.assert_refused("--rounds", "0", says="--rounds '0'")
        self.assert_refused("--seed", "many", says="--seed 'many'")
        self.assert_refused("--benchmark_nope=1", says="unknown option '--benchmark_nope=1'")
        self.assert_refused("--benchmark_repetitions=3", says="--rounds N")
        for option in ("min_time=0.1", "enable_random_interleaving=true", "perf_counters=CYCLES", "filter=-read"):
            self.assert_refused(f"--benchmark_{option}", says="is not for here")
        self.assert_refused("--benchmark_out=/no/such/file", says="cannot write '/no/such/file'")
        self.assert_refused("--anonymize", "--benchmark_format=json", says="which names the host")
        for option in ("format", "out_format", "time_unit"):
            for value in ("xml", "", "json csv", "ms s"):
                self.assert_refused(f"--benchmark_{option}={value}", says="is none of: [a-z ]+; see --help")

    def test_beside_resume(self):
        for option in (
            ("--filter", "pread"), ("--rounds", "5"), ("--rounds=5",), ("--seed", "7"), ("--profile", "quick"), ("--list",),
            ("--anonymize",), ("--drop-caches",), ("--worker",), ("--benchmark_filter=x",), ("--benchmark_format=json",),
        ):
            for arguments in (("--resume", *option), (*option, "--resume"), ("--output", "x", *option, "--resume", ".")):
                self.assert_refused(*arguments, says=f"settings of the run; leave out '{option[0]}'")
        self.assert_refused("--resume", "--results", "x", says="no run in 'x' was cut off")

    def test_folders(self):
        self.assert_refused("missing", says="cannot use 'missing'")
        self.assert_refused("--filter", "what:clock", "--results", "no/such", says="results folder 'no/such'")
        self.assert_refused("--filter", "what:clock", "--output", "no/file", says="cannot write 'no/file")

    def test_only_a_regular_file_is_replaced(self):
        target = os.path.join(self.folder, "target")
        for make in (os.mkfifo, lambda path: os.symlink("/dev/null", path), os.mkdir):
            make(target)
            done = run("--filter", "what:clock", "--output", target, cwd=self.folder)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done)
            self.assertRegex(done.stderr, "is no regular file")
            self.assertEqual(os.listdir(self.folder), ["target"])
            shutil.rmtree(target) if os.path.isdir(target) and not os.path.islink(target) else os.remove(target)

    def test_same_folder_twice(self):
        self.assert_refused(".", self.folder, says="is named twice")


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
        process = subprocess.Popen([*self.COMMAND, "--output", "here"], cwd=self.folder, stdout=subprocess.DEVNULL)
        while not os.path.exists(os.path.join(self.folder, "here.partial")):
            time.sleep(0.005)
        self.addCleanup(process.wait)
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

    def test_records_can_not_be_written(self):
        """A full disk loses nothing that was written before."""
        limit = 40000
        self.FILTER = "what:(clock|system_call)$"
        command = [PROGRAM, "--rounds", str(self.ROUNDS * 10), "--seed", "5", "--filter", self.FILTER]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=100,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
        self.assertRegex(done.stderr, "cannot write .*what could be written is in '.*[.]partial'")
        (name,) = os.listdir(self.results())
        self.assertTrue(name.endswith(".jsonl.partial"))
        with open(os.path.join(self.results(), name), encoding="utf-8") as file:
            taken = [json.loads(line) for line in file if '"mapwise.sample/1"' in line and line.endswith("}\n")]
        self.assertGreater(len(taken), 10)
        self.assertEqual(self.go_on().returncode, 0)
        self.ROUNDS *= 10
        self.check_whole(taken)


class Worker(BenchCase):
    """A process that takes a block for each request."""

    def serve(self, requests, *options):
        command = [PROGRAM, "--worker", *options]
        return subprocess.run(command, cwd=self.folder, input=requests, capture_output=True, text=True, timeout=60)

    def answers(self, requests, *options):
        done = self.serve(requests, *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        self.assert_clean()
        self.assertNotIn("mapwise-results", os.listdir(self.folder))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_blocks(self):
        name = "read_sequential/temperature:warm/size:4194304/"
        ready, *blocks = self.answers("block 5\nblock\nnonsense\nblock 9\nquit\nblock\n", "--filter", f"{name}.*read_1M")
        self.assertEqual((ready["schema"], ready["ready"]), ("gb.worker/1", True))
        self.assertTrue(ready["series"].startswith(name))
        self.assertEqual([block.get("block") for block in blocks], [5, 6, None, 9])
        for block in (blocks[0], blocks[1], blocks[3]):
            self.assertIsNone(block["error"])
            self.assertEqual(len(block["samples"]), 1)
            (sample,) = block["samples"]
            self.assertGreater(sample["seconds"], 0)
            self.assertEqual(sample["bytes"], 4194304)
            self.assertGreater(sample["counters"]["minor_faults"], 0)

    def test_random_pages_follow_from_seed_and_round(self):
        name = "read_random/temperature:cold/size:4194304"
        for _ in range(2):
            _, one = self.answers("block 3\n", "--seed", "1", "--filter", name)
            if one["error"]:
                self.skipTest(one["error"])
            self.assertGreater(one["samples"][0]["counters"]["bytes_read"], 0)

    def test_what_can_not_be_is_skipped(self):
        if not os.access("/dev/shm", os.W_OK):
            self.skipTest("no /dev/shm to write to")
        with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
            options = ("--filter", "read_sequential/temperature:cold/size:4194304", memory)
            _, *blocks = self.answers("block\nblock\n", *options)
            self.assertEqual(len(blocks), 2)
            for block in blocks:
                self.assertEqual(block["samples"], [])
                self.assertRegex(block["skipped"], "stay in memory")
            self.assertEqual(os.listdir(memory), [])

    def test_one_series_only(self):
        done = self.serve("block\n", "--filter", "what:")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, "serves one series")


class Caches(BenchCase):
    def pages_in_memory(self, path):
        library = ctypes.CDLL(None, use_errno=True)
        with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
            pages = ctypes.create_string_buffer(len(memory) // mmap.PAGESIZE)
            first = ctypes.c_char.from_buffer(memory)
            self.assertEqual(library.mincore(ctypes.byref(first), ctypes.c_size_t(len(memory)), pages), 0)
            del first
        return sum(page & 1 for page in pages.raw)

    def test_drop_caches(self):
        """What another file has in memory is dropped, too."""
        other = os.path.join(self.folder, "other")
        with open(other, "wb") as file:
            file.write(b"x" * 256 * mmap.PAGESIZE)
            os.fsync(file.fileno())
        self.assertEqual(self.pages_in_memory(other), 256)
        name = "read_sequential/temperature:cold/size:4194304"
        done = run("--rounds", "1", "--drop-caches", "--filter", name, cwd=self.folder)
        if os.access("/proc/sys/vm/drop_caches", os.W_OK):
            self.assertEqual(done.returncode, 0, done)
            plan, record = records_in(self.folder)[1:3]
            self.assertTrue(plan["drop_caches"])
            self.assertEqual(record["samples"][0]["resident_before"], 0)
            self.assertLess(self.pages_in_memory(other), 256)
        else:
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))
            self.assertIn("--drop-caches", done.stderr)


if __name__ == "__main__":
    unittest.main()
