"""What each advice does to the speed of an access pattern, as a ratio to normal."""

from __future__ import annotations

from dataclasses import dataclass

from .benchmarks import Bench, Family
from .model import Series

NORMAL = "normal"
ADVICE = "advice"
PATTERN = "pattern"


# An effect is clear if in this share of all pairs of samples, one of each, the same one is faster. With
# seven samples of each, that happens by chance in two of a thousand comparisons; with fewer than four, so
# often that it says nothing.
CLEAR = 0.95
FEWEST = 4


@dataclass(frozen=True)
class Effect:
    """One advice on one pattern. Speeds are times as fast as normal; None if not measured."""

    advice: str
    series: Series
    speed: float | None
    slow: float | None = None  # the speed at p75 of the time
    fast: float | None = None  # the speed at p25 of the time
    clear: bool = False


@dataclass(frozen=True)
class Pattern:
    """All advice on one access pattern, fastest first."""

    name: str
    normal: Series
    effects: tuple[Effect, ...]

    @property
    def others(self) -> list[Effect]:
        return [e for e in self.effects if e.advice != NORMAL and e.speed is not None]

    @property
    def best(self) -> Effect | None:
        """The fastest advice if it is clearly faster than normal."""
        clear = [e for e in self.others if e.clear and (e.speed or 0.0) > 1.0]
        return max(clear, key=lambda e: e.speed or 0.0, default=None)

    @property
    def worst(self) -> Effect | None:
        """The slowest advice if it is clearly slower than normal."""
        clear = [e for e in self.others if e.clear and (e.speed or 0.0) < 1.0]
        return min(clear, key=lambda e: e.speed or 0.0, default=None)


def patterns(bench: Bench, directory: str | None) -> list[Pattern]:
    """The patterns for which normal itself was measured, in the family's order."""
    family = bench.family("advise_effect", directory)
    if family is None:
        return []
    found = (_pattern(family, name) for name in family.values(PATTERN))
    return [pattern for pattern in found if pattern is not None]


# Families that read in another pattern, after the advice was given: their cold series along the advice.
_FURTHER = ("read_reverse", "read_stride", "read_mixed")


def further_patterns(bench: Bench, directory: str | None) -> list[Pattern]:
    """The patterns that are families of their own, unless they are among patterns() already."""
    known = {pattern.name.partition(":")[0] for pattern in patterns(bench, directory)}
    names = [name for name in _FURTHER if name.removeprefix("read_") not in known]
    families = (bench.family(name, directory) for name in names)
    found = (_further(family) for family in families if family is not None)
    return [pattern for pattern in found if pattern is not None and pattern.others]


def _further(family: Family) -> Pattern | None:
    base = family.base(**{ADVICE: NORMAL, "temperature": "cold"})
    fixed = {axis: value for axis, value in base.items() if axis != ADVICE}
    return _against_normal(family.name, _members(family, fixed))


def _pattern(family: Family, name: str) -> Pattern | None:
    base = family.base(**{PATTERN: name})
    fixed = {k: v for k, v in base.items() if k not in (ADVICE, PATTERN)}
    return _against_normal(name, _members(family, {**fixed, PATTERN: name}))


def _members(family: Family, fixed: dict[str, str]) -> list[Series]:
    """The series of each advice at one point of the other axes."""
    return [
        series
        for series in family.series
        if ADVICE in series.axes and all(series.axes.get(axis) == value for axis, value in fixed.items())
    ]


def _against_normal(name: str, members: list[Series]) -> Pattern | None:
    normal = next((s for s in members if s.axes[ADVICE] == NORMAL and s.usable), None)
    if normal is None:
        return None
    effects = [_effect(series, normal) for series in members]
    effects.sort(key=lambda e: (e.speed is None, -(e.speed or 0.0), e.advice))
    return Pattern(name, normal, tuple(effects))


def _effect(series: Series, normal: Series) -> Effect:
    advice = series.axes[ADVICE]
    mine, its = _cost(series), _cost(normal)
    if not series.usable or mine is None or its is None:
        return Effect(advice, series, None)
    speed = its / mine
    low, high = series.time_range
    return Effect(advice, series, speed, speed / high, speed / low, _clear(series, normal))


def _clear(one: Series, other: Series) -> bool:
    if min(len(one.samples), len(other.samples)) < FEWEST:
        return False
    pairs = len(one.samples) * len(other.samples)
    faster = sum(a.cost < b.cost for a in one.samples for b in other.samples)
    slower = sum(a.cost > b.cost for a in one.samples for b in other.samples)
    return max(faster, slower) >= CLEAR * pairs > 0


def _cost(series: Series) -> float | None:
    """Time per item, or per sample if the family does not count items."""
    cost = series.seconds_per_item or series.seconds
    return cost if cost and cost > 0 else None
