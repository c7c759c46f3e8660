"""What a dataset was made of, and whether it is still there as it came: ledger, received bytes, spec and rounds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from ..dataset.as_left import CHANGED, is_changed
from ..dataset.ledger import Ledger
from ..dataset.opening import DATASET
from ..dataset.received import RECEIVED, altered, has_content, kept_at
from ..dataset.schema import SUBMISSIONS
from ..dataset.seal_check import doubts
from ..dataset.store import Store
from ..dataset.table import SUBMISSION_ID
from ..dates import parse_day
from ..rounds.rounds import Round, is_round, load_round, round_around, terms_of
from ..spec.load import load, names
from .found import sha256_by_path
from .of_round import not_compared


def rounds_at_hand(folders: Sequence[Path], returned: Sequence[Path]) -> dict[Path, Round]:
    """Give the rounds at hand by their folder: some folders that are rounds, and those of what came back."""
    around = [*folders, *(round_around(each) or each for each in returned)]
    there = dict.fromkeys(each.resolve() for each in around)
    return {each: load_round(each) for each in there if is_round(each)}


def faults_of_files(folder: Path, returned: Collection[Path]) -> Iterator[str]:
    """Yield what shows without reading a return: a dataset that was worked in, and bytes that are not what came."""
    with Ledger.open(folder, write=False) as ledger:
        if is_changed(ledger, folder / DATASET):
            yield CHANGED.format(file=DATASET)
        known = ledger.order()
        came = {Path(each.path).name for seen in ledger.sightings().values() for each in seen}
    for path in altered(folder):
        yield f"{RECEIVED}/{path.name} is not what was received: its bytes do not match its name."
    for path in sorted((folder / RECEIVED).glob("*")):
        if path.stem not in known:
            yield f"{RECEIVED}/{path.name}: the ledger has no such file."
    for path, sha256 in sha256_by_path(returned):
        if sha256 not in known and path.name in came:
            yield f"{path} was changed after it arrived: the ledger has no file with its SHA-256 {sha256}."


def faults_of_entries(folder: Path, rounds: Iterable[Round]) -> Iterator[str]:
    """Yield what was done to the entries of people, and what rounds say otherwise now than when they were sealed."""
    with Ledger.open(folder, write=False) as ledger:
        yield from doubts(ledger, terms_of(rounds))


def faults_of_spec(store: Store, round_: Round | None) -> Iterator[str]:
    """Yield where the spec is another one than that of the round, or than the one that is installed."""
    spec = store.schema.spec
    if spec is None:
        return
    if round_ is not None:  # which decides, whatever is installed by now
        if round_.spec_digest != spec.digest:
            yield f"The dataset was made with another spec (digest {spec.digest[:16]}) than the round has."
        return
    ours = load(spec.name) if spec.name in names() else None
    if ours is not None and ours.version == spec.version and ours.digest != spec.digest:
        yield (
            f"The dataset was made with another {spec.name} {spec.version} (digest {spec.digest[:16]}) than the one "
            f"that is installed ({ours.digest[:16]})."
        )


def rounds_not_at_hand(store: Store, at_hand: Collection[str]) -> Iterator[str]:
    """Yield which rounds returns were checked for whose folders are not at hand."""
    named = {str(name) for (name,) in store.raw(SUBMISSIONS.name, ("read_for",)) if name is not None}
    for name in sorted(named - set(at_hand)):
        yield f"{not_compared(name)} Name its returned files with --returned."


class Source(NamedTuple):
    """A return that can be read again: where its bytes are, the path that it came with, and the day of its check."""

    file: Path
    path: str
    checked: date


@dataclass(frozen=True)
class Sources:
    """The returns of a dataset that can be read again, by their numbers; and what there is to tell of the others."""

    files: dict[int, Source]
    returns: int
    problems: list[str]
    notes: list[str]


def sources_of(folder: Path, store: Store, today: date) -> Sources:
    """Look for the bytes of every return. Where the dataset tells no place or no day that can be, others stand in."""
    found = Sources({}, 0, [], [])
    with Ledger.open(folder, write=False) as ledger:
        places = {sha256: [each.path for each in seen] for sha256, seen in ledger.sightings().items()}
        for row in ledger.rows():
            places.setdefault(str(row["sha256"]), []).insert(0, str(row["path"]))
    rows = list(store.raw(SUBMISSIONS.name, (SUBMISSION_ID, "sha256", "path", "checked")))
    for number, sha256, told, checked in rows:
        known = places.get(str(sha256), [])
        path = str(told) if str(told) in known or not known else known[0]
        file = _bytes_of(folder, path, sha256)
        if sha256 is None:
            found.notes.append(f"{path}: not compared, because it could not be read when it arrived either.")
        elif file is None:
            found.problems.append(
                f"{path}: its bytes are not in {RECEIVED}/ (SHA-256 {sha256}): not compared."
            )
        else:
            found.files[int(str(number))] = Source(file, path, parse_day(str(checked)) or today)
    return Sources(found.files, len(rows), found.problems, found.notes)


def _bytes_of(folder: Path, path: str, sha256: Any) -> Path | None:
    places = (kept_at(folder, str(sha256)), folder / path) if sha256 else ()
    return next((place for place in places if has_content(place, str(sha256))), None)
