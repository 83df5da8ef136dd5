"""Makes results files as the tools write them, with plausible numbers and every kind of result.

Run by hand it fills a folder to look at: python3 fixtures.py DIR
"""

from __future__ import annotations

import json
import random
import sys
from itertools import product
from pathlib import Path
from typing import Any

Record = dict[str, Any]

PAGE = 4096
DIRECTORY = "/srv/data/mapwise"
KINDS = ("PASS", "FAIL", "XFAIL", "XPASS", "UNSUPPORTED", "ERROR", "TIMEOUT", "CRASH", "NEW")


def run_record(tool: str, start: str = "2026-11-23T07:00:00Z", **changes: Any) -> Record:
    record = {
        "schema": "mapwise.run/1",
        "tool": tool,
        "version": "0.1.0",
        "start": start,
        "command": [f"mapwise-{tool}", DIRECTORY],
        "directories": [
            {
                "path": DIRECTORY,
                "filesystem": "ext4",
                "block_size": 4096,
                "device": "vda",
                "read_ahead_kb": "128",
                "mount_options": "rw,relatime,discard",
            }
        ],
        "environment": {
            "hardware": {
                "cpu_model": "AMD EPYC 7B13",
                "cpus": "2",
                "hypervisor": "kvm",
                "memory_bytes": "25276502016",
                "numa_nodes": "1",
            },
            "system": {
                "kernel_release": "6.1.0-31-cloud-amd64",
                "kernel_cmdline": "root=/dev/vda rw console=ttyS0 panic=1 net.ifnames=0",
                "page_size": "4096",
                "thp_enabled": "always [madvise] never",
                "libc": "glibc 2.36",
                "compiler": "gcc 12.2.0",
            },
            "transient": {"load_1m": "0.31", "memory_free_bytes": "24743075840", "steal_ticks": "12"},
            "hash": {"hardware": "5f0c9e1a77b2d344", "system": "1be0aa2390cd8871"},
        },
    }
    return {**record, **changes}


def case_record(result: str = "PASS", suite: str = "growth", name: str = "fault.eof.read", **changes: Any) -> Record:
    record = {
        "schema": "mapwise.check/1",
        "suite": suite,
        "suite_title": "growth, truncation and SIGBUS",
        "case": name,
        "sentence": "a load from a whole page past the end of the file raises SIGBUS at that address",
        "meaning": "a program that outruns its file computes with bytes that no file has",
        "clause": {"source": "POSIX.1-2024", "section": "mmap", "strength": "shall"},
        "directory": DIRECTORY,
        "filesystem": "ext4",
        "path": "libc",
        "result": result,
        "reason": "",
        "file": f"{suite}.c",
        "line": 12,
        "steps": [{"line": 15, "what": "load(&map[0])", "expected": "0", "observed": "0"}],
        "ended": "exit 0",
        "output": "",
        "seconds": 0.0012,
    }
    return {**record, **changes}


_FAILURES: dict[str, Record] = {
    "FAIL": {
        "reason": "step 2: expected SIGBUS BUS_ADRERR at address, observed value 0",
        "steps": [
            {"line": 15, "what": "load(&map[0])", "expected": "value 0", "observed": "value 0"},
            {"line": 16, "what": "load(&map[page_size()])", "expected": "SIGBUS BUS_ADRERR at address", "observed": "value 0"},
        ],
    },
    "XFAIL": {"reason": "ext4 updates the modification time only at the next sync (permitted)"},
    "XPASS": {"reason": "expected a difference: the kernel rounds the hint down"},
    "UNSUPPORTED": {"reason": "needs 16 free huge pages, the pool has 0", "steps": []},
    "ERROR": {"reason": "open scratch file: No space left on device; free some space in DIR", "steps": []},
    "TIMEOUT": {
        "reason": "no end after 2.0 s, last step: msync(map, 65536, MS_SYNC)",
        "steps": [{"line": 40, "what": "msync(map, 65536, MS_SYNC)", "expected": "0", "observed": None}],
        "ended": "killed after 2.0 s",
        "seconds": 2.0,
    },
    "CRASH": {
        "reason": "ended by SIGSEGV in: store(&map[0])",
        "steps": [{"line": 61, "what": "store(&map[0])", "expected": "0", "observed": None}],
        "ended": "signal SIGSEGV",
        "output": "about to store through the guard page\nstack of 8 frames omitted\n",
    },
    "NEW": {
        "reason": "no expectation for this platform",
        "clause": {"source": "POSIX.1-2024", "section": "mmap", "strength": "unspecified"},
        "steps": [{"line": 22, "what": "mmap(hint 0x1000)", "expected": None, "observed": "address 0x10000"}],
    },
}

_SUITES = {
    "growth": "growth, truncation and SIGBUS",
    "sharing": "what writers and readers of one file see",
    "private": "private mappings and copy on write",
    "offset": "offsets into the file",
    "placement": "where a mapping is placed",
    "flags": "flags of mmap",
    "constants": "values of the constants",
    "anonymous": "anonymous memory",
    "sync": "msync",
    "residency": "mincore",
    "library": "libmapwise",
}


def check_records(start: str = "2026-11-23T07:00:00Z", healthy: bool = False) -> list[Record]:
    """A whole check run: mostly passes, and unless healthy every other kind as well."""
    dice = random.Random(7)
    cases: list[Record] = []
    for suite, title in _SUITES.items():
        for index in range(dice.randint(6, 12)):
            cases.append(
                case_record(
                    suite=suite, suite_title=title, name=f"{suite}.case_{index}", line=12 + 9 * index,
                    seconds=dice.uniform(4e-4, 5e-3),
                )
            )  # fmt: skip
    if not healthy:
        for index, kind in enumerate(KINDS[1:]):
            for copy in range(1 + (kind in ("UNSUPPORTED", "XFAIL")) * 2):
                place = (index * 9 + copy * 4) % len(cases)
                cases[place] = {**cases[place], "result": kind, **_FAILURES[kind]}
    clauses = [
        clause_record(f"posix.mmap.{index}", cases=[case["case"] for case in cases[index : index + 2]])
        for index in range(0, len(cases), 3)
    ]
    clauses += [
        clause_record("linux.mmap.none", source="Linux", section="mmap(2)", strength="documented"),
        clause_record("linux.mmap.never", source="Linux", section="mmap(2)", reason="a DAX device is needed"),
    ]
    coverage = {"schema": "mapwise.coverage/1", "clauses": clauses}
    return [run_record("check", start), *cases, coverage, summary_record("check", cases)]


def clause_record(name: str, **changes: Any) -> Record:
    record = {
        "clause": name,
        "source": "POSIX.1-2024",
        "section": "mmap",
        "strength": "shall",
        "sentence": "touching a whole page behind the end of the object raises SIGBUS",
        "cases": [],
        "reason": None,
    }
    return {**record, **changes}


def summary_record(tool: str, records: list[Record], **changes: Any) -> Record:
    kinds = KINDS if tool == "check" else ("MEASURED", "NOT RUN", "FAILED", "PARTIAL")
    counts = {kind: sum(r["result"] == kind for r in records) for kind in kinds}
    record = {
        "schema": "mapwise.summary/1",
        "tool": tool,
        "complete": True,
        "interrupted": False,
        "seconds": 2.1,
        "counts": counts,
    }
    return {**record, **changes}


def series_record(
    family: str,
    axes: dict[str, str],
    seconds: float,
    *,
    items: int = 1,
    unit: str = "pages",
    size: int | None = None,
    amplification: float | None = None,
    base: bool = False,
    dice: random.Random | None = None,
    **changes: Any,
) -> Record:
    dice = dice or random.Random(f"{family} {axes}")
    times = sorted(seconds * dice.lognormvariate(0, 0.05) for _ in range(9))
    samples = [
        {
            "order": order,
            "at": 0.5 + order * 0.2,
            "seconds": time,
            "bytes": size,
            "bytes_needed": size,
            "items": items,
            "minor_faults": items // 16,
            "major_faults": 1,
            "bytes_read": None if amplification is None or size is None else int(size * amplification),
            "amplification": amplification,
            "bytes_written": None,
            "resident_before": 0,
            "resident_after": items,
            "context_switches": 0,
            "condition": axes.get("temperature", "none"),
        }
        for order, time in enumerate(times)
    ]
    median = times[4]
    record = {
        "schema": "mapwise.bench/1",
        "name": "/".join([family, *(f"{axis}:{value}" for axis, value in axes.items())]),
        "family": family,
        "sentence": f"the family {family}",
        "series": axes,
        "base": base,
        "directory": DIRECTORY,
        "filesystem": "ext4",
        "result": "MEASURED",
        "reason": "",
        "unit": {"items": unit},
        "samples": samples,
        "discarded": {"count": 0, "reasons": {}},
        "median": {
            "seconds": median,
            "bytes_per_second": None if size is None else size / median,
            "seconds_per_item": median / items,
        },
        "spread": {
            "p25_seconds": times[2],
            "p75_seconds": times[6],
            "min_seconds": times[0],
            "max_seconds": times[8],
        },
        "extra": {},
    }
    return {**record, **changes}


def missing_series(family: str, axes: dict[str, str], result: str, reason: str) -> Record:
    return series_record(family, axes, 1.0, result=result, reason=reason, samples=[], median={}, spread={})


def with_samples(record: Record, **changes: Any) -> Record:
    """The record with something in all its samples; of extra figures also in itself."""
    samples = [{**sample, **changes} for sample in record["samples"]]
    return {**record, "samples": samples, "extra": {**record["extra"], **changes.get("extra", {})}}


MIB = 1 << 20
SIZES = [4 * MIB, 16 * MIB, 64 * MIB, 256 * MIB]
BASE_SIZE = 64 * MIB


def _read_families() -> list[Record]:
    found = []
    for family, warm, cold in (("read_sequential", 0.14e-9, 0.42e-9), ("read_random", 0.3e-9, 14e-9)):
        sequential = family == "read_sequential"
        for temperature, cost in (("warm", warm), ("cold", cold)):
            for size in SIZES:
                axes = {"temperature": temperature, "size": str(size)}
                if not sequential:
                    axes["touches"] = "64"
                fills = ["read_1M", "write_4K"] if temperature == "warm" and size == BASE_SIZE else ["read_1M"]
                for fill in fills if temperature == "warm" else ["none"]:
                    needed = size if sequential else 64 * PAGE
                    amplified = None if temperature == "warm" else 1.0 if sequential else 7.4
                    found.append(
                        series_record(
                            family, {**axes, "fill": fill}, needed * cost * (2.2 if fill == "write_4K" else 1),
                            items=needed // PAGE, size=needed, amplification=amplified,
                            base=size == BASE_SIZE and fill != "write_4K",
                        )
                    )  # fmt: skip
    return found


def _pread_family() -> list[Record]:
    found = []
    for pattern, warm, cold in (("sequential", 0.16e-9, 0.41e-9), ("random", 0.45e-9, 12e-9)):
        for temperature, cost in (("warm", warm), ("cold", cold)):
            for size in SIZES:
                sequential = pattern == "sequential"
                needed = size if sequential else 64 * PAGE
                axes = {
                    "temperature": temperature,
                    "pattern": pattern,
                    "size": str(size),
                    "chunk": "131072" if sequential else "none",
                    "touches": "none" if sequential else "64",
                }
                found.append(
                    series_record(
                        "pread", axes, needed * cost, items=needed // PAGE, size=needed,
                        base=size == BASE_SIZE,
                    )
                )  # fmt: skip
    return found


_ADVICE = {  # speed against normal, in order and at random; read amplification of both
    "normal": (1.0, 1.0, 1.0, 7.4),
    "sequential": (1.09, 0.93, 1.0, 7.9),
    "random": (0.024, 2.3, 1.0, 1.0),
    "willneed": (1.12, 0.21, 1.0, 41.0),
    "populate_read": (1.31, 0.19, 1.0, 42.0),
    "cold": (0.99, 1.01, 1.0, 7.4),
    "pageout": (0.98, 0.97, 1.0, 7.4),
    "dontneed": (1.0, 0.99, 1.0, 7.4),
    "hugepage": (1.02, 0.88, 1.0, 9.8),
    "nohugepage": (1.0, 1.0, 1.0, 7.4),
}


def _advise_axes(pattern: str, advice: str) -> dict[str, str]:
    touches = "16" if pattern == "random" else "none"
    return {"pattern": pattern, "advice": advice, "size": str(BASE_SIZE), "touches": touches}


def _advise_family() -> list[Record]:
    found = []
    for advice, seconds in (("normal", 0.09), ("random", 0.3)):
        axes = {"advice": advice, "stride": "65536", "temperature": "cold"}
        amplified = 16.0 if advice == "normal" else 1.0
        found.append(
            series_record("read_stride", axes, seconds, items=1024, size=4 * MIB, amplification=amplified, base=True)
        )
    for column, (pattern, seconds) in enumerate((("sequential", 0.027), ("random", 0.21))):
        for advice, values in _ADVICE.items():
            axes = _advise_axes(pattern, advice)
            found.append(
                series_record(
                    "advise_effect", axes, seconds / values[column], items=16384, size=BASE_SIZE,
                    amplification=values[2 + column], base=advice == "normal",
                )
            )  # fmt: skip
        axes = _advise_axes(pattern, "collapse")
        found.append(
            missing_series("advise_effect", axes, "NOT RUN", "this kernel answers EINVAL to collapse")
        )
    return found


def _cost_families() -> list[Record]:
    found = []
    for mode, start, each in (("sync", 3.1e-4, 1.5e-6), ("async", 6e-7, 1e-9)):
        for layout, pages in product(("contiguous", "scattered"), (1, 16, 64, 256, 1024)):
            axes = {"mode": mode, "dirty_pages": str(pages), "layout": layout, "fill": "read_1M"}
            seconds = (start + pages * each) * (2.5 if layout == "scattered" else 1)
            found.append(series_record("sync_cost", axes, seconds, items=pages, base=pages == 64))
    for access, pages, seconds in (("write", "small", 1.3e-6), ("write", "huge", 0.1e-6), ("read", "small", 0.5e-6)):
        axes = {"access": access, "size": str(16 * MIB), "pages": pages}
        found.append(
            series_record(
                "fault_anonymous", axes, seconds * 4096, items=4096, base=pages == "small",
                directory=None, filesystem=None,
            )
        )  # fmt: skip
    for fill, seconds, at_once in (
        ("read_1M", 36e-9, 16), ("write_1M", 24e-9, 207), ("write_4K", 250e-9, 16), ("map", 68e-9, 16), ("none", 2.1e-6, 16),
    ):  # fmt: skip
        axes = {"temperature": "cold" if fill == "none" else "warm", "size": str(16 * MIB), "fill": fill}
        record = series_record("fault_file_read", axes, seconds * 4096, items=4096, base=fill in ("none", "read_1M"))
        for sample in record["samples"]:
            sample["minor_faults"] = 4096 // at_once
        found.append(record)
    for advice, seconds in (("random", 58e-6), ("normal", 210e-6)):
        axes = {"advice": advice, "size": str(BASE_SIZE), "touches": "256"}
        extra = {"latency_p50": seconds * 0.9, "latency_p99": seconds * 4}
        found.append(
            series_record("fault_major", axes, seconds * 256, items=256, base=advice == "random", extra=extra)
        )
    for source in ("descriptor", "path", "anonymous"):
        for size, touched in ((4 * MIB, "no"), (1 << 16, "no"), (64 * MIB, "no"), (4 * MIB, "yes")):
            axes = {"source": source, "size": str(size), "touched": touched}
            seconds = 3.5e-3 + (size * 2e-8 if touched == "yes" else 0)
            found.append(
                series_record(
                    "map_unmap", axes, seconds, items=1000, unit="calls",
                    base=(size, touched) == (4 * MIB, "no"),
                    directory=None if source == "anonymous" else DIRECTORY,
                    filesystem=None if source == "anonymous" else "ext4",
                )
            )  # fmt: skip
    for strategy, cost in (("remap", 9e-10), ("window", 6e-10), ("ahead", 4e-10), ("write", 3e-10)):
        for step in (1 << 16, MIB):
            axes = {"strategy": strategy, "step": str(step), "size": str(16 * MIB)}
            found.append(
                series_record(
                    "file_growth", axes, 16 * MIB * cost + 1e-6 * (16 * MIB // step), items=16 * MIB // step,
                    size=16 * MIB, unit="steps", base=step == 1 << 16,
                )
            )  # fmt: skip
    return found


def density_records(random: float = 65e-6, read_all: float = 0.05) -> list[Record]:
    """A page under random always costs the same; under normal it is the whole file whatever is touched."""
    found = []
    for advice in ("normal", "random"):
        for percent in ("0.05", "1", "5", "25"):
            pages = max(int(float(percent) / 100 * BASE_SIZE / PAGE), 1)
            axes = {"advice": advice, "percent": percent, "size": str(BASE_SIZE)}
            found.append(
                series_record(
                    "read_density", axes, read_all if advice == "normal" else random * pages, items=pages,
                    amplification=BASE_SIZE / PAGE / pages if advice == "normal" else 1.0,
                    size=pages * PAGE, base=percent == "1",
                )
            )  # fmt: skip
    return found


def _scaling_families() -> list[Record]:
    found = []
    for family, efficiency in (("read_sequential_threads", 0.6), ("read_random_threads", 0.95)):
        for temperature in ("cold", "warm"):
            for threads in ("1", "2", "4"):
                axes = {"temperature": temperature, "threads": threads, "maps": "shared", "advice": "normal"}
                record = series_record(family, axes, 0.01, items=4096, size=16 * MIB, base=threads == "2")
                found.append(with_samples(record, extra={"efficiency": efficiency ** (int(threads) - 1)}))
    for kind, scaling in (("threads", 0.7), ("processes", 0.9)):
        axes = {"source": "anonymous", "kind": kind, "members": "2"}
        record = series_record("fault_scaling", axes, 4e-3, items=8192, base=True, directory=None, filesystem=None)
        found.append(with_samples(record, extra={"scaling": scaling}))
    return found


def pressure_record(advice: str, rate: float, lengths: tuple[int, ...] = (15,), step: float = 0.02) -> Record:
    """Traces of these lengths in turn."""
    axes = {"advice": advice, "order": "random", "ratio": "8", "threads": "2"}
    record = series_record(
        "larger_than_memory", axes, 1 / rate, unit="reads", base=advice == "random", size=PAGE,
        amplification=1.0 if advice == "random" else 900.0, extra={"longest_stall": 0.12},
    )  # fmt: skip
    for n, sample in enumerate(record["samples"]):
        sample["trace"] = [rate * (1 + 0.1 * ((n + k) % 3)) for k in range(lengths[n % len(lengths)])]
        sample["trace_step"] = step
    return record


def _peer_families() -> list[Record]:
    found = []
    for family, unit, rest, contenders in (
        ("library_peers", "maps", {"size": "4096"}, {"mapwise": 9e-6, "hand": 8.8e-6, "cpython": 17e-6}),
        ("random_read_peers", "pages", {}, {"mapwise_random": 60e-6, "pread": 63e-6, "fio_psync": 75e-6}),
        ("stress_ng_peers", "calls", {"work": "fault"}, {"mapwise": 2e-6, "stress_ng": 3e-6}),
        ("lmbench_loops", "pages", {"loop": "lat_mmap"}, {"mapwise_warm": 2e-6, "as_lmbench": 1e-6}),
    ):  # fmt: skip
        for by, seconds in contenders.items():
            found.append(series_record(family, {**rest, "by": by}, seconds, unit=unit, base=True))
    for record_size, ratio in (("64", 0.2), ("65536", 9.0)):
        axes = {"record": record_size}
        record = series_record("append_log", axes, 0.014, items=4 * MIB // int(record_size), size=4 * MIB, unit="records", base=True)
        found.append(with_samples(record, extra={"ratio": ratio, "by_write": 70.0}))
    return found


def _calibration() -> list[Record]:
    gib = float(1 << 30)
    rows = [
        ("clock", None, 22.5e-9, "calls"), ("system_call", None, 167e-9, "calls"),
        ("memory_copy", 11.2 * gib, None, "calls"), ("memory_read", 14.9 * gib, None, "calls"), ("disk_sequential", 2.5 * gib, None, "calls"),
        ("disk_random", None, 56e-6, "calls"),
    ]  # fmt: skip
    found = []
    for what, rate, each, unit in rows:
        size = (1 << 26) if rate else None
        seconds = (1 << 26) / rate if rate else (each or 0.0) * 1000
        found.append(
            series_record(
                "calibration", {"what": what}, seconds, items=size or 1000, size=size, unit=unit,
                directory=DIRECTORY if what.startswith("disk") else None,
                extra={"o_direct": 1} if what.startswith("disk") else {},
            )
        )  # fmt: skip
    return found


def bench_records(start: str = "2026-11-23T07:05:00Z") -> list[Record]:
    """A bench run with a family for each picture and one series of each way to be missing."""
    series = [*_read_families(), *_advise_family(), *_cost_families(), *_pread_family(), *_calibration()]
    series += [*density_records(), *_scaling_families(), *_peer_families()]
    series += [pressure_record("random", 14_000.0), pressure_record("normal", 150.0)]
    series[1]["discarded"] = {"count": 2, "reasons": {"not cold: 12 of 65536 pages resident": 2}}
    series.append(missing_series("file_growth", {"strategy": "remap", "step": "4096", "size": "16777216"}, "FAILED", "ftruncate: No space left on device"))
    series.append(series_record("map_unmap", {"source": "path", "size": "1073741824", "touched": "no"}, 4e-3, items=1000, unit="calls", result="PARTIAL", reason="interrupted after 9 of 15 samples"))
    return [run_record("bench", start), *series, summary_record("bench", series)]


def write_records(path: Path, records: list[Record]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")
    return path


def fill_folder(folder: Path) -> None:
    """A folder as it looks after some days of use."""
    write_records(folder / "check-20261121T060000Z-12.jsonl", check_records("2026-11-21T06:00:00Z", True))
    write_records(folder / "bench-20261121T061000Z-13.jsonl", bench_records("2026-11-21T06:10:00Z")[:20])
    write_records(folder / "check-20261123T070000Z-41.jsonl", check_records())
    write_records(folder / "bench-20261123T070500Z-42.jsonl", bench_records())
    (folder / "check-20261122T000000Z-20.jsonl").write_bytes(b"\x00\xff garbage\n")


if __name__ == "__main__":
    fill_folder(Path(sys.argv[1]))
