"""Counts of a check run. Every number on the page comes from here, so they agree everywhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from .model import UNEXPECTED, Case, Result, Run

# How the nine kinds answer the question whether the system behaves as documented. UNSUPPORTED
# is an answer to nothing: it is never added to the passes.
AS_DOCUMENTED = (Result.PASS, Result.XPASS)
NOT_AS_DOCUMENTED = (Result.FAIL, Result.XFAIL, Result.TIMEOUT, Result.CRASH)
NO_ANSWER = (Result.UNSUPPORTED, Result.ERROR, Result.NEW)


@dataclass(frozen=True)
class Row:
    """The counts of one suite, of one directory, or of all."""

    name: str
    title: str
    counts: dict[Result, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def of(self, kinds: tuple[Result, ...]) -> int:
        return sum(self.counts[kind] for kind in kinds)

    @property
    def unexpected(self) -> int:
        return self.of(UNEXPECTED)


@dataclass(frozen=True)
class Check:
    """One check run, counted and sorted for the page."""

    run: Run

    @cached_property
    def total(self) -> Row:
        return _row("", "", list(self.run.cases))

    @cached_property
    def suites(self) -> list[Row]:
        return [_row(name, cases[0].suite_title, cases) for name, cases in self.by_suite.items()]

    @cached_property
    def directories(self) -> list[Row]:
        """By directory, if cases ran in more than one."""
        grouped: dict[str | None, list[Case]] = {}
        for case in self.run.cases:
            grouped.setdefault(case.directory, []).append(case)
        if len([directory for directory in grouped if directory is not None]) < 2:
            return []
        return [
            _row(directory or "no directory", cases[0].filesystem or "", cases)
            for directory, cases in grouped.items()
        ]

    @cached_property
    def by_suite(self) -> dict[str, list[Case]]:
        grouped: dict[str, list[Case]] = {}
        for case in self.run.cases:
            grouped.setdefault(case.suite, []).append(case)
        return grouped

    @cached_property
    def unexpected(self) -> list[Case]:
        """Everything that makes the run fail, the worst kinds first."""
        order = (Result.FAIL, Result.CRASH, Result.TIMEOUT, Result.ERROR, Result.XPASS, Result.NEW)
        return sorted(
            (case for case in self.run.cases if case.result in UNEXPECTED),
            key=lambda case: order.index(case.result),
        )

    def ended_as(self, kind: Result) -> list[Case]:
        return [case for case in self.run.cases if case.result is kind]

    def passes(self, suite: str) -> list[Case]:
        return [case for case in self.by_suite[suite] if case.result is Result.PASS]


def _row(name: str, title: str, cases: list[Case]) -> Row:
    counted = Counter(case.result for case in cases)
    return Row(name, title, {kind: counted[kind] for kind in Result})
