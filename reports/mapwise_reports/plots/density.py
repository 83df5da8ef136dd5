"""What a page costs by the share of pages that are touched, with read-ahead and without, and the share at
which reading ahead begins to pay."""

from __future__ import annotations

import math
from dataclasses import dataclass

from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, Limits, cost, cost_range, number
from ..model import Series
from . import style
from .plot import Plot, table

SHARE = "percent"
NORMAL, RANDOM = "normal", "random"


@dataclass(frozen=True)
class BreakEven:
    """The percentage of pages above which reading ahead is cheaper; low and high at the ends of the
    spread, None where the lines do not cross there."""

    percent: float
    low: float | None = None
    high: float | None = None


def plot(bench: Bench, directory: str | None) -> Plot | None:
    family = bench.family("read_density", directory)
    if family is None:
        return None
    lines = {advice: _line(family, advice) for advice in (NORMAL, RANDOM)}
    if not all(lines.values()):
        return None
    limits, page = bench.limits(directory), bench.page_size
    return Plot(
        key="density",
        title="When reading ahead begins to pay",
        sentence=_sentence(lines, _expected(limits, page)),
        reading="Time per touched page by the share of pages that are touched, both logarithmic: of a file "
        "that is not in the cache, in random order. Marks are medians, bars span p25 to p75, of which the "
        "range of the break-even point comes. Lines at the right: a page read by itself, and one of many "
        "in order, at the disk's best.",
        families=(family,),
        series=tuple(series for line in lines.values() for series in line),
        table=table([family]),
        draw=lambda canvas: _draw(canvas, lines, _lines_of(limits, page)),
    )


def _line(family: Family, advice: str) -> list[Series]:
    return [s for s in family.along(SHARE, advice=advice) if _percent(s) > 0 and cost(s) > 0]


def _percent(series: Series) -> float:
    return number(series.axes.get(SHARE, "")) or 0.0


def break_even(normal: list[Series], random: list[Series]) -> BreakEven | None:
    """Where the lines cross, interpolated between the shares that were measured."""
    twins = {_percent(series): series for series in normal}
    both = [(_percent(r), twins[_percent(r)], r) for r in random if _percent(r) in twins]
    middle = _crossing([(x, cost(r) / cost(n)) for x, n, r in both])
    if middle is None:
        return None
    low = _crossing([(x, cost_range(r)[1] / cost_range(n)[0]) for x, n, r in both])
    high = _crossing([(x, cost_range(r)[0] / cost_range(n)[1]) for x, n, r in both])
    return BreakEven(middle, low, high)


def _crossing(ratios: list[tuple[float, float]]) -> float | None:
    """Where a ratio first rises through one, on logarithmic axes."""
    for (x, before), (later, after) in zip(ratios, ratios[1:]):
        if before < 1.0 <= after:
            part = math.log(before) / (math.log(before) - math.log(after))
            return float(x ** (1 - part) * later**part)
    return None


def _expected(limits: Limits, page: float | None) -> float | None:
    """The break-even point in percent if the disk alone decided: a page in order against one by itself."""
    if not limits.disk_sequential or not limits.disk_random or not page:
        return None
    return 100 * page / limits.disk_sequential / limits.disk_random


def _lines_of(limits: Limits, page: float | None) -> list[tuple[str, float]]:
    found = [("random\ndisk read", limits.disk_random)]
    if limits.disk_sequential and page:
        found.append(("disk,\nin order", page / limits.disk_sequential))
    return [(name, value) for name, value in found if value]


def _sentence(lines: dict[str, list[Series]], expected: float | None) -> str:
    normal, random = lines[NORMAL], lines[RANDOM]
    point = break_even(normal, random)
    if point is None:
        return _one_sided(normal, random)
    text = f"Advice random is cheaper below {percent(point.percent)} of the pages, reading ahead above"
    if point.low and point.high:
        text += f" (between {percent(point.low)} and {percent(point.high)} by the spread)"
    ends = [f"at {percent(_percent(r))} {_against(r, normal)}" for r in (random[0], random[-1])]
    text += f": {quantity.listed(ends)}."
    if expected and expected < 100:
        text += f" By what the disk can do it would be {percent(expected)}."
    return text


def _one_sided(normal: list[Series], random: list[Series]) -> str:
    last = random[-1]
    twin = _twin(last, normal)
    if twin is None:
        return "Normal and random advice were not measured at the same share of pages."
    which = "advice random" if cost(last) < cost(twin) else "reading ahead"
    shares = sorted({_percent(series) for series in random})
    where = f"at {percent(shares[-1])}" if len(shares) == 1 else f"from {percent(shares[0])} to {percent(shares[-1])}"
    return (
        f"The lines do not cross where it was measured, {where} of the pages: "
        f"at {percent(_percent(last))}, where {which} is cheaper, {_against(last, normal)}."
    )


def _twin(random: Series, normal: list[Series]) -> Series | None:
    return next((s for s in normal if _percent(s) == _percent(random)), None)


def _against(random: Series, normal: list[Series]) -> str:
    text = f"a page takes {quantity.duration(cost(random))} under random"
    twin = _twin(random, normal)
    return text + (f" and {quantity.duration(cost(twin))} under normal" if twin else "")


def percent(value: float) -> str:
    return f"{quantity.short(float(f'{value:.2g}'))}{quantity.GAP}%"


def _draw(canvas: style.Canvas, lines: dict[str, list[Series]], limits: list[tuple[str, float]]) -> Figure:
    figure = style.figure(canvas, 360)
    axes = figure.subplots()
    drawn = [
        style.Curve(advice, look, tuple((_percent(s), cost(s), *cost_range(s)) for s in line))
        for (advice, line), look in zip(lines.items(), style.LOOKS)
    ]
    room = 0.25 if canvas.narrow else 0.12
    low, high = style.curve_axes(
        axes, drawn, percent, quantity.duration_tick, [value for _, value in limits], room,
        4 if canvas.narrow else 7,
    )  # fmt: skip
    style.limit_lines(axes, limits)
    style.curves(axes, drawn)
    axes.set_xlabel("pages touched")
    point = break_even(lines[NORMAL], lines[RANDOM])
    if point is not None:
        axes.axvspan(point.low or point.percent, point.high or point.percent, color=style.GRID.light, linewidth=0)
        style.limit_line(axes, point.percent, f"break-even {percent(point.percent)}", "-")
    return figure
