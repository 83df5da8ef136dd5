"""Runs mapwise-bench and checks its records, messages and exit statuses."""

import ctypes
import json
import mmap
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import unittest

from bench_program import DOCUMENT, NUMBER, PROGRAM, BenchCase, complaints_about, families_in, records_in, run


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
        self.check_that_resume_takes_all(records)

    def check_that_resume_takes_all(self, records):
        """What any family has on record a run that goes on can read, and writes again as it was."""
        (name,) = os.listdir(os.path.join(self.folder, "mapwise-results"))
        path = os.path.join(self.folder, "mapwise-results", name)
        records[-1].update(complete=False, interrupted=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(json.dumps(record) + "\n" for record in records))
        done = run("--resume", cwd=self.folder)
        self.assertIn(done.returncode, (0, 3), done)
        self.assertEqual(done.stderr, "")
        again = {(r["name"], r["directory"]): r for r in records_in(self.folder)[2:-1]}
        for record in records[2:-1]:
            for sample, copy in zip(record["samples"], again[record["name"], record["directory"]]["samples"]):
                self.assertEqual(set(copy), set(sample))
                for key, value in sample.items():
                    if isinstance(value, float):
                        self.assert_near(copy[key], value)
                    elif not isinstance(value, (dict, list)):
                        self.assertEqual(copy[key], value, (record["name"], key))


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

    def test_beside_worker(self):
        for option, value in (("--output", "x"), ("--rounds", "3")):
            self.assert_refused("--worker", "--filter", "what:clock", option, value, says=f"leave out '{option}'")

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
