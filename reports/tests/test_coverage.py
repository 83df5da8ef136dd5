"""Coverage: what a run says about each sentence, and the cases that stand at none."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import fixtures
import pytest

from mapwise_reports.coverage import Coverage, Standing
from mapwise_reports.model import Result
from mapwise_reports.page import render
from mapwise_reports.records import read_folder


def written(folder: Path, cases: list[fixtures.Record], clauses: list[fixtures.Record]) -> Coverage:
    records = [
        fixtures.run_record("check"),
        *cases,
        {"schema": "mapwise.coverage/1", "clauses": clauses},
        fixtures.summary_record("check", cases),
    ]
    fixtures.write_records(folder / "check.jsonl", records)
    results = read_folder(folder)
    assert not results.problems
    return Coverage(results.runs[0])


@pytest.mark.parametrize(
    ("results", "changes", "standing"),
    [
        (["PASS"], {}, Standing.HOLDS),
        (["XPASS"], {}, Standing.HOLDS),
        (["PASS", "UNSUPPORTED"], {}, Standing.HOLDS),
        (["PASS", "FAIL"], {}, Standing.BROKEN),
        (["XFAIL"], {}, Standing.BROKEN),
        (["CRASH"], {}, Standing.BROKEN),
        (["UNSUPPORTED"], {}, Standing.SILENT),
        (["ERROR"], {}, Standing.SILENT),
        ([], {}, Standing.SILENT),
        ([], {"cases": []}, Standing.MISSING),
        ([], {"cases": [], "reason": "a DAX device is needed"}, Standing.IMPOSSIBLE),
    ],
)
def test_what_a_run_says(folder: Path, results: list[str], changes: dict[str, Any], standing: Standing) -> None:
    cases = [fixtures.case_record(result, directory=f"/{index}") for index, result in enumerate(results)]
    clause = fixtures.clause_record("posix.mmap.x", **{"cases": ["fault.eof.read"], **changes})
    coverage = written(folder, cases, [clause])
    ((part,),) = coverage.sections.values()
    assert [one.standing for one in part.sentences] == [standing]
    assert part.counts[standing] == sum(part.counts.values()) == 1


def test_pages_and_sources_are_counted(folder: Path) -> None:
    clauses = [
        fixtures.clause_record("posix.mmap.a", cases=["fault.eof.read"]),
        fixtures.clause_record("posix.mmap.b"),
        fixtures.clause_record("posix.msync.a", section="msync", cases=["nobody.ran.it"]),
        fixtures.clause_record("linux.mmap.a", source="Linux", section="mmap(2)"),
    ]
    coverage = written(folder, [fixtures.case_record()], clauses)
    pages = {(part.source, part.name): len(part.sentences) for parts in coverage.sections.values() for part in parts}
    assert pages == {("POSIX.1-2024", "mmap"): 2, ("POSIX.1-2024", "msync"): 1, ("Linux", "mmap(2)"): 1}
    total = coverage.total("POSIX.1-2024")
    assert (total.with_cases, len(total.sentences)) == (2, 3)


def test_cases_without_a_clause_but_the_librarys(folder: Path) -> None:
    practice = {"source": "established practice", "section": "habit", "strength": "documented"}
    library = {"source": "mapwise", "section": "CRE-01", "strength": "shall"}
    cases = [
        fixtures.case_record(),
        fixtures.case_record(name="habit", clause=practice, directory="/a"),
        fixtures.case_record(name="habit", clause=practice, directory="/b"),
        fixtures.case_record(name="CRE-01", clause=library),
    ]
    coverage = written(folder, cases, [fixtures.clause_record("posix.mmap.x", cases=["fault.eof.read"])])
    assert [case.name for case in coverage.alone] == ["habit"]


def test_cases_know_their_clauses(folder: Path) -> None:
    clauses = [fixtures.clause_record(f"posix.mmap.{n}", cases=["fault.eof.read"]) for n in "ab"]
    coverage = written(folder, [fixtures.case_record("FAIL")], clauses)
    assert coverage.run.cases[0].sentences == ("posix.mmap.a", "posix.mmap.b")
    card = re.findall(r'<article class="case FAIL">(.*?)</article>', render(read_folder(folder)), re.DOTALL)[0]
    assert "clauses <code>posix.mmap.a</code> <code>posix.mmap.b</code>" in card


def test_the_page_shows_sentences_with_cases_and_results(folder: Path) -> None:
    clauses = [
        fixtures.clause_record("posix.mmap.x", sentence="sentence of x", cases=["fault.eof.read", "nobody.ran.it"]),
        fixtures.clause_record("posix.mmap.y", sentence="sentence of y", reason="a DAX device is needed"),
    ]
    written(folder, [fixtures.case_record("XFAIL")], clauses)
    page = html.unescape(render(read_folder(folder)))
    assert "Coverage: clauses of POSIX" in page
    (shown,) = re.findall(r"<p>sentence of x.*?</article>", page, re.DOTALL)
    assert Standing.BROKEN.value in shown
    assert re.search(r"fault\.eof\.read</code> <span class=\"XFAIL ended\">XFAIL", shown)
    assert re.search(r"nobody\.ran\.it</code> <span class=\"UNSUPPORTED ended\">not in this run", shown)
    (other,) = re.findall(r"<p>sentence of y.*?</article>", page, re.DOTALL)
    assert Standing.IMPOSSIBLE.value in other and "a DAX device is needed" in other


def test_a_run_without_the_record_has_no_section(folder: Path) -> None:
    fixtures.write_records(folder / "check.jsonl", [fixtures.run_record("check"), fixtures.case_record()])
    assert "Coverage: clauses" not in render(read_folder(folder))


def test_a_record_that_is_none_is_told(folder: Path) -> None:
    fixtures.write_records(
        folder / "check.jsonl",
        [fixtures.run_record("check"), {"schema": "mapwise.coverage/1", "clauses": [{"clause": "x"}]}],
    )
    results = read_folder(folder)
    assert ["no 'source' in this record" in str(problem) for problem in results.problems] == [True]
    assert results.runs[0].sentences == ()


def test_every_result_has_a_place(folder: Path) -> None:
    cases = [fixtures.case_record(kind.value, name=kind.value) for kind in Result]
    clauses = [fixtures.clause_record(f"posix.mmap.{kind.value}", cases=[kind.value]) for kind in Result]
    coverage = written(folder, cases, clauses)
    assert sum(coverage.total("POSIX.1-2024").counts.values()) == len(Result)
