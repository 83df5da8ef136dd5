"""What was counted beside the time: medians over the samples of a series, for one operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Sequence

from .. import quantity
from ..benchmarks import Family
from ..model import Series, median
from .table import Column, Table

ABSENT = "absent"


@dataclass(frozen=True)
class Counter:
    """One column: the value of a series, None where the system can't count it."""

    title: str
    value: Callable[[Series], float | None]
    text: Callable[[float], str] = quantity.short


def _counted(name: str) -> Callable[[Series], float | None]:
    """What the system counted in one operation."""

    def value(series: Series) -> float | None:
        counts = ((sample.batch, getattr(sample, name)) for sample in series.samples)
        return median([count / batch for batch, count in counts if count is not None])

    return value


def pages_a_fault(series: Series) -> float | None:
    """How many items one fault brings in; None if there was no fault."""
    counts = ((s.items, (s.minor_faults or 0.0) + (s.major_faults or 0.0)) for s in series.samples)
    return median([items / faults for items, faults in counts if items and faults > 0])


def _nanoseconds(value: float) -> str:
    return quantity.duration(value * 1e-9)


_FAULTS = (
    Counter("minor faults", _counted("minor_faults")),
    Counter("major faults", _counted("major_faults")),
)
_PAGES_A_FAULT = Counter("pages a fault", pages_a_fault)
_COUNTERS = (
    Counter("read", _counted("bytes_read"), quantity.size),
    Counter("read ÷ needed", lambda series: series.amplification, quantity.ratio),
    Counter("made dirty", _counted("bytes_written"), quantity.size),
    Counter("resident set", _counted("resident_bytes"), quantity.size),
    Counter("page tables", _counted("page_table_bytes"), quantity.size),
    Counter("TLB shoot-downs", _counted("tlb_shootdowns")),
    Counter("context switches", _counted("context_switches")),
    Counter("steal", _counted("steal_nanoseconds"), _nanoseconds),
    Counter("waited for a processor", _counted("waited_nanoseconds"), _nanoseconds),
    Counter("cycles", _counted("cycles")),
    Counter("instructions", _counted("instructions")),
    Counter("TLB load misses", _counted("tlb_load_misses")),
)

# Extra figures of families that are times: of one item in nanoseconds, or in seconds.
_IN_NANOSECONDS = {
    "by_hand", "by_write", "by_normal", "by_one_call_each", "mapped", "one_thread", "advising", "reusing",
    "refault", "no_fault", "by_mapwise", "by_itself", "access_before", "access_after", "unlock_nanoseconds",
}  # fmt: skip
_IN_SECONDS = {"longest_stall", "seconds_to_steady", "gone_seconds", "stall_longest", "stall_each_call"}


def table(families: Sequence[Family]) -> Table:
    """A row for each measured series; counters that no sample has are left to absent()."""
    shown = [c for c in _all(families) if not _missing(c, families)]
    rows = (
        (*_names(families, family, series), *(_cell(counter, series) for counter in shown))
        for family in families
        for series in family.usable
    )
    names = (*((Column("family"),) if len(families) > 1 else ()), Column("series"))
    return Table((*names, *(Column(c.title, True) for c in shown)), tuple(rows))


def absent(families: Sequence[Family]) -> list[str]:
    """The counters that no sample has."""
    return [c.title for c in (*_FAULTS, *_COUNTERS) if _missing(c, families)]


def _all(families: Sequence[Family]) -> tuple[Counter, ...]:
    faults = (*_FAULTS, _PAGES_A_FAULT) if _in_pages(families) else _FAULTS
    names = dict.fromkeys(name for f in families for s in f.usable for name in s.extra)
    return (*faults, *_COUNTERS, *map(_extra, names))


def _in_pages(families: Sequence[Family]) -> bool:
    return any(series.items == "pages" for family in families for series in family.usable)


def _extra(name: str) -> Counter:
    words = name.replace("latency_p999", "latency p99.9").replace("_", " ")
    return Counter(words, lambda series: series.extra.get(name), _extra_text(name))


def _extra_text(name: str) -> Callable[[float], str]:
    if name in _IN_NANOSECONDS:
        return _nanoseconds
    if name in _IN_SECONDS or name.startswith("latency_"):
        return quantity.duration
    return quantity.size if "bytes" in name.split("_") else quantity.short


def _missing(counter: Counter, families: Sequence[Family]) -> bool:
    return all(counter.value(series) is None for family in families for series in family.usable)


def _cell(counter: Counter, series: Series) -> str:
    value = counter.value(series)
    return ABSENT if value is None else counter.text(value)


def _names(families: Sequence[Family], family: Family, series: Series) -> tuple[str, ...]:
    label = family.label(series) or "base point"
    return (family.name.replace("_", " "), label) if len(families) > 1 else (label,)
