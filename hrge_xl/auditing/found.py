"""The files of a report, looked for by their SHA-256 in folders where names may have changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..dataset.files import sha256_of
from ..dataset.received import name_of
from ..path_text import path_text
from ..reports.document import FileRow


@dataclass(frozen=True, slots=True)
class Found:
    """Where the files of a report are, each by the number of its row, and a line for each that is not there."""

    here: Mapping[int, Path]
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unhashed: tuple[str, ...] = ()  # the report itself could not read them
    closed: tuple[str, ...] = ()  # files in the folders that cannot be opened
    others: int = 0  # files in the folders that the report does not speak of

    @property
    def incomplete(self) -> bool:
        """Whether a file that the report could read is not there as it was."""
        return bool(self.missing or self.changed)


@dataclass(slots=True)
class Shelf:
    """Every file of the folders, by hash and by name."""

    by_hash: dict[str, Path] = field(default_factory=dict)
    by_name: dict[str, tuple[Path, str]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)


def find(files: Sequence[FileRow], folders: Sequence[Path]) -> Found:
    """Look for every file of a report."""
    shelf = _shelf(folders)
    here: dict[int, Path] = {}
    missing, changed, unhashed = [], [], []
    for number, row in enumerate(files):
        name, sha256 = name_of(row["path"]), row["sha256"]
        if sha256 is None:
            unhashed.append(
                f"{row['path']}: not compared, because it could not be read for the report either."
            )
        elif sha256 in shelf.by_hash:
            here[number] = shelf.by_hash[sha256]
        elif name in shelf.by_name:
            path, now = shelf.by_name[name]
            changed.append(f"{row['path']}: {path} has changed since. SHA-256 then {sha256}, now {now}.")
        else:
            missing.append(f"{row['path']}: missing. No file with SHA-256 {sha256} was found.")
    told = {row["sha256"] for row in files}
    others = sum(sha256 not in told for sha256 in shelf.by_hash)
    return Found(here, tuple(missing), tuple(changed), tuple(unhashed), tuple(shelf.closed), others)


def _shelf(folders: Sequence[Path]) -> Shelf:
    shelf = Shelf()
    for path, sha256 in sha256_by_path(folders, shelf.closed):
        shelf.by_hash.setdefault(sha256, path)
        shelf.by_name.setdefault(path_text(path.name), (path, sha256))
    return shelf


def sha256_by_path(folders: Iterable[Path], closed: list[str] | None = None) -> Iterator[tuple[Path, str]]:
    """Give every file of some folders with its hash; what there is to say of those that cannot be opened is added."""
    for path in _every(folders):
        try:
            yield path, sha256_of(path)
        except OSError as error:
            if closed is not None:
                closed.append(f"{path} cannot be opened ({error.strerror}): it was not looked at.")


def _every(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        places = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
        yield from (each for each in places if each.is_file() and not each.is_symlink())
