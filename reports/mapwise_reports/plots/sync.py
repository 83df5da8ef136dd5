"""What msync costs by the number of dirty pages: for the call, and for each page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, axis_value, number
from ..model import Series
from . import style
from .plot import Plot, table

PAGES = "dirty_pages"
MODE = "mode"
LAYOUT = "layout"
SCATTERED = "scattered"


@dataclass(frozen=True)
class Line:
    """The series of one mode and layout by dirty pages, and the same under other conditions."""

    mode: str
    layout: str
    series: list[Series]
    others: list[Series]

    @property
    def name(self) -> str:
        return f"{self.mode}, {self.layout}" if self.layout == SCATTERED else self.mode


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
        reading="Time of one msync by pages stored to, all axes logarithmic. "
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
    for mode, layout in product(family.values(MODE), family.values(LAYOUT)):
        of_both = [s for s in family.usable if (s.axes.get(MODE), s.axes.get(LAYOUT)) == (mode, layout)]
        line = [s for s in family.along(PAGES, mode=mode, layout=layout) if number(s.axes[PAGES])]
        others = [s for s in of_both if s not in line and number(s.axes.get(PAGES, ""))]
        if line:
            lines.append(Line(mode, layout, line, others))
    return lines


def _conditions(family: Family, lines: list[Line]) -> list[str]:
    """What is different at the hollow marks: values of the axes other than mode, layout and pages."""
    found = []
    for line in lines:
        base = family.base(mode=line.mode, layout=line.layout)
        for series in line.others:
            found += [
                axis_value(axis, value)
                for axis, value in series.axes.items()
                if axis not in (PAGES, MODE, LAYOUT) and value != base.get(axis)
            ]
    return list(dict.fromkeys(found))


def _sentence(lines: list[Line]) -> str:
    parts = []
    for line in lines:
        if line.layout == SCATTERED and len(lines) > 1:
            continue
        first, last = line.series[0], line.series[-1]
        pages = number(last.axes[PAGES]) or 1.0
        text = f"An msync ({line.mode}) of {_pages(first)} takes {quantity.duration(first.seconds)}"
        if last is not first:
            text += f", of {_pages(last)} {quantity.duration(last.seconds)}"
            text += f" or {quantity.duration((last.seconds or 0.0) / pages)} a page"
        twins = [pair for other in lines for pair in _twins(line, other)]
        if twins:
            lying, apart = next((pair for pair in twins if pair[0].base), twins[0])
            text += f"; {_pages(apart)} that lie scattered take {quantity.duration(apart.seconds)}"
            text += f" and not {quantity.duration(lying.seconds)}{_whole_pieces(apart)}"
        parts.append(text + ".")
    return " ".join(parts)


def _twins(line: Line, other: Line) -> list[tuple[Series, Series]]:
    """As many pages of the same mode, side by side and scattered."""
    if line.mode != other.mode or other.layout != SCATTERED:
        return []
    scattered = {series.axes[PAGES]: series for series in other.series}
    return [(series, scattered[series.axes[PAGES]]) for series in line.series if series.axes[PAGES] in scattered]


def _whole_pieces(series: Series) -> str:
    """Where the page cache is made of pieces of several pages, a store makes a whole one dirty."""
    dirty, stored = series.extra.get("dirty_pages_before", 0.0), number(series.axes[PAGES]) or 1.0
    if dirty < 1.5 * stored:
        return ""
    return f", as {dirty:,.0f} are dirty: the page cache is made of larger pieces"


def _pages(series: Series) -> str:
    return quantity.plural(int(number(series.axes[PAGES]) or 0), "page")


def _draw(canvas: style.Canvas, lines: list[Line], limits: tuple[float | None, float | None]) -> Figure:
    figure = style.figure(canvas, 600 if canvas.narrow else 360)
    whole, each = figure.subplots(2, 1) if canvas.narrow else figure.subplots(1, 2)
    _draw_panel(whole, lines, False, limits[0], "random\ndisk read", canvas.narrow)
    whole.set_title("One call")
    _draw_panel(each, lines, True, limits[1], "disk,\nin order", canvas.narrow)
    each.set_title("For each page stored to")
    for axes in (each,) if canvas.narrow else (whole, each):
        axes.set_xlabel("pages stored to")
    return figure


def _draw_panel(
    axes: Axes, lines: list[Line], per_page: bool, limit: float | None, name: str, narrow: bool
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
    reach = (pages[-1] / pages[0]) ** (0.6 if narrow else 0.45) * 1.7
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
    return style.Curve(line.name, look, tuple((x, y, y * low, y * high) for (x, y), (low, high) in ranges))


def _point(series: Series, per_page: bool) -> tuple[float, float]:
    pages = number(series.axes[PAGES]) or 1.0
    return pages, (series.seconds or 0.0) / (pages if per_page else 1.0)
