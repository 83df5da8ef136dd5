"""Families, limits, advice and the plots drawn from them."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any, Sequence
from xml.etree import ElementTree

import fixtures
import pytest

from mapwise_reports import findings, quantity
from mapwise_reports.advice import patterns
from mapwise_reports.benchmarks import Bench, axis_value
from mapwise_reports.page import render
from mapwise_reports.plots import plots, style, svg
from mapwise_reports.plots.advice import sentence
from mapwise_reports.records import read_folder

PICTURES = [
    "bandwidth", "density", "scaling", "pread", "advice", "sync", "growth", "over-time", "peers", "fault-file-read",
]  # fmt: skip

# Families without which a picture changes, and is still there.
CHANGED = {
    "calibration": ["bandwidth", "density", "sync", "growth", "over-time", "fault-file-read"],
    "read_sequential": ["bandwidth", "pread"],
    "read_random": ["bandwidth", "pread"],
    "advise_effect": ["advice"],
    "file_growth": ["growth"],
    "append_log": ["growth"],
    "read_random_threads": ["scaling"],
    "fault_scaling": ["scaling"],
    "stress_ng_peers": ["peers"],
}

# What goes with a family, where that is not the rows of its own name.
GONE = {
    "sync_cost": {"sync"}, "advise_effect": {"advice-spread"}, "read_density": {"density"},
    "larger_than_memory": {"over-time", "larger-than-memory"}, "calibration": set(), "read_sequential": set(),
    "read_random": set(), "file_growth": set(),
}  # fmt: skip


def bench_of(folder: Path, series: list[dict[str, Any]]) -> Bench:
    run = [fixtures.run_record("bench"), *series, fixtures.summary_record("bench", series)]
    fixtures.write_records(folder / "bench.jsonl", run)
    results = read_folder(folder)
    assert not results.problems
    return Bench(results.runs[0])


def series_of(*without: str) -> list[dict[str, Any]]:
    return [r for r in fixtures.bench_records()[1:-1] if r["family"] not in without]


BOTH = (style.WIDE, style.NARROW)


def draw_all(
    bench: Bench, canvases: tuple[style.Canvas, ...] = BOTH, keys: Sequence[str] | None = None
) -> dict[str, list[str]]:
    drawn: dict[str, list[str]] = {}
    for plot in plots(bench):
        if keys is not None and plot.key not in keys:
            continue
        for canvas in canvases:
            with style.settings():
                text = svg.drawn(plot.draw(canvas), f"p-{canvas.name}", plot.title, plot.sentence)
            drawn.setdefault(plot.key, []).append(text)
    return drawn


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Of every plot of the fixtures."""
    return [plot.key for plot in plots(bench_of(tmp_path_factory.mktemp("keys"), series_of()))]


@pytest.fixture(scope="module")
def drawn(page: str) -> dict[str, list[str]]:
    """Every plot of the newest run in the page, wide and narrow."""
    front = page[: page.index('<section id="machine"')]
    figures = re.findall(r'\bid="run-bench-\w+-\d+-([\w-]+)-0">(.*?)</figure>', front, re.DOTALL)
    return {key: re.findall("<svg.*?</svg>", text, re.DOTALL) for key, text in figures}


def test_every_plot_is_drawn_for_both_widths(drawn: dict[str, list[str]], keys: list[str]) -> None:
    assert sorted(drawn) == sorted(keys)
    assert keys[: len(PICTURES)] == PICTURES
    for key, texts in drawn.items():
        assert len(texts) == 2
        for text in texts:
            root = ElementTree.fromstring(text)
            assert root.find("title") is not None and root.find("desc") is not None
            assert len(root.findall(".//use")) > 2 or key == "advice", "marks"
            assert len(root.findall(".//text")) > 5, "ticks and names"


def test_drawings_take_their_colours_from_the_page(drawn: dict[str, list[str]]) -> None:
    for texts in drawn.values():
        for text in texts:
            fixed = set(re.findall(r"#[0-9a-fA-F]{6}\b", text))
            assert fixed <= {"#000000", "#ffffff"}
            visible = re.findall(r'style="[^"]*(?:fill|stroke): #(?:000000|ffffff)[^"]*"', text)
            assert not visible
            assert "var(--first)" in text and "var(--muted)" in text


def test_ids_are_unique_in_the_page(page: str) -> None:
    found = re.findall(r'\bid="([^"]+)"', page)
    assert len(found) == len(set(found))
    referred = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page))
    assert {name for pair in referred for name in pair if name} <= set(found)


@pytest.mark.parametrize("without", sorted({r["family"] for r in fixtures.bench_records()[1:-1]}))
def test_a_missing_family_is_no_trouble(folder: Path, without: str, keys: list[str]) -> None:
    bench = bench_of(folder, series_of(without))
    changed = CHANGED.get(without, [])
    assert set(draw_all(bench, (style.NARROW,), changed)) == set(changed)
    left = {plot.key for plot in plots(bench)}
    assert set(keys) - left == GONE.get(without, {without.replace("_", "-")})
    assert findings.speed(bench).verdict and findings.advice(bench).verdict


def test_a_run_without_series_is_no_trouble(folder: Path) -> None:
    bench = bench_of(folder, [])
    assert not draw_all(bench)
    assert findings.speed(bench).mood == "none" and findings.advice(bench).mood == "none"


@pytest.mark.parametrize("result", ["NOT RUN", "FAILED"])
def test_a_run_that_measured_nothing_is_no_trouble(folder: Path, result: str) -> None:
    series = [
        fixtures.missing_series(r["family"], r["series"], result, f"reason {n}")
        for n, r in enumerate(series_of())
    ]
    bench = bench_of(folder, series)
    assert not draw_all(bench)
    page = render(read_folder(folder))
    for number in range(len(series)):
        assert f"reason {number}<" in page


@pytest.mark.parametrize("absurd", [(0.0, -1.0), (1e-20,), (1e20,)])
def test_absurd_numbers_are_no_trouble(folder: Path, absurd: tuple[float, ...]) -> None:
    series = series_of()
    for record, seconds in zip(series[::3], itertools.cycle(absurd)):
        record["median"] = {"seconds": seconds, "bytes_per_second": seconds, "seconds_per_item": seconds}
        record["spread"] = {"p25_seconds": -seconds, "p75_seconds": 0.0}
    assert len(draw_all(bench_of(folder, series), (style.NARROW,))) >= 20


def test_a_single_point_is_drawn(folder: Path) -> None:
    axes = {"temperature": "cold", "size": "67108864", "fill": "none"}
    series = [fixtures.series_record("read_sequential", axes, 0.03, size=1 << 26, base=True)]
    assert list(draw_all(bench_of(folder, series))) == ["bandwidth"]


def test_an_unknown_family_gets_rows_of_dots(folder: Path) -> None:
    series = [
        fixtures.series_record("mremap_cost", {"kind": kind}, 1e-3, items=10, unit="calls")
        for kind in ("move", "grow", "$\\frac{")
    ]
    drawn = draw_all(bench_of(folder, series))
    assert "$\\frac{" in drawn["mremap-cost"][0]


def test_names_in_drawings_are_escaped(folder: Path) -> None:
    axes = {"kind": "<script>alert(1)</script>"}
    series = [fixtures.series_record("odd", axes, 1e-3), fixtures.series_record("odd", {"kind": "b"}, 1)]
    assert "<script" not in draw_all(bench_of(folder, series))["odd"][0]


def test_two_directories_are_drawn_apart(folder: Path, undrawn: None) -> None:
    series = series_of()
    other = [{**r, "directory": "/b", "filesystem": "tmpfs"} for r in series if r["directory"]]
    bench = bench_of(folder, series + other)
    assert bench.directories == (fixtures.DIRECTORY, "/b")
    found = [(plot.key, plot.directory) for plot in plots(bench)]
    assert len(set(found)) == len(found)
    assert set(PICTURES) <= {key for key, directory in found if directory == "/b"}
    page = render(read_folder(folder))
    assert "tmpfs in /b" in page and len(re.findall("<figure", page)) == len(found)


def test_limits_stand_beside_the_plots(folder: Path, drawn: dict[str, list[str]]) -> None:
    limits = bench_of(folder, series_of("advise_effect")).limits(fixtures.DIRECTORY)
    assert None not in (limits.memory_copy, limits.disk_sequential, limits.disk_random)
    assert "memory" in drawn["bandwidth"][0] and "disk," in drawn["bandwidth"][0]
    assert "random disk read" in drawn["fault-major"][0]


def test_limits_are_listed_with_where_they_were_measured(folder: Path) -> None:
    bench_of(folder, [r for r in series_of() if r["family"] == "calibration"])
    page = re.sub(r"\s+", " ", render(read_folder(folder)).replace("\u00a0", " "))
    time, rate = (r'(<td class="number">\d\d.\d %s</td>\s*){2}' % unit for unit in ("µs", "GiB/s"))
    assert re.search(rf"disk random</th> {time}<td>ext4 in [^<]*past the page", page)
    assert re.search(rf"memory copy</th> {rate}<td>memory and", page)


def test_a_limit_is_the_best_that_was_seen(folder: Path) -> None:
    """What disturbs the calibration must not make a mapping look faster than its disk."""
    median = {"seconds": 3.0, "bytes_per_second": 2e9, "seconds_per_item": 9e-6}
    series = [
        fixtures.series_record(
            "calibration", {"what": what}, 3.0, median=median, spread={"min_seconds": 1.5}
        )
        for what in ("disk_sequential", "disk_random")
    ]  # fmt: skip
    limits = bench_of(folder, series).limits(fixtures.DIRECTORY)
    assert (limits.disk_sequential, limits.disk_random) == (4e9, 4.5e-6)


def test_a_line_keeps_to_its_base_point(folder: Path) -> None:
    family = bench_of(folder, series_of()).family("read_sequential", fixtures.DIRECTORY)
    assert family is not None
    warm = family.along("size", temperature="warm")
    assert [s.axes["size"] for s in warm] == [str(size) for size in fixtures.SIZES]
    assert {s.axes["fill"] for s in warm} == {"read_1M"}
    assert {s.axes["fill"] for s in family.along("size", temperature="cold")} == {"none"}


def advice_bench(folder: Path, **seconds: float) -> Bench:
    series = [
        fixtures.series_record(
            "advise_effect", {"pattern": "random", "advice": advice}, 1.0, base=advice == "normal",
            median={"seconds": time, "bytes_per_second": None, "seconds_per_item": None},
            spread={"p25_seconds": 0.95 * time, "p75_seconds": 1.05 * time},
            samples=[{"seconds": time * (0.94 + 0.02 * n), "items": 1} for n in range(7)],
        )
        for advice, time in seconds.items()
    ]  # fmt: skip
    return bench_of(folder, series)


def test_best_and_worst_advice(folder: Path) -> None:
    bench = advice_bench(folder, normal=1.0, random=0.5, willneed=40.0, cold=1.02)
    (pattern,) = patterns(bench, fixtures.DIRECTORY)
    assert pattern.best is not None and pattern.best.advice == "random"
    assert pattern.best.speed == pytest.approx(2.0)
    assert pattern.worst is not None and pattern.worst.advice == "willneed"
    assert [e.advice for e in pattern.effects if e.clear] == ["random", "willneed"]
    assert sentence(pattern) == (
        "At random, advice random is best (2.00 times as fast as normal); willneed is worst (40.0 times slower)."
    )


def test_what_is_not_clear_is_no_advice(folder: Path) -> None:
    (pattern,) = patterns(advice_bench(folder, normal=1.0, cold=1.04), fixtures.DIRECTORY)
    assert sentence(pattern) == "At random, no advice differs clearly from normal."


def test_without_normal_there_is_no_ratio(folder: Path) -> None:
    assert not patterns(advice_bench(folder, random=1.0), fixtures.DIRECTORY)


@pytest.mark.parametrize(
    ("axis", "value", "words"),
    [
        ("size", "67108864", "64\u00a0MiB"),
        ("dirty_pages", "1", "1 dirty page"),
        ("dirty_pages", "1024", "1,024 dirty pages"),
        ("advice", "populate_read", "populate read"),
        ("touched", "no", "not touched"),
        ("depth", "3", "depth 3"),
    ],
)
def test_axis_values_in_words(axis: str, value: str, words: str) -> None:
    assert axis_value(axis, value) == words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (quantity.duration(2.4123e-8), "24.1 ns"),
        (quantity.duration(9.9996e-4), "1.00 ms"),
        (quantity.duration(0.25), "250 ms"),
        (quantity.duration(12.0), "12.0 s"),
        (quantity.bandwidth(2.5 * 2**30), "2.50 GiB/s"),
        (quantity.size(4096), "4 KiB"),
        (quantity.size(1 << 30), "1 GiB"),
        (quantity.ratio(0.0244), "0.0244×"),
        (quantity.ratio_tick(1 / 41.2), "1/41"),
        (quantity.ratio_tick(10.0), "10×"),
        (quantity.share(1.38), "138 %"),
        (quantity.share(0.026), "2.6 %"),
        (quantity.in_words(1.8), "1.80 times as fast"),
        (quantity.in_words(1 / 41), "41.0 times slower"),
        (quantity.duration(None), "–"),
    ],
)
def test_numbers_as_people_read_them(text: str, shown: str) -> None:
    assert text.replace("\u00a0", " ") == shown


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_colours_stand_out_from_the_page(mode: str) -> None:
    paper = luminance(getattr(style.PAPER, mode))
    for colour in style.COLOURS:
        if colour in (style.PAPER, style.GRID):
            continue
        pair = sorted((luminance(getattr(colour, mode)), paper))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, colour.variable


def test_a_few_samples_make_nothing_clear(folder: Path) -> None:
    base = {"pattern": "random", "size": "67108864", "touches": "16"}
    found = {}
    for count in (3, 4):
        series = [
            fixtures.series_record("advise_effect", {**base, "advice": advice}, seconds, base=advice == "normal")
            for advice, seconds in (("normal", 1.0), ("random", 0.1))
        ]
        for record in series:
            record["samples"] = record["samples"][:count]
        effects = {e.advice: e for p in patterns(bench_of(folder, series), fixtures.DIRECTORY) for e in p.effects}
        found[count] = effects["random"].clear
    assert found == {3: False, 4: True}
