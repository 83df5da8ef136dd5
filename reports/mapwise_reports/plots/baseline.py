"""Reading through a mapping beside reading with pread: two marks a row."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, axis_value
from ..model import Series
from . import style
from .plot import Plot, table
from .table import Column

_MAPPED = {"sequential": "read_sequential", "random": "read_random"}
_ORDER = {"sequential": "in order", "random": "at random"}


@dataclass(frozen=True)
class Pair:
    """The same reading done both ways."""

    pattern: str
    temperature: str
    size: str
    mapped: Series
    pread: Series

    @property
    def label(self) -> str:
        return f"{_ORDER[self.pattern]}, {self.temperature}, {axis_value('size', self.size)}"

    @property
    def speed(self) -> float:
        """How many times as fast the mapping is."""
        return (self.mapped.bytes_per_second or 1.0) / (self.pread.bytes_per_second or 1.0)


def plot(bench: Bench, directory: str | None) -> Plot | None:
    family = bench.family("pread", directory)
    pairs = _pairs(bench, family) if family is not None else []
    if family is None or not pairs:
        return None
    ratios = {id(pair.pread): quantity.ratio(pair.speed) for pair in pairs}
    return Plot(
        key="pread",
        title="A mapping beside pread",
        sentence=_sentence(pairs),
        reading="Bytes needed per second, logarithmic: the round mark is the mapping, the square one "
        "pread. Marks are medians, bars span p25 to p75; at the right, the speed of the mapping "
        "as a multiple of pread's.",
        families=(family,),
        series=tuple(series for pair in pairs for series in (pair.mapped, pair.pread)),
        table=table(
            [family],
            (Column("mapping ÷ pread", True),),
            lambda series: (ratios.get(id(series), ""),),
            rate=True,
        ),
        draw=lambda canvas: _draw(canvas, pairs),
    )


def _pairs(bench: Bench, family: Family) -> list[Pair]:
    found = []
    for pattern, name in _MAPPED.items():
        mapped = bench.family(name, family.directory)
        for temperature in ("warm", "cold") if mapped else ():
            line = family.along("size", pattern=pattern, temperature=temperature)
            twins = {s.axes.get("size"): s for s in mapped.along("size", temperature=temperature)}
            found += [
                Pair(pattern, temperature, size, twins[size], series)
                for series in line
                if series.bytes_per_second
                and (size := series.axes.get("size", "")) in twins
                and twins[size].bytes_per_second
            ]
    return found


def _sentence(pairs: list[Pair]) -> str:
    best, worst = max(pairs, key=lambda p: p.speed), min(pairs, key=lambda p: p.speed)
    text = f"The mapping is {quantity.in_words(best.speed)} as pread {best.label}"
    if best.speed < 1:
        text = f"The mapping is never faster than pread: {quantity.in_words(best.speed)} {best.label}"
    if worst is best:
        return text + "."
    if worst.speed >= 1:
        return f"{text}; at least {quantity.in_words(worst.speed)} everywhere ({worst.label})."
    return f"{text}, and {quantity.in_words(worst.speed)} {worst.label}."


def _draw(canvas: style.Canvas, pairs: list[Pair]) -> Figure:
    figure = style.figure(canvas, (44 if canvas.narrow else 26) * len(pairs) + 100)
    axes = figure.subplots()
    values = [s.bytes_per_second or 1.0 for p in pairs for s in (p.mapped, p.pread)]
    low, high = style.bounds(values, 1.5)
    high *= (high / low) ** (0.3 if canvas.narrow else 0.08)
    style.log_axis(axes, "x", low, high, quantity.bandwidth_tick)
    style.binary_ticks(axes, low, high, "x", 4 if canvas.narrow else 8)
    labels = [pair.label for pair in pairs]
    style.rows_axis(axes, [""] * len(pairs) if canvas.narrow else labels)
    mapping, pread = style.LOOKS[0], style.Look(style.SECOND.light, "s", hollow=True)
    for row, pair in enumerate(pairs):
        ends = [pair.mapped.bytes_per_second or 1.0, pair.pread.bytes_per_second or 1.0]
        axes.plot(ends, [row, row], color=style.GRID.light, linewidth=5, solid_capstyle="round")
        for series, look in ((pair.pread, pread), (pair.mapped, mapping)):
            rate, (fast, slow) = series.bytes_per_second or 1.0, series.time_range
            style.dot(axes, rate, row, rate / slow, rate / fast, look)
        style.row_note(axes, row, quantity.ratio(pair.speed))
        if canvas.narrow:
            style.row_label(axes, row, pair.label)
    axes.annotate(
        "mapping ÷ pread", (1, 1), xycoords="axes fraction", xytext=(-2, 8),
        textcoords="offset points", ha="right", color=style.MUTED.light,
        fontsize=style.FONT_SIZE - 1,
    )  # fmt: skip
    handles = [style.key(mapping, "mapping"), style.key(pread, "pread")]
    axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=2)
    return figure
