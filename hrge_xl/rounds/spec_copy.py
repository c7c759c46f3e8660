"""The copy of its spec that a round carries: it stays what it was, whatever becomes of the spec itself."""

from __future__ import annotations

from pathlib import Path

from ..errors import RoundError
from ..shell_words import quoted
from ..spec.carried import digest_of, find, pack, place, write
from ..spec.load import find as find_spec

HOME = "spec"


def carry(spec: str | Path, folder: Path) -> str:
    """Copy a spec into a round, beside the copies that are there already; gives its digest."""
    files = pack(find_spec(spec))
    write(files, folder / HOME)
    return digest_of(files)


def spec_source(folder: Path, digest: str) -> str:
    """Give what the spec of a round is loaded by: the folder of its copy."""
    return str(place(folder / HOME, digest).absolute())


def copy_of(folder: Path, digest: str) -> str | None:
    """Give the folder of a copy that a round carries, also of an earlier version; None where it has no such copy."""
    found = find(folder / HOME, digest) if digest else None
    return str(found.absolute()) if found is not None else None


def check_copy(folder: Path, digest: str) -> None:
    """Raise `RoundError` where the copy of its spec that a round carries is missing or was changed."""
    copy, again = place(folder / HOME, digest), f"hrge-xl round update-spec {quoted(folder)} --spec"
    if not digest:
        raise RoundError(
            f"The round does not say any more which spec it carries. Take it again: {again} SPEC"
        )
    if find(folder / HOME, digest) is not None:
        return
    if not copy.is_dir():
        raise RoundError(
            f"The spec of the round is missing: {copy}. Restore it from a backup, or take it again: {again} SPEC"
        )
    raise RoundError(
        f"The spec of the round was changed in {copy}. Restore it from a backup; or, if the change is meant, take it "
        f"as a new version: {again} {quoted(copy)}"
    )
