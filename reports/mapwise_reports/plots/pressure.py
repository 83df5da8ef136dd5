"""Reading a file that is larger than the memory for it: reads a second over the time, by advice."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, cost, number
from ..model import Series, quantile
from . import style
from .plot import Plot, table

ADVICE = "advice"


@dataclass(frozen=True)
class Course:
    """How one advice went: at each time the median of its samples, and p25 and p75."""

    advice: str
    series: Series
    points: tuple[tuple[float, float, float, float], ...]

    @property
    def rate(self) -> float:
        """Reads a second once it has become steady."""
        return 1 / cost(self.series) if cost(self.series) > 0 else 0.0

    def label(self, between: str) -> str:
        amplification = self.series.amplification
        return self.advice + (f"{between}reads {quantity.ratio_tick(amplification)}" if amplification else "")


def plot(bench: Bench, directory: str | None) -> Plot | None:
    family = bench.family("larger_than_memory", directory)
    courses = _courses(family) if family else []
    if family is None or not courses:
        return None
    disk = bench.limits(directory).disk_random
    limits = [("disk,\none read\nat a time", 1 / disk)] if disk else []
    return Plot(
        key="over-time",
        title="A file larger than memory",
        sentence=_sentence(family, courses),
        reading="Reads of all threads a second over the time, logarithmic. Lines are medians over the "
        "samples, bands span p25 to p75. Behind the name stands how many bytes come from the device for "
        "each byte that is read.",
        families=(family,),
        series=tuple(course.series for course in courses),
        table=table([family]),
        draw=lambda canvas: _draw(canvas, courses, limits),
    )


def _courses(family: Family) -> list[Course]:
    base = family.base()
    return [
        Course(series.axes[ADVICE], series, points)
        for series in family.usable
        if all(series.axes.get(axis) == value for axis, value in base.items() if axis != ADVICE)
        and ADVICE in series.axes
        and (points := course(series))
    ]


def course(series: Series) -> tuple[tuple[float, float, float, float], ...]:
    """Time, median, p25 and p75 of the traces, as far as any goes; those of another step are left out."""
    steps = [s.trace_step for s in series.samples if s.trace and s.trace_step and s.trace_step > 0]
    if not steps:
        return ()
    step = max(set(steps), key=steps.count)
    traces = [s.trace for s in series.samples if s.trace_step == step]
    columns = (
        sorted(trace[n] for trace in traces if len(trace) > n) for n in range(max(map(len, traces)))
    )
    return tuple(
        ((n + 0.5) * step, *(quantile(column, share) for share in (0.5, 0.25, 0.75)))
        for n, column in enumerate(columns)
    )


def _sentence(family: Family, courses: list[Course]) -> str:
    ratio = number(family.base().get("ratio", ""))
    parts = []
    for one in sorted(courses, key=lambda course: -course.rate):
        text = f"advice {one.advice} gives {quantity.rounded(one.rate)} reads a second"
        amplification, stall = one.series.amplification, one.series.extra.get("longest_stall")
        if amplification:
            text += f", {quantity.significant(amplification)} bytes from the device for each that is read"
        if stall:
            text += f", the slowest takes {quantity.duration(stall)}"
        parts.append(text)
    size = f"{quantity.exact(ratio)} times as large as" if ratio and ratio != 1 else "as large as"
    return f"Where a file is {size} the memory for it, {'; '.join(parts)}."


def _draw(canvas: style.Canvas, courses: list[Course], limits: list[tuple[str, float]]) -> Figure:
    figure = style.figure(canvas, 360)
    axes = figure.subplots()
    rates = [edge for one in courses for point in one.points for edge in point[1:] if edge > 0]
    low, high = style.bounds([*rates, *(value for _, value in limits)] or [1.0], 1.8)
    end = max(one.points[-1][0] for one in courses)
    axes.set_xlim(0, end * (1.8 if canvas.narrow else 1.25))
    style.log_axis(axes, "y", low, high, quantity.rounded, style.steps_for(low, high))
    style.limit_lines(axes, limits)
    for n, one in enumerate(courses):
        x, middle, lower, upper = zip(*one.points)
        axes.fill_between(x, lower, upper, color=style.look(n).colour, alpha=0.2, linewidth=0)
    between, gap = (",\n", 31) if canvas.narrow else (", ", 16)
    style.curves(axes, [_curve(one, style.look(n), between) for n, one in enumerate(courses)], gap)
    axes.set_xlabel("seconds")
    axes.set_ylabel("reads a second")
    return figure


def _curve(one: Course, look: style.Look, between: str) -> style.Curve:
    """Without bars: the band shows the spread."""
    return style.Curve(one.label(between), look, tuple((x, y, y, y) for x, y, _, _ in one.points))
