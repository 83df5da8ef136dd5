"""What a cold read of a page at random is made of: the device, the page cache, the fault, and fio's own work."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from .. import quantity
from ..benchmarks import Bench, Family, cost
from ..model import Series, quantile
from ..repeatability import interval
from . import style
from .plot import Plot, table
from .table import Column

FAMILY = "random_read_peers"
OURS = "mapwise_random"

# Who reads, beside whom, and what the one does besides the other. In the order in which the work grows.
_STEPS = (
    ("pread_direct", "", "pread past the page cache", "the device and a call"),
    ("pread", "pread_direct", "pread", "a page in the cache and a copy out of it"),
    (OURS, "pread", "mapping", "a fault in place of the call and the copy"),
    ("fio_direct", "pread_direct", "fio, direct=1", "fio's own work for each read"),
    ("fio_psync", "pread", "fio psync, direct=0", "fio's own work for each read"),
    ("fio_mmap", OURS, "fio mmap", "fio's own work for each read, and its copy"),
)


_LEAD = (Column("beside ours", True),)


@dataclass(frozen=True)
class Step:
    """One who reads: seconds for a read, with its spread, and what of that the one before it takes as well."""

    name: str
    series: Series
    middle: float
    low: float
    high: float
    before: Step | None
    more: str
    median: tuple[float, float] | None  # what holds the median with 95 %

    @property
    def common(self) -> float:
        return self.before.middle if self.before else 0.0

    @property
    def added(self) -> float:
        return self.middle - self.common

    @property
    def added_text(self) -> str:
        """With what it lies within, as both medians lie within theirs."""
        text = _signed(self.added)
        if self.before is None or self.median is None or self.before.median is None:
            return text
        least, most = self.median[0] - self.before.median[1], self.median[1] - self.before.median[0]
        return f"{text} ({_signed(least)} to {_signed(most)})"


def plot(bench: Bench, directory: str | None) -> Plot | None:
    family = bench.family(FAMILY, directory)
    steps = _steps(family) if family else {}
    if family is None or not {"pread_direct", "pread", OURS} <= steps.keys():
        return None
    times = {id(step.series): quantity.duration(step.middle) for step in steps.values()}
    return Plot(
        key="gap",
        title="What a cold read at random is made of",
        sentence=_sentence(steps),
        reading="Seconds for one read of 4 KiB. Each was measured beside the mapping in the same samples, and is shown as "
        "its median ratio to that, times the mapping's median: the device's own changes from minute to minute are in "
        "neither. Behind a difference stands what it lies within, with 95 % for each of its medians, if there are samples enough. Pale is what the row it builds on takes, full what comes to it; an "
        "empty frame is what it saves; the line spans p25 to p75.",
        families=(family,),
        series=tuple(step.series for step in steps.values()),
        table=table([family], first=lambda series: (times.get(id(series), ""),), lead=_LEAD),
        draw=lambda canvas: _draw(canvas, list(steps.values())),
    )


def _steps(family: Family) -> dict[str, Step]:
    ours = _reader(family, OURS)
    if ours is None:
        return {}
    found: dict[str, Step] = {}
    for by, before, name, more in _STEPS:
        series = _reader(family, by)
        ratios = sorted(ratio for s in series.samples if (ratio := s.extra.get("ratio", 0.0)) > 0) if series else []
        if series is None or not ratios or (before and before not in found):
            continue
        low, middle, high = ((quantile(ratios, share) * cost(ours)) for share in (0.25, 0.5, 0.75))
        if by == OURS:
            middle = cost(ours)  # against itself the ratio is one
        held = interval(ratios)
        median = (held[0] * cost(ours), held[1] * cost(ours)) if held else None
        found[by] = Step(name, series, middle, low, high, found[before] if before else None, more, median)
    return found


def _reader(family: Family, by: str) -> Series | None:
    """The series of one who reads, at the base point of the rest."""
    found = [s for s in family.usable if s.axes.get("by") == by and cost(s) > 0]
    return next((s for s in found if s.base), found[0] if found else None)


def _sentence(steps: dict[str, Step]) -> str:
    direct, called, ours = steps["pread_direct"], steps["pread"], steps[OURS]
    text = (
        f"Of the {quantity.duration(ours.middle)} that a read of the mapping takes, {quantity.duration(direct.middle)} are the "
        f"device's, as a read past the page cache shows; a page in the cache adds {called.added_text}, the fault "
        f"{ours.added_text}"
    )
    if "fio_direct" in steps:
        fio = steps["fio_direct"]
        text += f"; fio with direct=1 takes {quantity.duration(fio.middle)}, {fio.added_text} of them its own work"
    return f"{text}."


def _signed(seconds: float) -> str:
    return quantity.duration(seconds) if seconds >= 0 else f"\u2212{quantity.duration(-seconds)}"


def _draw(canvas: style.Canvas, steps: list[Step]) -> Figure:
    figure = style.figure(canvas, (54 if canvas.narrow else 34) * len(steps) + 60)
    axes = figure.subplots()
    style.rows_axis(axes, ["" if canvas.narrow else step.name for step in steps])
    axes.grid(False, axis="y")
    height = 0.3 if canvas.narrow else 0.5
    for row, step in enumerate(steps):
        look = style.LOOKS[0] if row < 3 else style.LOOKS[1]
        common = min(step.common or step.middle, step.middle)
        axes.barh(row, common * 1e6, height=height, color=look.colour, alpha=0.25)
        if step.before:
            less = step.added < 0  # what it saves is an empty frame
            axes.barh(
                row, abs(step.added) * 1e6, left=common * 1e6, height=height, edgecolor=look.colour,
                facecolor="none" if less else look.colour,
            )  # fmt: skip
        axes.plot([step.low * 1e6, step.high * 1e6], [row, row], color=style.INK.light, linewidth=1.6)
        added = f"{'+' if step.before and step.added >= 0 else ''}{_signed(step.added)}"
        if canvas.narrow:
            style.row_label(axes, row, f"{step.name}: {added}")
        else:
            axes.annotate(
                f"{added} {step.more}", (0, row), xytext=(4, 0), textcoords="offset points", va="center",
                color=style.INK.light, fontsize=style.FONT_SIZE - 1,
            )  # fmt: skip
    axes.set_xlim(0, max(step.high for step in steps) * 1e6 * 1.03)
    axes.set_xlabel("microseconds a read")
    return figure
