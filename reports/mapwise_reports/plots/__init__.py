"""The plots of a bench run, in the order of the page."""

from __future__ import annotations

from ..benchmarks import CALIBRATION, Bench
from . import advice, bandwidth, baseline, dots, sync
from .plot import Plot

# Families that a plot of their own takes up; every other family is shown as rows of dots.
_TAKEN = {"read_sequential", "read_random", "advise_effect", "sync_cost", "pread", CALIBRATION}


def plots(bench: Bench) -> list[Plot]:
    """Every plot for which the run holds data, directory by directory."""
    found: list[Plot | None] = []
    for directory in bench.directories:
        found += [
            bandwidth.plot(bench, directory),
            advice.plot(bench, directory),
            sync.plot(bench, directory),
            baseline.plot(bench, directory),
        ]
        names = [family.name for family in bench.families(directory)]
        others = [name for name in names if name not in _TAKEN]
        found += [dots.plot(bench, name, directory) for name in others]
    return [plot for plot in found if plot is not None]


__all__ = ["Plot", "plots"]
