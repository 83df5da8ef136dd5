"""What a results folder holds, as plain data. Nothing here reads files or draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Iterable
from zlib import crc32


class Result(str, Enum):
    """How a conformance case ended, in the order every table shows them."""

    PASS = "PASS"
    FAIL = "FAIL"
    XFAIL = "XFAIL"
    XPASS = "XPASS"
    UNSUPPORTED = "UNSUPPORTED"
    ERROR = "ERROR"
    TIMEOUT = "TIMEOUT"
    CRASH = "CRASH"
    NEW = "NEW"


MEANING: dict[Result, str] = {
    Result.PASS: "behaved as documented",
    Result.FAIL: "did not behave as documented",
    Result.XFAIL: "did not, in a way known for this platform",
    Result.XPASS: "behaved as documented where a difference was expected",
    Result.UNSUPPORTED: "could not be asked here",
    Result.ERROR: "could not be set up",
    Result.TIMEOUT: "did not come to an end",
    Result.CRASH: "ended the process unasked",
    Result.NEW: "nothing says what to expect",
}

# The results that make a run fail: each of these cases is shown in full.
UNEXPECTED = (
    Result.FAIL,
    Result.ERROR,
    Result.TIMEOUT,
    Result.CRASH,
    Result.XPASS,
    Result.NEW,
)


class Outcome(str, Enum):
    """How the measurement of one series ended."""

    MEASURED = "MEASURED"
    NOT_RUN = "NOT RUN"
    FAILED = "FAILED"
    PARTIAL = "PARTIAL"


@dataclass(frozen=True)
class Clause:
    """The sentence of a specification that a case checks, and how binding it is."""

    source: str = ""
    section: str = ""
    strength: str = ""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a specification in the project's words, and the names of the cases that check it."""

    name: str
    source: str
    section: str
    strength: str
    text: str
    cases: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Step:
    """One thing a case did: what had to be seen and what was seen."""

    line: int | None
    what: str
    expected: str | None
    observed: str | None

    @property
    def allowed(self) -> list[str]:
        """The observations that are as expected; none if nothing was said. "A|B" allows either."""
        return self.expected.split("|") if self.expected else []

    @property
    def differs(self) -> bool:
        return bool(self.allowed) and self.observed not in self.allowed


@dataclass(frozen=True)
class Case:
    """One conformance case as it ran once, in one directory."""

    suite: str
    suite_title: str
    name: str
    sentence: str
    clause: Clause
    result: Result
    meaning: str = ""
    reason: str = ""
    directory: str | None = None
    filesystem: str | None = None
    path: str = ""
    file: str = ""
    line: int | None = None
    steps: tuple[Step, ...] = ()
    ended: str = ""
    output: str = ""
    seconds: float | None = None
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """One timed sample of a series; None stands for what could not be counted."""

    seconds: float
    items: float | None = None
    bytes: float | None = None
    bytes_read: float | None = None
    amplification: float | None = None
    minor_faults: float | None = None
    major_faults: float | None = None
    condition: str = ""
    batch: float = 1.0  # operations timed together
    tlb_shootdowns: float | None = None
    page_table_bytes: float | None = None
    resident_bytes: float | None = None
    bytes_written: float | None = None
    context_switches: float | None = None
    steal_nanoseconds: float | None = None
    waited_nanoseconds: float | None = None
    cycles: float | None = None
    instructions: float | None = None
    tlb_load_misses: float | None = None
    trace: tuple[float, ...] = ()  # a figure over the time of the sample
    trace_step: float | None = None  # seconds
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def cost(self) -> float:
        """Seconds per item, or of the sample if items were not counted."""
        return self.seconds / self.items if self.items and self.items > 0 else self.seconds


@dataclass(frozen=True)
class Discarded:
    """Samples that were taken again because their condition did not hold."""

    count: int = 0
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Series:
    """One point of a family of benchmarks: what was set and what came out."""

    family: str
    sentence: str
    axes: dict[str, str]
    outcome: Outcome
    base: bool = False
    reason: str = ""
    directory: str | None = None
    filesystem: str | None = None
    items: str = ""
    name: str = ""
    samples: tuple[Sample, ...] = ()
    discarded: Discarded = Discarded()
    seconds: float | None = None
    bytes_per_second: float | None = None
    seconds_per_item: float | None = None
    p25_seconds: float | None = None
    p75_seconds: float | None = None
    min_seconds: float | None = None
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """True if there is a median to draw."""
        return self.outcome in (Outcome.MEASURED, Outcome.PARTIAL) and self.seconds is not None

    @property
    def best(self) -> float:
        """The time of the fastest sample, as a multiple of the median."""
        return min(self.min_seconds / self.seconds, 1.0) if self.min_seconds and self.seconds else 1.0

    @property
    def amplification(self) -> float | None:
        """Median of bytes read from the device per byte needed."""
        return median([s.amplification for s in self.samples if s.amplification is not None])

    @property
    def time_range(self) -> tuple[float, float]:
        """The 25th and 75th percentile of the time, as multiples of the median."""
        if not self.seconds:
            return 1.0, 1.0
        low, high = self.p25_seconds or self.seconds, self.p75_seconds or self.seconds
        return low / self.seconds, high / self.seconds


@dataclass(frozen=True)
class Directory:
    """A directory that was given to the run and the file system beneath it."""

    path: str
    filesystem: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Environment:
    """The fingerprint of the machine in three levels, and the hashes of the first two."""

    hardware: dict[str, str] = field(default_factory=dict)
    system: dict[str, str] = field(default_factory=dict)
    transient: dict[str, str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Something in the results folder that could not be read as a record."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.message}"


def by_file(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    """The problems of each file, in their order."""
    grouped: dict[str, list[Problem]] = {}
    for problem in problems:
        grouped.setdefault(problem.file, []).append(problem)
    return grouped


class State(str, Enum):
    """Whether a run came to its end."""

    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    TRUNCATED = "truncated"


@dataclass(frozen=True)
class Run:
    """One results file."""

    file: Path
    tool: str
    version: str
    start: str
    command: tuple[str, ...]
    directories: tuple[Directory, ...]
    environment: Environment
    state: State
    seconds: float | None = None
    host: str = ""
    planned: int | None = None
    cases: tuple[Case, ...] = ()
    series: tuple[Series, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def identity(self) -> str:
        """A name for links within the page, another one for each file."""
        kept = "".join(c if c.isalnum() or c == "-" else "." for c in self.file.stem)
        return f"run-{kept}" if kept == self.file.stem else f"run-{kept}.{crc32(bytes(self.file)):x}"


@dataclass(frozen=True)
class Score:
    """How many deliberately wrong back-ends the suites catch."""

    time: str
    total: int
    caught: int


@dataclass(frozen=True)
class Results:
    """Everything that was found in a results folder."""

    folder: Path
    runs: tuple[Run, ...]
    problems: tuple[Problem, ...]
    score: Score | None = None

    def newest(self, tool: str) -> Run | None:
        """The newest complete run of a tool; if none is complete, the newest one."""
        of_tool = [run for run in self.runs if run.tool == tool]
        complete = [run for run in of_tool if run.state is State.COMPLETE]
        return next(iter(complete or of_tool), None)


def median(values: list[float]) -> float | None:
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def quantile(ascending: list[float], share: float) -> float:
    """Interpolated, as mapwise bench does it."""
    place = share * (len(ascending) - 1)
    low = int(place)
    high = min(low + 1, len(ascending) - 1)
    return ascending[low] + (place - low) * (ascending[high] - ascending[low])
