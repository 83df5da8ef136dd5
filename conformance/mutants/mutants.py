#!/usr/bin/env python3
"""Runs mapwise-check against wrong back-ends and tells which the suites catch.

mutants.py list   LIBRARY                 names and says what each mutant breaks
mutants.py verify LIBRARY CHECK [FOLDER]  each mutant against the cases in catches.tsv that are known to catch it
mutants.py run    LIBRARY CHECK [FOLDER]  each mutant against all suites but the library's, as far as is needed to
                                          tell whether it is caught; the score, and the cases that catch nothing

A mutant is caught when mapwise-check answers 1. Any other answer, 0 above all, and a runner that died of a signal or
did not end are told apart. FOLDER is where the cases keep their files; catches.tsv was made as root on ext4.
"""

import argparse
import ctypes
import fnmatch
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
CATCHES, UNKILLED = HERE / "catches.tsv", HERE / "unkilled.tsv"
CATCHES_HEAD = "# mutant\tcases that catch it, the most special ones; written by ci/mutants --update"
DEVIATIONS = ("FAIL", "CRASH", "TIMEOUT", "ERROR", "XPASS", "NEW")
CASES_KEPT = 2
CASES_AT_ONCE = 60  # mapwise-check takes up to 64 patterns
SECONDS_FOR_A_RUN = 300
PATIENCE = ("--timeout-scale", "3")  # a busy machine must not look like a catch
RACING_SUITES = {"concurrency"}


def mutants_of(library):
    """Pairs of name and sentence, from the library's own table."""
    table = ctypes.CDLL(str(library))
    for function in (table.mapwise_mutant_name, table.mapwise_mutant_sentence):
        function.restype = ctypes.c_char_p
        function.argtypes = [ctypes.c_size_t]
    found = []
    while (name := table.mapwise_mutant_name(len(found))) is not None:
        found.append((name.decode(), table.mapwise_mutant_sentence(len(found)).decode()))
    return sorted(found)


def case_options(cases):
    return [argument for case in cases for argument in ("--case", case)]


def rows_of(path):
    if not path.exists():
        return {}
    lines = path.read_text().splitlines()
    return dict(line.split("\t", 1) for line in lines if line and not line.startswith("#"))


class Run:
    """What came of the suites under one mutant, or under none."""

    def __init__(self, mutant, status, cases):
        self.mutant, self.status, self.cases = mutant, status, cases

    @property
    def caught(self):
        return self.status == 1

    def how_it_ended(self):
        if self.status is None:
            return f"the runner did not end within {SECONDS_FOR_A_RUN} s"
        if self.status < 0:
            return f"the runner died of {signal.Signals(-self.status).name}"
        return f"the runner answered {self.status}"

    def killers(self):
        return [case for case in self.cases.values() if case["result"] in DEVIATIONS]

    def fails_all(self, names):
        return bool(names) and set(names) <= {case["case"] for case in self.killers()}

    def observers(self):
        """The names of those that have seen it themselves; a set-up that fails says nothing of the case."""
        return {case["case"] for case in self.killers() if case["result"] != "ERROR"}


class Bench:
    """A place where mapwise-check runs with the library before libc."""

    def __init__(self, library, check, folder, workers):
        self.library, self.check, self.workers = Path(library).resolve(), Path(check).resolve(), workers
        self.folder = Path(folder).resolve()

    def suites(self):
        listing = subprocess.run([self.check, "--list"], capture_output=True, text=True, check=True, cwd=self.folder)
        return sorted({line.split()[0] for line in listing.stdout.splitlines()} - {"library"})

    def run(self, mutant, selection):
        with tempfile.TemporaryDirectory(prefix="mutant-", dir=self.folder) as place:
            os.chmod(place, 0o755)  # cases that step down to another user look into it
            output = Path(place, "cases.jsonl")
            scratch = Path(place, "scratch")
            scratch.mkdir()
            command = [self.check, "--no-results", "--format", "jsonl", "--output", output, *PATIENCE, *selection,
                       scratch]
            environment = {**os.environ, "LD_PRELOAD": str(self.library), "MAPWISE_MUTANT": mutant or ""}
            try:
                status = subprocess.run(command, env=environment, cwd=place, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, timeout=SECONDS_FOR_A_RUN).returncode
            except subprocess.TimeoutExpired:
                status = None
            return Run(mutant, status, self.read(output))

    @staticmethod
    def read(output):
        if not output.exists():
            return {}
        records = [json.loads(line) for line in output.read_text(errors="replace").splitlines()]
        return {record["case"]: record for record in records if record["schema"] == "mapwise.check/1"}

    def run_all(self, jobs):
        """Runs of (mutant, selection) pairs, in order."""
        with ThreadPoolExecutor(self.workers) as pool:
            yield from pool.map(lambda job: self.run(*job), jobs)


def list_mutants(options):
    for name, sentence in mutants_of(options.library):
        print(f"{name:44} {sentence}")
    return 0


def escaped(run, known):
    """The recorded cases that should have failed here and did not."""
    excused = {name for name, case in run.cases.items() if case["result"] == "UNSUPPORTED"}
    return sorted(set(known[run.mutant].split()) - {case["case"] for case in run.killers()} - excused)


def verify(options, bench):
    """0 if every mutant still fails every case that is recorded to catch it."""
    known, names = rows_of(CATCHES), [name for name, _ in mutants_of(options.library)]
    faults = [f"{name}: {CATCHES.name} has no row for it; run ci/mutants --update" for name in names if name not in known]
    faults += [f"{name}: there is no such mutant, {CATCHES.name} says" for name in known if name not in names]
    chosen = [name for name in names if known.get(name) and fnmatch.fnmatch(name, options.mutant)]
    jobs = [(name, case_options(known[name].split())) for name in chosen]
    not_run = 0
    for job, run in zip(jobs, bench.run_all(jobs)):
        if escaped(run, known):  # a huge page, say, is not always to be had
            run = bench.run(*job)
        if run.cases and all(case["result"] == "UNSUPPORTED" for case in run.cases.values()):
            not_run += 1
        elif escaped(run, known) or not run.caught:
            faults.append(f"{run.mutant}: {run.how_it_ended()}; not caught by {' '.join(escaped(run, known)) or 'any case'}")
    print(f"{len(chosen) - not_run} of {len(chosen)} mutants tried, {not_run} can't be here, {len(faults)} wrong")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


def report_mutants(runs, sentences):
    for run in runs:
        if not run.caught:
            print(f"NOT CAUGHT {run.mutant}: {sentences[run.mutant]}; {run.how_it_ended()}")
    caught = sum(run.caught for run in runs)
    print(f"{caught} of {len(runs)} in all wrong back-ends are caught")


def times_killed(runs):
    times = {}
    for run in runs:
        for case in run.killers():
            times[case["case"]] = times.get(case["case"], 0) + 1
    return times


def killed_cases(bench, names, runs, candidates):
    """Those of the candidates that fail under some mutant. What has failed once need not be run again."""
    alive = candidates - set().union(*(run.observers() for run in runs))

    def attempt(name):
        some = sorted(alive)
        for start in range(0, len(some), CASES_AT_ONCE):
            run = bench.run(name, case_options(some[start:start + CASES_AT_ONCE]))
            alive.difference_update(run.observers())

    # Those of one function fail the same cases: mixed, fewer and fewer cases are left soon.
    mixed = random.Random(0).sample(names, len(names))
    with ThreadPoolExecutor(bench.workers) as pool:
        list(pool.map(attempt, mixed))
    return candidates - alive


def report_cases(executed, killed):
    """The cases that fail under no mutant, against the table of those that can't; how many are wrong. One of those
    may be hit by chance: a page too many that goes takes what lies beside it.
    """
    reasons = rows_of(UNKILLED)
    explained = {case for glob in reasons for case in fnmatch.filter(executed - killed, glob)}
    wrong = [f"{glob}: listed in {UNKILLED.name}, and no case that runs here is so called"
              for glob in reasons if not fnmatch.filter(executed, glob)]
    wrong += [f"{case}: fails under no mutant; add one, or a reason to {UNKILLED.name}"
              for case in sorted(executed - killed - explained)]
    print(f"{len(killed)} of {len(executed)} cases fail under some mutant, "
          f"{len(explained)} can't, as {UNKILLED.name} says why")
    print("\n".join(wrong), end="\n" if wrong else "")
    return len(wrong)


def write_catches(runs):
    """A row that still holds stays. Else the cases that few other mutants fail; those that race or wait come last."""
    known, times = rows_of(CATCHES), times_killed(runs)

    def rank(case):
        return (DEVIATIONS.index(case["result"]), case["suite"] in RACING_SUITES, case["seconds"] > 0.5,
                times[case["case"]], case["case"])

    def row(run):
        if run.fails_all(known.get(run.mutant, "").split()):
            return known[run.mutant]
        best = sorted(run.killers(), key=rank)[:CASES_KEPT]
        # A second one is of use only if it is as good a witness.
        return " ".join(case["case"] for case in best if case["result"] == best[0]["result"])

    lines = [CATCHES_HEAD, *(f"{run.mutant}\t{row(run)}" for run in sorted(runs, key=lambda run: run.mutant))]
    CATCHES.write_text("\n".join(lines) + "\n")


def write_record(folder, runs, sentences):
    """mapwise.mutants/1, as a file of its own beside the others in the results folder."""
    now = datetime.now(timezone.utc)
    record = {"schema": "mapwise.mutants/1", "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "total": len(runs),
              "caught": sum(run.caught for run in runs),
              "uncaught": [{"mutant": run.mutant, "sentence": sentences[run.mutant], "reason": run.how_it_ended()}
                           for run in runs if not run.caught]}
    Path(folder).mkdir(parents=True, exist_ok=True)
    path = Path(folder, f"mutants-{now.strftime('%Y%m%dT%H%M%SZ')}.jsonl")
    path.write_text(json.dumps(record) + "\n")
    print(f"record: {path}")


def try_mutants(bench, names, selection, thorough):
    """First the cases that are known to catch a mutant, and all of the suites where that is not enough."""
    known = rows_of(CATCHES)
    jobs = [(name, case_options(known[name].split()) if known.get(name) else selection) for name in names]
    for run in bench.run_all(jobs):
        enough = run.fails_all(known.get(run.mutant, "").split()) if thorough else run.caught
        yield run if enough else bench.run(run.mutant, selection)


def run_suites(options, bench):
    sentences = dict(mutants_of(options.library))
    selection = [argument for suite in bench.suites() for argument in ("--suite", suite)]
    baseline = bench.run(None, selection)
    if baseline.status != 0:
        for case in baseline.killers():
            print(f"{case['case']}: {case['result']} without any mutant")
        print(f"without any mutant {baseline.how_it_ended()}; nothing can be said")
        return 1
    names = [name for name in sentences if fnmatch.fnmatch(name, options.mutant)]
    runs = list(try_mutants(bench, names, selection, thorough=options.update))
    if options.verbose:
        for run in runs:
            print(f"{run.mutant:44} {' '.join(case['case'] for case in run.killers()[:20])}")
    report_mutants(runs, sentences)
    if options.results:
        write_record(options.results, runs, sentences)
    uncaught = not all(run.caught for run in runs)
    if len(names) < len(sentences):
        return uncaught
    if options.update:
        write_catches(runs)
    executed = {name for name, case in baseline.cases.items() if case["result"] != "UNSUPPORTED"}
    wrong = report_cases(executed, killed_cases(bench, names, runs, executed))
    return 1 if wrong or uncaught else 0


@contextmanager
def no_shared_memory_left(folder=Path("/dev/shm")):
    """Where shm_unlink removes nothing, or another name, the runner can't."""
    before = set(folder.iterdir()) if folder.exists() else set()
    try:
        yield
    finally:
        for path in set(folder.iterdir() if folder.exists() else ()) - before:
            process = path.name.removeprefix("mapwise-case-")
            if path.name == "mapwise" or (process.isdigit() and not Path("/proc", process).exists()):
                path.unlink(missing_ok=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("act", choices=("list", "verify", "run"))
    parser.add_argument("library", metavar="LIBRARY", help="libmapwise-mutants.so")
    parser.add_argument("check", metavar="CHECK", nargs="?", help="mapwise-check")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default=".", help="a folder on ext4 (default: this one)")
    parser.add_argument("--mutant", metavar="GLOB", default="*", help="these only")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="runs at once")
    parser.add_argument("--update", action="store_true", help="run: write the rows of catches.tsv that are missing or do not hold")
    parser.add_argument("--results", metavar="DIR", help="run: leave a record for the report there")
    parser.add_argument("--verbose", action="store_true", help="run: tell of every mutant, and what catches it")
    options = parser.parse_args()
    if options.act == "list":
        return list_mutants(options)
    if not options.check:
        parser.error(f"{options.act} needs CHECK")
    bench = Bench(options.library, options.check, options.folder, options.workers)
    with no_shared_memory_left():
        return verify(options, bench) if options.act == "verify" else run_suites(options, bench)


if __name__ == "__main__":
    sys.exit(main())
