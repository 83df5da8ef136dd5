"""A row for each series with its time on a logarithmic axis: the plot for every family whose
points are kinds rather than amounts, and for families this report has no plot of its own for."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, Limits, axis_value
from ..model import Series
from . import style
from .plot import Column, Plot, table


@dataclass(frozen=True)
class Kind:
    """How a family is shown: its title, and which limits its rows stand beside."""

    title: str
    system_call: bool = False
    disk_random: bool = False
    page_copy: bool = False


KINDS = {
    "fault_cost": Kind("What a page fault costs", True, disk_random=True, page_copy=True),
    "map_unmap": Kind("Mapping and unmapping", system_call=True),
    "file_growth": Kind("Growing a mapped file", system_call=True),
}


def plot(bench: Bench, name: str, directory: str | None) -> Plot | None:
    family = bench.family(name, directory)
    if family is None or not family.usable:
        return None
    kind = KINDS.get(name, Kind(name.replace("_", " ").capitalize()))
    lines = _limit_lines(kind, bench.limits(directory), bench.page_size)
    rows = [
        (tuple(axis_value(a, s.axes[a]) if a in s.axes else "" for a in family.axes), s)
        for s in family.series
    ]
    return Plot(
        key=name.replace("_", "-"),
        title=kind.title,
        sentence=_sentence(family, lines),
        reading=f"{_unit(family)}, logarithmic. Marks are medians, bars span p25 to p75.",
        directory=family.directory,
        filesystem=family.filesystem,
        series=family.usable,
        table=table([Column(axis.replace("_", " ")) for axis in family.axes], rows),
        draw=lambda canvas: _draw(canvas, family, lines),
    )


def cost(series: Series) -> float:
    """Seconds per item, or per sample if the family counts no items."""
    value = series.seconds_per_item
    return value if value and value > 0 else series.seconds or 0.0


def _unit(family: Family) -> str:
    items = family.usable[0].items
    return f"Time per {items.removesuffix('s')}" if items else "Time per sample"


def _limit_lines(
    kind: Kind, limits: Limits, page_size: float | None
) -> list[tuple[str, float]]:
    found = []
    if kind.page_copy and limits.memory_copy and page_size:
        found.append(("copy of a page", page_size / limits.memory_copy))
    if kind.system_call and limits.system_call:
        found.append(("system call", limits.system_call))
    if kind.disk_random and limits.disk_random:
        found.append(("random disk read", limits.disk_random))
    return sorted(found, key=lambda line: line[1])


def _sentence(family: Family, lines: list[tuple[str, float]]) -> str:
    cheapest = min(family.usable, key=cost)
    dearest = max(family.usable, key=cost)
    unit = family.usable[0].items.removesuffix("s") or "sample"
    text = f"{quantity.duration(cost(cheapest))} a {unit}"
    if cheapest is not dearest:
        text = (
            f"From {text} ({family.label(cheapest)})"
            f" to {quantity.duration(cost(dearest))} ({family.label(dearest)})"
        )
    if lines:
        known = [f"a {name} takes {quantity.duration(value)}" for name, value in lines]
        text += f"; here {quantity.listed(known)}"
    return text + "."


def _draw(canvas: style.Canvas, family: Family, lines: list[tuple[str, float]]) -> Figure:
    rows = family.usable
    figure = style.figure(canvas, (40 if canvas.narrow else 24) * len(rows) + 90)
    axes = figure.subplots()
    values = [cost(s) * factor for s in rows for factor in (1.0, *s.time_range)]
    values += [value for _, value in lines]
    low, high = style.bounds(values, 1.8)
    style.log_axis(axes, "x", low, high * 1.6, quantity.duration_tick, style.steps_for(low, high))
    labels = [family.label(series) or "base point" for series in rows]
    style.rows_axis(axes, [""] * len(rows) if canvas.narrow else labels)
    apart = (high * 1.6 / low) ** (0.42 if canvas.narrow else 0.16)
    previous, level = 0.0, 0
    for index, (name, value) in enumerate(lines):
        level = level + 1 if previous and value < previous * apart else 0
        style.limit_line(axes, "x", value, name, style.DASHES[index], level)
        previous = value
    for row, (series, label) in enumerate(zip(rows, labels)):
        _draw_row(axes, row, series, label if canvas.narrow else "")
    return figure


def _draw_row(axes: Axes, row: int, series: Series, label: str) -> None:
    value = cost(series)
    low, high = (value * factor for factor in series.time_range)
    style.dot(axes, value, row, low, high, style.LOOKS[0])
    axes.annotate(
        quantity.duration(value), (max(high, value), row), xytext=(9, 0),
        textcoords="offset points", va="center", color=style.MUTED.light,
        fontsize=style.FONT_SIZE - 1,
    )  # fmt: skip
    if label:
        axes.annotate(
            label, (0, row), xycoords=axes.get_yaxis_transform(), xytext=(0, 14),
            textcoords="offset points", va="center", color=style.INK.light,
            fontsize=style.FONT_SIZE - 1,
        )  # fmt: skip
