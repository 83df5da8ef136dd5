"""Reads results folders: JSON Lines, one run a file.

A line that is no record, or a record that lacks what its schema demands, becomes a Problem
that names file and line; everything else in the file is kept. Nothing in a results file can
raise out of here. Numbers that are no numbers (NaN, infinities) are refused.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Iterator, NoReturn

from .model import (
    Case,
    Clause,
    Directory,
    Discarded,
    Environment,
    Outcome,
    Problem,
    Result,
    Results,
    Run,
    Sample,
    Score,
    Sentence,
    Series,
    State,
    Step,
    quantile,
)

# A record is a few kilobytes; the largest (a series with many samples) stays far below this.
LONGEST_LINE = 16 * 1024 * 1024

# No count, size, time or rate lies outside these; a chart of one that does would show nothing.
SMALLEST, LARGEST = 1e-21, 1e21

# A file of garbage should not fill the page with its lines.
PROBLEMS_SHOWN = 20

TOOLS = ("check", "bench")


class RecordError(Exception):
    """A record that does not hold what its schema demands."""


class FolderError(Exception):
    """A results folder from which nothing can be reported."""


def read_folder(folder: Path) -> Results:
    """Reads every run of a folder, newest first.

    A run that was killed has left NAME.jsonl.partial, with everything it had measured.
    """
    runs: list[Run] = []
    problems: list[Problem] = []
    scores: list[Score] = []
    for path in _results_files(folder):
        run, score, found = _read(path)
        problems += found
        if run is not None:
            runs.append(run)
        if score is not None:
            scores.append(score)
    runs.sort(key=lambda run: (run.start, run.file.name), reverse=True)
    newest = max(scores, key=lambda score: score.time, default=None)
    return Results(folder, tuple(runs), tuple(problems), newest)


def read_file(path: Path) -> tuple[Run | None, list[Problem]]:
    """Reads one results file; None if it holds no run."""
    run, _, problems = _read(path)
    return run, problems


def _read(path: Path) -> tuple[Run | None, Score | None, list[Problem]]:
    reader = _FileReader(path)
    try:
        with path.open("rb") as stream:
            for number, line in _lines(stream):
                reader.take(number, line)
    except OSError as error:
        reason = error.strerror or str(error)
        return None, None, [Problem(path.name, None, f"cannot be read: {reason}")]
    run = reader.run()
    return run, reader.score, reader.problems


def _results_files(folder: Path) -> list[Path]:
    try:
        names = sorted(p for p in folder.iterdir() if p.name.endswith((".jsonl", ".jsonl.partial")))
    except FileNotFoundError:
        raise FolderError(
            f"{folder}: no such results folder; run mapwise check or mapwise bench first,"
            " or name the folder with --results DIR"
        ) from None
    except OSError as error:
        raise FolderError(
            f"{folder}: cannot read the results folder: {error.strerror}"
        ) from None
    if not names:
        raise FolderError(
            f"{folder}: no results (*.jsonl) in this folder; run mapwise check or mapwise bench first"
        )
    return names


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines; None for one longer than LONGEST_LINE, which is skipped in pieces."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while piece := stream.readline(LONGEST_LINE):
                if piece.endswith(b"\n"):
                    break
            yield number, None
        else:
            yield number, line


@dataclass
class _FileReader:
    """Collects the records of one file."""

    path: Path
    problems: list[Problem] = field(default_factory=list)
    header: Run | None = None
    summary: "_Summary | None" = None
    cases: list[Case] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    taken: dict[tuple[str, str | None], list[Sample]] = field(default_factory=dict)
    ended: dict[tuple[str, str | None], str] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)
    score: Score | None = None
    hidden: int = 0

    def take(self, number: int, line: bytes | None) -> None:
        try:
            if line is None:
                raise RecordError(f"longer than {LONGEST_LINE // 1024 // 1024} MiB, skipped")
            if not line.strip():
                return
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                text = line.decode("utf-8", errors="replace")
                self._problem(number, "not UTF-8: wrong bytes are shown as \ufffd")
            self._record(Fields(_parse(text)))
        except RecordError as error:
            self._problem(number, str(error))

    def _problem(self, number: int | None, message: str) -> None:
        if len(self.problems) < PROBLEMS_SHOWN:
            self.problems.append(Problem(self.path.name, number, message))
        else:
            self.hidden += 1

    def _record(self, fields: Fields) -> None:
        schema = fields.text("schema")
        if schema == "mapwise.run/1":
            if self.header is not None:
                raise RecordError("a second run record in one file, skipped")
            self.header = _header(self.path, fields)
        elif schema == "mapwise.check/1":
            self.cases.append(_case(fields))
        elif schema == "mapwise.bench/1":
            self.series.append(_series(fields))
        elif schema == "mapwise.sample/1":
            key = (fields.text("name"), fields.text("directory", None))
            self.taken.setdefault(key, []).append(_sample(fields.fields("sample")))
        elif schema == "mapwise.end/1":
            self.ended[fields.text("name"), fields.text("directory", None)] = fields.text("reason")
        elif schema == "mapwise.plan/1":
            pass  # what a run that goes on with this one has to know
        elif schema == "mapwise.coverage/1":
            self.sentences = [_sentence(Fields(value)) for value in fields.items("clauses")]
        elif schema == "mapwise.summary/1":
            self.summary = _summary(fields)
        elif schema == "mapwise.mutants/1":
            self.score = _score(fields)
        else:
            raise RecordError(f"unknown schema {schema[:60]!r}, skipped")

    def run(self) -> Run | None:
        if self.header is None:
            if self.score is not None:  # a file of its own, which belongs to no run
                return None
            self.problems.append(
                Problem(self.path.name, None, "unusable: no run record, so nothing says what was run")
            )
            return None
        self.series = [self._with_samples(series) for series in self.series]
        if self.summary is not None:
            self._compare_counts(self.summary)
        if self.hidden:
            self.problems.append(
                Problem(self.path.name, None, f"{self.hidden} more lines that are no records")
            )
        run = replace(
            self.header,
            cases=tuple(self._cases_with_sentences()),
            sentences=tuple(self.sentences),
            series=tuple(self.series),
            problems=tuple(self.problems),
        )
        if self.summary is None:
            return run
        state = State.COMPLETE if self.summary.whole else State.INTERRUPTED
        return replace(
            run, state=state, seconds=self.summary.seconds, planned=self.summary.planned
        )

    def _with_samples(self, series: Series) -> Series:
        """Of a run that was cut off the samples stand by themselves, and in which series it was ended."""
        key = (series.name, series.directory)
        if key in self.ended:
            return replace(series, outcome=Outcome.FAILED, reason=self.ended[key])
        samples = self.taken.get(key)
        if series.samples or not samples:
            return series
        times = sorted(sample.seconds / sample.batch for sample in samples)
        median = quantile(times, 0.5)
        first = samples[0]
        per_operation = 1 / first.batch / median if median > 0 else 0.0
        return replace(
            series,
            reason=f"{series.reason}; {len(samples)} samples until then",
            samples=tuple(samples),
            seconds=median or None,
            bytes_per_second=(first.bytes or 0.0) * per_operation or None,
            seconds_per_item=median * first.batch / first.items if first.items and median else None,
            p25_seconds=quantile(times, 0.25),
            p75_seconds=quantile(times, 0.75),
            min_seconds=times[0],
            extra={key: quantile(sorted(s.extra[key] for s in samples if key in s.extra), 0.5) for key in first.extra},
        )

    def _cases_with_sentences(self) -> Iterator[Case]:
        """The record of what the cases cover comes behind theirs."""
        names: dict[str, list[str]] = {}
        for sentence in self.sentences:
            for name in sentence.cases:
                names.setdefault(name, []).append(sentence.name)
        for case in self.cases:
            yield replace(case, sentences=tuple(names.get(case.name, ())))

    def _compare_counts(self, summary: "_Summary") -> None:
        """A summary that counts otherwise than its file means that records were lost."""
        found: dict[str, int] = {}
        for kind in [c.result.value for c in self.cases] + [s.outcome.value for s in self.series]:
            found[kind] = found.get(kind, 0) + 1
        for kind, said in summary.counts.items():
            if said != found.get(kind, 0):
                message = f"the summary counts {said:.0f} {kind}, the file holds {found.get(kind, 0)}"
                self._problem(None, message)


@dataclass(frozen=True)
class _Summary:
    """The last record of a run."""

    whole: bool
    seconds: float | None
    planned: int | None
    counts: dict[str, float]


def _parse(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecordError:
        raise
    except (ValueError, RecursionError) as error:
        shown = text.strip()[:40]
        reason = "nested too deep" if isinstance(error, RecursionError) else "not JSON"
        raise RecordError(f"{reason}: {shown!r}") from None


def _no_number(name: str) -> NoReturn:
    raise RecordError(f"{name} is not a number")


def clean(text: str) -> str:
    """Text that HTML, SVG and UTF-8 can hold: no lone surrogates, no control characters."""
    if text.isprintable():
        return text
    return "".join(
        c if c in "\n\t" or (c >= " " and c != "\x7f" and not "\ud800" <= c <= "\udfff") else "\ufffd"
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
    )


_REQUIRED: Any = object()


class Fields:
    """Typed access to one JSON object; RecordError names the key that is missing or wrong."""

    def __init__(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise RecordError(f"not an object: {str(value)[:40]!r}")
        self._values: dict[str, Any] = value

    def _get(self, key: str, default: Any) -> Any:
        value = self._values.get(key)
        if value is None and default is _REQUIRED:
            raise RecordError(f"no {key!r} in this record")
        return default if value is None else value

    def text(self, key: str, default: Any = _REQUIRED) -> Any:
        value = self._get(key, default)
        if value is default or isinstance(value, str):
            return clean(value) if isinstance(value, str) else value
        raise RecordError(f"{key!r} is not a text: {str(value)[:40]!r}")

    def number(self, key: str, default: Any = _REQUIRED) -> Any:
        value = self._get(key, default)
        if value is default:
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise RecordError(f"{key!r} is not a number: {str(value)[:40]!r}")
        try:
            converted = float(value)
        except OverflowError:
            converted = math.inf
        if converted and not SMALLEST <= abs(converted) <= LARGEST:
            raise RecordError(f"{key!r} is beyond anything that can be measured")
        return converted

    def positive(self, key: str) -> float | None:
        """A time or a rate; None if it is missing or says nothing."""
        value: float | None = self.number(key, None)
        return value if value is not None and value > 0 else None

    def count(self, key: str, default: Any = _REQUIRED) -> Any:
        value = self.number(key, default)
        return value if value is default else int(value)

    def flag(self, key: str) -> bool:
        return self._values.get(key) is True

    def items(self, key: str) -> list[Any]:
        value = self._get(key, [])
        if not isinstance(value, list):
            raise RecordError(f"{key!r} is not a list")
        return value

    def fields(self, key: str) -> "Fields":
        return Fields(self._get(key, {}))

    def texts(self) -> dict[str, str]:
        """Every value as text: axes, settings and fingerprints may hold numbers."""
        return {clean(k): clean(_as_text(v)) for k, v in self._values.items() if v is not None}

    def numbers(self) -> dict[str, float]:
        return {clean(k): self.number(k) for k, v in self._values.items() if v is not None}


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _header(path: Path, fields: Fields) -> Run:
    """A run of which nothing but its first record is known yet."""
    tool = fields.text("tool")
    if tool not in TOOLS:
        raise RecordError(f"run of a tool this report does not know: {tool[:40]!r}")
    return Run(
        file=path,
        tool=tool,
        version=fields.text("version", ""),
        start=fields.text("start", ""),
        host=fields.text("host", ""),
        command=tuple(clean(str(word)) for word in fields.items("command")),
        directories=tuple(_directory(Fields(d)) for d in fields.items("directories")),
        environment=_environment(fields.fields("environment")),
        state=State.TRUNCATED,
    )


def _sentence(fields: Fields) -> Sentence:
    return Sentence(
        name=fields.text("clause"),
        source=fields.text("source"),
        section=fields.text("section"),
        strength=fields.text("strength", ""),
        text=fields.text("sentence"),
        cases=tuple(clean(str(name)) for name in fields.items("cases")),
        reason=fields.text("reason", ""),
    )


def _summary(fields: Fields) -> _Summary:
    return _Summary(
        whole=fields.flag("complete") and not fields.flag("interrupted"),
        seconds=fields.number("seconds", None),
        planned=fields.count("planned", None),
        counts=fields.fields("counts").numbers(),
    )


def _score(fields: Fields) -> Score:
    total, caught = fields.count("total"), fields.count("caught")
    if not 0 <= caught <= total:
        raise RecordError(f"{caught} wrong back-ends caught of {total}")
    return Score(fields.text("time", ""), total, caught)


def _directory(fields: Fields) -> Directory:
    details = fields.texts()
    path = details.pop("path", "")
    filesystem = details.pop("filesystem", "")
    return Directory(path, filesystem, details)


def _environment(fields: Fields) -> Environment:
    return Environment(
        hardware=fields.fields("hardware").texts(),
        system=fields.fields("system").texts(),
        transient=fields.fields("transient").texts(),
        hashes=fields.fields("hash").texts(),
    )


def _case(fields: Fields) -> Case:
    result = fields.text("result")
    if result not in Result.__members__:
        raise RecordError(f"unknown result {result[:40]!r}")
    clause = fields.fields("clause")
    return Case(
        suite=fields.text("suite"),
        suite_title=fields.text("suite_title", ""),
        name=fields.text("case"),
        sentence=fields.text("sentence", ""),
        clause=Clause(
            clause.text("source", ""), clause.text("section", ""), clause.text("strength", "")
        ),
        result=Result(result),
        meaning=fields.text("meaning", ""),
        reason=fields.text("reason", ""),
        directory=fields.text("directory", None),
        filesystem=fields.text("filesystem", None),
        path=fields.text("path", ""),
        file=fields.text("file", ""),
        line=fields.count("line", None),
        steps=tuple(_step(Fields(step)) for step in fields.items("steps")),
        ended=fields.text("ended", ""),
        output=fields.text("output", ""),
        seconds=fields.number("seconds", None),
    )


def _step(fields: Fields) -> Step:
    return Step(
        line=fields.count("line", None),
        what=fields.text("what", ""),
        expected=fields.text("expected", None),
        observed=fields.text("observed", None),
    )


def _series(fields: Fields) -> Series:
    outcome = fields.text("result")
    if outcome not in {o.value for o in Outcome}:
        raise RecordError(f"unknown result {outcome[:40]!r}")
    median, spread = fields.fields("median"), fields.fields("spread")
    return Series(
        family=fields.text("family"),
        sentence=fields.text("sentence", ""),
        axes=fields.fields("series").texts(),
        outcome=Outcome(outcome),
        base=fields.flag("base"),
        reason=fields.text("reason", ""),
        directory=fields.text("directory", None),
        filesystem=fields.text("filesystem", None),
        items=fields.fields("unit").text("items", ""),
        name=fields.text("name", ""),
        samples=tuple(_sample(Fields(sample)) for sample in fields.items("samples")),
        discarded=_discarded(fields.fields("discarded")),
        seconds=median.positive("seconds"),
        bytes_per_second=median.positive("bytes_per_second"),
        seconds_per_item=median.positive("seconds_per_item"),
        p25_seconds=spread.positive("p25_seconds"),
        p75_seconds=spread.positive("p75_seconds"),
        min_seconds=spread.positive("min_seconds"),
        extra=fields.fields("extra").numbers(),
    )


# What the system counts; null or missing where it can't.
_COUNTED = (
    "bytes_read", "bytes_written", "minor_faults", "major_faults", "tlb_shootdowns", "page_table_bytes",
    "resident_bytes", "context_switches", "steal_nanoseconds", "waited_nanoseconds", "cycles", "instructions", "tlb_load_misses",
)  # fmt: skip


def _sample(fields: Fields) -> Sample:
    return Sample(
        seconds=fields.number("seconds"),
        items=fields.number("items", None),
        bytes=fields.number("bytes", None),
        amplification=fields.number("amplification", None),
        condition=fields.text("condition", ""),
        batch=fields.number("batch", None) or 1.0,
        **{name: fields.number(name, None) for name in _COUNTED},
        trace=tuple(float(value) for value in fields.items("trace") if isinstance(value, (int, float))),
        trace_step=fields.number("trace_step", None),
        extra=fields.fields("extra").numbers(),
    )


def _discarded(fields: Fields) -> Discarded:
    reasons = fields.fields("reasons").numbers()
    return Discarded(fields.count("count", 0), {k: int(v) for k, v in reasons.items()})
