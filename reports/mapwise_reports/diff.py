"""What differs between two check runs: before and after an upgrade of the kernel, say.

A case is the same in both if its id, its call path and its folder are. Folders are paired by path and
file system, then by file system in their order, then by path alone, so that runs of two machines can
be compared. A run of several rounds counts by its worst one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Sequence

from .model import UNEXPECTED, Case, Directory, Problem, Result, Run, State
from .records import read_file

# Behaves otherwise than documented, known or not. The rest either does as documented or says nothing.
DEVIATES = (Result.FAIL, Result.XFAIL, Result.TIMEOUT, Result.CRASH)
AS_DOCUMENTED = (Result.PASS, Result.XPASS)

# The worst last: of several rounds this one is shown.
_BADNESS = (
    Result.UNSUPPORTED, Result.PASS, Result.XPASS, Result.XFAIL, Result.NEW, Result.ERROR, Result.FAIL, Result.TIMEOUT,
    Result.CRASH,
)  # fmt: skip


# Facts about a folder that change from minute to minute.
_PASSING = ("bytes_free", "files_free")


class DiffError(Exception):
    """A file that can't be compared."""


@dataclass(frozen=True)
class Key:
    """What makes a case of one run the same as one of the other."""

    suite: str
    case: str
    place: str
    path: str

    def __str__(self) -> str:
        place = f" on {self.place}" if self.place else ""
        return f"{self.case}{place}" + (f" by {self.path}" if self.path not in ("", "libc") else "")


@dataclass(frozen=True)
class Change:
    """One case in both runs; None if it is not in one of them."""

    key: Key
    old: Case | None
    new: Case | None

    @property
    def latest(self) -> Case:
        case = self.new or self.old
        assert case is not None
        return case

    @property
    def observations(self) -> list[tuple[str, str | None, str | None]]:
        """The acts whose observation changed, with it before and after."""
        if self.old is None or self.new is None:
            return []
        old, new = _observed(self.old), _observed(self.new)
        acts = list(dict.fromkeys([*old, *new]))
        found = []
        for act in acts:
            before, after = old.get(act), new.get(act)
            if before != after:
                found.append((act[0], before, after))
        return found


@dataclass(frozen=True)
class Fact:
    """A fact about the environment that changed: where it belongs, its name, and it before and after."""

    where: str
    name: str
    old: str | None
    new: str | None


class TwoRuns:
    """Two runs side by side. `facts` are what differs between their machines."""

    old: Run
    new: Run
    facts: Sequence[Fact]

    @property
    def incomplete(self) -> list[Run]:
        return [run for run in (self.old, self.new) if run.state is not State.COMPLETE]

    @property
    def worse(self) -> bool:
        """Whether something is that was not before. Two runs of a benchmark can't say it."""
        return False


@dataclass
class Difference(TwoRuns):
    """Everything that differs between two check runs."""

    old: Run
    new: Run
    facts: Sequence[Fact] = ()
    broken: list[Change] = field(default_factory=list)
    fixed: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    only_old: list[Change] = field(default_factory=list)
    only_new: list[Change] = field(default_factory=list)
    same: int = 0

    @property
    def groups(self) -> list[tuple[str, str, list[Change]]]:
        """Name, title and members of every group, in the order in which they are told."""
        return [
            ("broken", "newly broken", self.broken),
            ("fixed", "newly fixed", self.fixed),
            ("changed", "changed otherwise", self.changed),
            ("only_old", "only in OLD", self.only_old),
            ("only_new", "only in NEW", self.only_new),
        ]

    @property
    def worse(self) -> bool:
        """A new case that fails is worse, too: nothing shows that it did not fail before."""
        return bool(self.broken) or any(c.latest.result in UNEXPECTED for c in self.only_new)


def read_run(path: Path) -> tuple[Run, list[Problem]]:
    """The run of a results file, with the lines of it that could not be read."""
    run, problems = read_file(path)
    if run is None:
        raise DiffError(
            f"{path}: {problems[-1].message if problems else 'unusable'}; name a record of mapwise check or bench"
        )
    return run, problems


def compare(old: Run, new: Run) -> Difference:
    """Both runs, case by case."""
    difference = Difference(old, new)
    places = pair_directories(old.directories, new.directories)
    difference.facts = facts(old, new, places)
    before = _cases(old, {one.path: name for name, one, _ in places if one is not None})
    after = _cases(new, {other.path: name for name, _, other in places if other is not None})
    if before and after and before.keys().isdisjoint(after):
        raise DiffError(f"no case of one is in the other: {_kinds(before)}, and {_kinds(after)}; compare runs of the same kind")
    for key in dict.fromkeys([*before, *after]):
        _sort_in(difference, Change(key, before.get(key), after.get(key)))
    return difference


def _kinds(cases: dict[Key, Case]) -> str:
    """What a record is of: "libc on ext4"."""
    paths = sorted({key.path for key in cases if key.path})
    places = sorted({key.place for key in cases if key.place})
    return " and ".join(filter(None, [f"calls by {', '.join(paths)}" if paths else "", f"files on {', '.join(places)}" if places else ""]))


def _sort_in(difference: Difference, change: Change) -> None:
    old, new = change.old, change.new
    if old is None:
        difference.only_new.append(change)
    elif new is None:
        difference.only_old.append(change)
    elif _is_worse(old.result, new.result):
        difference.broken.append(change)
    elif new.result in AS_DOCUMENTED and (old.result in DEVIATES or old.result is Result.ERROR):
        difference.fixed.append(change)
    elif old.result is not new.result or change.observations:
        difference.changed.append(change)
    else:
        difference.same += 1


def _is_worse(old: Result, new: Result) -> bool:
    """It deviates now, or ends unexpectedly now, and did not before. As documented is never worse."""
    if new in AS_DOCUMENTED:
        return False
    return (new in DEVIATES and old not in DEVIATES) or (new in UNEXPECTED and old not in UNEXPECTED)


def _observed(case: Case) -> dict[tuple[str, int], str | None]:
    """Observations by act; one that is done again is another act. Lines of the source move and say nothing."""
    times: dict[str, int] = {}
    found: dict[tuple[str, int], str | None] = {}
    for step in case.steps:
        times[step.what] = times.get(step.what, 0) + 1
        found[step.what, times[step.what]] = step.observed
    return found


def _cases(run: Run, names: dict[str, str]) -> dict[Key, Case]:
    found: dict[Key, Case] = {}
    for case in run.cases:
        place = "" if case.directory is None else names.get(case.directory, case.filesystem or case.directory)
        key = Key(case.suite, case.name, place, case.path)
        if key not in found or _BADNESS.index(case.result) > _BADNESS.index(found[key].result):
            found[key] = case
    return found


Pair = tuple[str, Directory | None, Directory | None]


def pair_directories(old: tuple[Directory, ...], new: tuple[Directory, ...]) -> list[Pair]:
    """The folders of both runs side by side, each pair with a name of its own."""
    left, right = list(old), list(new)
    pairs: list[tuple[Directory | None, Directory | None]] = []
    for alike in (
        lambda a, b: (a.path, a.filesystem) == (b.path, b.filesystem),
        lambda a, b: a.filesystem == b.filesystem,
        lambda a, b: a.path == b.path,
    ):
        for one in list(left):
            other = next((candidate for candidate in right if alike(one, candidate)), None)
            if other is not None:
                pairs.append((one, other))
                left.remove(one)
                right.remove(other)
    pairs += [(one, None) for one in left] + [(None, other) for other in right]
    return [(name, *pair) for name, pair in zip(_names(pairs), pairs)]


def _names(pairs: list[tuple[Directory | None, Directory | None]]) -> list[str]:
    """The file system, and the path where two have the same."""
    plain = []
    for one, other in pairs:
        kinds = dict.fromkeys(d.filesystem or "a file system" for d in (one, other) if d is not None)
        plain.append(", then ".join(kinds))
    full = []
    for name, (one, other) in zip(plain, pairs):
        directory = other or one
        assert directory is not None
        full.append(name if plain.count(name) == 1 else f"{name} in {directory.path}")
    return [f"{name} (folder {i + 1})" if full.count(name) > 1 else name for i, name in enumerate(full)]


def facts(old: Run, new: Run, places: list[Pair]) -> list[Fact]:
    """What differs between the machines, and the folders."""
    a, b = old.environment, new.environment
    found = [*_changes("", {"mapwise": old.version}, {"mapwise": new.version})]
    found += _changes("system", a.system, b.system)
    found += _changes("hardware", a.hardware, b.hardware)
    for name, one, other in places:
        if one is None or other is None:
            found.append(Fact(name, "folder", one and one.path, other and other.path))
        else:
            found += _changes(name, _details(one), _details(other))
    return found


def _details(directory: Directory) -> dict[str, str]:
    details = {name: value for name, value in directory.details.items() if name not in _PASSING}
    return {"path": directory.path, "filesystem": directory.filesystem, **details}


def _changes(where: str, old: dict[str, str], new: dict[str, str]) -> list[Fact]:
    names = dict.fromkeys([*old, *new])
    return [Fact(where, n, old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)]
