"""The command as people run it: the launcher, exit statuses, one line an error, whole files only."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import fixtures
import pytest
from conftest import REPORTS

from mapwise_reports import cli, output
from mapwise_reports.output import OutputError, write_whole
from mapwise_reports.plots import peers


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The launcher as built (MAPWISE_REPORT), else placed as the build places it."""
    if "MAPWISE_REPORT" in os.environ:
        return Path(os.environ["MAPWISE_REPORT"])
    root = tmp_path_factory.mktemp("installed")
    (root / "bin").mkdir()
    shutil.copy(REPORTS / "mapwise-report", root / "bin")
    shutil.copytree(REPORTS / "mapwise_reports", root / "share/mapwise/python/mapwise_reports")
    return root / "bin/mapwise-report"


def start(launcher: Path, *arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MAPWISE_PYTHON": sys.executable, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.update(options.pop("environment", {}))  # type: ignore[call-overload]
    return subprocess.run(
        [str(launcher), *map(str, arguments)],
        capture_output=True, text=True, env=environment, timeout=120, check=False, **options,
    )  # fmt: skip  # type: ignore[call-overload]


@pytest.fixture
def filled(folder: Path) -> Path:
    fixtures.write_records(folder / "check-1.jsonl", fixtures.check_records())
    return folder


def poor_interpreter(path: Path) -> Path:
    """A real Python that sees the standard library alone: no matplotlib, no Jinja2."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('#!/bin/sh\nexec /usr/bin/python3 -I -S "$@"\n')
    path.chmod(0o755)
    return path


def test_it_writes_the_page_and_says_where(launcher: Path, filled: Path) -> None:
    done = start(launcher, "--results", filled)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{filled}/report/index.html\n"
    assert os.listdir(filled / "report") == ["index.html"]


def test_it_reads_mapwise_results_of_the_current_folder(launcher: Path, filled: Path) -> None:
    done = start(launcher, cwd=filled.parent)
    assert done.stdout == "mapwise-results/report/index.html\n"


def test_a_folder_whose_name_is_not_utf8_is_fine(launcher: Path, filled: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"odd-\xff")
    filled.rename(odd)
    done = start(launcher, "--results", odd, errors="surrogateescape")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{odd}/report/index.html\n"


def test_a_second_report_replaces_the_first(launcher: Path, filled: Path) -> None:
    out = filled.parent / "out"
    assert start(launcher, "--results", filled, "--output", out).returncode == 0
    (out / "index.html").write_text("old")
    assert start(launcher, "--results", filled, "--output", out).returncode == 0
    assert (out / "index.html").read_text().startswith("<!doctype html>")


def test_it_works_through_a_link_and_in_a_folder_with_odd_files(
    launcher: Path, filled: Path, tmp_path: Path
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    (tmp_path / "with space").mkdir()
    link = tmp_path / "with space" / "link"
    link.symlink_to(launcher)
    done = start(link, "--results", filled, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [["--nonsense"], ["extra"], ["--results"], ["--open=yes"]])
def test_wrong_usage_is_one_line(launcher: Path, arguments: list[str]) -> None:
    done = start(launcher, *arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("mapwise-report: ")


def test_help_lists_every_option(launcher: Path) -> None:
    done = start(launcher, "--help")
    assert done.returncode == 0
    for word in ("--results", "--output", "--png", "--open", "--help", "MAPWISE_PYTHON", "exit status"):
        assert word in done.stdout


def test_no_results_is_one_line_and_no_page(launcher: Path, folder: Path) -> None:
    for results in (folder, folder / "nowhere"):
        done = start(launcher, "--results", results)
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr.count("\n") == 1 and str(results) in done.stderr
    assert os.listdir(folder) == []


def test_it_writes_the_pictures_where_they_are_asked_for(launcher: Path, folder: Path, tmp_path: Path) -> None:
    series = [r for r in fixtures.bench_records() if r.get("family") == "sync_cost"]
    records = [fixtures.run_record("bench"), *series, fixtures.summary_record("bench", series)]
    fixtures.write_records(folder / "bench-1.jsonl", records)
    done = start(launcher, "--results", folder, "--png", tmp_path / "png")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{folder}/report/index.html\n{tmp_path}/png/sync.png\n"
    assert os.listdir(tmp_path / "png") == ["sync.png"]
    (tmp_path / "file").write_text("")
    done = start(launcher, "--results", folder, "--png", tmp_path / "file")
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "--png" in done.stderr


def test_nothing_usable_leaves_no_page(launcher: Path, folder: Path) -> None:
    (folder / "check-1.jsonl").write_bytes(b"\x00garbage\n")
    done = start(launcher, "--results", folder)
    assert done.returncode == 2
    assert "check-1.jsonl:1:" in done.stderr and "no usable results" in done.stderr
    assert os.listdir(folder) == ["check-1.jsonl"]


def test_binary_garbage_is_one_line_a_file(launcher: Path, filled: Path) -> None:
    (filled / "check-2.jsonl").write_bytes(bytes(range(256)) * 20)
    done = start(launcher, "--results", filled)
    assert done.returncode == 0 and done.stderr.count("\n") == 1
    assert "check-2.jsonl:1: " in done.stderr and " more)" in done.stderr


def test_some_unusable_files_are_named_and_the_rest_is_shown(launcher: Path, filled: Path) -> None:
    (filled / "check-2.jsonl").write_text("garbage\n")
    done = start(launcher, "--results", filled)
    assert done.returncode == 0 and "check-2.jsonl:1: not JSON" in done.stderr


def test_an_interpreter_without_matplotlib_is_named_in_one_line(
    launcher: Path, filled: Path, tmp_path: Path
) -> None:
    poor = poor_interpreter(tmp_path / "poor")
    done = start(launcher, "--results", filled, environment={"MAPWISE_PYTHON": str(poor)})
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "apt-get install python3-matplotlib python3-jinja2" in done.stderr and str(poor) in done.stderr
    assert not (filled / "report").exists()


def test_a_poor_interpreter_on_the_path_does_no_harm(launcher: Path, filled: Path, tmp_path: Path) -> None:
    """Without MAPWISE_PYTHON /usr/bin/python3 is tried first, then the one on PATH."""
    needs = "import jinja2, matplotlib"
    if subprocess.run(["/usr/bin/python3", "-c", needs], capture_output=True, check=False).returncode:
        pytest.skip("/usr/bin/python3 has no matplotlib")
    poor_interpreter(tmp_path / "poor/python3")
    path = f"{tmp_path}/poor:{os.environ['PATH']}"
    done = start(launcher, "--results", filled, environment={"MAPWISE_PYTHON": "", "PATH": path})
    assert (done.returncode, done.stderr) == (0, "")


def test_without_its_package_the_launcher_says_so(launcher: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    alone = shutil.copy(launcher, tmp_path / "bin")
    done = start(Path(alone))
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "is missing" in done.stderr


@pytest.mark.parametrize("place", ["file/report", "/proc/nowhere/report", "/dev/null"])
def test_an_output_folder_that_cannot_be_is_one_line(launcher: Path, filled: Path, place: str) -> None:
    (filled.parent / "file").write_text("")
    done = start(launcher, "--results", filled, "--output", filled.parent / place)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "--output DIR" in done.stderr


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output.Path, "replace", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_whole(tmp_path / "out", "index.html", "text")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/index.html").write_text("old")
    with pytest.raises(OutputError):
        write_whole(tmp_path / "out", "index.html", "text")
    assert os.listdir(tmp_path / "out") == ["index.html"]
    assert (tmp_path / "out/index.html").read_text() == "old"


def test_an_interrupt_leaves_nothing(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("mapwise_reports.page.render", interrupted)
    monkeypatch.setattr("sys.argv", ["mapwise-report", "--results", str(filled)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("mapwise_reports", run_name="__main__")
    assert ended.value.code == 3
    assert capsys.readouterr().err.count("\n") == 1
    assert not (filled / "report").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("option", ["--help", "--version", "--results"])
def test_full_standard_output_is_one_line(launcher: Path, filled: Path, option: str) -> None:
    with open("/dev/full", "w") as full:
        command = [launcher, option, *([filled] if option == "--results" else [])]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2 and done.stderr.count("\n") == 1


def test_open_hands_the_page_to_a_browser(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(cli.webbrowser, "open", lambda url: bool(opened.append(url)) or True)
    assert cli.main(["--results", str(filled), "--open"]) == 0
    assert opened == [(filled / "report/index.html").resolve().as_uri()]


# ---- what the page knows of the program -----------------------------------------------------------------


def test_what_every_peer_does_otherwise_is_known(launcher: Path) -> None:
    program = launcher.with_name("mapwise-bench")
    if not program.exists():
        pytest.skip("no mapwise-bench was built beside the launcher")
    listed = subprocess.run([program, "--list", "--profile", "full"], capture_output=True, text=True, check=True).stdout
    series = [(family, dict(axis.split(":", 1) for axis in axes)) for family, *axes in (name.split("/") for name in listed.split())]
    others = [(family, axes) for family, axes in series if family in peers.OURS and not axes["by"].startswith("mapwise")]
    assert {family for family, _ in others} == set(peers.OURS)
    assert [f"{family} {axes}" for family, axes in others if not peers.otherwise(family, axes)] == []
