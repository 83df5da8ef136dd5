"""Makes the package of the source tree importable, and builds results folders for the tests."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

REPORTS = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPORTS))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import fixtures  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from mapwise_reports import page as page_module  # noqa: E402
from mapwise_reports.model import Run  # noqa: E402
from mapwise_reports.page import render  # noqa: E402
from mapwise_reports.plots import Plot  # noqa: E402
from mapwise_reports.records import read_folder  # noqa: E402


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty results folder."""
    path = tmp_path / "mapwise-results"
    path.mkdir()
    return path


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages with empty drawings, for tests of what stands around them: drawing takes most of the time."""
    empty = Figure()
    original = page_module._drawn

    def quickly(run: Run, plot: Plot, *rest: Any) -> Any:
        return original(run, replace(plot, draw=lambda canvas: empty), *rest)

    monkeypatch.setattr(page_module, "_drawn", quickly)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with complete, truncated and unusable files."""
    path = tmp_path_factory.mktemp("whole")
    fixtures.fill_folder(path)
    return path


@pytest.fixture(scope="session")
def page(whole: Path) -> str:
    """The page of that folder."""
    return render(read_folder(whole))
