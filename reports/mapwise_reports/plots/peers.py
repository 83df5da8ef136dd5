"""Ours beside others at the same work: a row for each, by time against ours."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import NONE, Bench, Family, axis_value, cost, cost_range
from ..model import Series, quantile
from . import style
from .plot import Plot, table
from .table import Column

BY = "by"

# What we call ours in each family, and what the work is.
_OURS = {
    "library_peers": ("mapwise", "open, map, touch, unmap"),
    "library_peers_find": ("mapwise", "find"),
    "random_read_peers": ("mapwise_random", "read a page at random"),
    "stress_ng_peers": ("mapwise", "stress-ng"),
    "lmbench_loops": ("mapwise_warm", "lmbench"),
}


@dataclass(frozen=True)
class Contender:
    """One who does the work. `times` is its time as a multiple of ours, low and high at its spread."""

    name: str
    series: Series
    times: float
    low: float
    high: float

    @property
    def ours(self) -> bool:
        return self.name.startswith("mapwise")


@dataclass(frozen=True)
class Work:
    """One piece of work and all who do it, the fastest first."""

    name: str
    family: Family
    contenders: tuple[Contender, ...]

    @property
    def faster(self) -> list[Contender]:
        """The others that take less time even when theirs is at p75 and ours at p25."""
        ours = min((c for c in self.contenders if c.ours), key=lambda c: c.times)
        return [c for c in self.contenders if not c.ours and c.high < ours.low]


def plot(bench: Bench, directory: str | None) -> Plot | None:
    works = [work for name in _OURS for work in _works(bench.family(name, directory))]
    if not works:
        return None
    families = tuple({work.family.name: work.family for work in works}.values())
    times = {id(c.series): quantity.ratio(c.times) for work in works for c in work.contenders}
    return Plot(
        key="peers",
        title="Ours beside others",
        sentence=_sentence(works),
        reading="Time as a multiple of ours, logarithmic: right of the line others take longer. The full "
        "mark is ours, hollow ones are the others. Marks are medians, bars span p25 to p75; at the right, "
        "the time of one. Where both were measured beside the same work in the same sample, that is what "
        "they are compared by.",
        families=families,
        series=tuple(c.series for work in works for c in work.contenders),
        table=table(families, (Column("against ours", True),), lambda series: (times.get(id(series), ""),)),
        draw=lambda canvas: _draw(canvas, works),
    )


def _works(family: Family | None) -> list[Work]:
    """The pieces of work that we and somebody else do, at one point of the other axes."""
    if family is None:
        return []
    ours_name, words = _OURS[family.name]
    found = []
    for rest, members in _by_point(family).items():
        ours = next((s for s in members if s.axes.get(BY) == ours_name), None)
        if ours is None or len(members) < 2 or not any(s.base for s in members):
            continue
        others = [axis_value(axis, value) for axis, value in rest if value != NONE and axis in family.varying]
        contenders = sorted((_contender(s, ours) for s in members), key=lambda c: c.times)
        found.append(Work(", ".join([words, *others]), family, tuple(contenders)))
    return found


def _by_point(family: Family) -> dict[tuple[tuple[str, str], ...], list[Series]]:
    grouped: dict[tuple[tuple[str, str], ...], list[Series]] = {}
    for series in family.usable:
        if cost(series) > 0:
            rest = tuple((axis, value) for axis, value in series.axes.items() if axis != BY)
            grouped.setdefault(rest, []).append(series)
    return grouped


def _contender(series: Series, ours: Series) -> Contender:
    times, low, high = (value / cost(ours) for value in (cost(series), *cost_range(series)))
    mine, its = _ratios(series), _ratios(ours)
    if mine and its:
        low, times, high = (quantile(mine, share) / quantile(its, 0.5) for share in (0.25, 0.5, 0.75))
    name = series.axes[BY].replace("_", " ").replace("stress ng", "stress-ng")
    return Contender("by hand" if name == "hand" else name, series, times, low, high)


def _ratios(series: Series) -> list[float]:
    """The times of the samples over that of the work beside each, ascending; none if nothing was."""
    found = sorted(ratio for s in series.samples if (ratio := s.extra.get("ratio", 0.0)) > 0)
    whole = series.extra.get("ratio", 0.0)
    return found or ([whole] if whole > 0 else [])


def _sentence(works: list[Work]) -> str:
    """Where somebody else is clearly faster, and by how much; and who is farthest behind."""
    beaten = [work for work in works if work.faster]
    text = f"At {len(works) - len(beaten)} of {quantity.plural(len(works), 'piece')} of work nobody is clearly faster"
    parts = [f"{text} than ours"]
    for work in beaten:
        best = work.faster[0]
        parts.append(f"{work.name}: {best.name} takes {quantity.share(best.times)} of our time")
    others = [(c.times, c.name, work.name) for work in works for c in work.contenders if not c.ours]
    times, name, where = max(others, default=(0.0, "", ""))
    if times > 1:
        parts.append(f"farthest behind is {name} with {quantity.significant(times)} times our time ({where})")
    return "; ".join(parts) + "."


def _draw(canvas: style.Canvas, works: list[Work]) -> Figure:
    rows = [row for work in works for row in ((work.name, None), *((c.name, c) for c in work.contenders))]
    figure = style.figure(canvas, (34 if canvas.narrow else 22) * len(rows) + 70)
    axes = figure.subplots()
    contenders = [contender for _, contender in rows if contender is not None]
    low, high = style.bounds([edge for c in contenders for edge in (c.times, c.low, c.high) if edge > 0], 1.5)
    high *= (high / low) ** (0.25 if canvas.narrow else 0.1)
    style.log_axis(axes, "x", low, high, quantity.ratio_tick, style.steps_for(low, high))
    style.rows_axis(axes, [name if c and not canvas.narrow else "" for name, c in rows])
    axes.axvline(1, color=style.MUTED.light, linewidth=1.2)
    others = style.Look(style.SECOND.light, "s", hollow=True)
    for row, (name, one) in enumerate(rows):
        if one is None:
            style.row_heading(axes, row, quantity.shortened(name, 45))
            continue
        style.dot(axes, one.times, row, one.low, one.high, style.LOOKS[0] if one.ours else others)
        style.row_note(axes, row, quantity.duration(cost(one.series)))
        if canvas.narrow:
            style.row_label(axes, row, name)
    return figure
