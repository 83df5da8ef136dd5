"""How far series moved between two bench runs, what goes with it, and how it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fixtures
import pytest
from conftest import REPORTS

from mapwise_reports import cli
from mapwise_reports.page import render
from mapwise_reports.plots import repeatability
from mapwise_reports.records import read_folder
from mapwise_reports.repeatability import _CAUSES, Repetition, earlier, interval, repetition

Record = dict[str, Any]

FIRST, SECOND = "2026-11-23T07:00:00Z", "2026-11-24T07:00:00Z"


def series(times: list[float], name: str = "commit", **changes: Any) -> Record:
    """A series with these times of samples, which did nothing besides unless `changes` say so."""
    record = fixtures.series_record(name, {"size": "4096"}, 1.0, items=100)
    counts = {"minor_faults": 0, "major_faults": 0, "context_switches": 0, "bytes_read": 0, **changes}
    samples = [{**record["samples"][0], "order": order, "seconds": time, **counts} for order, time in enumerate(times)]
    ordered = sorted(times)
    middle, last = len(times) // 2, len(times) - 1
    return {
        **record,
        "samples": samples,
        "median": {"seconds": ordered[middle], "bytes_per_second": None, "seconds_per_item": ordered[middle] / 100},
        "spread": {
            "p25_seconds": ordered[last // 4], "p75_seconds": ordered[last - last // 4],
            "min_seconds": ordered[0], "max_seconds": ordered[-1],
        },
    }  # fmt: skip


def around(middle: float, percent: float = 1.0) -> list[float]:
    """Eleven times, the outermost `percent` away from the middle."""
    return [middle * (1 + percent / 100 * step / 5) for step in range(-5, 6)]


def write(path: Path, records: list[Record], start: str = FIRST, **changes: Any) -> Path:
    return fixtures.write_records(
        path, [fixtures.run_record("bench", start, **changes), *records, fixtures.summary_record("bench", records)]
    )


@pytest.fixture
def repeat(tmp_path: Path) -> Any:
    def repeated(old: list[Record], new: list[Record], **changes: Any) -> Repetition:
        write(tmp_path / "a.jsonl", old)
        write(tmp_path / "b.jsonl", new, SECOND, **changes)
        after, before = read_folder(tmp_path).runs
        return repetition(before, after)

    return repeated


def kind_of(repeated: Repetition, number: int = 0) -> tuple[str, str]:
    moved = repeated.moved[number]
    return moved.kind, moved.cause


def test_the_distance_is_the_same_in_both_directions(repeat: Any) -> None:
    slower = repeat([series(around(1.0))], [series(around(1.25))])
    faster = repeat([series(around(1.25))], [series(around(1.0))])
    assert slower.middle == pytest.approx(faster.middle) == pytest.approx(0.2231, abs=1e-4)
    assert slower.shift == pytest.approx(1.25) and faster.shift == pytest.approx(0.8)


def test_the_middle_is_the_median_over_all_series(repeat: Any) -> None:
    names = ("commit", "pread", "fork_cost")
    old = [series(around(1.0), name) for name in names]
    new = [series(around(time), name) for name, time in zip(names, (1.0, 1.05, 4.0))]
    assert repeat(old, new).middle == pytest.approx(0.0488, abs=1e-4)


@pytest.mark.parametrize(("time", "far"), [(1.0, 0), (1.09, 0), (1.11, 1), (0.92, 0), (0.90, 1)])
def test_far_is_more_than_ten_percent_either_way(repeat: Any, time: float, far: int) -> None:
    assert len(repeat([series(around(1.0))], [series(around(time))]).moved) == far


def test_other_work_is_the_count_that_moved_with_the_time(repeat: Any) -> None:
    old = series(around(1.0), minor_faults=16, bytes_read=4096 * 100)
    new = series(around(2.0), minor_faults=207, bytes_read=4096 * 110)
    assert kind_of(repeat([old], [new])) == ("other work", "16.0 page faults, then 207")


def test_a_count_that_moved_against_the_time_explains_nothing(repeat: Any) -> None:
    old, new = series(around(1.0), minor_faults=207), series(around(2.0), minor_faults=16)
    assert kind_of(repeat([old], [new]))[0] == "level"


def test_a_few_of_many_explain_nothing(repeat: Any) -> None:
    old, new = series(around(1.0), minor_faults=1), series(around(2.0), minor_faults=2)
    assert kind_of(repeat([old], [new]))[0] == "level"  # of a hundred items


def test_what_was_not_counted_explains_nothing(repeat: Any) -> None:
    old, new = series(around(1.0), minor_faults=None), series(around(2.0), minor_faults=50)
    assert kind_of(repeat([old], [new]))[0] == "level"


def test_two_speeds_with_other_shares(repeat: Any) -> None:
    old, new = [1.0] * 8 + [3.0] * 3, [1.0] * 3 + [3.0] * 8
    kind, cause = kind_of(repeat([series(old)], [series(new)]))
    assert kind == "two speeds"
    assert "27 % of the samples were slow, then 73 %" in cause.replace("\u00a0", " ")


def test_one_lonely_sample_is_no_second_speed(repeat: Any) -> None:
    assert kind_of(repeat([series(around(1.0, 20) + [9.0])], [series(around(1.2, 20))]))[0] != "two speeds"


def test_one_stray_sample_hides_no_second_speed(repeat: Any) -> None:
    old, new = [1.0] * 8 + [3.0] * 2 + [30.0], [1.0] * 3 + [3.0] * 8
    assert kind_of(repeat([series(old)], [series(new)]))[0] == "two speeds"


def test_speeds_that_lie_close_are_one(repeat: Any) -> None:
    old, new = [1.0] * 8 + [1.2] * 3, [1.0] * 3 + [1.2] * 8
    assert kind_of(repeat([series(old)], [series(new)]))[0] != "two speeds"


def test_shares_that_moved_little_are_no_cause(repeat: Any) -> None:
    """Of 21 samples one more is slow, which is what moves the median."""
    old, new = [1.0] * 11 + [3.0] * 10, [1.0] * 10 + [3.0] * 11
    assert kind_of(repeat([series(old)], [series(new)]))[0] != "two speeds"


def batched(record: Record, batch: int) -> Record:
    """The same operation, so many of them timed together."""
    samples = [
        {key: value * batch if key in ("seconds", "items", "minor_faults", "bytes_read") and value else value for key, value in s.items()}
        for s in record["samples"]
    ]
    return {**record, "samples": [{**sample, "batch": batch} for sample in samples]}


def test_how_many_are_timed_together_changes_nothing(repeat: Any) -> None:
    old, new = series(around(1.0), minor_faults=100), series(around(1.5), minor_faults=100)
    assert kind_of(repeat([batched(old, 3)], [batched(new, 2)]))[0] == "level"
    assert kind_of(repeat([batched(old, 2)], [batched(new, 3)]))[0] == "level"


def test_of_few_samples_nobody_can_tell(repeat: Any) -> None:
    five, six = [1.0 + i / 100 for i in range(5)], [1.0 + i / 100 for i in range(6)]
    slower = [2 * time for time in six]
    assert kind_of(repeat([series(five)], [series(slower)])) == ("few samples", "of 5 samples nobody can tell")
    assert kind_of(repeat([series(six)], [series(slower)]))[0] == "level"


@pytest.mark.parametrize(
    ("count", "rank"), [(6, 0), (8, 0), (9, 1), (19, 4), (31, 9), (100, 39), (3000, 1445)]
)
def test_theinterval_of_the_median_is_that_of_the_tables(count: int, rank: int) -> None:
    """Ranks as tables of the sign test at 5 % give them."""
    assert interval([float(i) for i in range(count)]) == (rank, count - 1 - rank)


def test_a_series_without_samples_is_no_trouble(repeat: Any) -> None:
    old, new = series(around(1.0)), {**series(around(3.0)), "samples": []}
    assert kind_of(repeat([old], [new])) == ("few samples", "of 0 samples nobody can tell")


def test_every_kind_has_its_words_and_its_place_in_the_schema() -> None:
    kinds = {kind for kind, _ in _CAUSES} | {"level"}
    assert set(repeatability._WITH) == kinds
    schema = json.loads((REPORTS / "../conformance/schemas/diff.schema.json").read_text())
    (known,) = [part["properties"]["cause"]["enum"] for part in schema["oneOf"] if "cause" in part["properties"]]
    assert set(known) == kinds


def test_samples_without_a_time_are_no_trouble(repeat: Any) -> None:
    assert kind_of(repeat([series([0.0, *around(1.0)])], [series(around(1.5))]))[0] == "level"


def test_the_wider_spread_is_told(repeat: Any) -> None:
    one_wide = repeat([series(around(1.0, 40))], [series(around(1.5, 4))])
    assert one_wide.pairs[0].spread == pytest.approx(1.24 / 0.76)


def test_what_waits_is_told_by_reads_faults_and_switches(repeat: Any) -> None:
    for changes in ({"bytes_read": 4096}, {"major_faults": 1}, {"context_switches": 250}):
        assert repeat([series(around(1.0))], [series(around(1.0), **changes)]).pairs[0].waits, changes
    for changes in ({"context_switches": 100}, {"minor_faults": 1000}):
        assert not repeat([series(around(1.0))], [series(around(1.0), **changes)]).pairs[0].waits, changes


def test_what_lies_within_the_spread(repeat: Any) -> None:
    kind, cause = kind_of(repeat([series(around(1.0, 80))], [series(around(1.15, 80))]))
    assert kind == "spread" and "1.00 s" not in cause and " to " in cause and "wait" not in cause
    waiting = repeat([series(around(1.0, 80), context_switches=2000)], [series(around(1.15, 80), context_switches=2000)])
    assert kind_of(waiting)[1].endswith("; it gives up the processor to wait")


def test_steady_runs_at_two_levels(repeat: Any) -> None:
    kind, cause = kind_of(repeat([series(around(1.0))], [series(around(1.5))]))
    assert kind == "level" and "steady within each run" in cause
    waiting = repeat([series(around(1.0), context_switches=1000)], [series(around(1.5), context_switches=1000)])
    assert kind_of(waiting)[0] == "waiting"


def disk(times: list[float]) -> Record:
    record = series(times, "calibration", bytes_read=4096 * 100)
    return {**record, "series": {"what": "disk_random"}, "name": "calibration/what:disk_random"}


@pytest.mark.parametrize(
    ("device", "kind"), [(1.4, "device"), (1.2, "device"), (1.15, "waiting"), (1.0, "waiting"), (0.7, "waiting")]
)
def test_the_device_explains_what_waits_for_it_if_it_moved_as_well(repeat: Any, device: float, kind: str) -> None:
    cold = {"bytes_read": 4096 * 100}
    old, new = series(around(1.0), **cold), series(around(1.4), **cold)
    repeated = repeat([old, disk(around(1.0))], [new, disk(around(device))])
    assert [moved.kind for moved in repeated.moved if moved.pair.new.family == "commit"] == [kind]


def test_the_device_of_another_folder_explains_nothing(tmp_path: Path) -> None:
    folders = [{"path": path, "filesystem": "ext4"} for path in ("/a", "/b")]
    old = [{**series(around(1.0), bytes_read=409600), "directory": "/b"}, *({**disk(around(1.0)), "directory": d} for d in ("/a", "/b"))]
    new = [{**series(around(1.4), bytes_read=409600), "directory": "/b"}, {**disk(around(1.4)), "directory": "/a"}, {**disk(around(1.0)), "directory": "/b"}]
    write(tmp_path / "a.jsonl", old, directories=folders)
    write(tmp_path / "b.jsonl", new, SECOND, directories=folders)
    after, before = read_folder(tmp_path).runs
    repeated = repetition(before, after)
    assert [moved.kind for moved in repeated.moved if moved.pair.new.family == "commit"] == ["waiting"]


def test_the_device_explains_nothing_of_memory(repeat: Any) -> None:
    repeated = repeat([series(around(1.0)), disk(around(1.0))], [series(around(1.4)), disk(around(1.4))])
    assert {moved.pair.new.family: moved.kind for moved in repeated.moved} == {"commit": "level", "calibration": "waiting"}


def test_folders_are_paired_by_their_file_systems(repeat: Any) -> None:
    there = [{"path": "/other", "filesystem": "ext4"}]
    repeated = repeat([series(around(1.0))], [{**series(around(1.0)), "directory": "/other"}], directories=there)
    assert len(repeated.pairs) == 1 and ("ext4", "path") in {(fact.where, fact.name) for fact in repeated.facts}


def test_what_one_run_lacks_is_counted(repeat: Any) -> None:
    failed = fixtures.missing_series("pread", {"size": "1"}, "FAILED", "no")
    repeated = repeat([series(around(1.0)), series(around(1.0), "fork_cost")], [series(around(1.0)), failed])
    assert (len(repeated.pairs), repeated.only_old, repeated.only_new) == (1, 1, 0)


# ---- which run before


def run_at(folder: Path, name: str, start: str, **changes: Any) -> None:
    write(folder / name, [series(around(1.0))], start, **changes)


def earlier_of(folder: Path) -> str | None:
    runs = read_folder(folder).runs
    found = earlier(runs, runs[0])
    return found.file.name if found else None


def test_the_newest_run_before_on_the_same_machine(tmp_path: Path) -> None:
    run_at(tmp_path, "new.jsonl", "2026-11-25T07:00:00Z")
    assert earlier_of(tmp_path) is None
    run_at(tmp_path, "old.jsonl", "2026-11-21T07:00:00Z")
    assert earlier_of(tmp_path) == "old.jsonl"
    run_at(tmp_path, "middle.jsonl", "2026-11-22T07:00:00Z")
    run_at(tmp_path, "version.jsonl", "2026-11-23T07:00:00Z", version="9.9.9")
    moved = [{**fixtures.run_record("bench")["directories"][0], "filesystem": "tmpfs"}]
    run_at(tmp_path, "filesystem.jsonl", "2026-11-23T07:30:00Z", directories=moved)
    more = [series(around(1.0)), series(around(1.0), "fork_cost"), series(around(1.0), "pread")]
    write(tmp_path / "more.jsonl", more, "2026-11-23T07:40:00Z")
    environment = {**fixtures.run_record("bench")["environment"], "hash": {"hardware": "0", "system": "0"}}
    run_at(tmp_path, "machine.jsonl", "2026-11-23T08:00:00Z", environment=environment)
    write(tmp_path / "other.jsonl", [series(around(1.0), "fork_cost")], "2026-11-23T09:00:00Z")
    fixtures.write_records(tmp_path / "check.jsonl", fixtures.check_records("2026-11-23T10:00:00Z"))
    cut = tmp_path / "cut.jsonl.partial"
    run_at(tmp_path, "whole.jsonl", "2026-11-23T11:00:00Z")
    cut.write_text("".join((tmp_path / "whole.jsonl").read_text().splitlines(keepends=True)[:-1]))
    (tmp_path / "whole.jsonl").unlink()
    assert earlier_of(tmp_path) == "middle.jsonl"


# ---- how it is told


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    old = [series(around(1.0)), series(around(1.0), "fork_cost"), series(around(1.0), "pread")]
    new = [series(around(1.5)), series(around(1.01), "fork_cost")]
    return write(tmp_path / "old.jsonl", old), write(tmp_path / "new.jsonl", new, SECOND, version="0.2.0")


def told(two: tuple[Path, Path], form: str, capsys: pytest.CaptureFixture[str]) -> str:
    status = cli.main(["--diff", *map(str, two), "--format", form])
    out, err = capsys.readouterr()
    assert (status, err) == (0, "")
    return out.replace("\u00a0", " ")


def test_as_text(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    out = told(two, "text", capsys)
    for part in (
        "OLD  old.jsonl", "3 series", "mapwise: 0.1.0 -> 0.2.0", "moved by more than 10 %: 1", "commit/size:4096 on ext4: 1.00 s -> 1.50 s, 1.50×",
        "level: the same work", "2 series in both", "1 moved by more than 10 %: 1 by level", "1 measured only in OLD",
    ):  # fmt: skip
        assert part in out


def test_as_markdown(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    out = told(two, "markdown", capsys)
    assert r"| commit/size:4096 on ext4 | 1.50× |" in out and "## Moved by more than 10 %: 1" in out


def test_json_lines_are_as_their_schema_says(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="apt-get install python3-jsonschema")
    schema = json.loads((REPORTS / "../conformance/schemas/diff.schema.json").read_text())
    records = [json.loads(line) for line in told(two, "jsonl", capsys).splitlines()]
    for record in records:
        jsonschema.Draft202012Validator(schema).validate(record)
    assert [record["kind"] for record in records] == ["run", "run", "fact", "series", "repetition"]
    assert records[-2]["cause"] == "level" and records[-2]["times"] == pytest.approx(1.5)
    assert (records[-1]["series"], records[-1]["far"], records[-1]["only_old"]) == (2, 1, 1)


def test_twice_the_time_is_a_move_by_its_double(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = write(tmp_path / "a.jsonl", [series(around(1.0))]), write(tmp_path / "b.jsonl", [series(around(2.0))])
    assert "half of them moved by no more than 100 %; all together took 2.00× of the time" in told((one, other), "text", capsys)


def test_nothing_in_common(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = write(tmp_path / "a.jsonl", [series(around(1.0))]), write(tmp_path / "b.jsonl", [series(around(1.0), "pread")])
    assert "no series is in both" in told((one, other), "text", capsys)


def test_a_cut_off_run_leaves_the_question_open(two: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    lines = two[1].read_text().splitlines(keepends=True)
    two[1].write_text("".join(lines[:-1]))
    assert cli.main(["--diff", *map(str, two)]) == 2
    assert "truncated; only what it holds is compared" in capsys.readouterr().err


# ---- in the page


def test_the_newest_run_stands_beside_the_one_before(tmp_path: Path, undrawn: None) -> None:
    write(tmp_path / "old.jsonl", [series(around(1.0)), series(around(1.0), "fork_cost")])
    page = render(read_folder(tmp_path))
    assert "The same again" not in page
    write(tmp_path / "new.jsonl", [series(around(1.5)), series(around(1.0), "fork_cost")], SECOND)
    page = render(read_folder(tmp_path)).replace("\u00a0", " ")
    assert page.count(">The same again</h3>") == 1
    assert "Half of 2 series moved by no more than 22 % from the run before, old.jsonl, to this one; 1 by more than 10 %: 1 steady within each run at another level." in page
    assert "<td>commit/size:4096</td>" in page and "<td>fork_cost/size:4096</td>" not in page


def test_it_is_drawn_wide_and_narrow(tmp_path: Path) -> None:
    write(tmp_path / "old.jsonl", [series(around(1.0)), series(around(1.0), "fork_cost", context_switches=3000)])
    write(tmp_path / "new.jsonl", [series(around(1.5)), series(around(1.0), "fork_cost", context_switches=3000)], SECOND)
    after, before = read_folder(tmp_path).runs
    plot = repeatability.plot(repetition(before, after))
    assert plot is not None
    from mapwise_reports.plots import style

    for canvas in (style.WIDE, style.NARROW):
        with style.settings():
            (axes,) = plot.draw(canvas).axes
            marks = [len(line.get_xdata()) for line in axes.get_lines() if line.get_linestyle() == "None"]
            assert marks == [1, 1]  # one in memory, one that waits
