"""A row for each series on a logarithmic axis: the plot for every family whose points are kinds
rather than amounts, and for families this report has no plot of its own for."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, cost
from ..model import Series
from . import style
from .counters import pages_a_fault
from .plot import Plot, table


@dataclass(frozen=True)
class Kind:
    """How a family is shown: its title, by time or by bandwidth, beside which limits, and with which number
    at the end of each row."""

    title: str
    rate: bool = False
    limits: tuple[str, ...] = ()
    note: str = "ratio"
    open: bool = False


KINDS = {
    "fault_anonymous": Kind("First touches of memory", limits=("system call", "copy of a page")),
    "fault_file_read": Kind(
        "First loads from a file", limits=("system call", "copy of a page", "random disk read"),
        note="pages a fault", open=True,
    ),  # fmt: skip
    "fault_major": Kind("Faults that wait for the disk", limits=("random disk read",)),
    "map_unmap": Kind("Mapping and unmapping", limits=("system call",)),
    "write_sequential": Kind("Storing to a whole mapping", True, ("memory copy", "disk, in order")),
}


@dataclass(frozen=True)
class Rows:
    """What is drawn: the usable series of a family and the limits beside them."""

    family: Family
    kind: Kind
    lines: list[tuple[str, float]]

    def value(self, series: Series) -> float:
        return (series.bytes_per_second or 0.0) if self.kind.rate else cost(series)

    def spread(self, series: Series) -> tuple[float, float]:
        fast, slow = series.time_range
        value = self.value(series)
        return (value / slow, value / fast) if self.kind.rate else (value * fast, value * slow)

    def note(self, series: Series) -> str:
        """The number at the end of a row; empty if there is none."""
        if self.kind.note == "pages a fault":
            return quantity.short(pages) if (pages := pages_a_fault(series)) else ""
        ratio = series.extra.get(self.kind.note)
        return quantity.ratio(ratio) if ratio else ""

    @property
    def noted(self) -> bool:
        return any(self.note(series) for series in self.series)

    @property
    def series(self) -> list[Series]:
        """In the order of the axes and their values."""
        return sorted(
            (series for series in self.family.usable if self.value(series) > 0),
            key=lambda series: [self._place(axis, series) for axis in self.family.axes],
        )

    def _place(self, axis: str, series: Series) -> int:
        return self.family.values(axis).index(series.axes[axis]) if axis in series.axes else -1

    def text(self, value: float) -> str:
        return quantity.bandwidth(value) if self.kind.rate else quantity.duration(value)

    @property
    def item(self) -> str:
        return quantity.singular(self.family.usable[0].items) or "sample"


_NOTES = {
    "pages a fault": " At the right, how many pages one fault brings in.",
    "ratio": " At the right, the time as a multiple of that of what is done beside it in the same sample.",
}


def plot(bench: Bench, name: str, directory: str | None) -> Plot | None:
    family = bench.family(name, directory)
    if family is None or not family.usable:
        return None
    kind = KINDS.get(name, Kind(name.replace("_", " ").capitalize()))
    rows = Rows(family, kind, _limit_lines(bench, kind, directory))
    if not rows.series:
        return None
    shown = "Bytes per second" if kind.rate else f"Time per {rows.item}"
    return Plot(
        key=name.replace("_", "-"),
        title=kind.title,
        sentence=_sentence(rows),
        reading=f"{_capital(family.sentence)}. {shown}, logarithmic. Marks are medians, bars span p25 to p75."
        + (_NOTES[kind.note] if rows.noted else ""),
        families=(family,),
        series=tuple(rows.series),
        table=table([family], rate=kind.rate),
        draw=lambda canvas: _draw(canvas, rows),
        open=kind.open,
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _limit_lines(bench: Bench, kind: Kind, directory: str | None) -> list[tuple[str, float]]:
    limits, page = bench.limits(directory), bench.page_size
    known = {
        "system call": limits.system_call,
        "copy of a page": page / limits.memory_copy if page and limits.memory_copy else None,
        "random disk read": limits.disk_random,
        "memory copy": limits.memory_copy,
        "disk, in order": limits.disk_sequential,
    }
    found = [(name, value) for name in kind.limits if (value := known[name])]
    return sorted(found, key=lambda line: line[1])


def _sentence(rows: Rows) -> str:
    least, most = min(rows.series, key=rows.value), max(rows.series, key=rows.value)
    text = rows.text(rows.value(least)) + ("" if rows.kind.rate else " " + quantity.with_article(rows.item))
    if least is not most:
        text = (
            f"From {text} ({rows.family.label(least) or 'base point'})"
            f" to {rows.text(rows.value(most))} ({rows.family.label(most) or 'base point'})"
        )
    if rows.noted and rows.kind.note == "pages a fault" and least is not most:
        text += f", where a fault brings in {rows.note(least)} and {rows.note(most)} pages"
    if rows.lines:
        verb = "gives" if rows.kind.rate else "takes"
        known = [f"{_article(name)} {verb} {rows.text(value)}" for name, value in rows.lines]
        text += f"; here {quantity.listed(known)}"
    return text + "."


def _article(limit: str) -> str:
    return "the disk, in order," if limit.startswith("disk") else f"a {limit}"


def _draw(canvas: style.Canvas, rows: Rows) -> Figure:
    series = rows.series
    figure = style.figure(canvas, (40 if canvas.narrow else 24) * len(series) + 90)
    axes = figure.subplots()
    values = [edge for s in series for edge in (rows.value(s), *rows.spread(s))]
    low, high = style.bounds(values + [value for _, value in rows.lines], 1.6)
    high *= (high / low) ** ((0.3 if canvas.narrow else 0.1) * (1.6 if rows.noted else 1.0))
    if rows.kind.rate:
        style.log_axis(axes, "x", low, high, quantity.bandwidth_tick)
        style.binary_ticks(axes, low, high, "x", 4 if canvas.narrow else 8)
    else:
        style.log_axis(axes, "x", low, high, quantity.duration_tick, style.steps_for(low, high))
        if canvas.narrow and high / low > 1e5:
            style.decade_ticks(axes, low, high, quantity.duration_tick, 5)
    labels = [quantity.shortened(rows.family.label(s), 50) or "base point" for s in series]
    style.rows_axis(axes, [""] * len(series) if canvas.narrow else labels)
    _draw_limits(axes, rows.lines, (high / low) ** (0.42 if canvas.narrow else 0.16))
    for row, (one, label) in enumerate(zip(series, labels)):
        style.dot(axes, rows.value(one), row, *rows.spread(one), style.LOOKS[0])
        edge = max(rows.value(one), *rows.spread(one))
        style.value_note(axes, edge, row, rows.text(rows.value(one)))
        if rows.noted:
            style.row_note(axes, row, rows.note(one))
        if canvas.narrow:
            style.row_label(axes, row, label)
    if rows.noted:
        style.notes_heading(axes, rows.kind.note)
    return figure


def _draw_limits(axes: Axes, lines: list[tuple[str, float]], apart: float) -> None:
    """Names of lines that lie within a factor of `apart` are stacked."""
    latest: list[float] = []  # on each level
    for index, (name, value) in enumerate(lines):
        free = [level for level, last in enumerate(latest) if value >= last * apart]
        level = free[0] if free else len(latest)
        latest[level : level + 1] = [value]
        style.limit_line(axes, value, name, style.DASHES[index], level)
