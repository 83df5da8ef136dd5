"""The command line of mapwise-report."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
import webbrowser
from pathlib import Path
from typing import Iterator, NoReturn, Sequence

from . import __version__
from .diff import DiffError, TwoRuns, compare, read_run
from .diff_output import FORMATS
from .model import Run, by_file
from .output import OutputError, write_whole
from .records import FolderError, clean, read_folder
from .repeatability import repetition
from .repeatability_output import FORMATS as BENCH_FORMATS

PROGRAM = "mapwise-report"
RESULTS = Path("mapwise-results")
PAGE = "index.html"

FINE, WORSE, NOTHING = 0, 1, 2

_DESCRIPTION = """\
Writes the HTML report of everything in a results folder: conformance, benchmarks and the machine
they ran on, as one page that opens from disk without a network. Prints where the page is.

With --diff it compares two records instead and prints what differs, first in the environment. Of mapwise
check: every case whose result or observation changed. Of mapwise bench: how far the series moved, and of
those that moved by more than 10 % what in the records goes with it; two runs prove no more than that."""

_EPILOGUE = """\
Files or lines that cannot be read are named on standard error and in the page; the rest is shown.

exit status:
  0   the report was written; with --diff: nothing is worse in NEW, or the records are of mapwise bench
  1   with --diff: something is worse in NEW, of mapwise check
  2   wrong usage, no usable results, or the report could not be written; with --diff also: nothing that
      could be compared is worse, but one of the records is incomplete or has lines that are none
  3   interrupted; no report was written

environment:
  MAPWISE_PYTHON   the Python interpreter to run with (needs matplotlib and Jinja2)"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one line."""

    def error(self, message: str) -> NoReturn:
        _complain(f"{message}; {PROGRAM} --help lists the options")
        raise SystemExit(NOTHING)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the answer is its exit status."""
    options = _parser().parse_args(arguments)
    if options.diff:
        return _diff(*options.diff, options.format)
    results: Path = options.results
    output: Path = options.output or results / "report"
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        found = read_folder(results)
        for problems in by_file(found.problems).values():
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            _complain(f"{results}/{problems[0]}{more}")
        if not found.runs:
            _complain(f"{results}: no usable results in this folder; run mapwise check or mapwise bench")
            return NOTHING
        from .page import pictures, render  # only now: what draws takes its time to load

        page = write_whole(output, PAGE, render(found, _show_progress))
        written = [page]
        if options.png:
            written += [write_whole(options.png, name, png, "--png") for name, png in pictures(found)]
    except (FolderError, OutputError) as error:
        _complain(str(error))
        return NOTHING
    if isinstance(sys.stdout, io.TextIOWrapper):  # a folder's name may be no UTF-8
        sys.stdout.reconfigure(errors="surrogateescape")
    try:
        print(*written, sep="\n", flush=True)
    except OSError as error:
        _complain(f"cannot write standard output: {error.strerror}; the report is {page}")
        return NOTHING
    if options.open and not webbrowser.open(page.resolve().as_uri()):
        _complain(f"no browser could be started; open {page} yourself")
    return FINE


def _diff(old: Path, new: Path, form: str) -> int:
    """Prints what differs. What is missing in a record leaves the question open, unless it is worse already."""
    try:
        (before, trouble), (after, more) = read_run(old), read_run(new)
        difference, lines = _compared(before, after, form)
    except DiffError as error:
        _complain(str(error))
        return NOTHING
    for run in difference.incomplete:
        _complain(f"{run.file}: {run.state.value}; only what it holds is compared")
    for problem in (*trouble, *more):
        _complain(str(problem))
    try:
        for line in lines:
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _complain(f"cannot write standard output: {error.strerror}")
        return NOTHING
    if difference.worse:
        return WORSE
    return NOTHING if difference.incomplete or trouble or more else FINE


def _compared(before: Run, after: Run, form: str) -> tuple[TwoRuns, Iterator[str]]:
    """What differs, and how it is told."""
    if before.tool != after.tool:
        raise DiffError(
            f"{before.file.name} is of mapwise {before.tool}, {after.file.name} of mapwise {after.tool}; name two of one"
        )
    if before.tool == "bench":
        repeated = repetition(before, after)
        return repeated, BENCH_FORMATS[form](repeated)
    difference = compare(before, after)
    return difference, FORMATS[form](difference)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        description=_DESCRIPTION,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--results", metavar="DIR", type=Path, default=RESULTS,
        help="the results folder (default: mapwise-results in the current folder)",
    )  # fmt: skip
    parser.add_argument(
        "--output", metavar="DIR", type=Path,
        help="where the page is written as index.html (default: report in the results folder)",
    )  # fmt: skip
    parser.add_argument(
        "--png", metavar="DIR", type=Path,
        help="also write each picture of the newest bench run as DIR/NAME.png, and print where they are",
    )  # fmt: skip
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    parser.add_argument(
        "--diff", metavar=("OLD", "NEW"), nargs=2, type=Path,
        help="compare two records of mapwise check, or of mapwise bench: files of a results folder",
    )  # fmt: skip
    parser.add_argument("--format", choices=FORMATS, default="text", help="of --diff: text, markdown or jsonl")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    return parser


def _show_progress(done: int, total: int) -> None:
    """One line on a terminal, rewritten; nothing in a pipe."""
    if total > 2 and sys.stderr.isatty():
        end = "\r" if done < total - 1 else "\r\033[K"
        print(f"drawing run {done + 1} of {total}", end=end, file=sys.stderr, flush=True)


def _complain(message: str) -> None:
    line = " ".join(clean(message).split())
    print(f"{PROGRAM}: {line}", file=sys.stderr)
