"""The three questions that mapwise answers, answered from a run in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import quantity
from .advice import patterns
from .benchmarks import Bench, Family, Limits, axis_value, cost
from .conformance import AS_DOCUMENTED, NO_ANSWER, NOT_AS_DOCUMENTED, Check, Row
from .model import Result, Series
from .plots.advice import sentence as advice_sentence
from .plots.bandwidth import memory_limit


@dataclass(frozen=True)
class Figure:
    """A headline number: what it is, its value, and the limit it stands beside."""

    name: str
    value: str
    beside: str = ""


@dataclass(frozen=True)
class Answer:
    """A question, its answer in a sentence, and what stands behind it."""

    question: str
    verdict: str
    mood: str  # "good", "bad", "plain" or "none"
    figures: list[Figure] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


CONFORMANCE = "Does mmap here behave as documented?"
SPEED = "How fast is it here?"
ADVICE = "What does advice do?"


def conformance(check: Check | None) -> Answer:
    if check is None:
        return Answer(CONFORMANCE, "Not checked: run mapwise check.", "none")
    total = check.total
    if total.total == 0:
        return Answer(CONFORMANCE, "The run holds no case.", "none")
    good, bad = total.of(AS_DOCUMENTED), total.of(NOT_AS_DOCUMENTED)
    silent = total.of(NO_ANSWER)
    verdict = f"{good} of {quantity.plural(total.total, 'case')} behaved as documented, {bad} did not"
    verdict += f"; {silent} gave no answer." if silent else "."
    figures = [
        Figure(name, str(total.of(kinds)), _kinds(total, kinds))
        for name, kinds in (
            ("as documented", AS_DOCUMENTED),
            ("not as documented", NOT_AS_DOCUMENTED),
            ("no answer", NO_ANSWER),
        )
        if total.of(kinds)
    ]
    if check.unexpected:
        results = quantity.plural(len(check.unexpected), "result was", "results were")
        sentence = f"{results} not expected: each is shown in full below."
    else:
        sentence = "Nothing unexpected happened."
    mood = "bad" if check.unexpected else "good" if good else "plain"
    return Answer(CONFORMANCE, verdict, mood, figures, [sentence])


def _kinds(row: Row, kinds: tuple[Result, ...]) -> str:
    return ", ".join(f"{row.counts[kind]} {kind.value}" for kind in kinds if row.counts[kind])


def speed(bench: Bench | None) -> Answer:
    if bench is None:
        return Answer(SPEED, "Not measured: run mapwise bench.", "none")
    directory = next(iter(bench.directories), None)
    limits = bench.limits(directory)
    figures = [
        figure
        for figure in (
            _reading(bench.family("read_sequential", directory), "warm", limits),
            _reading(bench.family("read_sequential", directory), "cold", limits),
            _random(bench.family("read_random", directory), limits),
            _fault(bench.family("fault_file_read", directory), limits),
            _sync(bench.family("sync_cost", directory)),
        )
        if figure is not None
    ]
    if not figures:
        return Answer(SPEED, "The run holds no measurement of reading, faults or msync.", "none")
    lead = figures[0]
    verdict = f"{lead.name}: {lead.value}"
    verdict += f", {lead.beside}." if lead.beside else "."
    return Answer(SPEED, verdict, "plain", figures[1:])


def advice(bench: Bench | None) -> Answer:
    if bench is None:
        return Answer(ADVICE, "Not measured: run mapwise bench.", "none")
    found = patterns(bench, next(iter(bench.directories), None))
    if not found:
        return Answer(ADVICE, "The run holds no measurement of advice.", "none")
    sentences = [advice_sentence(pattern) for pattern in found[:2]]  # the others are further down
    return Answer(ADVICE, sentences[0], "plain", sentences=sentences[1:])


def _largest(family: Family | None, temperature: str) -> Series | None:
    if family is None:
        return None
    line = [s for s in family.along("size", temperature=temperature) if s.bytes_per_second]
    return line[-1] if line else None


def _reading(family: Family | None, temperature: str, limits: Limits) -> Figure | None:
    series = _largest(family, temperature)
    if series is None or series.bytes_per_second is None:
        return None
    where = "from disk" if temperature == "cold" else "from memory"
    limit, name = memory_limit(limits)
    if temperature == "cold":
        limit, name = limits.disk_sequential, "the disk's best"
    beside = f"{quantity.share(series.bytes_per_second / limit)} of {name}" if limit else ""
    size = axis_value("size", series.axes.get("size", ""))
    return Figure(
        f"{size} in order {where}", quantity.bandwidth(series.bytes_per_second), beside
    )


def _random(family: Family | None, limits: Limits) -> Figure | None:
    series = _largest(family, "cold")
    if series is None or not series.seconds_per_item:
        return None
    beside = f"the disk takes {quantity.duration(limits.disk_random)}" if limits.disk_random else ""
    return Figure("one page at random from disk", quantity.duration(series.seconds_per_item), beside)


def _fault(family: Family | None, limits: Limits) -> Figure | None:
    usable = [s for s in family.usable if s.axes.get("temperature") == "warm"] if family else []
    if not usable:
        return None
    low, high = min(map(cost, usable)), max(map(cost, usable))
    value = quantity.duration(low)
    if high > low:
        value += f" to {quantity.duration(high)}"
    beside = f"a system call takes {quantity.duration(limits.system_call)}" if limits.system_call else ""
    return Figure("a page faulted in from the page cache", value, beside)


def _sync(family: Family | None) -> Figure | None:
    if family is None:
        return None
    line = family.along("dirty_pages", mode="sync")
    if not line:
        return None
    pages = axis_value("dirty_pages", line[0].axes["dirty_pages"])
    return Figure(f"msync of {pages}", quantity.duration(line[0].seconds), "")
