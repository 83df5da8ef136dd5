"""The page as a whole: complete, self-contained, and harmless."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import fixtures

from mapwise_reports.page import render
from mapwise_reports.records import read_folder

HOSTILE = "</pre></td></svg></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}"


class Reader(HTMLParser):
    """Collects tags and attributes, and whether elements are nested properly."""

    VOID = {"meta", "link", "br", "img", "hr", "input"}

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader


def hostile(value: Any) -> Any:
    """Every text of a record made hostile, but for those that decide what it is."""
    if isinstance(value, dict):
        kept = ("schema", "tool", "result", "family", "start")
        return {k: v if k in kept else hostile(v) for k, v in value.items()}
    if isinstance(value, list):
        return [hostile(v) for v in value]
    if isinstance(value, str) and not value.isdigit():
        return HOSTILE
    return value


def test_the_page_is_well_formed(page: str) -> None:
    reader = parsed(page)
    assert page.startswith("<!doctype html>")
    assert [attributes.get("lang") for tag, attributes in reader.tags if tag == "html"] == ["en"]


def test_the_page_refers_to_nothing_outside(page: str) -> None:
    for tag, attributes in parsed(page).tags:
        for name in ("src", "href", "srcset", "action", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith("#") or value == "data:,", (tag, value)
    assert "@import" not in page and "<script" not in page
    assert not re.findall(r"url\((?!#)", page)


def test_hostile_records_do_not_inject(folder: Path) -> None:
    fixtures.write_records(folder / "check-1.jsonl", [hostile(r) for r in fixtures.check_records()])
    fixtures.write_records(folder / "bench-1.jsonl", [hostile(r) for r in fixtures.bench_records()])
    name = "bench-<img src=x onerror=alert(1)>.jsonl"
    fixtures.write_records(folder / name, [hostile(r) for r in fixtures.bench_records()[:8]])
    reader = parsed(render(read_folder(folder)))
    assert not [tag for tag, _ in reader.tags if tag in ("script", "img", "iframe", "object")]
    assert not [a for _, attributes in reader.tags for a in attributes if a.startswith("on")]
    assert "{{ 7*7 }}" in "".join(reader.text)


def test_tables_have_headers_and_drawings_have_words(page: str) -> None:
    reader = parsed(page)
    tables = len([tag for tag, _ in reader.tags if tag == "table"])
    assert tables == len([tag for tag, _ in reader.tags if tag == "thead"])
    for tag, attributes in reader.tags:
        if tag == "th":
            assert attributes.get("scope") in ("col", "row")
        if tag == "svg":
            assert attributes.get("role") == "img" and attributes.get("aria-labelledby")


def test_every_run_is_in_the_page(page: str, whole: Path) -> None:
    for run in read_folder(whole).runs:
        assert page.count(f'id="{run.identity}"') == 1
        assert run.file.name in page
    assert page.count('class="older"') == 2


def test_the_page_says_what_could_not_be_read(page: str) -> None:
    assert "check-20261122T000000Z-20.jsonl" in page
    assert "no run record" in page


def test_a_truncated_run_is_marked(folder: Path) -> None:
    fixtures.write_records(folder / "check-1.jsonl", fixtures.check_records()[:20])
    page = render(read_folder(folder))
    assert "truncated" in page and "no summary" in page


def test_an_interrupted_run_says_how_far_it_came(folder: Path) -> None:
    cases = [fixtures.case_record(name=f"case.{n}") for n in range(3)]
    summary = fixtures.summary_record("check", cases, interrupted=True, complete=False, planned=90)
    fixtures.write_records(folder / "check.jsonl", [fixtures.run_record("check"), *cases, summary])
    assert "interrupted after 3 of 90 planned results" in render(read_folder(folder))


def test_one_tool_alone_makes_a_page(folder: Path) -> None:
    fixtures.write_records(folder / "check-1.jsonl", fixtures.check_records())
    page = render(read_folder(folder))
    assert "Not measured: run mapwise bench." in page and "<figure" not in page
    (folder / "check-1.jsonl").unlink()
    fixtures.write_records(folder / "bench-1.jsonl", fixtures.bench_records()[:8])
    assert "Not checked: run mapwise check." in render(read_folder(folder))


def test_runs_on_different_machines_are_set_apart(folder: Path) -> None:
    fixtures.write_records(folder / "check-1.jsonl", fixtures.check_records())
    records = fixtures.bench_records()[:8]
    records[0]["environment"]["hardware"]["cpu_model"] = "Another processor"
    fixtures.write_records(folder / "bench-1.jsonl", records)
    page = render(read_folder(folder))
    assert "differ in hardware or settings" in page
    assert "Another processor" in page and "AMD EPYC 7B13" in page


def test_an_almost_empty_run_record_is_enough(folder: Path) -> None:
    fixtures.write_records(folder / "check.jsonl", [{"schema": "mapwise.run/1", "tool": "check"}])
    fixtures.write_records(folder / "bench.jsonl", [{"schema": "mapwise.run/1", "tool": "bench"}])
    page = render(read_folder(folder))
    assert "unknown processor" in page


def test_the_same_records_make_the_same_page(folder: Path) -> None:
    kept = (None, "calibration", "read_sequential", "sync_cost", "map_unmap")
    records = [r for r in fixtures.bench_records() if r.get("family") in kept]
    fixtures.write_records(folder / "bench.jsonl", records)
    assert render(read_folder(folder)) == render(read_folder(folder))


def test_runs_of_similar_names_are_told_apart(folder: Path, undrawn: None) -> None:
    for name in ("check 1.jsonl", "check_1.jsonl", "check-1.jsonl", "check-1.jsonl.partial"):
        fixtures.write_records(folder / name, fixtures.check_records()[:3])
    runs = read_folder(folder).runs
    assert len({run.identity for run in runs}) == 4
    assert all(re.fullmatch(r"run-[\w.-]+", run.identity) for run in runs)
