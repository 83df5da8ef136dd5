"""What every plot hands to the page: a sentence, a drawing for each width, and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Sequence

from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import COUNTS, NONE, SIZES, Family, number
from ..model import Outcome, Series
from . import counters
from .table import Column, Table
from .style import Canvas


@dataclass(frozen=True)
class Plot:
    """A plot before it is drawn. `sentence` says, from the data, what it shows."""

    key: str
    title: str
    sentence: str
    reading: str  # how to read the marks
    families: tuple[Family, ...]  # all that it shows something of
    series: tuple[Series, ...]
    table: Table
    draw: Callable[[Canvas], Figure]
    open: bool = True  # a picture that everybody should see, not one for who looks for it
    notes: tuple[tuple[str, str], ...] = ()  # what stands out in it, and why

    @property
    def directory(self) -> str | None:
        return self.families[0].directory if self.families else None

    @property
    def filesystem(self) -> str | None:
        return self.families[0].filesystem if self.families else None

    @property
    def counters(self) -> Table:
        return counters.table(self.families)

    @property
    def absent(self) -> str:
        """Which counters this machine does not have."""
        return quantity.listed(counters.absent(self.families))

    @property
    def discards(self) -> list[tuple[str, str, int]]:
        """Which samples were taken again and why: family and series, reason, how many."""
        return [
            (f"{family.name.replace('_', ' ')} {family.label(series)}".strip(), reason, number)
            for family in self.families
            for series in family.series
            for reason, number in series.discarded.reasons.items()
        ]

    @property
    def samples(self) -> str:
        """How much stands behind the plot: samples kept and discarded."""
        kept = sorted(len(series.samples) for series in self.series)
        discarded = sum(series.discarded.count for series in self.series)
        each = f"{kept[0]}" if kept[0] == kept[-1] else f"{kept[0]} to {kept[-1]}"
        text = f"{each} samples a point, {quantity.count(sum(kept))} in all"
        if discarded:
            return f"{text}; {quantity.plural(discarded, 'sample')} discarded and taken again"
        return f"{text}; none discarded"


def table(
    families: Sequence[Family],
    lead: Sequence[Column] = (),
    first: Callable[[Series], Sequence[str]] = lambda series: (),
    rate: bool = False,
) -> Table:
    """Every series of the families: the lead columns of the plot, the axes, the numbers."""
    axes = tuple(dict.fromkeys(axis for family in families for axis in family.axes))
    columns = (
        *((Column("family"),) if len(families) > 1 else ()),
        *(Column(axis.replace("_", " "), axis in SIZES or axis in COUNTS) for axis in axes),
        *lead,
        Column("median", True),
        Column("p25", True),
        Column("p75", True),
        Column("per item", True),
        *((Column("bandwidth", True),) if rate else ()),
        Column("read ÷ needed", True),
        Column("samples", True),
        Column("discarded", True),
    )
    rows = (
        (
            *((family.name.replace("_", " "),) if len(families) > 1 else ()),
            *(_cell(axis, series.axes.get(axis, NONE)) for axis in axes),
            *first(series),
            *_numbers(series, rate),
        )
        for family in families
        for series in family.series
    )
    return Table(columns, tuple(rows))


def _cell(axis: str, value: str) -> str:
    """The value of an axis beneath its name."""
    amount = number(value)
    if value == NONE:
        return ""
    if amount is not None:
        return quantity.size(amount) if axis in SIZES else quantity.exact(amount)
    return value.replace("_", " ")


def _numbers(series: Series, rate: bool) -> tuple[str, ...]:
    if not series.usable:
        missing = quantity.ABSENT
        return (series.outcome.value, *(missing,) * (5 if rate else 4), str(len(series.samples)), "0")
    partial = " (partial)" if series.outcome is Outcome.PARTIAL else ""
    per_item = quantity.duration(series.seconds_per_item)
    if series.items and series.seconds_per_item is not None:
        per_item += f" per {quantity.singular(series.items)}"
    return (
        quantity.duration(series.seconds) + partial,
        quantity.duration(series.p25_seconds),
        quantity.duration(series.p75_seconds),
        per_item,
        *((quantity.bandwidth(series.bytes_per_second),) if rate else ()),
        quantity.ratio(series.amplification),
        str(len(series.samples)),
        str(series.discarded.count),
    )
