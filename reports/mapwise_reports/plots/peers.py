"""Ours beside others at the same work: a row for each, by time against ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Mapping

from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import NONE, Bench, Family, axis_value, cost, cost_range
from ..model import Series, quantile
from . import style
from .plot import Plot, table
from .table import Column

BY = "by"

# What we call ours in each family, and what the work is.
OURS = {
    "library_peers": ("mapwise", "open, map, touch, unmap"),
    "library_peers_find": ("mapwise", "find"),
    "random_read_peers": ("mapwise_random", "read a page at random"),
    "stress_ng_peers": ("mapwise", "stress-ng"),
    "lmbench_loops": ("mapwise_warm", "lmbench"),
}

_FIO = "fio's own work for each read"
_UNASKED = "one call less: does not ask how the file was opened"

# What others do besides the work that ours does, or leave out: by family and name, and where it is another
# one for each piece of work by that too. Looked up in their sources, or seen among their system calls.
_OTHERWISE = {
    ("library_peers", "hand"): _UNASKED,
    ("library_peers", "glib"): f"{_UNASKED}; closes the file before the map is used",
    ("library_peers", "apr"): f"{_UNASKED}; memory from a pool",
    ("library_peers", "boost_interprocess"): _UNASKED,
    ("library_peers", "boost_iostreams"): _UNASKED,
    ("library_peers", "cpython"): "one call more: keeps a copy of the descriptor; makes objects of Python",
    ("library_peers_find", "hand"): "memmem of the C library: no vectors but for one byte",
    ("library_peers_find", "cpython"): "no vectors but for one byte",
    ("random_read_peers", "pread"): "copies out of the page cache, and takes no fault",
    ("random_read_peers", "pread_direct"): "no page cache and no fault: the device and a call",
    ("random_read_peers", "fio_psync"): f"copies out of the page cache; {_FIO}",
    ("random_read_peers", "fio_direct"): f"no page cache and no fault; {_FIO}",
    ("random_read_peers", "fio_mmap"): f"copies out of its mapping; {_FIO}",
    ("stress_ng_peers", "stress_ng", "fault"): "does not ask for the file's size: after that a store has to set a "
    "new time (Linux 6.13)",
    ("stress_ng_peers", "stress_ng", "mincore"): "the bare call",
    ("stress_ng_peers", "stress_ng", "mremap"): "every second call moves the pages and frees none",
    ("stress_ng_peers", "stress_ng", "mmap"): "the bare call",
    ("lmbench_loops", "as_lmbench", "lat_mmap"): "asks nothing of the file before it maps it",
    ("lmbench_loops", "as_lmbench", "lat_pagefault"): "counts unmapping the pages as part of their faults",
    ("lmbench_loops", "as_lmbench", "bw_mmap_rd"): "adds up words of 4 bytes, ours of 8",
}


@dataclass(frozen=True)
class Contender:
    """One who does the work. `times` is its time as a multiple of ours, low and high at its spread;
    `otherwise` is what it does besides, or leaves out."""

    name: str
    series: Series
    times: float
    low: float
    high: float
    otherwise: str

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
    def ours(self) -> Contender:
        """Our best."""
        return min((c for c in self.contenders if c.ours), key=lambda c: c.times)

    @property
    def faster(self) -> list[Contender]:
        """The others that take less time even when theirs is at p75 and ours at p25."""
        return [c for c in self.contenders if not c.ours and c.high < self.ours.low]

    @property
    def apart(self) -> list[Contender]:
        """Those, and the others that take more time even when theirs is at p25 and ours at p75."""
        return [c for c in self.contenders if not c.ours and (c in self.faster or c.low > self.ours.high)]


def plot(bench: Bench, directory: str | None) -> Plot | None:
    works = [work for name in OURS for work in _works(bench.family(name, directory))]
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
        notes=tuple(note for work in works for note in _notes(work)),
    )


def _works(family: Family | None) -> list[Work]:
    """The pieces of work that we and somebody else do, at one point of the other axes."""
    if family is None:
        return []
    ours_name, words = OURS[family.name]
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
        beside_ours = series is not ours and "by_mapwise" in series.extra
        unit = 1.0 if beside_ours else quantile(its, 0.5)
        low, times, high = (quantile(mine, share) / unit for share in (0.25, 0.5, 0.75))
    name = series.axes[BY].replace("_", " ").replace("stress ng", "stress-ng")
    return Contender("by hand" if name == "hand" else name, series, times, low, high, otherwise(series.family, series.axes))


def otherwise(family: str, axes: Mapping[str, str]) -> str:
    """What one who does the work does besides, or leaves out; "" if that is not known."""
    key = (family, axes[BY])
    work = axes.get("work") or axes.get("loop") or ""
    return _OTHERWISE.get(key) or _OTHERWISE.get((*key, work), "")


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


def _notes(work: Work) -> list[tuple[str, str]]:
    """Who is clearly apart from ours, and why."""
    return [
        (f"{work.name}: {c.name}", f"{quantity.significant(c.times)} times our time; {c.otherwise or 'why is not known'}")
        for c in work.apart
    ]


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
