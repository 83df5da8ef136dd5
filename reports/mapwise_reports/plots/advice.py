"""The effect of advice: speed against normal, with the read amplification beside it."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..advice import NORMAL, Effect, Pattern, patterns
from ..benchmarks import Bench
from . import style
from .plot import Plot, table
from .table import Column

_TITLES = {
    "sequential": "In order",
    "random": "At random",
    "read_reverse": "In reverse",
    "read_stride": "By strides",
    "read_mixed": "Mixed",
    "reverse": "In reverse",
    "zipf": "By Zipf",
}

# Patterns that have a number behind a colon.
_NUMBERED = {"stride": "Every {}", "mixed": "{}\u00a0% in order", "zipf": "By Zipf {}"}


def plot(bench: Bench, directory: str | None) -> Plot | None:
    found = patterns(bench, directory)
    if not found:
        return None
    family = bench.family("advise_effect", directory)
    assert family is not None  # patterns() found some in it
    effects = {id(e.series): e for pattern in found for e in pattern.effects}
    normal = found[0].normal
    measured = [e.series for p in found for e in p.effects if e.speed is not None]
    return Plot(
        key="advice-spread",
        title="What advice does, with its spread",
        sentence=" ".join(sentence(pattern) for pattern in found),
        reading="Speed as a multiple of that under advice normal, logarithmic: right of the line is "
        "faster. Marks are medians, bars span p25 to p75, the grey band is the spread of normal "
        "itself; marks are hollow where fewer than 95\u00a0% of all pairs of samples agree on which is "
        "faster. Beside it, the bytes read from the device for each byte needed." + left_out(found),
        families=(family,),
        series=tuple(measured),
        table=table(
            [family],
            (Column("speed", True), Column("against normal")),
            lambda series: _against_normal(effects.get(id(series))),
            rate=True,
        ),
        draw=lambda canvas: _draw(canvas, found),
        open=False,
    )


def _against_normal(effect: Effect | None) -> tuple[str, str]:
    if effect is None or effect.speed is None:
        return "", ""
    if effect.advice == NORMAL:
        return quantity.ratio(1.0), ""
    return quantity.ratio(effect.speed), "clear" if effect.clear else "not clear"


def title(pattern: str) -> str:
    kind, _, number = pattern.partition(":")
    if number and kind in _NUMBERED:
        if number[:-1].isdigit() and number[-1] in "KMG":
            number = f"{number[:-1]}\u00a0{number[-1]}iB"
        return _NUMBERED[kind].format(quantity.shortened(number, 8))
    return _TITLES.get(pattern, quantity.shortened(pattern.replace("_", " ").capitalize(), 20))


def sentence(pattern: Pattern) -> str:
    """Best and worst advice of a pattern, or that none makes a clear difference."""
    where = title(pattern.name)
    if pattern.best is None and pattern.worst is None:
        return f"{where}, no advice differs clearly from normal."
    best, worst = "no advice is clearly faster than normal", "none is clearly slower"
    if pattern.best is not None:
        best = f"advice {pattern.best.advice} is best ({quantity.in_words(pattern.best.speed or 1.0)} as normal)"
    if pattern.worst is not None:
        worst = f"{pattern.worst.advice} is worst ({quantity.in_words(pattern.worst.speed or 1.0)})"
    return f"{where}, {best}; {worst}."


def rows(found: list[Pattern]) -> list[str]:
    """The advice that was measured on any pattern, in the order of the first."""
    order: list[str] = []
    for pattern in found:
        order += [e.advice for e in pattern.effects if e.speed is not None and e.advice not in order]
    return order


def left_out(found: list[Pattern]) -> str:
    """Says which advice has no row."""
    names = sorted({e.advice for pattern in found for e in pattern.effects} - set(rows(found)))
    return f" Not measured, for the reasons listed further down: {', '.join(names)}." if names else ""


def _draw(canvas: style.Canvas, found: list[Pattern]) -> Figure:
    order = rows(found)
    height = 22 * len(order) + 90
    if canvas.narrow:
        figure = style.figure(canvas, height * len(found))
        grid = figure.subplots(len(found), 2, width_ratios=(2.2, 1), squeeze=False)
        pairs = [(row[0], row[1]) for row in grid]
    else:
        lines, beside = -(-len(found) // 2), min(len(found), 2)
        figure = style.figure(canvas, height * lines)
        grid = figure.subplots(lines, 2 * beside, width_ratios=(2.2, 1) * beside, squeeze=False)
        pairs = [pair for row in grid for pair in zip(row[::2], row[1::2])]
        for axes in (axes for pair in pairs[len(found) :] for axes in pair):
            axes.set_visible(False)
    spread = [v for p in found for e in p.effects for v in (e.slow, e.fast) if v] + [1.0]
    amplified = [a for p in found for e in p.effects if (a := e.series.amplification)] + [1.0]
    for index, ((speed, amplification), pattern) in enumerate(zip(pairs, found)):
        named = canvas.narrow or index % 2 == 0
        labels = [quantity.shortened(advice, 20) if named else "" for advice in order]
        by_advice = {effect.advice: effect for effect in pattern.effects}
        members = [by_advice.get(advice) for advice in order]
        _draw_speed(speed, pattern, members, labels, _room(spread, canvas))
        if canvas.narrow:
            style.decade_ticks(speed, *speed.get_xlim(), quantity.ratio_tick, 4)
        _draw_amplification(amplification, members, _room(amplified, canvas), canvas.narrow)
    return figure


def _room(values: list[float], canvas: style.Canvas) -> tuple[float, float]:
    """Limits of an axis that leave room for the numbers at both ends."""
    low, high = min(values), max(values)
    room = 1.5 * (high / low) ** (0.5 if canvas.narrow else 0.3)
    return low / room, high * room


def _draw_speed(
    axes: Axes,
    pattern: Pattern,
    members: list[Effect | None],
    labels: list[str],
    limits: tuple[float, float],
) -> None:
    style.log_axis(axes, "x", *limits, quantity.ratio_tick, style.steps_for(*limits))
    style.rows_axis(axes, labels)
    low, high = pattern.normal.time_range
    axes.axvspan(1 / high, 1 / low, color=style.GRID.light, linewidth=0)
    axes.axvline(1, color=style.MUTED.light, linewidth=1.2)
    for row, effect in enumerate(members):
        if effect is None or effect.speed is None:
            style.value_note(axes, 1.0, row, "not measured")
            continue
        look = _look(effect)
        style.dot(axes, effect.speed, row, effect.slow or 0.0, effect.fast or 0.0, look)
        right = (effect.fast or effect.speed) >= 1
        edge = (effect.fast if right else effect.slow) or effect.speed
        style.value_note(axes, edge, row, quantity.ratio_tick(effect.speed), 1 if right else -1)
    axes.set_title(title(pattern.name))
    axes.set_xlabel("slower \u2190 normal \u2192 faster")


def _draw_amplification(
    axes: Axes, members: list[Effect | None], limits: tuple[float, float], narrow: bool
) -> None:
    limits = (min(limits[0], 0.8), limits[1])
    style.log_axis(axes, "x", *limits, quantity.ratio_tick)
    style.decade_ticks(axes, *limits, quantity.ratio_tick, 2 if narrow else 3)
    style.rows_axis(axes, [""] * len(members))
    axes.axvline(1, color=style.MUTED.light, linewidth=1.2)
    for row, effect in enumerate(members):
        value = effect.series.amplification if effect is not None else None
        if value is None or value <= 0:
            continue
        axes.plot([1, value], [row, row], color=style.FOURTH.light, linewidth=2.4)
        axes.plot([value], [row], marker="|", markersize=9, color=style.FOURTH.light)
        style.value_note(axes, value, row, quantity.ratio_tick(value))
    axes.set_title("Read ÷ needed", fontweight="normal")


def _look(effect: Effect) -> style.Look:
    """Faster and slower differ in colour and mark; what is not clear is hollow."""
    faster = (effect.speed or 1.0) >= 1
    colour, marker = (style.FIRST, "o") if faster else (style.SECOND, "s")
    if not effect.clear:
        return style.Look(style.MUTED.light, "o", hollow=True)
    return style.Look(colour.light, marker)
