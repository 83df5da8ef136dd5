"""What differs between two check records, and how it is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import fixtures
import pytest
from conftest import REPORTS
from test_command import launcher, start  # noqa: F401

from mapwise_reports import cli
from mapwise_reports.diff import Difference, compare, read_run

Record = dict[str, Any]
EXT4, TMPFS = fixtures.DIRECTORY, "/dev/shm"


def case(name: str, result: str = "PASS", observed: str | None = "0", **changes: Any) -> Record:
    reason = {} if result == "PASS" else {"reason": f"a reason for {result}"}
    steps = [{"line": 15, "what": "load(&map[0])", "expected": "0", "observed": observed}]
    return fixtures.case_record(result, name=name, steps=steps, **{**reason, **changes})


def write(path: Path, cases: list[Record], **changes: Any) -> Path:
    return fixtures.write_records(
        path, [fixtures.run_record("check", **changes), *cases, fixtures.summary_record("check", cases)]
    )


def directory(path: str, filesystem: str, **more: str) -> Record:
    return {"path": path, "filesystem": filesystem, **more}


@pytest.fixture
def differ(tmp_path: Path) -> Any:
    def compared(before: list[Record], after: list[Record], **changes: Any) -> Difference:
        one = write(tmp_path / "old.jsonl", before, **changes.get("old", {}))
        other = write(tmp_path / "new.jsonl", after, **changes.get("new", {}))
        return compare(read_run(one)[0], read_run(other)[0])

    return compared


def group_of(difference: Difference) -> str:
    filled = [name for name, _, changes in difference.groups if changes]
    assert len(filled) + bool(difference.same) == 1
    return filled[0] if filled else "same"


@pytest.mark.parametrize(
    ("old", "new", "group", "worse"),
    [
        ("PASS", "PASS", "same", False),
        ("FAIL", "FAIL", "same", False),
        ("PASS", "FAIL", "broken", True),
        ("PASS", "XFAIL", "broken", True),
        ("PASS", "CRASH", "broken", True),
        ("PASS", "TIMEOUT", "broken", True),
        ("PASS", "ERROR", "broken", True),
        ("PASS", "NEW", "broken", True),
        ("XFAIL", "FAIL", "broken", True),
        ("UNSUPPORTED", "FAIL", "broken", True),
        ("UNSUPPORTED", "XFAIL", "broken", True),
        ("ERROR", "FAIL", "broken", True),
        ("FAIL", "PASS", "fixed", False),
        ("XFAIL", "PASS", "fixed", False),
        ("XFAIL", "XPASS", "fixed", False),
        ("TIMEOUT", "PASS", "fixed", False),
        ("CRASH", "PASS", "fixed", False),
        ("ERROR", "PASS", "fixed", False),
        ("FAIL", "XFAIL", "changed", False),
        ("FAIL", "CRASH", "changed", False),
        ("PASS", "UNSUPPORTED", "changed", False),
        ("PASS", "XPASS", "changed", False),
        ("UNSUPPORTED", "PASS", "changed", False),
    ],
)
def test_every_change_of_a_result_has_its_group(differ: Any, old: str, new: str, group: str, worse: bool) -> None:
    difference = differ([case("a", old)], [case("a", new)])
    assert (group_of(difference), difference.worse) == (group, worse)


def test_an_observation_that_changed_is_told_though_both_pass(differ: Any) -> None:
    difference = differ([case("a", observed="EINVAL")], [case("a", observed="ENOMEM")])
    assert group_of(difference) == "changed" and not difference.worse
    assert difference.changed[0].observations == [("load(&map[0])", "EINVAL", "ENOMEM")]


def test_lines_of_the_source_and_times_are_no_difference(differ: Any) -> None:
    moved = case("a", line=99, seconds=1.5)
    moved["steps"][0]["line"] = 100
    assert group_of(differ([case("a")], [moved])) == "same"


def test_an_act_that_is_done_twice_is_two_acts(differ: Any) -> None:
    once, twice = case("a"), case("a")
    twice["steps"] = [*twice["steps"], {"line": 16, "what": "load(&map[0])", "expected": "1", "observed": "1"}]
    assert differ([once], [twice]).changed[0].observations == [("load(&map[0])", None, "1")]


def test_what_is_in_one_only(differ: Any) -> None:
    difference = differ([case("a"), case("b")], [case("b"), case("c")])
    assert [str(change.key) for change in difference.only_old] == ["a on ext4"]
    assert [str(change.key) for change in difference.only_new] == ["c on ext4"]
    assert difference.same == 1 and not difference.worse
    assert differ([], [case("c", "FAIL")]).worse


def test_folders_are_paired_by_file_system_whatever_their_names(differ: Any) -> None:
    old = [case("a", directory="/mnt/x"), case("a", "FAIL", directory=TMPFS, filesystem="tmpfs")]
    new = [case("a", "FAIL", directory="/run/y", filesystem="tmpfs"), case("a", directory="/data")]
    difference = differ(
        old, new, old={"directories": [directory("/mnt/x", "ext4"), directory(TMPFS, "tmpfs")]},
        new={"directories": [directory("/run/y", "tmpfs"), directory("/data", "ext4")]},
    )  # fmt: skip
    assert (difference.same, group_of(difference)) == (2, "same")


def test_two_folders_of_one_file_system_are_told_apart(differ: Any) -> None:
    both = {"directories": [directory("/a", "ext4"), directory("/b", "ext4")]}
    old = [case("a", directory="/a"), case("a", directory="/b")]
    new = [case("a", directory="/a"), case("a", "FAIL", directory="/b")]
    difference = differ(old, new, old=both, new=both)
    assert [str(change.key) for change in difference.broken] == ["a on ext4 in /b"]
    assert difference.same == 1


def test_a_folder_with_another_file_system_is_the_same_folder(differ: Any) -> None:
    difference = differ(
        [case("a", directory="/a")], [case("a", "FAIL", directory="/a", filesystem="xfs")],
        old={"directories": [directory("/a", "ext4")]}, new={"directories": [directory("/a", "xfs")]},
    )  # fmt: skip
    assert [str(change.key) for change in difference.broken] == ["a on ext4, then xfs"]
    assert [(fact.name, fact.old, fact.new) for fact in difference.facts] == [("filesystem", "ext4", "xfs")]


def test_call_paths_are_not_compared_with_each_other(differ: Any) -> None:
    difference = differ([case("a"), case("a", "FAIL", path="raw")], [case("a"), case("a", path="raw")])
    assert [str(change.key) for change in difference.fixed] == ["a on ext4 by raw"]
    assert difference.same == 1


def test_of_several_rounds_the_worst_counts(differ: Any) -> None:
    rounds = [case("a", seed=0), case("a", "FAIL", seed=1), case("a", seed=2)]
    assert group_of(differ([case("a")], rounds)) == "broken"
    assert group_of(differ(rounds, [case("a")])) == "fixed"


def test_the_environment_is_compared_but_for_what_passes(differ: Any) -> None:
    run = fixtures.run_record("check")
    environment = json.loads(json.dumps(run["environment"]))
    environment["system"]["kernel_release"] = "6.12.0"
    environment["transient"]["load_1m"] = "9.9"
    directories = [{**run["directories"][0], "mount_options": "ro", "bytes_free": "1"}]
    difference = differ([], [], new={"environment": environment, "directories": directories, "version": "0.2.0"})
    assert {(fact.where, fact.name) for fact in difference.facts} == {
        ("", "mapwise"), ("system", "kernel_release"), ("ext4", "mount_options"),
    }  # fmt: skip


# ---- as a command


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    old = [case("same"), case("breaks"), case("mended", "FAIL", "1"), case("differs"), case("gone")]
    new = [case("same"), case("breaks", "FAIL", "9"), case("mended"), case("differs", observed="2"), case("come|<b>")]
    return write(tmp_path / "old.jsonl", old), write(tmp_path / "new.jsonl", new)


def run_diff(old: Path, new: Path, *more: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = cli.main(["--diff", str(old), str(new), *more])
    out, err = capsys.readouterr()
    return status, out, err


def test_the_text_says_all_of_it_in_order(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run_diff(*two, capsys=capsys)
    assert (status, err) == (1, "")
    titles = ["environment: ", "newly broken: 1", "newly fixed: 1", "changed otherwise: 1", "only in OLD: 1", "only in NEW: 1"]
    positions = [out.index(title) for title in titles]
    assert positions == sorted(positions)
    for part in (
        "breaks on ext4: PASS -> FAIL", "POSIX.1-2024 mmap, shall", "load(&map[0]): 0 -> 9", "a reason for FAIL",
        "so a program that outruns its file", "mended on ext4: FAIL -> PASS", "differs on ext4: PASS\n",
    ):  # fmt: skip
        assert part in out
    assert out.endswith("1 newly broken, 1 newly fixed, 1 changed otherwise, 1 only in OLD, 1 only in NEW, 1 the same\n")


def test_the_same_record_twice_is_no_difference(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run_diff(two[0], two[0], capsys=capsys)
    assert (status, err) == (0, "")
    assert "environment: no difference" in out and out.endswith("5 the same\n")


def test_json_lines_count_as_the_text_does(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run_diff(*two, "--format", "jsonl", capsys=capsys)
    records = [json.loads(line) for line in out.splitlines()]
    assert status == 1 and {record["schema"] for record in records} == {"mapwise.diff/1"}
    summary = records[-1]
    groups = [record["group"] for record in records if record["kind"] == "case"]
    assert {name: groups.count(name) for name in ("broken", "fixed", "changed", "only_old", "only_new")} == {
        name: summary[name] for name in ("broken", "fixed", "changed", "only_old", "only_new")
    }
    assert summary["worse"] and summary["complete"] and summary["same"] == 1


def test_json_lines_are_as_their_schema_says(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="apt-get install python3-jsonschema")
    schema = json.loads((REPORTS / "../conformance/schemas/diff.schema.json").read_text())
    write(two[1], [], version="0.2.0")
    _, out, _ = run_diff(two[1], two[0], "--format", "jsonl", capsys=capsys)
    _, more, _ = run_diff(two[0], two[1], "--format", "jsonl", capsys=capsys)
    lines = (out + more).splitlines()
    assert {json.loads(line)["kind"] for line in lines} == {"run", "fact", "case", "summary"}
    for line in lines:
        jsonschema.Draft202012Validator(schema).validate(json.loads(line))


def test_records_of_different_kinds_are_not_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    libc = write(tmp_path / "libc.jsonl", [case("one"), case("two")])
    raw = write(tmp_path / "raw.jsonl", [{**case("one"), "path": "raw"}])
    status, out, err = run_diff(libc, raw, capsys=capsys)
    assert (status, out) == (2, "") and err.count("\n") == 1
    assert "no case of one is in the other: calls by libc" in err and "and calls by raw" in err


def test_markdown_is_escaped(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run_diff(*two, "--format", "markdown", capsys=capsys)
    assert status == 1 and "## Newly broken: 1" in out
    assert r"come\|\<b\>" in out


def test_an_incomplete_record_is_told_and_leaves_the_question_open(
    two: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = two[0].read_text().splitlines(keepends=True)
    cut = tmp_path / "cut.jsonl.partial"
    cut.write_text("".join(whole[:-2]))
    status, out, err = run_diff(two[0], cut, capsys=capsys)
    assert status == 2 and err.count("\n") == 1 and "truncated; only what it holds" in err
    assert "truncated: not all of it is here" in out and "only in OLD: 1" in out
    broken = tmp_path / "broken.jsonl"
    broken.write_text("".join(two[1].read_text().splitlines(keepends=True)[:-1]))
    assert run_diff(two[0], broken, capsys=capsys)[0] == 1  # what is worse is worse


def test_a_line_that_is_no_record_is_told(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    with two[1].open("a") as stream:
        stream.write("garbage\n")
    status, _, err = run_diff(two[1], two[1], capsys=capsys)
    assert status == 2 and "new.jsonl:8: not JSON" in err


@pytest.mark.parametrize("content", [None, b"", b"\x00garbage\n", "bench"])
def test_what_is_no_check_record_is_refused_in_one_line(
    two: tuple[Path, Path], tmp_path: Path, content: bytes | str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.jsonl"
    if content == "bench":
        fixtures.write_records(path, fixtures.bench_records()[:3])
    elif isinstance(content, bytes):
        path.write_bytes(content)
    for pair in ((path, two[0]), (two[0], path)):
        status, out, err = run_diff(*pair, capsys=capsys)
        assert (status, out) == (2, "")
        assert err.count("\n") == 1 and "bad.jsonl" in err and "mapwise check" in err or "cannot be read" in err
        assert content != "bench" or "of mapwise bench" in err


def test_wrong_usage_is_one_line(launcher: Path, two: tuple[Path, Path]) -> None:  # noqa: F811
    for arguments in (["--diff"], ["--diff", two[0]], ["--diff", *two, "more"], ["--diff", *two, "--format", "xml"]):
        done = start(launcher, *arguments)
        assert done.returncode == 2 and done.stderr.count("\n") == 1 and done.stdout == ""


def test_it_needs_no_drawing_packages(launcher: Path, two: tuple[Path, Path], tmp_path: Path) -> None:  # noqa: F811
    poor = tmp_path / "poor"
    poor.write_text('#!/bin/sh\nexec /usr/bin/python3 -S "$@"\n')
    poor.chmod(0o755)
    done = start(launcher, "--diff", *two, environment={"MAPWISE_PYTHON": str(poor)})
    assert (done.returncode, done.stderr) == (1, "")
    assert "newly broken: 1" in done.stdout


def test_a_reader_that_leaves_early_is_no_error(launcher: Path, two: tuple[Path, Path]) -> None:  # noqa: F811
    many = [case(f"case.{i}", observed=str(i)) for i in range(5000)]
    write(two[0], many)
    write(two[1], [{**record, "result": "FAIL", "reason": "r"} for record in many])
    done = subprocess.run(
        f"MAPWISE_PYTHON={sys.executable} {launcher} --diff {two[0]} {two[1]} | head -n 1",
        shell=True, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.startswith("OLD ") and done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_full_standard_output_is_one_line(launcher: Path, two: tuple[Path, Path]) -> None:  # noqa: F811
    with open("/dev/full", "w") as full:
        done = subprocess.run([launcher, "--diff", *two], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
