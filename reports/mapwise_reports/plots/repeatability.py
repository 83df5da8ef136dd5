"""How far series moved from one run to the next, beside how far their samples lie apart within a run."""

from __future__ import annotations

import math
from collections import Counter

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..repeatability import FAR, Moved, Pair, Repetition
from . import style
from .plot import Plot
from .table import Column, Table

_NAMED = 6

_TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)

_LOOKS = (style.LOOKS[0], style.LOOKS[1])
_KINDS = ("in memory", "waits: for the device, or for another thread")


def plot(repetition: Repetition) -> Plot | None:
    if not repetition.pairs:
        return None
    return Plot(
        key="repeatability",
        title="The same again",
        sentence=_sentence(repetition),
        reading="Every mark is a series: across, how far its samples lie apart within a run (p75 over p25, the wider "
        "of both runs); upwards, its median time as a multiple of that in the run before. Both logarithmic. Between "
        f"the broken lines it moved by no more than {quantity.share(FAR)}. The table says what in the records goes with the "
        "others; two runs prove no more than that.",
        families=(),
        series=tuple(pair.new for pair in repetition.pairs),
        table=_table(repetition),
        draw=lambda canvas: _draw(canvas, repetition),
    )


def _sentence(repetition: Repetition) -> str:
    text = (
        f"Half of {quantity.plural(len(repetition.pairs), 'series', 'series')} moved by no more than "
        f"{quantity.share(math.expm1(repetition.middle))} from the run before, {repetition.old.file.name}, to this one"
    )
    if not repetition.moved:
        return f"{text}, and none by more than {quantity.share(FAR)}."
    kinds = Counter(moved.kind for moved in repetition.moved)
    parts = quantity.listed([f"{number} {_WITH[kind]}" for kind, number in kinds.most_common()])
    return f"{text}; {len(repetition.moved)} by more than {quantity.share(FAR)}: {parts}."


_WITH = {
    "other work": "did other work",
    "two speeds": "with two speeds",
    "device": "with the device",
    "few samples": "of few samples",
    "spread": "no further than their own samples lie apart",
    "waiting": "wait for others",
    "level": "steady within each run at another level",
}


def _table(repetition: Repetition) -> Table:
    columns = (
        Column("series"), Column("before", True), Column("now", True), Column("times", True), Column("p75 over p25", True),
        Column("what goes with it"),
    )  # fmt: skip
    return Table(columns, tuple(_row(moved) for moved in repetition.moved))


def _row(moved: Moved) -> tuple[str, ...]:
    pair = moved.pair
    return (
        pair.new.name,
        quantity.duration(pair.old.seconds),
        quantity.duration(pair.new.seconds),
        quantity.ratio(pair.times),
        quantity.ratio(pair.spread),
        f"{moved.kind}: {moved.cause}",
    )


def _draw(canvas: style.Canvas, repetition: Repetition) -> Figure:
    figure = style.figure(canvas, 420)
    axes = figure.subplots()
    spreads = [_apart(pair) for pair in repetition.pairs]
    times = [pair.times for pair in repetition.pairs]
    low, high = style.bounds(spreads, 1.3)
    style.log_axis(axes, "x", low, high, lambda value: quantity.share(value), style.steps_for(low, high))
    bottom, top = style.bounds([*times, 1 / 1.3, 1.3], 1.1)
    style.log_axis(axes, "y", bottom, top, quantity.ratio_tick)
    ticks = [tick for tick in _TICKS if bottom < tick < top]
    style.fixed_ticks(axes, "y", ticks, [quantity.ratio_tick(tick) for tick in ticks])
    axes.axhline(1, color=style.MUTED.light, linewidth=1.2)
    for edge in (1 + FAR, 1 / (1 + FAR)):
        axes.axhline(edge, color=style.MUTED.light, linewidth=1.2, linestyle=style.DASHES[0])
    for look, name, waits in zip(_LOOKS, _KINDS, (False, True)):
        _marks(axes, [pair for pair in repetition.pairs if pair.waits is waits], look, name)
    if not canvas.narrow:
        for pair in _named(repetition):
            _name(axes, pair, high)
    axes.set_xlabel("p75 is above p25 by")
    axes.set_ylabel("times the run before")
    axes.legend(loc="upper left")
    return figure


def _marks(axes: Axes, pairs: list[Pair], look: style.Look, name: str) -> None:
    axes.plot(
        [_apart(pair) for pair in pairs], [pair.times for pair in pairs], linestyle="none", marker=look.marker,
        markersize=4.5, markerfacecolor=look.face, markeredgecolor=look.colour, alpha=0.7, label=name,
    )  # fmt: skip


def _apart(pair: Pair) -> float:
    """How far p75 is above p25."""
    return max(pair.spread - 1, 1e-3)


def _named(repetition: Repetition) -> list[Pair]:
    """The farthest, but for those whose names would lie upon each other."""
    found: list[Pair] = []
    for moved in repetition.moved:
        near = (abs(math.log(moved.pair.times / p.times)) < 0.1 and abs(math.log(_apart(moved.pair) / _apart(p))) < 1.5 for p in found)
        if len(found) < _NAMED and not any(near):
            found.append(moved.pair)
    return found


def _name(axes: Axes, pair: Pair, right: float) -> None:
    """The family of a series that moved far, on the side where there is room."""
    x = _apart(pair)
    side = -1 if x * 4 > right else 1
    axes.annotate(
        pair.new.family, (x, pair.times), xytext=(8 * side, 0), textcoords="offset points", color=style.INK.light,
        fontsize=style.FONT_SIZE - 1, va="center", ha="left" if side > 0 else "right",
    )  # fmt: skip
