"""The plots of a bench run, chapter by chapter in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass

from ..benchmarks import CALIBRATION, Bench
from ..chapters import CHAPTERS, chapter
from . import advice, bandwidth, baseline, density, dots, gap, growth, heat, peers, pressure, scaling, sync
from .plot import Plot

# Pictures of their own, and the families that stand in them; every other family is shown as rows of dots.
_PICTURES = (bandwidth, density, scaling, baseline, heat, advice, sync, growth, pressure, peers, gap)
_TAKEN = {
    "read_sequential", "read_random", "pread", "advise_effect", "sync_cost", "file_growth", "read_density",
    CALIBRATION,
}  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """What belongs together: pictures first, then the rows of all other families."""

    title: str
    plots: tuple[Plot, ...]


def plots(bench: Bench) -> list[Plot]:
    """Every plot for which the run holds data, directory by directory; pictures first."""
    found: list[Plot | None] = []
    for directory in bench.directories:
        found += [picture.plot(bench, directory) for picture in _PICTURES]
        names = [family.name for family in bench.families(directory) if family.name not in _TAKEN]
        found += [dots.plot(bench, name, directory) for name in names]
    return sorted((plot for plot in found if plot is not None), key=lambda plot: not plot.open)


def chapters(bench: Bench) -> list[Chapter]:
    """The plots by what they are about."""
    found: dict[str, list[Plot]] = {title: [] for title in CHAPTERS}
    for plot in plots(bench):
        found[chapter(plot.families[0].name)].append(plot)
    return [Chapter(title, tuple(members)) for title, members in found.items() if members]


__all__ = ["Chapter", "Plot", "chapters", "plots"]
