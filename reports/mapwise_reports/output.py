"""Writes the page so that it is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class OutputError(Exception):
    """The page could not be written."""


def write_whole(folder: Path, name: str, text: str) -> Path:
    """Writes `folder`/`name` through a temporary file; makes the folder if it is missing."""
    made = _make(folder)
    target = folder / name
    temporary: Path | None = None
    try:
        handle, path = tempfile.mkstemp(prefix=f".{name}.", suffix=".partial", dir=folder)
        temporary = Path(path)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
            stream.write(text)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except BaseException as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        if made:
            folder.rmdir()
        if isinstance(error, OSError):
            raise OutputError(
                f"{target}: cannot write the report: {error.strerror};"
                " name another folder with --output DIR"
            ) from None
        raise
    return target


def _make(folder: Path) -> bool:
    try:
        if folder.is_dir():
            return False
        folder.mkdir(parents=True)
        return True
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot make the output folder: {error.strerror};"
            " name another with --output DIR"
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
