"""Counts of check runs: the same everywhere, and nothing unasked among the passes."""

from __future__ import annotations

import html
import re
from collections import Counter
from pathlib import Path

import fixtures
import pytest

from mapwise_reports import findings
from mapwise_reports.conformance import AS_DOCUMENTED, NO_ANSWER, NOT_AS_DOCUMENTED, Check
from mapwise_reports.model import UNEXPECTED, Result, Step
from mapwise_reports.page import render
from mapwise_reports.records import read_folder


@pytest.fixture
def check(folder: Path) -> Check:
    fixtures.write_records(folder / "check.jsonl", fixtures.check_records())
    return Check(read_folder(folder).runs[0])


def test_counts_agree_with_the_cases_and_with_each_other(check: Check) -> None:
    expected = Counter(case.result for case in check.run.cases)
    assert check.total.counts == {kind: expected[kind] for kind in Result}
    for kind in Result:
        assert sum(row.counts[kind] for row in check.suites) == check.total.counts[kind]
        assert len(check.ended_as(kind)) == check.total.counts[kind]
    assert check.total.total == len(check.run.cases)
    assert len(check.unexpected) == check.total.unexpected


def test_every_kind_answers_in_exactly_one_way() -> None:
    kinds = [*AS_DOCUMENTED, *NOT_AS_DOCUMENTED, *NO_ANSWER]
    assert sorted(kinds) == sorted(Result)
    assert Result.UNSUPPORTED not in AS_DOCUMENTED


def test_the_answer_adds_up(check: Check) -> None:
    answer = findings.conformance(check)
    good, total, bad, silent = map(int, re.findall(r"\d+", answer.verdict))
    assert good + bad + silent == total == check.total.total
    assert [int(figure.value) for figure in answer.figures] == [good, bad, silent]
    for figure in answer.figures:
        assert sum(map(int, re.findall(r"\d+", figure.beside))) == int(figure.value)


def test_a_healthy_run_is_good(folder: Path) -> None:
    fixtures.write_records(folder / "check.jsonl", fixtures.check_records(healthy=True))
    answer = findings.conformance(Check(read_folder(folder).runs[0]))
    assert answer.mood == "good"


def test_a_run_of_unsupported_cases_is_not_good(folder: Path) -> None:
    cases = [fixtures.case_record("UNSUPPORTED", name=f"case.{n}") for n in range(3)]
    run = [fixtures.run_record("check"), *cases, fixtures.summary_record("check", cases)]
    fixtures.write_records(folder / "check.jsonl", run)
    answer = findings.conformance(Check(read_folder(folder).runs[0]))
    assert answer.mood == "plain"
    assert answer.verdict.startswith("0 of 3 cases")


def test_directories_are_counted_apart(folder: Path) -> None:
    cases = [
        fixtures.case_record(directory="/a"),
        fixtures.case_record("FAIL", directory="/b", filesystem="tmpfs"),
        fixtures.case_record(directory=None, filesystem=None),
    ]
    fixtures.write_records(folder / "check.jsonl", [fixtures.run_record("check"), *cases])
    rows = Check(read_folder(folder).runs[0]).directories
    assert [(row.name, row.total) for row in rows] == [("/a", 1), ("/b", 1), ("no directory", 1)]


@pytest.mark.parametrize(
    ("expected", "observed", "differs"),
    [
        ("0", "0", False),
        ("0", "EINVAL", True),
        ("EINVAL|ENOMEM", "ENOMEM", False),
        ("EINVAL|ENOMEM", "EINVAL|ENOMEM", True),
        ("0", None, True),
        (None, "0", False),
        ("", "0", False),
    ],
)
def test_a_step_differs(expected: str | None, observed: str | None, differs: bool) -> None:
    assert Step(1, "what", expected, observed).differs is differs


def test_every_unexpected_case_is_shown_in_full(folder: Path) -> None:
    cases = [
        fixtures.case_record(
            kind.value,
            name=f"case.{kind.value.lower()}",
            sentence=f"sentence of {kind.value}",
            clause={"source": f"source-{kind.value}", "section": "mmap", "strength": "shall"},
            reason=f"reason of {kind.value}",
            steps=[
                {
                    "line": 77,
                    "what": f"step {kind.value}",
                    "expected": f"expected {kind.value}",
                    "observed": f"observed {kind.value}",
                }
            ],
            ended=f"ended {kind.value}",
            output=f"output of {kind.value}",
            file="place.c",
            line=12,
        )
        for kind in Result
    ]
    run = [fixtures.run_record("check"), *cases, fixtures.summary_record("check", cases)]
    fixtures.write_records(folder / "check.jsonl", run)
    page = render(read_folder(folder))
    cards = re.findall(r'<article class="case (\w+)">(.*?)</article>', page, re.DOTALL)
    for kind in UNEXPECTED:
        (card,) = [html.unescape(text) for name, text in cards if name == kind.value]
        for part in ("sentence of", "reason of", "step", "expected", "observed", "ended", "output of"):
            assert f"{part} {kind.value}" in card
        assert f"source-{kind.value}" in card and "shall" in card
        assert "place.c:12" in card and "77" in card and "ext4 in /srv/data/mapwise" in card
    assert {name for name, _ in cards} == {k.value for k in Result} - {"PASS"}
    # The pass is there too, folded away with its observation.
    assert re.search(r'<details>.*<article class="passed">.*observed PASS', page, re.DOTALL)


def test_a_deviation_says_what_it_means_and_nothing_else_does(folder: Path) -> None:
    cases = [
        fixtures.case_record(kind.value, name=f"case.{kind.value.lower()}", meaning=f"<{kind.value}> hurts")
        for kind in Result
    ]
    cases.append(fixtures.case_record("FAIL", name="case.of_an_old_run", meaning=None))
    fixtures.write_records(folder / "check.jsonl", [fixtures.run_record("check"), *cases])
    page = html.unescape(render(read_folder(folder)))
    said = re.findall(r'</h4>\s*<p class="so">so <(\w+)> hurts</p>', page)
    assert sorted(said) == sorted(kind.value for kind in NOT_AS_DOCUMENTED)
    assert page.count('<p class="so">') == len(said)


def test_the_score_of_the_suites_is_one_line(folder: Path, undrawn: None) -> None:
    fixtures.write_records(folder / "check.jsonl", fixtures.check_records())
    assert "wrong back-end" not in render(read_folder(folder))
    for caught in (3, 4):
        score = {"schema": "mapwise.mutants/1", "time": f"2026-11-2{caught}T07:00:00Z", "total": 5, "caught": caught}
        fixtures.write_records(folder / f"mutants-{caught}.jsonl", [score])
    results = read_folder(folder)
    assert not results.problems and len(results.runs) == 1
    text = re.sub(r"<[^>]*>", "", render(results))
    assert text.count("The suites catch 4 of 5 wrong back-ends") == 1


def test_a_score_above_its_total_is_a_problem(folder: Path) -> None:
    fixtures.write_records(folder / "check.jsonl", fixtures.check_records())
    wrong = {"schema": "mapwise.mutants/1", "time": "2026-11-23T07:00:00Z", "total": 5, "caught": 6}
    fixtures.write_records(folder / "mutants.jsonl", [wrong])
    results = read_folder(folder)
    assert results.score is None and len(results.problems) == 2
