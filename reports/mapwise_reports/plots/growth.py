"""How fast a file grows by the step in which it does, a line for each way; and appending through a mapping
beside write(2)."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, axis_value, number
from ..model import Series
from . import style
from .plot import Plot, table

STEP, RECORD = "step", "record"

_Limits = list[tuple[str, float]]


def plot(bench: Bench, directory: str | None) -> Plot | None:
    growth, log = bench.family("file_growth", directory), bench.family("append_log", directory)
    strategies = _strategies(growth) if growth else {}
    records = _records(log) if log else []
    families = tuple(f for f, found in ((growth, strategies), (log, records)) if f is not None and found)
    if not families:
        return None
    limits = bench.limits(directory)
    known = (("memory\ncopy", limits.memory_copy), ("disk,\nin order", limits.disk_sequential))
    lines = [(name, value) for name, value in known if value]
    return Plot(
        key="growth",
        title="Making a file longer",
        sentence=" ".join(text for text in (_growing(strategies), _appending(records)) if text),
        reading="Bytes per second by how much the file grows at a time"
        + (", and by the size of an appended record" if records else "")
        + ", logarithmic. Marks are medians, bars span p25 to p75.",
        families=families,
        series=(*(s for line in strategies.values() for s in line), *records),
        table=table(families, rate=True),
        draw=lambda canvas: _draw(canvas, strategies, records, lines),
    )


def _strategies(family: Family) -> dict[str, list[Series]]:
    """The series of each strategy by step."""
    found = {
        strategy: [s for s in family.along(STEP, strategy=strategy) if s.bytes_per_second and _amount(s, STEP)]
        for strategy in family.values("strategy")
    }
    return {strategy: line for strategy, line in found.items() if line}


def _records(family: Family) -> list[Series]:
    return [s for s in family.along(RECORD) if s.bytes_per_second and _amount(s, RECORD) and _ratio(s)]


def _amount(series: Series, axis: str) -> float:
    return number(series.axes.get(axis, "")) or 0.0


def _ratio(series: Series) -> float | None:
    """Time of appending through the mapping over that of write(2)."""
    return series.extra.get("ratio")


def _growing(strategies: dict[str, list[Series]]) -> str:
    """The best and the worst way at each end of the steps."""
    steps = sorted({_amount(s, STEP) for line in strategies.values() for s in line})
    parts = []
    for step in dict.fromkeys((steps[0], steps[-1])) if steps else ():
        at = [s for line in strategies.values() for s in line if _amount(s, STEP) == step]
        ways = {s.axes["strategy"]: s.bytes_per_second or 0.0 for s in at}
        best, worst = max(ways, key=ways.__getitem__), min(ways, key=ways.__getitem__)
        text = f"in steps of {quantity.size(step)}, {best} is fastest ({quantity.bandwidth(ways[best])})"
        if worst != best:
            text += f" and {worst} slowest ({quantity.bandwidth(ways[worst])})"
        parts.append(text)
    joined = "; ".join(parts)
    return joined[:1].upper() + joined[1:] + "." if joined else ""


def _appending(records: list[Series]) -> str:
    parts = []
    for series in records[:1] + records[1:][-1:]:
        ratio = _ratio(series) or 1.0
        parts.append(f"{quantity.in_words(1 / ratio)} for records of {axis_value('size', series.axes[RECORD])}")
    return f"Appending through a mapping is, against write(2), {quantity.listed(parts)}." if parts else ""


def _draw(
    canvas: style.Canvas, strategies: dict[str, list[Series]], records: list[Series], limits: _Limits
) -> Figure:
    panels = [
        (title, axis, curves)
        for title, axis, curves in (
            ("By step", STEP, _growth_curves(strategies)),
            ("By record, appended", RECORD, _append_curves(records)),
        )
        if curves
    ]
    figure = style.figure(canvas, 330 * len(panels) if canvas.narrow else 370)
    rows, columns = (len(panels), 1) if canvas.narrow else (1, len(panels))
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, (title, axis, curves) in zip(grid.flat, panels):
        _draw_panel(axes, curves, limits, 0.3 if canvas.narrow or len(panels) > 1 else 0.15)
        axes.set_title(title)
    return figure


def _growth_curves(strategies: dict[str, list[Series]]) -> list[style.Curve]:
    return [
        style.Curve(name.replace("_", " "), style.look(n), tuple(_point(s, STEP, 1.0) for s in line))
        for n, (name, line) in enumerate(strategies.items())
    ]


def _append_curves(records: list[Series]) -> list[style.Curve]:
    if not records:
        return []
    return [
        style.Curve("mapping", style.LOOKS[0], tuple(_point(s, RECORD, 1.0) for s in records)),
        style.Curve("write(2)", style.LOOKS[1], tuple(_point(s, RECORD, _ratio(s) or 1.0) for s in records)),
    ]


def _point(series: Series, axis: str, factor: float) -> tuple[float, float, float, float]:
    rate, (fast, slow) = (series.bytes_per_second or 0.0) * factor, series.time_range
    return _amount(series, axis), rate, rate / slow, rate / fast


def _draw_panel(axes: Axes, curves: list[style.Curve], limits: _Limits, room: float) -> None:
    low, high = style.curve_axes(
        axes, curves, quantity.size, quantity.bandwidth_tick, [value for _, value in limits], room
    )
    style.binary_ticks(axes, low, high)
    style.limit_lines(axes, limits)
    style.curves(axes, curves)
