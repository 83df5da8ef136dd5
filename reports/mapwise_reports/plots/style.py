"""The look of every plot: colours, marks, lines and axes.

A plot is drawn in the colours for a light page. `svg.py` replaces each of them by the CSS
variable named here, so that the page decides what it is on a dark screen or on paper.
Colours are told apart with every common kind of colour blindness, and never alone: each
series also has its own mark, and a label beside it.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import fmean
from typing import Callable, Iterator, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator


@dataclass(frozen=True)
class Colour:
    """A colour by role: its CSS variable, and what it is on a light and on a dark page."""

    variable: str
    light: str
    dark: str


INK = Colour("--ink", "#1b1f24", "#e6e9ec")
MUTED = Colour("--muted", "#58606a", "#a3acb6")
GRID = Colour("--grid", "#dfe3e8", "#2f353c")
PAPER = Colour("--paper", "#fefefe", "#15181c")
FIRST = Colour("--first", "#0b62b5", "#62b0ff")
SECOND = Colour("--second", "#c14a00", "#ff9b52")
THIRD = Colour("--third", "#007a63", "#45d0ae")
FOURTH = Colour("--fourth", "#86459c", "#d79bea")

COLOURS = (INK, MUTED, GRID, PAPER, FIRST, SECOND, THIRD, FOURTH)


@dataclass(frozen=True)
class Look:
    """How one series is drawn: by colour, by mark and by line at once."""

    colour: str
    marker: str
    line: str = "-"
    hollow: bool = False

    @property
    def face(self) -> str:
        return PAPER.light if self.hollow else self.colour


LOOKS = (
    Look(FIRST.light, "o"),
    Look(SECOND.light, "s", "--"),
    Look(THIRD.light, "D", "-."),
    Look(FOURTH.light, "^", ":"),
)



_FURTHER_LOOKS = (Look(INK.light, "v", "-", True), Look(MUTED.light, "P", "--", True))


def look(index: int) -> Look:
    """Another look for each curve of a picture."""
    all_looks = (*LOOKS, *_FURTHER_LOOKS)
    return all_looks[index % len(all_looks)]


FONT_SIZE = 12


@dataclass(frozen=True)
class Canvas:
    """A width to draw for: the wide page or a telephone."""

    name: str
    width: float  # pixels
    narrow: bool


WIDE = Canvas("wide", 940, False)
NARROW = Canvas("narrow", 350, True)

PIXELS_PER_INCH = 72  # one pixel of the page is one point of the drawing


@contextmanager
def settings() -> Iterator[None]:
    """matplotlib's settings while a plot is drawn and saved."""
    with matplotlib.rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "mapwise",
            "text.parse_math": False,
            "font.family": "DejaVu Sans",
            "font.size": FONT_SIZE,
            "text.color": INK.light,
            "axes.edgecolor": MUTED.light,
            "axes.labelcolor": MUTED.light,
            "axes.labelsize": FONT_SIZE,
            "axes.titlesize": FONT_SIZE,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.titlepad": 10,
            "axes.facecolor": "none",
            "figure.facecolor": "none",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.linewidth": 0.8,
            "xtick.color": MUTED.light,
            "ytick.color": MUTED.light,
            "xtick.labelsize": FONT_SIZE - 1,
            "ytick.labelsize": FONT_SIZE - 1,
            "grid.color": GRID.light,
            "grid.linewidth": 0.8,
            "lines.linewidth": 1.8,
            "lines.markersize": 6.5,
            "legend.frameon": False,
            "legend.fontsize": FONT_SIZE - 1,
        }
    ):
        yield


def figure(canvas: Canvas, height: float) -> Figure:
    """A figure in pixels of the page."""
    made = Figure(
        figsize=(canvas.width / PIXELS_PER_INCH, height / PIXELS_PER_INCH),
        dpi=PIXELS_PER_INCH,
        layout="constrained",
    )
    if canvas.narrow:
        made.get_layout_engine().set(hspace=0.08)
    return made


def log_axis(
    axes: Axes,
    which: str,
    low: float,
    high: float,
    tick: Callable[[float], str],
    steps: Sequence[float] = (1.0,),
) -> None:
    """A logarithmic axis over [low, high], with ticks at powers of ten times `steps`."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    (axes.set_xlim if which == "x" else axes.set_ylim)(low, high)
    axis.set_major_locator(LogLocator(base=10, subs=steps, numticks=50))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    axis.set_minor_formatter(NullFormatter())
    axes.grid(True, axis=which, which="major")


def fixed_ticks(axes: Axes, which: str, values: Sequence[float], labels: Sequence[str]) -> None:
    """Ticks exactly where something was measured."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(FixedLocator(list(values)))
    axis.set_minor_locator(NullLocator())
    axis.set_ticklabels(list(labels))


def bounds(values: Sequence[float], room: float = 1.6) -> tuple[float, float]:
    """Limits of a logarithmic axis that leave room around the values."""
    low, high = min(values), max(values)
    return low / room, high * room


def steps_for(low: float, high: float) -> tuple[float, ...]:
    """Ticks enough for a short axis, few enough for a long one."""
    decades = high / low
    if decades < 12:
        return (1.0, 2.0, 5.0)
    if decades < 200:
        return (1.0, 3.0)
    return (1.0,)


def binary_ticks(axes: Axes, low: float, high: float, which: str = "y", most: int = 7) -> None:
    """Ticks of a bandwidth axis at powers of two of a KiB/s, thinned to at most `most`."""
    step = 2.0 if high / low < 60 else 4.0
    values = [1024.0 * step**k for k in range(-10, 50)]
    inside = [value for value in values if low <= value <= high]
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(FixedLocator(inside[:: -(-len(inside) // most) or 1]))


def halving_ticks(axes: Axes) -> None:
    """Ticks of a y axis of ratios at one, its doubles and its halves."""
    low, high = axes.get_ylim()
    step = 1 if high / low < 60 else 2
    ticks = [2.0**k for k in range(-30, 31, step) if low <= 2.0**k <= high]
    fixed_ticks(axes, "y", ticks, [f"{t:.0f}×" if t >= 1 else f"1/{1 / t:.0f}" for t in ticks])


DASHES = ((0, (5, 3)), (0, (1.5, 2.5)), (0, (8, 2, 1.5, 2)))


def decade_ticks(
    axes: Axes, low: float, high: float, tick: Callable[[float], str], most: int
) -> None:
    """At most `most` ticks of an x axis, at powers of ten, one among them."""
    exponents = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
    if len(exponents) < 2:
        return
    step = -(-len(exponents) // most)
    values = [10.0**exponent for exponent in exponents if exponent % step == 0]
    fixed_ticks(axes, "x", values, [tick(value) for value in values])


def limit_lines(axes: Axes, limits: Sequence[tuple[str, float]]) -> None:
    """Horizontal lines for what the machine can do at best, named at their right end."""
    for index, (_, value) in enumerate(limits):
        axes.axhline(value, color=MUTED.light, linewidth=1.2, linestyle=DASHES[index])
    limit_names(axes, limits)


def _lifts(axes: Axes, ascending: Sequence[float], gap: float) -> list[float]:
    """By how much names beside these heights of a logarithmic axis are moved to keep them apart: all in
    all as little as can be."""
    low, high = axes.get_ylim()
    height = 260.0  # about that of a panel: close enough to keep two names apart
    at = [math.log(max(value, low) / low) / math.log(high / low) * height for value in ascending]
    blocks: list[list[float]] = []  # names that touch each other, each as if it were the lowest of all
    for index, place in enumerate(at):
        blocks.append([place - index * gap])
        while len(blocks) > 1 and fmean(blocks[-2]) > fmean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    placed = [fmean(block) for block in blocks for _ in block]
    return [place + index * gap - at[index] for index, place in enumerate(placed)]


def limit_line(axes: Axes, value: float, name: str, dashes: object, level: int = 0) -> None:
    """A vertical line for a limit, named above the plot; `level` lifts the name."""
    axes.axvline(value, color=MUTED.light, linewidth=1.2, linestyle=dashes)
    axes.annotate(
        name, (value, 1), xycoords=axes.get_xaxis_transform(), xytext=(0, 4 + 15 * level),
        textcoords="offset points", color=MUTED.light, fontsize=FONT_SIZE - 1, ha="center",
    )  # fmt: skip


def limit_names(axes: Axes, limits: Sequence[tuple[str, float]]) -> None:
    """Names for horizontal limit lines at the right end, pushed apart where lines are close."""
    ordered = sorted(limits, key=lambda limit: limit[1])
    for (name, value), lift in zip(ordered, _lifts(axes, [value for _, value in ordered], 26)):
        axes.annotate(
            name, (1, value), xycoords=axes.get_yaxis_transform(), xytext=(5, lift),
            textcoords="offset points", color=MUTED.light, fontsize=FONT_SIZE - 1, va="center",
            annotation_clip=False, linespacing=1.0,
        )  # fmt: skip


def hollow_mark(axes: Axes, x: float, y: float, look: Look) -> None:
    """A point beside a line: the same thing under another condition."""
    axes.plot(
        [x], [y], linestyle="none", marker=look.marker, markerfacecolor=PAPER.light,
        markeredgecolor=look.colour, markeredgewidth=1.6,
    )  # fmt: skip


def line(
    axes: Axes,
    points: Sequence[tuple[float, float]],
    errors: Sequence[tuple[float, float]],
    look: Look,
) -> None:
    """A line through medians with their spread: distances down and up from each."""
    x, y = zip(*points)
    bars = [[max(error[side], 0.0) for error in errors] for side in (0, 1)]
    axes.errorbar(
        x, y, yerr=bars, color=look.colour, linestyle=look.line,
        marker=look.marker, markerfacecolor=look.face, markeredgecolor=look.colour,
        elinewidth=1.4, capsize=3,
    )  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """A named line through medians: of each x, y, and y at both ends of its spread."""

    name: str
    look: Look
    points: tuple[tuple[float, float, float, float], ...]


def curves(axes: Axes, drawn: Sequence[Curve], gap: float = 16) -> None:
    """Draws the curves and names them at their last points, `gap` apart from each other."""
    for curve in drawn:
        points = [(x, y) for x, y, _, _ in curve.points]
        line(axes, points, [(y - low, high - y) for _, y, low, high in curve.points], curve.look)
    ordered = sorted(drawn, key=lambda curve: curve.points[-1][1])
    for curve, lift in zip(ordered, _lifts(axes, [curve.points[-1][1] for curve in ordered], gap)):
        axes.annotate(
            curve.name, curve.points[-1][:2], xytext=(9, lift), textcoords="offset points",
            color=curve.look.colour, fontweight="bold", va="center", fontsize=FONT_SIZE - 1,
        )  # fmt: skip


def curve_axes(
    axes: Axes,
    drawn: Sequence[Curve],
    x_tick: Callable[[float], str],
    y_tick: Callable[[float], str],
    limits: Sequence[float] = (),
    room: float = 0.2,
    most: int = 7,
) -> tuple[float, float]:
    """Logarithmic axes around the curves; `room` is what their names take at the right. x has
    at most `most` ticks, where something was measured. Answers the limits of y."""
    xs = sorted({x for curve in drawn for x, _, _, _ in curve.points})
    ys = [edge for curve in drawn for point in curve.points for edge in point[1:] if edge > 0]
    low, high = bounds([*ys, *limits], 1.8)
    log_axis(axes, "x", xs[0] / 1.5, xs[-1] * 1.5 * max(xs[-1] / xs[0], 4.0) ** (room / (1 - room)), str)
    log_axis(axes, "y", low, high, y_tick, steps_for(low, high))
    ticks = thinned(xs, most)
    fixed_ticks(axes, "x", ticks, [x_tick(x) for x in ticks])
    return low, high


def thinned(ascending: Sequence[float], most: int) -> list[float]:
    """About `most` of the values at most, the last among them, none too near another on a logarithmic axis."""
    apart = (ascending[-1] / ascending[0]) ** (1 / most)
    kept = [ascending[-1]]
    for value in reversed(ascending):
        if kept[-1] >= value * apart > 0 and value not in kept:
            kept.append(value)
    return kept[::-1]


def dot(axes: Axes, value: float, row: float, low: float, high: float, look: Look) -> None:
    """A median on a row with its spread; low and high are values, not distances."""
    axes.plot([low, high], [row, row], color=look.colour, linewidth=2.4, solid_capstyle="butt")
    axes.plot(
        [value], [row], marker=look.marker, linestyle="none", markerfacecolor=look.face,
        markeredgecolor=look.colour, markeredgewidth=1.6,
    )  # fmt: skip


def rows_axis(axes: Axes, labels: Sequence[str]) -> None:
    """Rows from top to bottom, named at the left, with a faint line each."""
    axes.set_ylim(len(labels) - 0.4, -0.6)
    fixed_ticks(axes, "y", range(len(labels)), labels)
    axes.tick_params(axis="y", length=0, labelcolor=INK.light)
    axes.spines["left"].set_visible(False)
    axes.grid(True, axis="y")


def cells_axis(axes: Axes, columns: Sequence[str], rows: Sequence[str]) -> None:
    """Columns named above, rows at the left; cells lie around whole numbers."""
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    fixed_ticks(axes, "x", range(len(columns)), columns)
    fixed_ticks(axes, "y", range(len(rows)), rows)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelcolor=INK.light)
    for spine in axes.spines.values():
        spine.set_visible(False)


def row_note(axes: Axes, row: float, text: str) -> None:
    """A number at the right end of a row."""
    axes.annotate(
        text, (1, row), xycoords=axes.get_yaxis_transform(), xytext=(-2, 0),
        textcoords="offset points", ha="right", va="center", color=INK.light,
        fontsize=FONT_SIZE - 1,
    )  # fmt: skip


def notes_heading(axes: Axes, text: str) -> None:
    """What the numbers at the right ends of the rows are."""
    axes.annotate(
        text, (1, 0), xycoords="axes fraction", xytext=(-2, -18), textcoords="offset points", ha="right",
        va="top", color=MUTED.light, fontsize=FONT_SIZE - 1,
    )  # fmt: skip


def row_label(axes: Axes, row: float, label: str) -> None:
    """The name of a row above it: on a narrow canvas there is no room at the left."""
    axes.annotate(
        label, (0, row), xycoords=axes.get_yaxis_transform(), xytext=(0, 14),
        textcoords="offset points", va="center", color=INK.light, fontsize=FONT_SIZE - 1,
    )  # fmt: skip


def row_heading(axes: Axes, row: float, text: str) -> None:
    """What the rows below have in common, at the left of a row that holds nothing else."""
    axes.annotate(
        text, (0, row), xycoords=axes.get_yaxis_transform(), xytext=(0, 0), textcoords="offset points",
        va="center", color=INK.light, fontweight="bold", fontsize=FONT_SIZE - 1,
    )  # fmt: skip


def value_note(axes: Axes, x: float, row: float, text: str, side: int = 1) -> None:
    """A number beside a mark: at the right, or with side -1 at the left."""
    axes.annotate(
        text, (x, row), xytext=(9 * side, 0), textcoords="offset points", va="center",
        ha="left" if side > 0 else "right", color=MUTED.light, fontsize=FONT_SIZE - 1,
    )  # fmt: skip


def key(look: Look, label: str) -> Line2D:
    """A mark for a legend."""
    return Line2D(
        [], [], linestyle="none", marker=look.marker, color=look.colour,
        markerfacecolor=look.face, markeredgewidth=1.6, label=label,
    )  # fmt: skip
