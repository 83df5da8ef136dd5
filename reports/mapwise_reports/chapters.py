"""The chapters of the benchmarks, and which family belongs where."""

from __future__ import annotations

# By the beginnings of names; the longest that fits decides.
_CHAPTERS: dict[str, str] = {
    "Reading": "read_ pread",
    "Writing and faults": "write_ fault_ copy_on_write userfaultfd",
    "Maps": "map_ unmap_ remap_ fork_ many_maps memory_ numa_ protect_ query_ shared_ tlb_ write_barrier",
    "Advice": "advise_ willneed_ dontneed_ free_or_ page_out huge_file collapse process_madvise",
    "Sync and growth": "sync_ commit file_ append_ punch_hole truncate_",
    "Memory pressure": "larger_than_memory reclaim_ dirty_rate",
    "Library and peers": "library random_read_peers stress_ng_ lmbench_",
    "System": "calibration same_against_same",
}
CHAPTERS = tuple(_CHAPTERS)

_BEGINNINGS = {start: chapter for chapter, starts in _CHAPTERS.items() for start in starts.split()}


def chapter(family: str) -> str:
    """The chapter of a family; one that nobody has thought of stands in the last."""
    return thought_of(family) or CHAPTERS[-1]


def thought_of(family: str) -> str | None:
    """The chapter that a family was given."""
    fitting = [start for start in _BEGINNINGS if family.startswith(start)]
    return _BEGINNINGS[max(fitting, key=len)] if fitting else None
