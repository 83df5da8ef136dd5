"""What msync costs by the number of dirty pages: for the call, and for each page."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, number
from ..model import Series
from . import style
from .plot import Column, Plot, table

PAGES = "dirty_pages"
MODE = "mode"

Line = tuple[str, list[Series]]


def plot(bench: Bench, directory: str | None) -> Plot | None:
    family = bench.family("sync_cost", directory)
    if family is None:
        return None
    lines = _lines(family)
    if not lines:
        return None
    limits = _limits(bench, directory)
    rows = [
        ((mode, quantity.count(number(s.axes[PAGES]))), s) for mode, line in lines for s in line
    ]
    return Plot(
        key="sync",
        title="Writing dirty pages back",
        sentence=_sentence(lines),
        reading="Time of one msync by dirty pages, all axes logarithmic. "
        "Marks are medians, bars span p25 to p75.",
        directory=family.directory,
        filesystem=family.filesystem,
        series=tuple(s for _, line in lines for s in line),
        table=table((Column("msync"), Column("dirty pages", True)), rows),
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
        if line:
            lines.append((mode, line))
    return lines


def _sentence(lines: list[Line]) -> str:
    parts = []
    for mode, line in lines:
        first, last = line[0], line[-1]
        pages = number(last.axes[PAGES]) or 1.0
        text = f"An msync ({mode}) of {_pages(first)} takes {quantity.duration(first.seconds)}"
        if last is not first:
            text += f", of {_pages(last)} {quantity.duration(last.seconds)}"
            text += f" or {quantity.duration((last.seconds or 0.0) / pages)} a page"
        parts.append(text + ".")
    return " ".join(parts)


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
    points = [(s, number(s.axes[PAGES]) or 1.0) for _, line in lines for s in line]
    pages = sorted({count for _, count in points})
    values = [(s.seconds or 0.0) / (count if per_page else 1.0) for s, count in points]
    low, high = style.bounds(values + ([limit] if limit else []), 2.0)
    reach = (pages[-1] / pages[0]) ** 0.2 * 1.7
    style.log_axis(axes, "x", pages[0] / 1.7, pages[-1] * reach, str)
    step = -(-len(pages) // 6)
    style.fixed_ticks(axes, "x", pages[::step], [quantity.count(p) for p in pages[::step]])
    style.log_axis(axes, "y", low, high, quantity.duration_tick, style.steps_for(low, high))
    if limit:
        style.limit_line(axes, "y", limit, name)
    for look, (mode, line) in zip(style.LOOKS, lines):
        x = [number(s.axes[PAGES]) or 1.0 for s in line]
        y = [(s.seconds or 0.0) / (count if per_page else 1.0) for s, count in zip(line, x)]
        errors = [(v * (1 - s.time_range[0]), v * (s.time_range[1] - 1)) for s, v in zip(line, y)]
        style.line(axes, x, y, [(max(a, 0.0), max(b, 0.0)) for a, b in errors], look)
        style.name_line(axes, x[-1], y[-1], mode, look)
