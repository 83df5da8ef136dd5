"""Puts the page together: every run of the folder, the newest complete ones in front."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Callable, Iterator

from jinja2 import Environment as Templates
from jinja2 import PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from . import __version__, findings, quantity
from .benchmarks import CALIBRATION, NONE, Bench, axis_value, best_rate, best_time
from .conformance import NOT_AS_DOCUMENTED, Check
from .coverage import Coverage, Standing
from .model import MEANING, Result, Results, Run, Series, State, by_file
from .plots import Chapter, Plot, chapters, plots
from .plots import png, repeatability, style, svg
from .records import TOOLS
from .repeatability import earlier, repetition


@dataclass(frozen=True)
class Drawn:
    """A plot with its drawings for wide and narrow pages.

    Runs behind the newest are drawn for wide pages only, to be scrolled on a narrow one, and of them only
    the pictures: the rows of all other families are there as numbers.
    """

    plot: Plot
    identity: str
    wide: Markup | None
    narrow: Markup | None
    where: str


@dataclass(frozen=True)
class DrawnChapter:
    """A chapter of the benchmarks with its plots drawn: pictures, and what is folded away."""

    title: str
    identity: str
    pictures: list[Drawn]
    folded: list[Drawn]


@dataclass(frozen=True)
class RunView:
    """A run as the templates see it."""

    run: Run
    in_front: bool
    moved: Plot | None = None  # how far its series, since the same was measured before on this machine

    @property
    def identity(self) -> str:
        return self.run.identity

    @property
    def when(self) -> str:
        return moment(self.run.start)

    @property
    def machine(self) -> str:
        return machine(self.run)

    @cached_property
    def check(self) -> Check | None:
        return Check(self.run) if self.run.tool == "check" else None

    @cached_property
    def coverage(self) -> Coverage | None:
        return Coverage(self.run) if self.run.sentences else None

    @cached_property
    def bench(self) -> Bench | None:
        return Bench(self.run) if self.run.tool == "bench" else None

    @cached_property
    def chapters(self) -> list[DrawnChapter]:
        if self.bench is None:
            return []
        return [self._chapter(number, chapter) for number, chapter in enumerate(chapters(self.bench), 1)]

    def _chapter(self, number: int, chapter: Chapter) -> DrawnChapter:
        drawn = [self._drawn(plot) for plot in chapter.plots]
        return DrawnChapter(
            chapter.title,
            f"{self.identity}-chapter-{number}",
            [one for one in drawn if one.plot.open],
            [one for one in drawn if not one.plot.open],
        )

    def _drawn(self, plot: Plot) -> Drawn:
        index = _place_of(Bench(self.run), plot)
        if self.in_front:
            return _drawn(self.run, plot, index, (style.WIDE, style.NARROW))
        return _drawn(self.run, plot, index, (style.WIDE,) if plot.open else ())

    @cached_property
    def again(self) -> Drawn | None:
        """How far the series moved since the run before."""
        return self._drawn(self.moved) if self.moved else None

    @cached_property
    def limits(self) -> list[Series]:
        return [s for s in self.run.series if s.family == CALIBRATION and s.usable]

    @property
    def outcome(self) -> str:
        """The run in half a line, for lists of runs."""
        if self.check is not None:
            text = f"{self.check.total.counts[Result.PASS]} of {self.check.total.total} passed"
            bad = self.check.total.unexpected
            return text + (f", {bad} unexpected" if bad else "")
        measured = len([s for s in self.run.series if s.outcome.value == "MEASURED"])
        return f"{measured} of {quantity.plural(len(self.run.series), 'series', 'series')} measured"

    @property
    def warning(self) -> str:
        """Why this run does not say everything it should; empty for a complete one."""
        if self.run.state is State.TRUNCATED:
            return (
                "This run has no summary: it is still going on, was killed, or its file was cut short. "
                "Shown is what it had written."
            )
        if self.run.state is State.INTERRUPTED:
            done = len(self.run.cases) + len(self.run.series)
            planned = f" of {self.run.planned:,} planned" if self.run.planned else ""
            return f"This run was interrupted after {done:,}{planned} results."
        return ""


@dataclass(frozen=True)
class Level:
    """One level of the fingerprint."""

    name: str
    hash: str
    facts: dict[str, str]


def render(results: Results, progress: Callable[[int, int], None] = lambda done, all: None) -> str:
    """The whole page as one text. `progress` is told how many runs are drawn, of how many."""
    newest = [results.newest(tool) for tool in TOOLS]
    views = [_view(results, run, any(run is one for one in newest)) for run in results.runs]
    for index, view in enumerate(views):
        progress(index, len(views))
        view.chapters  # drawn once, kept
    front = sorted((v for v in views if v.in_front), key=lambda view: TOOLS.index(view.run.tool))
    check = next((view for view in front if view.check), None)
    bench = next((view for view in front if view.bench), None)
    return _templates().get_template("report.html").render(
        results=results,
        version=__version__,
        views=views,
        front=front,
        check=check,
        bench=bench,
        others=[view for view in views if not view.in_front],
        headline=_headline(front),
        answers=[
            findings.conformance(check.check if check else None),
            findings.speed(bench.bench if bench else None),
            findings.advice(bench.bench if bench else None),
        ],
        machines=_machines(front),
        problems=by_file(results.problems),
    )


def _view(results: Results, run: Run, in_front: bool) -> RunView:
    return RunView(run, in_front, _moved(results, run) if in_front and run.tool == "bench" else None)


def _moved(results: Results, run: Run) -> Plot | None:
    before = earlier(results.runs, run)
    return repeatability.plot(repetition(before, run)) if before else None


def pictures(results: Results) -> Iterator[tuple[str, bytes]]:
    """Every plot of the newest bench run as a PNG, with the name of its file."""
    run = results.newest("bench")
    if run is None:
        return
    bench = Bench(run)
    moved = _moved(results, run)
    for plot in [*plots(bench), *([moved] if moved else [])]:
        index = _place_of(bench, plot)
        with style.settings():
            name = f"{plot.key}{f'-{index + 1}' if index else ''}.png"
            caption = f"{plot.sentence} {plot.reading} {plot.samples}. {_where(run, plot)}."
            yield name, png.drawn(plot.draw(style.WIDE), plot.title, caption)


def _place_of(bench: Bench, plot: Plot) -> int:
    """Which of the run's directories a plot is about; those about none stand with the first."""
    return bench.directories.index(plot.directory) if plot.directory in bench.directories else 0


def machine(run: Run) -> str:
    """The machine in half a line."""
    hardware, system = run.environment.hardware, run.environment.system
    kernel = " ".join(
        part for part in (system.get("kernel", "Linux"), system.get("kernel_release", "")) if part
    )
    cpu = hardware.get("cpu_model") or hardware.get("machine") or "unknown processor"
    return f"{cpu}, {kernel}" if system.get("kernel_release") else cpu


def moment(start: str) -> str:
    """2026-11-23T07:00:00Z as 2026-11-23 07:00 UTC; anything else as it is."""
    if len(start) == 20 and start[10] == "T" and start.endswith("Z"):
        return f"{start[:10]} {start[11:16]} UTC"
    return start or "at an unknown time"


def place(directory: str | None, filesystem: str | None) -> str:
    """A directory with its file system."""
    if directory is None:
        return "no file"
    return f"{filesystem} in {directory}" if filesystem else directory


def levels(run: Run) -> list[Level]:
    environment = run.environment
    return [
        Level("hardware", environment.hashes.get("hardware", ""), environment.hardware),
        Level("system", environment.hashes.get("system", ""), environment.system),
        Level("transient", "", environment.transient),
    ]


def _headline(front: list[RunView]) -> str:
    return machine(front[0].run)


def _machines(front: list[RunView]) -> list[tuple[list[RunView], list[Level]]]:
    """The fingerprints of the runs in front; one if they agree on hardware and system."""
    groups: list[list[RunView]] = []
    for view in front:
        for group in groups:
            if _same_machine(group[0].run, view.run):
                group.append(view)
                break
        else:
            groups.append([view])
    return [(group, levels(group[0].run)) for group in groups]


def _same_machine(one: Run, other: Run) -> bool:
    a, b = one.environment, other.environment
    return (a.hardware, a.system) == (b.hardware, b.system)


def _drawn(run: Run, plot: Plot, index: int, canvases: tuple[style.Canvas, ...]) -> Drawn:
    identity = f"{run.identity}-{plot.key}-{index}"
    drawings: dict[str, Markup] = {}
    for canvas in canvases:
        with style.settings():
            figure = plot.draw(canvas)
            name = f"{identity}-{canvas.name}"
            drawings[canvas.name] = svg.drawn(figure, name, plot.title, plot.sentence)
    return Drawn(plot, identity, drawings.get("wide"), drawings.get("narrow"), _where(run, plot))


def _where(run: Run, plot: Plot) -> str:
    """The machine, and the folder of what is about one."""
    return f"{machine(run)}; {place(plot.directory, plot.filesystem)}" if plot.families else machine(run)


def _limit(series: Series) -> tuple[str, str]:
    """A limit as it is used, at best and in the middle: a rate for what streams, a time for what is done one
    at a time."""
    what = series.axes.get("what", "")
    streams = what.startswith("memory") or what.endswith("sequential")
    if streams and series.bytes_per_second:
        return quantity.bandwidth(best_rate(series)), quantity.bandwidth(series.bytes_per_second)
    return quantity.duration(best_time(series)), quantity.duration(series.seconds_per_item or series.seconds)


def _limit_place(series: Series) -> str:
    if series.directory is None:
        return "memory and processor"
    past = {1.0: ", past the page cache", 0.0: ", through the page cache"}
    return place(series.directory, series.filesystem) + past.get(series.extra.get("o_direct", -1.0), "")


def _series_name(series: Series) -> str:
    values = (axis_value(axis, value) for axis, value in series.axes.items())
    axes = ", ".join(value for value in values if value != NONE)
    return f"{series.family}: {axes}" if axes else series.family


def _templates() -> Templates:
    templates = Templates(
        loader=PackageLoader("mapwise_reports"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    helpers: dict[str, Any] = {
        "kinds": list(Result),
        "meaning": MEANING,
        "deviations": NOT_AS_DOCUMENTED,
        "standings": list(Standing),
        "share": quantity.share,
        "colours": style.COLOURS,
        "duration": quantity.duration,
        "limit": _limit,
        "limit_place": _limit_place,
        "plural": quantity.plural,
        "series_name": _series_name,
        "place": place,
        "moment": moment,
    }
    templates.globals.update(helpers)
    return templates
