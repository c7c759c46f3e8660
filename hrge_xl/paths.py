"""Paths as people give them: files, folders, globs, and @list.txt."""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .addresses import masked
from .errors import OutputError, UsageError

UNFINISHED = (
    ".unfinished-"  # how everything is named that is being written, and that a killed run leaves behind
)


def expand(arguments: Iterable[str]) -> list[Path]:
    """Every file meant, each once, in the order given; folders give all their files, sorted.

    Raises `UsageError` when an argument leads nowhere, or all of them to no file at all.
    """
    found: dict[Path, None] = {}
    for argument in arguments:
        found.update(dict.fromkeys(_one(argument)))
    if not found:
        raise UsageError(
            "There is no file in what was given. Name files, or a folder that holds returned workbooks."
        )
    return list(found)


def _one(argument: str) -> list[Path]:
    if argument.startswith("@"):
        return _listed(Path(argument[1:]))
    path = Path(argument)
    if path.is_dir():
        return sorted(each for each in path.rglob("*") if _is_return(each, path))
    if path.exists() or path.is_symlink():
        return [path]
    matches = sorted(Path(match) for match in glob.glob(argument, recursive=True))  # noqa: PTH207 (absolute ones too)
    if not matches:
        raise UsageError(f"{masked(argument, [argument])}: there is no such file or folder. Check the path.")
    return [each for match in matches for each in (_one(str(match)) if match.is_dir() else [match])]


def _is_return(path: Path, folder: Path) -> bool:
    """Everything in a folder is looked at, but for what programs hide there."""
    return not path.is_dir() and not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _listed(file: Path) -> list[Path]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file}: the list cannot be read ({error}). Save it as UTF-8 text, a path a line."
        ) from error
    return [path for line in lines if line.strip() for path in _one(line.strip())]


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all. Raises `OutputError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{UNFINISHED}{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = "it is open in another program" if isinstance(error, PermissionError) else error.strerror
        raise OutputError(
            f"{path} cannot be written: {reason}. Close it, or choose another place with -o."
        ) from error


def sync_folder(folder: Path) -> None:
    """Make sure that the new name survives a power cut, where the system can do so."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
