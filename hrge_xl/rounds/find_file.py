"""Finds a file of a round or consolidated folder by its path, its name or the beginning of its SHA-256."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ..dataset.ledger import NAME, Ledger, kept_at
from ..dataset.opening import DATASET
from ..dataset.seals import sha256_of
from ..dataset.store import open_file
from ..errors import UsageError
from ..intake import Wanted
from .rounds import FILE as ROUND
from .rounds import load_round

SHORTEST = 8  # digits of a hash that mean one file
HASH = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}")


def check_folder(folder: Path) -> None:
    """Raises `UsageError` when a folder is neither a round nor consolidated: there is no ledger to write in."""
    if not (folder / ROUND).is_file() and not (folder / NAME).is_file():
        raise UsageError(
            f"{folder} is neither a round nor a consolidated folder. Name one with --ledger FOLDER."
        )


def wanted_in(folder: Path) -> Wanted:
    """What the files of a folder should be."""
    if (folder / ROUND).is_file():
        return load_round(folder).wanted
    if not (folder / DATASET).is_file():
        return Wanted()
    with open_file(folder / DATASET, write=False) as store:
        return Wanted(store.facts().get("spec") or None)


def find_file(folder: Path, text: str) -> Path:
    """The one file that is meant. Raises `UsageError` where it is none or several."""
    if Path(text).is_file():
        return Path(text)
    known = dict(_known(folder))
    found = {path: sha256 for path, sha256 in known.items() if _meant(text, path, sha256)}
    contents = set(found.values())
    if not found:
        raise UsageError(
            f"There is no file '{text}' in {folder}. Name its path, its name or the first {SHORTEST} digits "
            "of its SHA-256."
        )
    if len(contents) > 1:
        which = ", ".join(f"{path} ({sha256[:SHORTEST]})" for path, sha256 in sorted(found.items()))
        raise UsageError(f"'{text}' can be several files: {which}. Name one by its SHA-256.")
    path, sha256 = next(iter(found.items()))
    here = (Path(path), kept_at(folder, sha256))
    there = next((each for each in here if each.is_file() and sha256_of(each) == sha256), None)
    if there is None:
        raise UsageError(f"{path} is in the ledger of {folder}, but its content is no longer there.")
    return there


def _known(folder: Path) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of every file that came back."""
    if (folder / NAME).is_file():
        with Ledger.open(folder, write=False) as ledger:
            yield from ((str(row["path"]), str(row["sha256"])) for row in ledger.rows())
    returned = folder / "returned"
    for path in sorted(returned.rglob("*")) if (folder / ROUND).is_file() else ():
        if path.is_file() and not path.name.startswith("."):
            yield str(path), sha256_of(path)


def _meant(text: str, path: str, sha256: str) -> bool:
    by_hash = HASH.fullmatch(text.lower()) is not None and sha256.startswith(text.lower())
    return by_hash or path.replace("\\", "/").rpartition("/")[2] == text
