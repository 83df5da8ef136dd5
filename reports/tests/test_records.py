"""Reading results files, above all bad ones."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import fixtures
import pytest

from mapwise_reports import records
from mapwise_reports.model import Outcome, Problem, Result, Run, State
from mapwise_reports.records import FolderError, read_file, read_folder

CHECK = fixtures.check_records()


def read(folder: Path, text: str | bytes) -> tuple[Run | None, list[Problem]]:
    path = folder / "run.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_file(path)


def lines(*found: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in found)


def test_a_whole_check_run_is_read_without_problems(folder: Path) -> None:
    run, problems = read(folder, lines(*CHECK))
    assert run is not None and not problems
    assert run.state is State.COMPLETE
    assert len(run.cases) == len(CHECK) - 3
    assert {case.result for case in run.cases} == set(Result)


def test_a_whole_bench_run_is_read_without_problems(folder: Path) -> None:
    found = fixtures.bench_records()
    run, problems = read(folder, lines(*found))
    assert run is not None and not problems
    assert len(run.series) == len(found) - 2
    assert {series.outcome for series in run.series} == set(Outcome)
    assert run.environment.system["page_size"] == "4096"


def test_a_run_without_summary_is_truncated(folder: Path) -> None:
    run, _ = read(folder, lines(*CHECK[:-1]))
    assert run is not None and run.state is State.TRUNCATED
    assert len(run.cases) == len(CHECK) - 3


def test_a_run_cut_within_a_line_keeps_what_is_whole(folder: Path) -> None:
    run, problems = read(folder, lines(*CHECK[:4])[:-40])
    assert run is not None and run.state is State.TRUNCATED
    assert len(run.cases) == 2
    assert [problem.line for problem in problems] == [4]


@pytest.mark.parametrize("changes", [{"complete": False}, {"interrupted": True}])
def test_an_interrupted_run_says_so(folder: Path, changes: dict[str, Any]) -> None:
    summary = {**CHECK[-1], **changes}
    run, _ = read(folder, lines(*CHECK[:-1], summary))
    assert run is not None and run.state is State.INTERRUPTED


@pytest.mark.parametrize(
    "garbage",
    [
        "not json",
        "{",
        "[]",
        "42",
        "null",
        '"text"',
        "{}",
        '{"schema": 1}',
        '{"schema": "mapwise.check/2"}',
        '{"schema": "mapwise.other/1"}',
        '{"schema": "mapwise.check/1"}',
        '{"schema": "mapwise.run/1", "tool": "check"}',
        json.dumps(fixtures.summary_record("check", [], counts={"PASS": "many"})),
        json.dumps(fixtures.summary_record("check", [], counts=[])),
        json.dumps(fixtures.case_record("GREAT")),
        json.dumps(fixtures.case_record(steps="none")),
        json.dumps(fixtures.case_record(steps=[1])),
        json.dumps(fixtures.case_record(clause=[])),
        json.dumps(fixtures.case_record(reason=["a list"])),
        json.dumps(fixtures.case_record(seconds="long")),
        json.dumps(fixtures.case_record(seconds=float("nan"))),
        json.dumps(fixtures.case_record(seconds=float("inf"))),
        json.dumps(fixtures.case_record()).replace("0.0012", "1e999"),
        json.dumps(fixtures.case_record(seconds=1e300)),
        json.dumps(fixtures.case_record(seconds=-1e-300)),
        json.dumps(fixtures.case_record()).replace("0.0012", "1" + "0" * 400),
        json.dumps(fixtures.case_record(line=True)),
        json.dumps(fixtures.series_record("pread", {}, 1.0, result="GREAT")),
        json.dumps(fixtures.series_record("pread", {}, 1.0, samples=[{}])),
        json.dumps(fixtures.series_record("pread", {}, 1.0, extra={"n": "one"})),
        "[" * 100_000,
        "1" * 10_000,
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_kept(folder: Path, garbage: str) -> None:
    run, problems = read(folder, lines(CHECK[0], CHECK[1]) + garbage + "\n" + lines(CHECK[2]))
    assert run is not None
    assert len(run.cases) == 2
    assert [(problem.file, problem.line) for problem in problems] == [("run.jsonl", 3)]
    assert problems[0].message and "\n" not in problems[0].message


def test_empty_lines_are_nothing(folder: Path) -> None:
    run, problems = read(folder, "\n" + lines(*CHECK[:2]) + "\n  \n")
    assert run is not None and not problems


def test_bytes_that_are_not_utf8_are_replaced_and_named(folder: Path) -> None:
    text = lines(CHECK[0], fixtures.case_record(reason="SIGN")).encode().replace(b"SIGN", b"\xff\xfe")
    run, problems = read(folder, text)
    assert run is not None and run.cases[0].reason == "\ufffd\ufffd"
    assert problems[0].line == 2 and "UTF-8" in problems[0].message


def test_text_that_html_cannot_hold_is_replaced(folder: Path) -> None:
    case = fixtures.case_record(output="a\x00b\x1b[31m\ud800c\r\nd\te")
    run, _ = read(folder, lines(CHECK[0], case))
    assert run is not None
    assert run.cases[0].output == "a\ufffdb\ufffd[31m\ufffdc\nd\te"
    run.cases[0].output.encode()


def test_a_huge_line_is_skipped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LONGEST_LINE", 8192)
    huge = fixtures.case_record(output="x" * 50_000)
    run, problems = read(folder, lines(CHECK[0], huge, CHECK[1]))
    assert run is not None and len(run.cases) == 1
    assert [problem.line for problem in problems] == [2]


def test_a_file_of_garbage_names_only_some_of_its_lines(folder: Path) -> None:
    run, problems = read(folder, "garbage\n" * 5000)
    assert run is None
    assert len(problems) < 30


def test_two_run_records_are_a_problem(folder: Path) -> None:
    run, problems = read(folder, lines(CHECK[0], CHECK[1], CHECK[0]))
    assert run is not None and [problem.line for problem in problems] == [3]


def test_a_summary_that_counts_otherwise_is_a_problem(folder: Path) -> None:
    run, problems = read(folder, lines(CHECK[0], *CHECK[2:]))
    assert run is not None
    assert any("summary counts" in problem.message for problem in problems)


@pytest.mark.parametrize("text", [b"", b"\n", b"\x00" * 4096, b"{}\n"])
def test_a_file_without_a_run_is_unusable(folder: Path, text: bytes) -> None:
    run, problems = read(folder, text)
    assert run is None
    assert "no run record" in problems[-1].message


def test_a_folder_is_read_newest_first(whole: Path) -> None:
    results = read_folder(whole)
    assert [run.start[:10] for run in results.runs] == ["2026-11-23"] * 2 + ["2026-11-21"] * 2
    assert {problem.file for problem in results.problems} == {"check-20261122T000000Z-20.jsonl"}


def test_the_newest_complete_run_is_in_front(folder: Path) -> None:
    old, new = fixtures.check_records("2026-11-20T00:00:00Z"), fixtures.check_records()
    fixtures.write_records(folder / "check-1.jsonl", old)
    fixtures.write_records(folder / "check-2.jsonl", new[:-1])
    newest = read_folder(folder).newest("check")
    assert newest is not None and newest.start.startswith("2026-11-20")
    assert read_folder(folder).newest("bench") is None


def test_what_a_killed_run_left_is_read_as_truncated(folder: Path) -> None:
    fixtures.write_records(folder / "check-1.jsonl.partial", CHECK[:5])
    results = read_folder(folder)
    assert [run.state for run in results.runs] == [State.TRUNCATED]


def test_a_missing_or_empty_folder_is_an_error(folder: Path) -> None:
    with pytest.raises(FolderError, match="no such results folder"):
        read_folder(folder / "nowhere")
    with pytest.raises(FolderError, match="no results"):
        read_folder(folder)
    (folder / "file").write_text("")
    with pytest.raises(FolderError, match="cannot read"):
        read_folder(folder / "file")


def test_what_cannot_be_opened_is_a_problem(folder: Path) -> None:
    (folder / "check-1.jsonl").mkdir()
    (folder / "check-2.jsonl").symlink_to("nowhere")
    results = read_folder(folder)
    assert not results.runs and len(results.problems) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_a_problem(folder: Path) -> None:
    path = fixtures.write_records(folder / "check-1.jsonl", CHECK)
    path.chmod(0)
    assert "Permission denied" in str(read_folder(folder).problems[0])


def test_a_killed_bench_run_keeps_what_it_measured(folder: Path) -> None:
    whole = fixtures.series_record("pread", {"size": "4096"}, 0.002, items=4, size=16384)
    begun = {
        **whole, "name": "pread/size:4096", "result": "PARTIAL", "reason": "the run has not come to its end",
        "samples": [], "median": None, "spread": None,
    }  # fmt: skip
    other = {**begun, "name": "pread/size:8192", "series": {"size": "8192"}}
    found = [fixtures.run_record("bench"), {"schema": "mapwise.plan/1", "seed": "7"}, begun, other]
    for sample in whole["samples"]:
        found.append(
            {
                "schema": "mapwise.sample/1", "name": "pread/size:4096", "directory": begun["directory"],
                "sample": {**sample, "batch": 2, "extra": {"ratio": 1.5}}, "discarded": {"count": 0, "reasons": {}},
            }
        )  # fmt: skip
    run, problems = read(folder, lines(*found))
    assert run is not None and not problems
    assert run.state is State.TRUNCATED
    measured, unmeasured = run.series
    assert measured.usable and not unmeasured.usable
    assert len(measured.samples) == len(whole["samples"])
    assert measured.seconds == pytest.approx(whole["median"]["seconds"] / 2)
    assert measured.bytes_per_second == pytest.approx(whole["median"]["bytes_per_second"])
    assert measured.seconds_per_item == pytest.approx(whole["median"]["seconds_per_item"])
    assert measured.p25_seconds == pytest.approx(whole["spread"]["p25_seconds"] / 2)
    assert measured.extra == {"ratio": 1.5}


def test_the_series_in_which_a_run_was_ended_has_failed(folder: Path) -> None:
    begun = fixtures.missing_series("pread", {"size": "4096"}, "PARTIAL", "the run has not come to its end")
    end = {"schema": "mapwise.end/1", "name": begun["name"], "directory": begun["directory"], "reason": "killed"}
    run, problems = read(folder, lines(fixtures.run_record("bench"), begun, end))
    assert run is not None and not problems
    assert [(series.outcome, series.reason) for series in run.series] == [(Outcome.FAILED, "killed")]
