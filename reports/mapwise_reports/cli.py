"""The command line of mapwise-report."""

from __future__ import annotations

import argparse
import io
import logging
import sys
import webbrowser
from pathlib import Path
from typing import NoReturn, Sequence

from . import __version__
from .model import by_file
from .output import OutputError, write_whole
from .records import FolderError, clean, read_folder

PROGRAM = "mapwise-report"
RESULTS = Path("mapwise-results")
PAGE = "index.html"

FINE, NOTHING = 0, 2

_DESCRIPTION = """\
Writes the HTML report of everything in a results folder: conformance, benchmarks and the machine
they ran on, as one page that opens from disk without a network. Prints where the page is."""

_EPILOGUE = """\
Files or lines that cannot be read are named on standard error and in the page; the rest is shown.

exit status:
  0   the report was written
  2   wrong usage, no usable results, or the report could not be written
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
        from .page import render  # only now: what draws takes its time to load

        page = write_whole(output, PAGE, render(found, _show_progress))
    except (FolderError, OutputError) as error:
        _complain(str(error))
        return NOTHING
    if isinstance(sys.stdout, io.TextIOWrapper):  # a folder's name may be no UTF-8
        sys.stdout.reconfigure(errors="surrogateescape")
    try:
        print(page, flush=True)
    except OSError as error:
        _complain(f"cannot write standard output: {error.strerror}; the report is {page}")
        return NOTHING
    if options.open and not webbrowser.open(page.resolve().as_uri()):
        _complain(f"no browser could be started; open {page} yourself")
    return FINE


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
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
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
