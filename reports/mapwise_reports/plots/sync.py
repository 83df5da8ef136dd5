"""What msync costs by the number of dirty pages: for the call, and for each page."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, axis_value, number
from ..model import Series
from . import style
from .plot import Plot, table

PAGES = "dirty_pages"
MODE = "mode"

@dataclass(frozen=True)
class Line:
    """The series of one mode by dirty pages, and the same under other conditions."""

    mode: str
    series: list[Series]
    others: list[Series]


def plot(bench: Bench, directory: str | None) -> Plot | None:
    family = bench.family("sync_cost", directory)
    if family is None:
        return None
    lines = _lines(family)
    if not lines:
        return None
    limits = _limits(bench, directory)
    return Plot(
        key="sync",
        title="Writing dirty pages back",
        sentence=_sentence(lines),
        reading="Time of one msync by dirty pages, all axes logarithmic. "
        "Marks are medians, bars span p25 to p75."
        + (f" Hollow marks: {quantity.listed(others)}." if (others := _conditions(family, lines)) else ""),
        families=(family,),
        series=tuple(s for line in lines for s in (*line.series, *line.others)),
        table=table([family]),
        draw=lambda canvas: _draw(canvas, lines, limits),
    )


def _limits(bench: Bench, directory: str | None) -> tuple[float | None, float | None]:
    """What a call and a page stand beside: a random read, and a page at the disk's best rate."""
    limits = bench.limits(directory)
    if not limits.disk_sequential or not bench.page_size:
        return limits.disk_random, None
    return limits.disk_random, bench.page_size / limits.disk_sequential


def _lines(family: Family) -> list[Line]:
    lines = []
    for mode in family.values(MODE):
        line = [s for s in family.along(PAGES, mode=mode) if number(s.axes[PAGES])]
        others = [
            s
            for s in family.usable
            if s.axes.get(MODE) == mode and s not in line and number(s.axes.get(PAGES, ""))
        ]
        if line:
            lines.append(Line(mode, line, others))
    return lines


def _conditions(family: Family, lines: list[Line]) -> list[str]:
    """What is different at the hollow marks: values of the axes other than mode and pages."""
    found = []
    for line in lines:
        base = family.base(mode=line.mode)
        for series in line.others:
            found += [
                axis_value(axis, value)
                for axis, value in series.axes.items()
                if axis not in (PAGES, MODE) and value != base.get(axis)
            ]
    return list(dict.fromkeys(found))


def _sentence(lines: list[Line]) -> str:
    parts = []
    for line in lines:
        first, last = line.series[0], line.series[-1]
        pages = number(last.axes[PAGES]) or 1.0
        text = f"An msync ({line.mode}) of {_pages(first)} takes {quantity.duration(first.seconds)}"
        if last is not first:
            text += f", of {_pages(last)} {quantity.duration(last.seconds)}"
            text += f" or {quantity.duration((last.seconds or 0.0) / pages)} a page"
        scattered = _scattered(line)
        if scattered is not None:
            text += f"; {_pages(scattered)} that lie scattered take {quantity.duration(scattered.seconds)}"
            twin = next((s for s in line.series if s.axes[PAGES] == scattered.axes[PAGES]), None)
            text += f" and not {quantity.duration(twin.seconds)}" if twin else ""
        parts.append(text + ".")
    return " ".join(parts)


def _scattered(line: Line) -> Series | None:
    return next((s for s in line.others if s.axes.get("layout") == "scattered"), None)


def _pages(series: Series) -> str:
    return quantity.plural(int(number(series.axes[PAGES]) or 0), "page")


def _draw(canvas: style.Canvas, lines: list[Line], limits: tuple[float | None, float | None]) -> Figure:
    figure = style.figure(canvas, 600 if canvas.narrow else 360)
    whole, each = figure.subplots(2, 1) if canvas.narrow else figure.subplots(1, 2)
    _draw_panel(whole, lines, False, limits[0], "random\ndisk read")
    whole.set_title("One call")
    _draw_panel(each, lines, True, limits[1], "disk,\nin order")
    each.set_title("For each dirty page")
    for axes in (each,) if canvas.narrow else (whole, each):
        axes.set_xlabel("dirty pages")
    return figure


def _draw_panel(
    axes: Axes, lines: list[Line], per_page: bool, limit: float | None, name: str
) -> None:
    points = [(s, number(s.axes[PAGES]) or 1.0) for line in lines for s in (*line.series, *line.others)]
    pages = sorted({count for _, count in points})
    values = [
        edge * (s.seconds or 0.0) / (count if per_page else 1.0)
        for s, count in points
        for edge in (1.0, *s.time_range)
        if edge > 0
    ]
    low, high = style.bounds(values + ([limit] if limit else []), 2.0)
    reach = (pages[-1] / pages[0]) ** 0.2 * 1.7
    style.log_axis(axes, "x", pages[0] / 1.7, pages[-1] * reach, str)
    step = -(-len(pages) // 6)
    style.fixed_ticks(axes, "x", pages[::step], [quantity.count(p) for p in pages[::step]])
    style.log_axis(axes, "y", low, high, quantity.duration_tick, style.steps_for(low, high))
    style.limit_lines(axes, [(name, limit)] if limit else [])
    for look, line in zip(style.LOOKS, lines):
        for series in line.others:
            style.hollow_mark(axes, *_point(series, per_page), look)
    style.curves(axes, [_curve(look, line, per_page) for look, line in zip(style.LOOKS, lines)])


def _curve(look: style.Look, line: Line, per_page: bool) -> style.Curve:
    ranges = [(_point(series, per_page), series.time_range) for series in line.series]
    return style.Curve(line.mode, look, tuple((x, y, y * low, y * high) for (x, y), (low, high) in ranges))


def _point(series: Series, per_page: bool) -> tuple[float, float]:
    pages = number(series.axes[PAGES]) or 1.0
    return pages, (series.seconds or 0.0) / (pages if per_page else 1.0)
