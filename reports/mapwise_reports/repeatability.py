"""Two runs of the same benchmarks: how far each series moved, and what in the records goes with it.

Two runs prove nothing about a cause. They show how much a difference between two runs is worth, and what
moved together with the time; that is what is told here, and no more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Callable, Sequence

from . import quantity
from .benchmarks import CALIBRATION
from .diff import Fact, TwoRuns, facts, pair_directories
from .model import Run, Series, State, median

# A series that moved further than this is told with what goes with it.
FAR = 0.10

# A count moved together with the time if by more than this, and at least half as far.
_WORK_MOVED = math.log(1.1)

# A series has two speeds if nothing lies between them, a run has so many samples at least of either, and the
# other run has another share of them.
_GAP = 1.25
_GAP_MEMBERS = 0.2
_GAP_SHIFT = 0.2

# Fewer samples than these have no interval that holds their median with 95 %.
_FEW = 6

# Who gives up the processor more often in a second waits; less often, it is taken.
_SLICES = 200.0


@dataclass(frozen=True)
class Pair:
    """One series in both runs."""

    old: Series
    new: Series

    @property
    def times(self) -> float:
        """The time now as a multiple of that before."""
        assert self.old.seconds and self.new.seconds
        return self.new.seconds / self.old.seconds

    @property
    def distance(self) -> float:
        """How far it moved, the same in either direction: |ln of the times|."""
        return abs(math.log(self.times))

    @property
    def far(self) -> bool:
        return self.distance > math.log(1 + FAR)

    @property
    def waits(self) -> bool:
        """Whether its samples wait for a device, or give up the processor to wait for something else."""
        return _reads(self) or _gives_up(self)

    @cached_property
    def spread(self) -> float:
        """The wider one of p75 over p25 of both runs."""
        return max(high / low for low, high in (self.old.time_range, self.new.time_range))


@dataclass(frozen=True)
class Moved:
    """A series that moved far: what goes with it, in a word and in a sentence."""

    pair: Pair
    kind: str
    cause: str


@dataclass(frozen=True)
class Repetition(TwoRuns):
    """Two bench runs, series by series."""

    old: Run
    new: Run
    pairs: tuple[Pair, ...]
    facts: tuple[Fact, ...]
    only_old: int
    only_new: int

    @cached_property
    def middle(self) -> float:
        """The median distance over all series. As a share of the time: expm1 of it."""
        return median([pair.distance for pair in self.pairs]) or 0.0

    @cached_property
    def shift(self) -> float:
        """What all series together moved by, as a multiple: the machine, or the program."""
        return math.exp(median([math.log(pair.times) for pair in self.pairs]) or 0.0)

    @cached_property
    def moved(self) -> tuple[Moved, ...]:
        """The series that moved far, the farthest first."""
        far = sorted((p for p in self.pairs if p.far), key=lambda p: p.distance, reverse=True)
        return tuple(Moved(pair, *_cause(pair, self._devices.get(pair.new.directory))) for pair in far)

    @cached_property
    def _devices(self) -> dict[str | None, float]:
        """How the own read of a page of each folder's device moved, as it was measured in both runs."""
        reads = (p for p in self.pairs if p.new.family == CALIBRATION and p.new.axes.get("what") == "disk_random")
        return {pair.new.directory: pair.times for pair in reads}


def earlier(runs: Sequence[Run], new: Run) -> Run | None:
    """The newest whole run before `new` that measured most of the same on the same machine, with the same settings,
    file systems and version."""
    names = {series.name for series in new.series}
    for run in runs:  # the newest first
        same = _circumstances(run) == _circumstances(new)
        if same and run.start < new.start and run.state is State.COMPLETE and run.series:
            shared = sum(series.name in names for series in run.series)
            if 2 * shared >= max(len(names), len(run.series)):
                return run
    return None


def _circumstances(run: Run) -> tuple[object, ...]:
    folders = [(d.path, d.filesystem, d.details.get("mount_options")) for d in run.directories]
    return run.tool, run.version, run.environment.hashes, folders


def repetition(old: Run, new: Run) -> Repetition:
    """Both runs, series by series."""
    places = pair_directories(old.directories, new.directories)
    before = _series(old, {one.path: name for name, one, _ in places if one is not None})
    after = _series(new, {other.path: name for name, _, other in places if other is not None})
    both = [key for key in before if key in after]
    return Repetition(
        old,
        new,
        tuple(Pair(before[key], after[key]) for key in both),
        tuple(facts(old, new, places)),
        len(before) - len(both),
        len(after) - len(both),
    )


def _series(run: Run, names: dict[str, str]) -> dict[tuple[str, str], Series]:
    """The series that were measured, by name and folder."""
    return {
        (series.name, names.get(series.directory or "", series.directory or "")): series
        for series in run.series
        if series.usable and (series.seconds or 0.0) > 0
    }


# ---- what goes with it ----------------------------------------------------------------------------------

# What a sample did besides taking time, and how many of it there must be more or less for an item to matter.
_WORK: tuple[tuple[str, str, float], ...] = (
    ("minor_faults", "page faults", 0.02),
    ("major_faults", "faults that waited for the device", 0.02),
    ("tlb_shootdowns", "TLB shoot-downs", 0.02),
    ("context_switches", "context switches", 0.02),
    ("bytes_read", "bytes read", 64.0),
    ("bytes_written", "bytes made dirty", 64.0),
)


def _cause(pair: Pair, device: float | None) -> tuple[str, str]:
    """What goes with the move: the first of these that holds."""
    for kind, look in _CAUSES:
        if text := look(pair, device):
            return kind, text
    return "level", (
        f"the same work, and steady within each run (p75 is at most {quantity.ratio(pair.spread)} of p25): what a "
        "process keeps as long as it lives, such as where its pages lie, or the machine"
    )


def _other_work(pair: Pair, device: float | None) -> str:
    """The count that moved most in the direction of the time."""
    found = []
    items = _median_of(pair.new, "items") or 1.0
    for name, words, least in _WORK:
        one, other = (_median_of(series, name) for series in (pair.old, pair.new))
        if one is None or other is None or min(one, other) < 0 or abs(one - other) < least * items:
            continue
        step = math.log(max(other, 0.5) / max(one, 0.5))
        if step * math.log(pair.times) > 0 and abs(step) > max(_WORK_MOVED, pair.distance / 2):
            found.append((abs(step), f"{quantity.rounded(one)} {words}, then {quantity.rounded(other)}"))
    return max(found, default=(0.0, ""))[1]


def _two_speeds(pair: Pair, device: float | None) -> str:
    """Whether the samples of both runs fall into two groups that they have different shares of."""
    old, new = _times(pair.old), _times(pair.new)
    every = sorted([*old, *new])
    found = []
    for low, high in zip(every, every[1:]):
        if high / low < _GAP or not old or not new:
            continue
        slow = [sum(time >= high for time in times) / len(times) for times in (old, new)]
        both = any(_GAP_MEMBERS <= share <= 1 - _GAP_MEMBERS for share in slow)
        if both and abs(slow[1] - slow[0]) >= _GAP_SHIFT:
            found.append((high / low, high, *slow))
    if not found:
        return ""
    _, high, before, after = max(found)
    fast_middle, slow_middle = (median([t for t in every if (t >= high) is side]) for side in (False, True))
    return (
        f"{quantity.duration(fast_middle)} and {quantity.duration(slow_middle)}: "
        f"{quantity.share(before)} of the samples were slow, then {quantity.share(after)}"
    )


def _device_moved(pair: Pair, device: float | None) -> str:
    """Whether the device itself did, at least half as far, and the series waits for it."""
    if not device or not _reads(pair) or pair.new.family == CALIBRATION or math.log(device) / math.log(pair.times) < 0.5:
        return ""
    return f"it waits for the device, whose own read of a page took {quantity.ratio(device)} of the time before"


def _few_samples(pair: Pair, device: float | None) -> str:
    fewest = min(len(_times(pair.old)), len(_times(pair.new)))
    return f"of {quantity.plural(fewest, 'sample')} nobody can tell" if fewest < _FEW else ""


def _own_spread(pair: Pair, device: float | None) -> str:
    """Whether the intervals that hold the medians overlap."""
    one, other = (interval(_times(series)) for series in (pair.old, pair.new))
    if one is None or other is None or one[1] < other[0] or other[1] < one[0]:
        return ""
    for_whom = "; it waits for the device" if _reads(pair) else "; it gives up the processor to wait" if _gives_up(pair) else ""
    text = " and ".join(f"{quantity.duration(low)} to {quantity.duration(high)}" for low, high in (one, other))
    return f"no further than its samples lie apart: the medians lie within {text}{for_whom}"


def _waiting(pair: Pair, device: float | None) -> str:
    """What waits for others is as steady as they are."""
    if _reads(pair):
        return "it waits for the device, which is faster at one time than at another"
    if _gives_up(pair):
        return "it gives up the processor to wait, for a device's flush or for another thread"
    return ""


_CAUSES: tuple[tuple[str, Callable[[Pair, float | None], str]], ...] = (
    ("other work", _other_work),
    ("two speeds", _two_speeds),
    ("device", _device_moved),
    ("few samples", _few_samples),
    ("spread", _own_spread),
    ("waiting", _waiting),
)


def _reads(pair: Pair) -> bool:
    """Whether its samples wait for a device's reads."""
    return any((_median_of(pair.new, name) or 0.0) > 0 for name in ("bytes_read", "major_faults"))


def _gives_up(pair: Pair) -> bool:
    """Whether its samples give up the processor."""
    switches = [s.context_switches for s in pair.new.samples if s.context_switches is not None and s.seconds > 0]
    return sum(switches) >= max(len(switches), _SLICES * sum(s.seconds for s in pair.new.samples), 1)


def _times(series: Series) -> list[float]:
    """Of one operation; how many are timed together is found out anew in each run."""
    return [sample.seconds / sample.batch for sample in series.samples if sample.seconds > 0]


def _median_of(series: Series, counter: str) -> float | None:
    """Of one operation."""
    values = [(getattr(sample, counter), sample.batch) for sample in series.samples]
    return median([value / batch for value, batch in values if value is not None])


def interval(times: list[float]) -> tuple[float, float] | None:
    """What holds the median with at least 95 %, whatever the distribution: between two of the samples. None if
    they are too few for that."""
    ordered = sorted(times)
    count, below, rank = len(ordered), 1, -1
    while below * 40 <= 2**count:  # of 2^count ways to lie about the median, those with no more than `rank` below
        rank += 1
        below += math.comb(count, rank + 1)
    return (ordered[rank], ordered[count - 1 - rank]) if rank >= 0 else None
