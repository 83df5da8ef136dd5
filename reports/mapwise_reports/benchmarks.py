"""The benchmarks of one run as the plots want them: by family and directory, beside limits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from . import quantity
from .model import Outcome, Run, Series

CALIBRATION = "calibration"

# The value of an axis where it has no meaning, such as the fill of a cold cache.
NONE = "none"

# Axes that hold bytes, and axes that hold counts of something.
SIZES = {"size", "length", "step", "chunk", "block", "stride", "record", "piece", "call", "around", "limit"}
COUNTS = {
    "dirty_pages": ("dirty page", "dirty pages"),
    "touches": ("touch", "touches"),
    "threads": ("thread", "threads"),
    "members": ("member", "members"),
    "processes": ("process", "processes"),
}


@dataclass(frozen=True)
class Limits:
    """What the machine itself can do, which its fastest sample shows: disturbance only takes time. None
    where it was not measured."""

    memory_copy: float | None = None  # bytes per second
    memory_read: float | None = None  # bytes per second
    disk_sequential: float | None = None  # bytes per second
    disk_random: float | None = None  # seconds per read of a page
    system_call: float | None = None  # seconds per call


@dataclass(frozen=True)
class Family:
    """The series of one family in one directory (None: the family needs no directory)."""

    name: str
    sentence: str
    directory: str | None
    filesystem: str | None
    series: tuple[Series, ...]

    @cached_property
    def usable(self) -> tuple[Series, ...]:
        return tuple(series for series in self.series if series.usable)

    @cached_property
    def axes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(axis for series in self.series for axis in series.axes))

    @cached_property
    def varying(self) -> tuple[str, ...]:
        """The axes that take more than one value, in the family's own order; to have none is one where
        nothing else tells two series apart."""
        return tuple(
            axis
            for axis in self.axes
            if len([v for v in self.values(axis) if v != NONE]) > 1 or self._tells_apart(axis)
        )

    def _tells_apart(self, axis: str) -> bool:
        """Whether two series differ in this axis alone."""
        others = (tuple((a, v) for a, v in s.axes.items() if a != axis) for s in self.series)
        return max(Counter(others).values(), default=0) > 1 and len(self.values(axis)) > 1

    def base(self, **fixed: str) -> dict[str, str]:
        """The base point that agrees best with `fixed`: some axes have one for each value.

        If the family's records hold none, the commonest value of each axis.
        """
        points = [series.axes for series in self.series if series.base]
        if points:
            return max(points, key=lambda point: sum(point.get(k) == v for k, v in fixed.items()))
        return {
            axis: Counter(s.axes.get(axis, "") for s in self.series).most_common(1)[0][0]
            for axis in self.axes
        }

    def values(self, axis: str) -> list[str]:
        """The values of an axis, in the family's own order; numbers in theirs."""
        found = list(dict.fromkeys(s.axes[axis] for s in self.series if axis in s.axes))
        if all(number(value) is not None for value in found):
            found.sort(key=lambda value: number(value) or 0.0)
        return found

    def along(self, free: str, **fixed: str) -> list[Series]:
        """The usable series along one axis: `fixed` as given, all other axes at the base point."""
        wanted = {**{k: v for k, v in self.base(**fixed).items() if k != free}, **fixed}
        found = [
            series
            for series in self.usable
            if free in series.axes
            and all(series.axes.get(axis) == value for axis, value in wanted.items())
        ]
        found.sort(key=lambda series: number(series.axes.get(free, "")) or 0.0)
        return found

    def label(self, series: Series) -> str:
        """What tells one series from the others of the family."""
        words = [axis_value(axis, series.axes.get(axis, NONE)) for axis in self.varying]
        return ", ".join(word for word in words if word != NONE)


@dataclass(frozen=True)
class Bench:
    """One bench run, grouped."""

    run: Run

    @cached_property
    def directories(self) -> tuple[str | None, ...]:
        """The directories that were measured in, in the order of the run; None if there was none."""
        found = dict.fromkeys(s.directory for s in self.run.series if s.directory is not None)
        return tuple(found) or (None,)

    @cached_property
    def _members(self) -> dict[str, list[Series]]:
        grouped: dict[str, list[Series]] = {}
        for series in self.run.series:
            grouped.setdefault(series.family, []).append(series)
        return grouped

    def families(self, directory: str | None) -> list[Family]:
        """The families of a directory. Series without a file stand beside those of each directory;
        families without any file stand with the first."""
        first = directory == self.directories[0]
        found = []
        for name, members in self._members.items():
            own = [s for s in members if s.directory == directory and directory is not None]
            if not own and not (first and all(s.directory is None for s in members)):
                continue
            kept = tuple(s for s in members if s.directory in (None, directory))
            place = own[0] if own else kept[0]
            found.append(Family(name, kept[0].sentence, place.directory, place.filesystem, kept))
        return found

    def family(self, name: str, directory: str | None) -> Family | None:
        return next((f for f in self.families(directory) if f.name == name), None)

    def limits(self, directory: str | None) -> Limits:
        """The limits that hold in a directory; memory and system calls know no directory."""
        found = {
            series.axes.get("what", ""): series
            for series in self._members.get(CALIBRATION, [])
            if series.usable and series.directory in (None, directory)
        }
        return Limits(
            memory_copy=best_rate(found.get("memory_copy")),
            memory_read=best_rate(found.get("memory_read")),
            disk_sequential=best_rate(found.get("disk_sequential")),
            disk_random=best_time(found.get("disk_random")),
            system_call=best_time(found.get("system_call")),
        )

    @property
    def page_size(self) -> float | None:
        return number(self.run.environment.system.get("page_size", ""))

    @cached_property
    def unmeasured(self) -> tuple[Series, ...]:
        """Series without a whole measurement: not run, failed or cut short."""
        return tuple(s for s in self.run.series if s.outcome is not Outcome.MEASURED)


def number(text: str) -> float | None:
    """The value of an axis as a number, if it is a plain one."""
    plain = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) < 20
    return float(text) if plain else None


def axis_value(axis: str, value: str) -> str:
    """The value of an axis as people say it: sizes in binary units, words without underscores."""
    amount = number(value)
    if amount is None:
        if value in ("yes", "no"):
            return f"{'' if value == 'yes' else 'not '}{axis.replace('_', ' ')}"
        return quantity.shortened(value.replace("_", " "))
    if axis in SIZES:
        return quantity.size(amount)
    if axis in COUNTS:
        return quantity.plural(int(amount), COUNTS[axis][0], COUNTS[axis][1])
    if axis.startswith("percent"):
        return f"{quantity.exact(amount)}{quantity.GAP}%{axis.removeprefix('percent').replace('_', ' ')}"
    return f"{axis.replace('_', ' ')} {quantity.exact(amount)}"


def cost(series: Series) -> float:
    """Seconds per item, or per sample if the family counts no items."""
    value = series.seconds_per_item
    return value if value and value > 0 else series.seconds or 0.0


def cost_range(series: Series) -> tuple[float, float]:
    """The cost at p25 and p75 of the time."""
    low, high = series.time_range
    return cost(series) * low, cost(series) * high


def best_rate(series: Series | None) -> float | None:
    """Bytes per second of the fastest sample."""
    return series.bytes_per_second / series.best if series and series.bytes_per_second else None


def best_time(series: Series | None) -> float | None:
    """Seconds of an item in the fastest sample."""
    return series.seconds_per_item * series.best if series and series.seconds_per_item else None
