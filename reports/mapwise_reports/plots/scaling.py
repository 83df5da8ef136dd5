"""How much faster several are than one: threads that read, threads and processes that fault."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, number
from ..model import Series, quantile
from . import style
from .plot import Plot, table


@dataclass(frozen=True)
class Source:
    """A family: what its lines are told apart by, the axis that counts, and the extra figure that is the
    speed of each of them, as a part of that of one alone."""

    family: str
    words: str
    by: tuple[str, ...]
    count: str
    figure: str


_PANELS = {
    "Reading": (
        Source("read_sequential_threads", "in order", ("temperature",), "threads", "efficiency"),
        Source("read_random_threads", "at random", ("temperature",), "threads", "efficiency"),
    ),
    "Faults": (Source("fault_scaling", "", ("source", "kind"), "members", "scaling"),),
}


@dataclass(frozen=True)
class Line:
    """One kind of work by how many do it: number, speed-up, and its spread."""

    panel: str
    name: str
    family: Family
    series: tuple[Series, ...]
    points: tuple[tuple[float, float, float, float], ...]


def plot(bench: Bench, directory: str | None) -> Plot | None:
    lines = [
        line
        for panel, sources in _PANELS.items()
        for source in sources
        for line in _lines(bench, directory, panel, source)
    ]
    if not lines:
        return None
    processors = number(bench.run.environment.hardware.get("cpus", ""))
    families = tuple({line.family.name: line.family for line in lines}.values())
    return Plot(
        key="scaling",
        title="How it scales",
        sentence=_sentence(lines, processors),
        reading="How many times as fast several are as one that does the same work, in the same sample, "
        "both logarithmic. Marks are medians, bars span p25 to p75; the broken line is the ideal, where "
        "nobody waits for another" + ("; the upright one is the number of processors." if processors else "."),
        families=families,
        series=tuple(series for line in lines for series in line.series),
        table=table(families),
        draw=lambda canvas: _draw(canvas, lines, processors),
    )


def _lines(bench: Bench, directory: str | None, panel: str, source: Source) -> list[Line]:
    family = bench.family(source.family, directory)
    if family is None:
        return []
    kinds = dict.fromkeys(tuple(s.axes.get(axis, "") for axis in source.by) for s in family.usable)
    found = []
    for kind in kinds:
        along = family.along(source.count, **dict(zip(source.by, kind)))
        points = [(s, point) for s in along if (point := _point(s, source)) is not None]
        if points:
            name = ", ".join(word for word in (source.words, *kind) if word)
            found.append(Line(panel, name, family, tuple(s for s, _ in points), tuple(p for _, p in points)))
    return found


def _point(series: Series, source: Source) -> tuple[float, float, float, float] | None:
    count = number(series.axes.get(source.count, ""))
    figures = [sample.extra.get(source.figure, 0.0) for sample in series.samples]
    parts = sorted(f for f in figures if f > 0) or [series.extra.get(source.figure, 0.0)]
    if not count or parts[0] <= 0:
        return None
    low, middle, high = (count * quantile(parts, share) for share in (0.25, 0.5, 0.75))
    return count, middle, low, high


def _sentence(lines: list[Line], processors: float | None) -> str:
    """The best and the worst at the greatest number for which there are processors."""
    counts = sorted({count for line in lines for count, *_ in line.points if count > 1})
    fitting = [count for count in counts if not processors or count <= processors] or counts[:1]
    if not fitting:
        return "Only one at a time was measured."
    most = fitting[-1]
    at = [(point[1], _words(line)) for line in lines for point in line.points if point[0] == most]
    best, worst = max(at), min(at)
    where = f" on {quantity.plural(int(processors), 'processor')}" if processors else ""
    text = f"{most:.0f} at a time{where}, {best[1]}, are {quantity.in_words(best[0])} as one"
    if worst != best:
        text += f"; {worst[1]}, {quantity.in_words(worst[0])}"
    return f"{text}. The ideal is {most:.0f}."


def _words(line: Line) -> str:
    return f"{'reading' if line.panel == 'Reading' else 'faults,'} {line.name}"


def _draw(canvas: style.Canvas, lines: list[Line], processors: float | None) -> Figure:
    panels = list(dict.fromkeys(line.panel for line in lines))
    figure = style.figure(canvas, 340 * len(panels) if canvas.narrow else 380)
    rows, columns = (len(panels), 1) if canvas.narrow else (1, len(panels))
    grid = figure.subplots(rows, columns, squeeze=False)
    counts = [point[0] for line in lines for point in line.points]
    for axes, panel in zip(grid.flat, panels):
        members = [line for line in lines if line.panel == panel]
        _draw_panel(axes, members, max(*counts, 2.0), processors, canvas.narrow or len(panels) > 1)
        axes.set_title(panel)
        axes.set_xlabel("threads" if panel == "Reading" else "threads or processes")
    return figure


def _draw_panel(
    axes: Axes, lines: list[Line], most: float, processors: float | None, small: bool
) -> None:
    drawn = [style.Curve(line.name, style.look(n), line.points) for n, line in enumerate(lines)]
    style.curve_axes(axes, drawn, quantity.exact, quantity.ratio_tick, [1.0, most])
    axes.set_xlim(0.85, most * most ** (0.7 if small else 0.25))
    counts = [2.0**n for n in range(12) if 2.0**n <= most]
    style.fixed_ticks(axes, "x", counts, [quantity.exact(count) for count in counts])
    style.halving_ticks(axes)
    axes.plot([1, most], [1, most], color=style.MUTED.light, linewidth=1.2, linestyle=style.DASHES[0])
    if processors:
        style.limit_line(axes, processors, "", style.DASHES[1])
    style.curves(axes, drawn)
