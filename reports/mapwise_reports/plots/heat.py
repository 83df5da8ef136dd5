"""Every advice on every pattern of access at a glance: speed against normal by colour and number, and how
much is read for it."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from .. import quantity
from ..advice import NORMAL, Effect, Pattern, further_patterns, patterns
from ..benchmarks import Bench
from . import style
from .advice import left_out, rows, sentence, title
from .plot import Plot, table
from .table import Column

# Ten times as fast, or as slow, has the full colour; which still leaves ink on it easy to read.
_FULL, _PALEST = 0.5, 0.1


def plot(bench: Bench, directory: str | None) -> Plot | None:
    own = patterns(bench, directory)
    further = further_patterns(bench, directory)
    found = own + further
    if not found:
        return None
    names = dict.fromkeys(pattern.normal.family for pattern in found)
    families = [family for name in names if (family := bench.family(name, directory)) is not None]
    effects = {id(e.series): e for pattern in found for e in pattern.effects}
    return Plot(
        key="advice",
        title="What advice does",
        sentence=" ".join(sentence(pattern) for pattern in found),
        reading="Speed as a multiple of that under advice normal; blue is faster, orange slower, the deeper "
        "the more. Hollow cells: fewer than 95\u00a0% of all pairs of samples agree on which is faster. The "
        "small number is how many bytes come from the device for each byte needed; where nothing stands, "
        "nothing was measured."
        + (_apart(further) if own and further else "")
        + left_out(found),
        families=tuple(families),
        series=tuple(e.series for p in found for e in p.effects if e.speed is not None),
        table=table(
            families,
            (Column("speed", True), Column("p25 to p75", True), Column("against normal")),
            lambda series: _words(effects.get(id(series))),
            rate=True,
        ),
        draw=lambda canvas: _draw(canvas, found),
    )


def _apart(further: list[Pattern]) -> str:
    names = [f"\u201c{title(pattern.name)}\u201d" for pattern in further]
    return f" Under {quantity.listed(names)} the call that advises is not in the time."


def _words(effect: Effect | None) -> tuple[str, str, str]:
    if effect is None or effect.speed is None:
        return "", "", ""
    spread = f"{quantity.ratio(effect.slow)} to {quantity.ratio(effect.fast)}"
    return quantity.ratio(effect.speed), spread, "" if effect.advice == NORMAL else verdict(effect)


def verdict(effect: Effect) -> str:
    return "clear" if effect.clear else "not clear"


def depth(speed: float) -> float:
    """How deep the colour of a cell is: by the logarithm of how far its speed is from normal."""
    far = min(abs(math.log10(speed)), 1.0)
    return _PALEST + (_FULL - _PALEST) * far


def _draw(canvas: style.Canvas, found: list[Pattern]) -> Figure:
    order = rows(found)
    stacked = canvas.narrow or len(found) > 4
    tall = 34 if stacked else 26
    figure = style.figure(canvas, tall * len(order) + (140 if canvas.narrow else 80))
    axes = figure.subplots()
    names = [title(pattern.name) for pattern in found]
    names = [name.replace(" ", "\n", 1) for name in names] if canvas.narrow else names
    style.cells_axis(axes, names, [quantity.shortened(advice.replace("_", " "), 16) for advice in order])
    if canvas.narrow:
        axes.tick_params(axis="y", labelsize=style.FONT_SIZE - 2)
        axes.tick_params(axis="x", labelsize=style.FONT_SIZE - (2 if len(found) < 5 else 3))
    for column, pattern in enumerate(found):
        by_advice = {effect.advice: effect for effect in pattern.effects}
        for row, advice in enumerate(order):
            effect = by_advice.get(advice)
            if effect is not None and effect.speed is not None:
                _draw_cell(axes, column, row, effect, stacked, canvas.narrow)
    handles = [_patch(speed) for speed in (0.1, 0.5, 2.0, 10.0)]
    handles.insert(2, Patch(facecolor="none", edgecolor=style.GRID.light, label="not clear"))
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 0), ncols=2 if canvas.narrow else 5)
    return figure


def _draw_cell(axes: Axes, column: int, row: int, effect: Effect, stacked: bool, narrow: bool) -> None:
    speed, plain = effect.speed or 1.0, effect.advice == NORMAL
    filled = effect.clear and not plain
    edge = style.INK.light if plain else style.GRID.light
    axes.add_patch(
        Rectangle((column - 0.47, row - 0.43), 0.94, 0.86, facecolor="none", edgecolor=edge, linewidth=1.0)
    )
    if filled:
        axes.add_patch(
            Rectangle((column - 0.47, row - 0.43), 0.94, 0.86, color=_colour(speed), alpha=depth(speed), linewidth=0)
        )
    amplification = effect.series.amplification
    read = "" if amplification is None else quantity.ratio_tick(amplification)
    read = read if narrow or not read else f"read {read}"
    ink = style.INK.light if filled or plain else style.MUTED.light
    weight = "bold" if filled else "normal"
    at, other = ((0.0, -0.17), (0.0, 0.22)) if stacked else ((-0.18, 0.0), (0.2, 0.0))
    axes.text(
        column + at[0], row + at[1], quantity.ratio_tick(speed), color=ink, ha="center", va="center",
        fontweight=weight, fontsize=style.FONT_SIZE - (2 if narrow else 0),
    )  # fmt: skip
    axes.text(
        column + other[0], row + other[1], read, color=ink, ha="center", va="center",
        fontsize=style.FONT_SIZE - (3 if narrow else 2),
    )  # fmt: skip


def _colour(speed: float) -> str:
    return style.FIRST.light if speed >= 1 else style.SECOND.light


def _patch(speed: float) -> Patch:
    words = f"{speed:.0f}× as fast" if speed >= 1 else f"{1 / speed:.0f}× slower"
    return Patch(color=_colour(speed), alpha=depth(speed), linewidth=0, label=words)
