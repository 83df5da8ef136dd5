"""Bandwidth by size, cold and warm, with what memory and disk can do as lines."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, Limits, axis_value, number
from ..model import Series
from . import style
from .plot import Column, Plot, table

_PANELS = (("read_sequential", "In order"), ("read_random", "At random"))
_TEMPERATURES = ("warm", "cold")

Line = tuple[str, list[Series]]
Panel = tuple[str, Family, list[Line]]


def plot(bench: Bench, directory: str | None) -> Plot | None:
    panels = [p for p in (_panel(bench, directory, *names) for names in _PANELS) if p is not None]
    if not panels:
        return None
    limits = bench.limits(directory)
    shown = [series for _, _, lines in panels for _, line in lines for series in line]
    rows = [
        ((title, temperature, axis_value("size", series.axes["size"])), series)
        for title, _, lines in panels
        for temperature, line in lines
        for series in line
    ]
    family = panels[0][1]
    return Plot(
        key="bandwidth",
        title="Reading a mapped file",
        sentence=" ".join(_sentence(panel, limits) for panel in panels),
        reading="Bytes needed per second by size of the file, both logarithmic. "
        "Marks are medians, bars span p25 to p75.",
        directory=family.directory,
        filesystem=family.filesystem,
        series=tuple(shown),
        table=table((Column("order"), Column("cache"), Column("size", True)), rows, rate=True),
        draw=lambda canvas: _draw(canvas, panels, limits),
    )


def _panel(bench: Bench, directory: str | None, name: str, title: str) -> Panel | None:
    family = bench.family(name, directory)
    if family is None or "size" not in family.axes:
        return None
    lines = []
    for temperature in _TEMPERATURES:
        line = [s for s in family.along("size", temperature=temperature) if s.bytes_per_second]
        if line:
            lines.append((temperature, line))
    return (title, family, lines) if lines else None


def _sentence(panel: Panel, limits: Limits) -> str:
    title, _, lines = panel
    parts = []
    for temperature, line in lines:
        largest = line[-1]
        limit, name = (
            (limits.memory_copy, "of a memory copy")
            if temperature == "warm"
            else (limits.disk_sequential, "of what the disk gives in order")
        )
        text = f"{quantity.bandwidth(largest.bytes_per_second)} {temperature}"
        if limit and largest.bytes_per_second:
            text += f" ({quantity.share(largest.bytes_per_second / limit)} {name})"
        parts.append(text)
    size = axis_value("size", lines[0][1][-1].axes["size"])
    return f"{title}, {size} are read at {quantity.listed(parts)}."


def _draw(canvas: style.Canvas, panels: list[Panel], limits: Limits) -> Figure:
    figure = style.figure(canvas, 330 * len(panels) if canvas.narrow else 380)
    rows, columns = (len(panels), 1) if canvas.narrow else (1, len(panels))
    grid = figure.subplots(rows, columns, sharey=True, sharex=True, squeeze=False)
    low, high = _range(panels, limits)
    for index, (axes, panel) in enumerate(zip(grid.flat, panels)):
        named = canvas.narrow or index == len(panels) - 1
        _draw_panel(axes, panel, limits, low, high, named)
        axes.set_title(panel[0])
        if canvas.narrow and index < len(panels) - 1:
            axes.tick_params(labelbottom=True)
    if canvas.narrow:
        for axes in list(grid.flat)[:-1]:
            axes.set_xlabel("")
    return figure


def _range(panels: list[Panel], limits: Limits) -> tuple[float, float]:
    values = [s.bytes_per_second or 0.0 for _, _, lines in panels for _, line in lines for s in line]
    values += [limit for limit in (limits.memory_copy, limits.disk_sequential) if limit]
    return style.bounds(values, 2.2)


def _draw_panel(
    axes: Axes, panel: Panel, limits: Limits, low: float, high: float, named: bool
) -> None:
    _, _, lines = panel
    sizes = sorted({number(s.axes["size"]) or 1.0 for _, line in lines for s in line})
    style.log_axis(axes, "x", sizes[0] / 1.7, sizes[-1] * (sizes[-1] / sizes[0]) ** 0.16 * 1.7, str)
    style.fixed_ticks(axes, "x", *_size_ticks(sizes))
    style.log_axis(axes, "y", low, high, quantity.bandwidth_tick)
    style.binary_ticks(axes, low, high)
    for limit, name, dashes in (
        (limits.memory_copy, "memory\ncopy", style.DASHES[0]),
        (limits.disk_sequential, "disk,\nin order", style.DASHES[1]),
    ):
        if limit:
            style.limit_line(axes, "y", limit, name if named else "", dashes)
    for look, (temperature, series) in zip(style.LOOKS, lines):
        x = [number(s.axes["size"]) or 1.0 for s in series]
        y = [s.bytes_per_second or 0.0 for s in series]
        style.line(axes, x, y, [_error(s) for s in series], look)
        style.name_line(axes, x[-1], y[-1], temperature, look)


def _size_ticks(sizes: list[float]) -> tuple[list[float], list[str]]:
    chosen = sizes if len(sizes) <= 5 else sizes[:: -(-len(sizes) // 5)]
    return chosen, [quantity.size(size) for size in chosen]


def _error(series: Series) -> tuple[float, float]:
    """Distances down and up to the bandwidth at p75 and p25 of the time."""
    rate = series.bytes_per_second or 0.0
    fast, slow = series.time_range
    return max(rate - rate / slow, 0.0), max(rate / fast - rate, 0.0)
