"""What the pictures say and show, from data whose answers are known."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any

import fixtures
import pytest
from conftest import REPORTS
from test_benchmarks import advice_bench, bench_of, draw_all

from mapwise_reports import quantity
from mapwise_reports.advice import further_patterns
from mapwise_reports.benchmarks import Bench, axis_value, number
from mapwise_reports.chapters import chapter, thought_of
from mapwise_reports.page import pictures, render
from mapwise_reports.plots import chapters, counters, density, heat, plots, pressure, style
from mapwise_reports.plots.advice import title
from mapwise_reports.records import read_folder


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def said(bench: Bench, key: str) -> str:
    """The sentence of a plot."""
    return plain(next(plot.sentence for plot in plots(bench) if plot.key == key))


def exact(record: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The record with this median and no spread."""
    items = record["samples"][0]["items"]
    median = {"seconds": seconds, "seconds_per_item": seconds / items, "bytes_per_second": None}
    spread = {"p25_seconds": seconds, "p75_seconds": seconds, "min_seconds": seconds}
    return {**record, "median": median, "spread": spread}


# ---- density ----------------------------------------------------------------------------------------


def density_bench(folder: Path, random: float, read_all: float, spread: float = 0.0) -> Bench:
    """Without noise: normal reads all of the file, random a page at a time."""
    series = []
    for record in fixtures.density_records(random, read_all):
        items = record["samples"][0]["items"]
        record = exact(record, read_all if record["series"]["advice"] == "normal" else random * items)
        seconds = record["median"]["seconds"]
        record["spread"] = {"p25_seconds": seconds * (1 - spread), "p75_seconds": seconds * (1 + spread)}
        series.append(record)
    return bench_of(folder, series)


def test_the_break_even_point_is_where_both_cost_the_same(folder: Path) -> None:
    """65 µs a page against 50 ms for 16,384 pages are the same at 769 pages, 4.7 % of them."""
    bench = density_bench(folder, 65e-6, 0.05)
    family = bench.family("read_density", fixtures.DIRECTORY)
    assert family is not None
    point = density.break_even(*(family.along("percent", advice=a) for a in ("normal", "random")))
    assert point is not None and point.percent == pytest.approx(100 * 0.05 / 65e-6 / 16384, rel=0.01)
    assert point.low == pytest.approx(point.percent) == point.high
    text = said(bench, "density")
    assert "cheaper below 4.7 % of the pages" in text
    assert "at 0.05 % a page takes 65.0 µs under random and 6.25 ms under normal" in text


def test_the_spread_moves_the_break_even_point_both_ways(folder: Path) -> None:
    family = density_bench(folder, 65e-6, 0.05, 0.1).family("read_density", fixtures.DIRECTORY)
    assert family is not None
    point = density.break_even(*(family.along("percent", advice=a) for a in ("normal", "random")))
    assert point is not None and point.low is not None and point.high is not None
    assert point.low / point.percent == pytest.approx(0.9 / 1.1, rel=0.02)
    assert point.high / point.percent == pytest.approx(1.1 / 0.9, rel=0.02)


@pytest.mark.parametrize(("random", "cheaper"), [(1e-9, "advice random is cheaper"), (1.0, "reading ahead is cheaper")])
def test_lines_that_do_not_cross_have_no_break_even_point(folder: Path, random: float, cheaper: str) -> None:
    text = said(density_bench(folder, random, 0.05), "density")
    assert "do not cross" in text and cheaper in text


def test_the_break_even_point_is_marked(folder: Path) -> None:
    wide, narrow = draw_all(density_bench(folder, 65e-6, 0.05), keys=["density"])["density"]
    assert "break-even 4.7" in wide and "break-even 4.7" in narrow


# ---- advice -----------------------------------------------------------------------------------------


def test_cells_of_the_heat_map(folder: Path) -> None:
    bench = advice_bench(folder, normal=1.0, random=0.5, willneed=40.0, cold=1.02)
    (text,) = draw_all(bench, (style.WIDE,), ["advice"])["advice"]
    for cell in ("2×", "1/40", "0.98×"):
        assert f">{cell}<" in text
    table = next(plot.table for plot in plots(bench) if plot.key == "advice")
    assert ("random", "2.00×", "1.90× to 2.11×", "clear") in [row[1:5] for row in table.rows]


def test_only_what_is_clear_has_a_colour(folder: Path) -> None:
    """The legend has two cells of each colour."""
    for cold, blue in ((1.04, 2), (0.5, 3)):
        bench = advice_bench(folder, normal=1.0, cold=cold)
        (text,) = draw_all(bench, (style.WIDE,), ["advice"])["advice"]
        assert text.count("fill: var(--first)") == blue
        assert text.count("fill: var(--second)") == 2


def test_a_cell_is_the_deeper_the_farther_from_normal() -> None:
    assert heat.depth(0.1) == heat.depth(10) == heat.depth(1000) > heat.depth(2) == heat.depth(0.5) > 0


def test_patterns_of_other_families_stand_in_the_heat_map(folder: Path) -> None:
    series = [r for r in fixtures.bench_records() if r.get("family") in ("read_stride", "advise_effect")]
    bench = bench_of(folder, series)
    (pattern,) = further_patterns(bench, fixtures.DIRECTORY)
    assert pattern.name == "read_stride" and pattern.worst is not None and pattern.worst.advice == "random"
    assert "By strides" in said(bench, "advice")
    assert ">read 16×<" in draw_all(bench, (style.WIDE,), ["advice"])["advice"][0]


def test_a_pattern_is_measured_once(folder: Path) -> None:
    """What advise_effect has itself is not taken from the family of that pattern too."""
    axes = {"pattern": "stride:64K", "advice": "normal"}
    series = [fixtures.series_record("advise_effect", axes, 1.0, base=True)]
    series += [r for r in fixtures.bench_records() if r.get("family") == "read_stride"]
    assert not further_patterns(bench_of(folder, series), fixtures.DIRECTORY)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("random", "At random"), ("stride:64K", "Every 64 KiB"), ("mixed:50", "50 % in order"), ("zipf", "By Zipf"),
        ("zipf:1.1", "By Zipf 1.1"), ("stride:", "Stride:"), ("own_kind", "Own kind"),
    ],
)  # fmt: skip
def test_patterns_in_words(pattern: str, words: str) -> None:
    assert plain(title(pattern)) == words


# ---- growth, scaling, pressure, peers ---------------------------------------------------------------


def test_the_fastest_way_to_grow_is_named(folder: Path) -> None:
    series = [r for r in fixtures.bench_records() if r.get("family") in ("file_growth", "append_log")]
    text = said(bench_of(folder, series), "growth")
    assert "In steps of 64 KiB, write is fastest" in text and "remap slowest" in text
    assert "5.00 times as fast for records of 64 B and 9.00 times slower for records of 64 KiB" in text


def test_speed_up_is_against_one(folder: Path) -> None:
    axes = {"temperature": "warm", "threads": "2"}
    record = fixtures.series_record("read_random_threads", axes, 1.0, base=True)
    record = fixtures.with_samples(record, extra={"efficiency": 0.85})
    text = said(bench_of(folder, [record]), "scaling")
    assert text == "2 at a time on 2 processors, reading at random, warm, are 1.70 times as fast as one. The ideal is 2."


def test_without_its_figure_nothing_scales(folder: Path) -> None:
    axes = {"temperature": "warm", "threads": "2"}
    bench = bench_of(folder, [fixtures.series_record("read_random_threads", axes, 1.0, base=True)])
    assert [plot.key for plot in plots(bench)] == ["read-random-threads"]


def test_traces_of_different_lengths_are_one_course(folder: Path) -> None:
    bench = bench_of(folder, [fixtures.pressure_record("random", 1000.0, (3, 7, 0))])
    course = pressure.course(bench.run.series[0])
    assert [round(point[0], 3) for point in course] == [0.01, 0.03, 0.05, 0.07, 0.09, 0.11, 0.13]
    assert all(low <= middle <= high for _, middle, low, high in course)
    assert all(1000 <= middle <= 1200 for _, middle, _, _ in course)
    assert len(draw_all(bench, keys=["over-time"])["over-time"]) == 2


@pytest.mark.parametrize("changes", [{"trace": []}, {"trace_step": None}, {"trace": [0.0, 0.0]}, {"trace": [1e300, -5.0]}])
def test_traces_that_say_nothing_are_no_trouble(folder: Path, changes: dict[str, Any]) -> None:
    bench = bench_of(folder, [fixtures.with_samples(fixtures.pressure_record("normal", 10.0), **changes)])
    draw_all(bench)


def test_what_is_larger_than_memory_says_rates_and_amplification(folder: Path) -> None:
    bench = bench_of(folder, [fixtures.pressure_record("random", 1e4), fixtures.pressure_record("normal", 100.0)])
    text = said(bench, "over-time")
    assert "8 times as large as the memory" in text and "900 bytes from the device" in text
    assert text.index("advice random gives") < text.index("advice normal gives")


def peers_bench(folder: Path, **seconds: float) -> Bench:
    records = [
        exact(fixtures.series_record("stress_ng_peers", {"work": "fault", "by": by}, time, base=True), time)
        for by, time in seconds.items()
    ]
    return bench_of(folder, records)


def test_ours_stands_beside_the_peers(folder: Path) -> None:
    bench = peers_bench(folder, mapwise=2e-6, stress_ng=6e-6)
    assert "At 1 of 1 piece of work nobody is clearly faster than ours" in said(bench, "peers")
    assert "stress-ng with 3.00 times our time" in said(bench, "peers")
    (text,) = draw_all(bench, (style.WIDE,), ["peers"])["peers"]
    assert ">mapwise<" in text and ">stress-ng<" in text and "6.00" in text


def test_who_is_faster_than_ours_is_named(folder: Path) -> None:
    bench = peers_bench(folder, mapwise=2e-6, stress_ng=1e-6)
    assert "At 0 of 1 piece" in said(bench, "peers")
    assert "stress-ng takes 50 % of our time" in said(bench, "peers")


def notes(bench: Bench, key: str) -> list[tuple[str, str]]:
    return [(plain(what), why) for plot in plots(bench) if plot.key == key for what, why in plot.notes]


def test_why_a_peer_is_apart_is_said(folder: Path) -> None:
    ((what, why),) = notes(peers_bench(folder, mapwise=2e-6, stress_ng=1e-6), "peers")
    assert what == "stress-ng: stress-ng" and why.startswith("0.500 times our time; ") and "set a new time" in why


def test_a_slower_peer_is_apart_too_and_one_within_the_spread_is_not(folder: Path) -> None:
    records = [
        fixtures.series_record("library_peers", {"by": by}, time, base=True, extra={"ratio": ratio})
        for by, time, ratio in (("mapwise", 2.0, 1.1), ("apr", 1.0, 1.1), ("cpython", 1.0, 2.2), ("nobody", 1.0, 3.3))
    ]
    found = dict(notes(bench_of(folder, records), "peers"))
    assert [what.split(": ")[1] for what in found] == ["cpython", "nobody"]
    cpython, nobody = found.values()
    assert cpython.startswith("2.00 times our time; ") and "copy of the descriptor" in cpython
    assert nobody == "3.00 times our time; why is not known"


def test_peers_are_compared_by_what_stands_beside_both(folder: Path) -> None:
    """The machine was slower when ours ran: by the work beside it in the sample, it is equally fast."""
    records = [
        fixtures.series_record("library_peers", {"by": by}, time, base=True, extra={"ratio": ratio})
        for by, time, ratio in (("mapwise", 2.0, 1.1), ("glib", 1.0, 2.2))
    ]
    assert "glib with 2.00 times our time" in said(bench_of(folder, records), "peers")


def test_what_was_measured_beside_ours_needs_no_other_unit(folder: Path) -> None:
    """Ours beside itself gave 0.9, by chance: that is nothing to hold against the others."""
    records = [
        fixtures.series_record("random_read_peers", {"by": by}, 1.0, base=True, extra={"ratio": ratio, "by_mapwise": 1.0})
        for by, ratio in (("mapwise_random", 0.9), ("fio_psync", 1.2))
    ]
    assert "fio psync with 1.20 times our time" in said(bench_of(folder, records), "peers")


def test_a_peer_without_ours_is_no_picture(folder: Path) -> None:
    assert "peers" not in [plot.key for plot in plots(peers_bench(folder, stress_ng=1e-6))]


def reads_bench(folder: Path, **ratios: float) -> Bench:
    """Readers of pages at random, the mapping at 50 microseconds and each at its ratio to that; whatever the
    device was at when each was measured."""
    records = []
    for number, (by, ratio) in enumerate(ratios.items()):
        record = exact(fixtures.series_record("random_read_peers", {"by": by}, 1.0, base=True), 50e-6 if by == "mapwise_random" else 1.0 + number)
        records.append(fixtures.with_samples(record, extra={"ratio": ratio}))
    return bench_of(folder, records)


def test_what_a_cold_read_is_made_of(folder: Path) -> None:
    bench = reads_bench(folder, mapwise_random=1.0, pread=0.96, pread_direct=0.9, fio_direct=0.94)
    assert plain(said(bench, "gap")) == (
        "Of the 50.0 µs that a read of the mapping takes, 45.0 µs are the device's, as a read past the page cache shows; a page "
        "in the cache adds 3.00 µs (3.00 µs to 3.00 µs), the fault 2.00 µs (2.00 µs to 2.00 µs); fio with direct=1 takes "
        "47.0 µs, 2.00 µs (2.00 µs to 2.00 µs) of them its own work."
    )
    wide, narrow = draw_all(bench, (style.WIDE, style.NARROW), ["gap"])["gap"]
    for text in (wide, narrow):
        assert ">mapping" in text and "fio" in text and "+2.00" in text


def test_what_is_faster_without_a_part_is_told_as_it_is(folder: Path) -> None:
    bench = reads_bench(folder, mapwise_random=1.0, pread=1.02, pread_direct=0.9)
    assert "the fault \u22121.00 µs (\u22121.00 µs to \u22121.00 µs)." in plain(said(bench, "gap"))


@pytest.mark.parametrize("missing", ["mapwise_random", "pread", "pread_direct"])
def test_without_its_parts_nothing_is_said_of_a_read(folder: Path, missing: str) -> None:
    ratios = {"mapwise_random": 1.0, "pread": 0.96, "pread_direct": 0.9, "fio_direct": 0.94}
    ratios.pop(missing)
    assert "gap" not in [plot.key for plot in plots(reads_bench(folder, **ratios))]


def test_scattered_pages_stand_beside_contiguous_ones(folder: Path) -> None:
    records = []
    for layout, factor in (("contiguous", 1), ("scattered", 3)):
        for pages in (1, 64, 4096):
            axes = {"mode": "sync", "dirty_pages": str(pages), "layout": layout, "fill": "read_1M"}
            record = fixtures.series_record("sync_cost", axes, 1.0, items=pages, base=pages == 64)
            records.append(exact(record, pages * (1 if pages == 4096 else factor) * 1e-5))
    bench = bench_of(folder, records)
    assert said(bench, "sync") == (
        "An msync (sync) of 1 page takes 10.0 µs, of 4,096 pages 41.0 ms or 10.0 µs a page; "
        "64 pages that lie scattered take 1.92 ms and not 640 µs."
    )
    (text,) = draw_all(bench, (style.WIDE,), ["sync"])["sync"]
    assert text.count(">sync<") == text.count(">sync, scattered<") == 2


# ---- counters ---------------------------------------------------------------------------------------


def counted(folder: Path, **changes: Any) -> tuple[dict[str, str], str]:
    """The one row of the table of counters, and what is absent."""
    record = fixtures.series_record("odd", {"kind": "a"}, 1.0, items=32)
    bench = bench_of(folder, [fixtures.with_samples(record, **changes)])
    (plot,) = plots(bench)
    (row,) = plot.counters.rows
    return dict(zip((c.title for c in plot.counters.columns), map(plain, row))), plot.absent


def test_counters_are_those_of_one_operation(folder: Path) -> None:
    row, absent = counted(
        folder, batch=4, minor_faults=8, major_faults=0, bytes_read=32768, bytes_written=0, cycles=4000,
        resident_bytes=16384, page_table_bytes=4096, tlb_shootdowns=2, steal_nanoseconds=4000,
        extra={"latency_p99": 1.5e-3, "by_hand": 120.0, "huge_bytes": 4096.0},
    )  # fmt: skip
    assert row == {
        "series": "base point", "minor faults": "2", "major faults": "0", "pages a fault": "4", "read": "8 KiB",
        "made dirty": "0 B", "resident set": "4 KiB", "page tables": "1 KiB", "TLB shoot-downs": "0.5",
        "context switches": "0", "steal": "1.00 µs", "cycles": "1,000", "latency p99": "1.50 ms",
        "by hand": "120 ns", "huge bytes": "4 KiB",
    }  # fmt: skip
    assert absent == "read ÷ needed, waited for a processor, instructions and TLB load misses"


def test_what_is_absent_is_not_zero(folder: Path) -> None:
    _, absent = counted(folder, minor_faults=None, cycles=None)
    assert "minor faults" in absent and "cycles" in absent and "context switches" not in absent


def test_a_counter_that_one_series_lacks_is_absent_there(folder: Path) -> None:
    records = [fixtures.series_record("odd", {"kind": kind}, 1.0) for kind in "ab"]
    records[0] = fixtures.with_samples(records[0], cycles=None)
    records[1] = fixtures.with_samples(records[1], cycles=7)
    (plot,) = plots(bench_of(folder, records))
    column = [c.title for c in plot.counters.columns].index("cycles")
    assert [row[column] for row in plot.counters.rows] == [counters.ABSENT, "7"]


def test_samples_taken_again_say_why(folder: Path, undrawn: None) -> None:
    discarded = {"count": 3, "reasons": {"not cold": 2, "a page was missing": 1}}
    bench_of(folder, [fixtures.series_record("odd", {"kind": "a"}, 1.0, discarded=discarded)])
    page = render(read_folder(folder))
    assert "2 of odd: not cold" in page
    assert "a page was missing" in page


# ---- the page and its files -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "title"),
    [
        ("read_density", "Reading"), ("write_random", "Writing and faults"), ("write_barrier", "Maps"),
        ("advise_call", "Advice"), ("file_growth", "Sync and growth"), ("dirty_rate", "Memory pressure"),
        ("library_calls", "Library and peers"), ("random_read_peers", "Library and peers"), ("new", "System"),
    ],
)  # fmt: skip
def test_every_family_has_its_chapter(family: str, title: str) -> None:
    assert chapter(family) == title


def test_every_family_of_the_sources_was_given_a_chapter() -> None:
    sources = "".join(path.read_text("utf-8") for path in (REPORTS.parent / "bench/families").glob("*.c"))
    names = re.findall(r"^FAMILY\(\s*(\w+)", sources, re.MULTILINE)
    assert len(names) > 50 and [name for name in names if thought_of(name) is None] == []


def test_chapters_hold_every_plot_once(folder: Path) -> None:
    bench = bench_of(folder, fixtures.bench_records()[1:-1])
    inside = [plot.key for one in chapters(bench) for plot in one.plots]
    assert sorted(inside) == sorted(plot.key for plot in plots(bench))


def test_pictures_stand_open_and_rows_are_folded(page: str) -> None:
    front = page[: page.index('<section id="machine"')]
    opened, folded = front.index("-density-0"), front.index('<details class="row"')
    assert opened < folded and '<details class="row" open' not in page
    for title in ("Reading", "Advice", "Library and peers"):
        assert f'class="chapter">{title}</h3>' in front


def test_pictures_of_a_run_are_png_files_at_double_resolution(folder: Path) -> None:
    kept = ("read_density", "sync_cost")
    bench_of(folder, [r for r in fixtures.bench_records() if r.get("family") in kept])
    found = dict(pictures(read_folder(folder)))
    assert sorted(found) == ["density.png", "sync.png"]
    for png in found.values():
        assert png.startswith(b"\x89PNG\r\n")
        assert struct.unpack(">I", png[16:20]) == (2 * style.WIDE.width,)


def test_values_of_axes_that_are_no_whole_numbers() -> None:
    assert (number("0.05"), number("1.2.3"), number("."), number("-1")) == (0.05, None, None, None)
    assert plain(axis_value("percent", "0.05")) == "0.05 %"
    assert plain(axis_value("percent_in_order", "50")) == "50 % in order"
    assert axis_value("maps", "1024") == "maps 1,024"


def test_series_that_differ_in_none_alone_are_told_apart(folder: Path) -> None:
    series = [fixtures.series_record("odd", {"advice": "free", "pressure": p}, 1.0) for p in ("none", "limit")]
    family = bench_of(folder, series).family("odd", fixtures.DIRECTORY)
    assert family is not None and [family.label(s) for s in family.series] == ["", "limit"]


def test_words_for_one_and_for_counts() -> None:
    assert [quantity.singular(w) for w in ("pages", "queries", "pieces of work")] == ["page", "query", "piece of work"]
    assert quantity.with_article("operation") == "an operation"
    assert [quantity.rounded(v) for v in (27345.0, 0.254)] == ["27,300", "0.254"]
