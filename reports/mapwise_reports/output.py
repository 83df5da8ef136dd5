"""Writes files so that each is there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class OutputError(Exception):
    """The page or a picture could not be written."""


def write_whole(folder: Path, name: str, content: str | bytes, option: str = "--output") -> Path:
    """Writes `folder`/`name` through a temporary file; makes the folder if it is missing. `option` names
    another folder."""
    made = _make(folder, option)
    target = folder / name
    temporary: Path | None = None
    try:
        handle, path = tempfile.mkstemp(prefix=f".{name}.", suffix=".partial", dir=folder)
        temporary = Path(path)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
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
                f" name another folder with {option} DIR"
            ) from None
        raise
    return target


def _make(folder: Path, option: str) -> bool:
    try:
        if folder.is_dir():
            return False
        folder.mkdir(parents=True)
        return True
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot make the output folder: {error.strerror};"
            f" name another with {option} DIR"
        ) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
