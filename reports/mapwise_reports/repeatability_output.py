"""Tells how far series moved between two bench runs: as text, as Markdown, as JSON Lines."""

from __future__ import annotations

import math
from collections import Counter
from typing import Callable, Iterator

from . import quantity
from .diff_output import escape, head, markdown_head, record, record_head
from .model import Run
from .repeatability import FAR, Moved, Repetition


def text(repetition: Repetition) -> Iterator[str]:
    yield from head(repetition, _size)
    yield ""
    if repetition.moved:
        yield f"moved by more than {quantity.share(FAR)}: {len(repetition.moved)}"
    for moved in repetition.moved:
        yield f"    {_name(moved)}: {_times(moved)}"
        yield f"        {moved.kind}: {moved.cause}"
    yield ""
    yield from _summary(repetition)


def markdown(repetition: Repetition) -> Iterator[str]:
    yield "# mapwise bench: how far series moved"
    yield ""
    yield from markdown_head(repetition, _size)
    if repetition.moved:
        yield ""
        yield f"## Moved by more than {quantity.share(FAR)}: {len(repetition.moved)}"
        yield ""
        yield "| series | times | p75 over p25 | with it goes | |"
        yield "|---|--:|--:|---|---|"
    for moved in repetition.moved:
        cells = (_name(moved), quantity.ratio(moved.pair.times), quantity.ratio(moved.pair.spread), moved.kind, moved.cause)
        yield "| " + " | ".join(escape(cell) for cell in cells) + " |"
    yield ""
    yield from (escape(line) for line in _summary(repetition))


def jsonl(repetition: Repetition) -> Iterator[str]:
    yield from record_head(repetition)
    for moved in repetition.moved:
        pair = moved.pair
        yield record(
            "series", name=pair.new.name, directory=pair.new.directory, times=pair.times, old=pair.old.seconds,
            new=pair.new.seconds, spread=pair.spread, cause=moved.kind, reason=moved.cause,
        )  # fmt: skip
    yield record(
        "repetition", complete=not repetition.incomplete, series=len(repetition.pairs), median_distance=repetition.middle,
        all_together=repetition.shift, far=len(repetition.moved), only_old=repetition.only_old, only_new=repetition.only_new,
    )  # fmt: skip


FORMATS: dict[str, Callable[[Repetition], Iterator[str]]] = {"text": text, "markdown": markdown, "jsonl": jsonl}


def _size(run: Run) -> str:
    return f"{len(run.series)} series"


def _name(moved: Moved) -> str:
    series = moved.pair.new
    return f"{series.name} on {series.filesystem}" if series.filesystem else series.name


def _times(moved: Moved) -> str:
    old, new = moved.pair.old, moved.pair.new
    return f"{quantity.duration(old.seconds)} -> {quantity.duration(new.seconds)}, {quantity.ratio(moved.pair.times)}"


def _summary(repetition: Repetition) -> Iterator[str]:
    if not repetition.pairs:
        yield "no series is in both"
        return
    yield (
        f"{len(repetition.pairs)} series in both: half of them moved by no more than {quantity.share(math.expm1(repetition.middle))}; "
        f"all together took {quantity.ratio(repetition.shift)} of the time"
    )
    kinds = Counter(moved.kind for moved in repetition.moved)
    parts = [f"{number} with {kind}" if kind == "other work" else f"{number} by {kind}" for kind, number in kinds.most_common()]
    if parts:
        yield f"{len(repetition.moved)} moved by more than {quantity.share(FAR)}: {', '.join(parts)}"
    for number, where in ((repetition.only_old, "OLD"), (repetition.only_new, "NEW")):
        if number:
            yield f"{number} measured only in {where}"
