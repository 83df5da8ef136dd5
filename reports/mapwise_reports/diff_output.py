"""Tells what differs between two check runs: as text, as Markdown, as JSON Lines. And what is told alike of
two bench runs."""

from __future__ import annotations

import json
import re
from typing import Any, Callable, Iterator

from .diff import Change, Difference, Fact, TwoRuns
from .model import Case, Run, State

# Where nothing is to be compared, so many names say enough; JSON Lines has them all.
NAMES_SHOWN = 20

_NOTHING = "(nothing)"


# ---- what is told of any two runs


def head(two: TwoRuns, size: Callable[[Run], str]) -> Iterator[str]:
    """The runs and the environment as text; `size` says how much is in a run."""
    yield f"OLD  {_run(two.old, size)}"
    yield f"NEW  {_run(two.new, size)}"
    yield ""
    yield "environment: " + ("these differences" if two.facts else "no difference")
    yield from (f"    {_fact(fact)}" for fact in two.facts)


def markdown_head(two: TwoRuns, size: Callable[[Run], str]) -> Iterator[str]:
    yield f"- OLD: {escape(_run(two.old, size))}"
    yield f"- NEW: {escape(_run(two.new, size))}"
    yield ""
    if two.facts:
        yield "| environment | OLD | NEW |"
        yield "|---|---|---|"
        for fact in two.facts:
            cells = (f"{fact.where} {fact.name}".strip(), fact.old or "", fact.new or "")
            yield "| " + " | ".join(escape(cell) for cell in cells) + " |"
    else:
        yield "The environment is the same."


def record_head(two: TwoRuns) -> Iterator[str]:
    for role, run in (("old", two.old), ("new", two.new)):
        yield record("run", run=role, file=run.file.name, start=run.start, version=run.version, state=run.state.value)
    for fact in two.facts:
        yield record("fact", where=fact.where, name=fact.name, old=fact.old, new=fact.new)


def record(kind: str, **values: Any) -> str:
    return json.dumps({"schema": "mapwise.diff/1", "kind": kind, **values}, ensure_ascii=False)


def escape(value: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#|~$@&])", r"\\\1", " ".join(value.split()))


def _run(run: Run, size: Callable[[Run], str]) -> str:
    when = run.start.replace("T", " ").replace("Z", " UTC")
    state = "" if run.state is State.COMPLETE else f", {run.state.value}: not all of it is here"
    return f"{run.file.name}, {when or 'at an unknown time'}, {size(run)}{state}"


def _fact(fact: Fact) -> str:
    return f"{fact.where} {fact.name}: ".lstrip() + f"{fact.old or _NOTHING} -> {fact.new or _NOTHING}"


# ---- what is told of two check runs


def text(difference: Difference) -> Iterator[str]:
    yield from head(difference, _size)
    for name, title, changes in difference.groups:
        if not changes:
            continue
        yield ""
        yield f"{title}: {len(changes)}"
        if name.startswith("only"):
            yield from _names(changes, "    ")
        else:
            for change in changes:
                yield f"    {change.key}: {_results(change)}"
                yield from (f"        {line}" for line in _details(change, name == "broken"))
    yield ""
    yield _summary(difference)


def markdown(difference: Difference) -> Iterator[str]:
    yield "# mapwise check: differences"
    yield ""
    yield from markdown_head(difference, _size)
    for name, title, changes in difference.groups:
        if not changes:
            continue
        yield ""
        yield f"## {title[0].upper()}{title[1:]}: {len(changes)}"
        yield ""
        if name.startswith("only"):
            yield from (f"- {escape(line)}" for line in _names(changes, ""))
            continue
        for change in changes:
            yield f"- **{escape(str(change.key))}**: {_results(change)}"
            yield from (f"  - {escape(line)}" for line in _details(change, name == "broken"))
    yield ""
    yield escape(_summary(difference))


def jsonl(difference: Difference) -> Iterator[str]:
    yield from record_head(difference)
    for name, _, changes in difference.groups:
        for change in changes:
            key = change.key
            yield record(
                "case", group=name, suite=key.suite, case=key.case, place=key.place or None, path=key.path,
                old=change.old and change.old.result.value, new=change.new and change.new.result.value,
                sentence=change.latest.sentence, meaning=change.latest.meaning, reason=change.latest.reason,
                observations=[{"what": what, "old": old, "new": new} for what, old, new in change.observations],
            )  # fmt: skip
    counts = {name: len(changes) for name, _, changes in difference.groups}
    yield record("summary", worse=difference.worse, complete=not difference.incomplete, same=difference.same, **counts)


FORMATS: dict[str, Callable[[Difference], Iterator[str]]] = {"text": text, "markdown": markdown, "jsonl": jsonl}


def _size(run: Run) -> str:
    return f"{len(run.cases)} cases"


def _results(change: Change) -> str:
    assert change.old is not None and change.new is not None
    old, new = change.old.result.value, change.new.result.value
    return old if old == new else f"{old} -> {new}"


def _details(change: Change, in_full: bool) -> Iterator[str]:
    case: Case = change.latest
    if in_full:
        yield case.sentence
        yield f"{case.clause.source} {case.clause.section}, {case.clause.strength}"
    for what, old, new in change.observations:
        yield f"{what}: {old or _NOTHING} -> {new or _NOTHING}"
    if case.reason and (in_full or not change.observations):
        yield case.reason
    if in_full and case.meaning:
        yield f"so {case.meaning}"


def _names(changes: list[Change], indent: str) -> Iterator[str]:
    for change in changes[:NAMES_SHOWN]:
        yield f"{indent}{change.key}: {change.latest.result.value}"
    if len(changes) > NAMES_SHOWN:
        yield f"{indent}and {len(changes) - NAMES_SHOWN} more"


def _summary(difference: Difference) -> str:
    parts = [f"{len(changes)} {title}" for _, title, changes in difference.groups if changes]
    return ", ".join([*parts, f"{difference.same} the same"])
