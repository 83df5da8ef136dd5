"""Bandwidth by size, cold and warm, with what memory and disk can do as lines."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, Limits, axis_value, number
from ..model import Series
from . import style
from .plot import Plot, table

_PANELS = (("read_sequential", "In order"), ("read_random", "At random"))
_LOOKS = {"warm": style.LOOKS[0], "cold": style.LOOKS[1], "mapped": style.LOOKS[2]}


@dataclass(frozen=True)
class Line:
    """One temperature by size, and the same at another fill of the cache."""

    temperature: str
    series: list[Series]
    others: list[Series]


@dataclass(frozen=True)
class Panel:
    """One family."""

    title: str
    family: Family
    lines: list[Line]
    disk: tuple[str, float] | None  # what the disk gives at best when read this way

    @property
    def shown(self) -> list[Series]:
        return [s for line in self.lines for s in (*line.series, *line.others)]


def plot(bench: Bench, directory: str | None) -> Plot | None:
    panels = [p for p in (_panel(bench, directory, *names) for names in _PANELS) if p is not None]
    if not panels:
        return None
    limits = bench.limits(directory)
    family = panels[0].family
    hollow = any(line.others for panel in panels for line in panel.lines)
    return Plot(
        key="bandwidth",
        title="Reading a mapped file",
        sentence=" ".join(_sentence(panel, limits) for panel in panels),
        reading="Bytes needed per second by size of the file, both logarithmic. "
        "Marks are medians, bars span p25 to p75. Lines are the machine's limits; a file that fits into the "
        "processor's caches may exceed that of memory."
        + (" Hollow marks: the cache was filled in another way." if hollow else ""),
        families=tuple(panel.family for panel in panels),
        series=tuple(series for panel in panels for series in panel.shown),
        table=table([panel.family for panel in panels], rate=True),
        draw=lambda canvas: _draw(canvas, panels, limits),
    )


def _panel(bench: Bench, directory: str | None, name: str, title: str) -> Panel | None:
    family = bench.family(name, directory)
    if family is None or "size" not in family.axes:
        return None
    lines = [line for temperature in _LOOKS if (line := _line(family, temperature)).series]
    limits = bench.limits(directory)
    disk = ("disk,\nin order", limits.disk_sequential)
    if title != "In order":
        page = bench.page_size
        rate = page / limits.disk_random if page and limits.disk_random else None
        disk = ("disk,\nat random", rate)
    return Panel(title, family, lines, (disk[0], disk[1]) if disk[1] else None) if lines else None


def _line(family: Family, temperature: str) -> Line:
    drawable = [s for s in family.usable if s.bytes_per_second and number(s.axes.get("size", ""))]
    along = [s for s in family.along("size", temperature=temperature) if s in drawable]
    base = family.base(temperature=temperature)
    others = [
        series
        for series in drawable
        if series.axes.get("temperature") == temperature
        and series.axes.get("fill") != base.get("fill")
        and series not in along
    ]
    return Line(temperature, along, others)


def _sentence(panel: Panel, limits: Limits) -> str:
    parts = []
    for line in panel.lines:
        rate = line.series[-1].bytes_per_second or 0.0
        text = f"{quantity.bandwidth(rate)} {line.temperature}"
        limit, name = memory_limit(limits)
        if line.temperature == "cold":
            limit, name = (panel.disk[1] if panel.disk else None), "the disk's best"
        if limit:
            text += f" ({quantity.share(rate / limit)} of {name})"
        parts.append(text)
    size = axis_value("size", panel.lines[0].series[-1].axes["size"])
    what = f"a file of {size} is" if panel.title == "In order" else f"single pages of {size} are"
    return f"{panel.title}, {what} read at {quantity.listed(parts)}."


def memory_limit(limits: Limits) -> tuple[float | None, str]:
    """The limit that reading from the page cache stands beside."""
    if limits.memory_read:
        return limits.memory_read, "reading memory"
    return limits.memory_copy, "a memory copy"


def _draw(canvas: style.Canvas, panels: list[Panel], limits: Limits) -> Figure:
    figure = style.figure(canvas, 330 * len(panels) if canvas.narrow else 380)
    rows, columns = (len(panels), 1) if canvas.narrow else (1, len(panels))
    grid = figure.subplots(rows, columns, sharey=True, sharex=True, squeeze=False)
    values = [s.bytes_per_second or 1.0 for panel in panels for s in panel.shown]
    values += [value for panel in panels for _, value in _limit_lines(panel, limits)]
    low, high = style.bounds(values, 2.2)
    sizes = sorted({_size(series) for panel in panels for series in panel.shown})
    for axes, panel in zip(grid.flat, panels):
        _draw_panel(axes, panel, sizes, low, high)
        style.limit_lines(axes, _limit_lines(panel, limits))
        axes.set_title(panel.title)
        axes.tick_params(labelbottom=True)
    return figure


def _limit_lines(panel: Panel, limits: Limits) -> list[tuple[str, float]]:
    known = (("memory\ncopy", limits.memory_copy), ("memory\nread", limits.memory_read))
    memory = [(name, value) for name, value in known if value]
    return [*memory, *([panel.disk] if panel.disk else [])]


def _draw_panel(axes: Axes, panel: Panel, sizes: list[float], low: float, high: float) -> None:
    """`sizes` are those of all panels, which share their axes."""
    room = 1.7 * (sizes[-1] / sizes[0]) ** 0.16
    style.log_axis(axes, "x", sizes[0] / 1.7, sizes[-1] * room, str)
    ticks = sizes[:: -(-len(sizes) // 5)]
    style.fixed_ticks(axes, "x", ticks, [quantity.size(size) for size in ticks])
    style.log_axis(axes, "y", low, high, quantity.bandwidth_tick)
    style.binary_ticks(axes, low, high)
    for line in panel.lines:
        for series in line.others:
            style.hollow_mark(axes, _size(series), series.bytes_per_second or 0.0, _LOOKS[line.temperature])
    style.curves(axes, [_curve(line) for line in panel.lines])


def _curve(line: Line) -> style.Curve:
    points = tuple((_size(series), *_rates(series)) for series in line.series)
    return style.Curve(line.temperature, _LOOKS[line.temperature], points)


def _size(series: Series) -> float:
    return number(series.axes["size"]) or 1.0


def _rates(series: Series) -> tuple[float, float, float]:
    """The bandwidth, and that at p75 and p25 of the time."""
    rate = series.bytes_per_second or 0.0
    fast, slow = series.time_range
    return rate, rate / slow, rate / fast
