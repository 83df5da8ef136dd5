"""The sentences of the specifications, the cases that check them, and what came of it in a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from .conformance import AS_DOCUMENTED, NOT_AS_DOCUMENTED
from .model import Case, Result, Run, Sentence


class Standing(str, Enum):
    """What a run says about a sentence, in the order every table shows them."""

    HOLDS = "holds here"
    BROKEN = "does not hold here"
    SILENT = "not asked here"
    IMPOSSIBLE = "can't be tested"
    MISSING = "has no case"


@dataclass(frozen=True)
class Checked:
    """A sentence with its cases and how each of them ended, once for every way it ended."""

    sentence: Sentence
    results: dict[str, list[Result]]

    @cached_property
    def standing(self) -> Standing:
        seen = {result for results in self.results.values() for result in results}
        if not self.sentence.cases:
            return Standing.IMPOSSIBLE if self.sentence.reason else Standing.MISSING
        if seen.intersection(NOT_AS_DOCUMENTED):
            return Standing.BROKEN
        return Standing.HOLDS if seen.intersection(AS_DOCUMENTED) else Standing.SILENT


@dataclass(frozen=True)
class Part:
    """The sentences of one page, or of a whole source."""

    source: str
    name: str
    sentences: list[Checked]

    @cached_property
    def counts(self) -> dict[Standing, int]:
        counted = Counter(one.standing for one in self.sentences)
        return {standing: counted[standing] for standing in Standing}

    @property
    def with_cases(self) -> int:
        return sum(bool(one.sentence.cases) for one in self.sentences)


@dataclass(frozen=True)
class Coverage:
    """Both ways: sentences with their cases, and the cases that stand at no sentence."""

    run: Run

    @cached_property
    def sections(self) -> dict[str, list[Part]]:
        """The pages of each source, in the order of the table."""
        pages: dict[tuple[str, str], list[Checked]] = {}
        for sentence in self.run.sentences:
            pages.setdefault((sentence.source, sentence.section), []).append(self._checked(sentence))
        parts: dict[str, list[Part]] = {}
        for (source, section), sentences in pages.items():
            parts.setdefault(source, []).append(Part(source, section, sentences))
        return parts

    def total(self, source: str) -> Part:
        return Part(source, "all", [one for part in self.sections[source] for one in part.sentences])

    @cached_property
    def alone(self) -> list[Case]:
        """Cases at no sentence, once each. What the library promises itself has a table of its own."""
        named = {name for sentence in self.run.sentences for name in sentence.cases}
        cases = {case.name: case for case in self.run.cases if case.clause.source != "mapwise"}
        return [case for name, case in cases.items() if name not in named]

    def _checked(self, sentence: Sentence) -> Checked:
        return Checked(sentence, {name: self._results.get(name, []) for name in sentence.cases})

    @cached_property
    def _results(self) -> dict[str, list[Result]]:
        """How the runs of each case ended, in all directories."""
        ended: dict[str, list[Result]] = {}
        for case in self.run.cases:
            results = ended.setdefault(case.name, [])
            if case.result not in results:
                results.append(case.result)
        return ended
