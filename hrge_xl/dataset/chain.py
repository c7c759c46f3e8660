"""Whether what people entered into the ledger is as they entered it: what was changed, moved, taken out or put in.

A chain shows what happened to it before its last entry. That the last entries were taken away shows only beside
something that knows of them: the journal, a digest noted elsewhere, a report that tells of a decision, the table of
files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from .entries import FIRST, Entry
from .journal import journal_faults
from .kinds import FilesReceived, ReceivedFile
from .ledger import Ledger
from .signing import is_signed_by

MOST_GAPS = 5  # that are named


def faults(ledger: Ledger) -> Iterator[str]:
    """Tell what is wrong with the entries of a ledger, a sentence each."""
    chain = ledger.chain()
    yield from broken_links(chain)
    yield from _gaps(chain)
    yield from _receipts(chain, ledger.rows())
    yield from journal_faults(ledger.home, chain)


def broken_links(chain: Sequence[Entry]) -> Iterator[str]:
    """Tell of each entry that is not what it was made as, or does not stand where it was made."""
    places: dict[str, Entry] = {}
    for entry in chain:
        places.setdefault(entry.digest, entry)
    before: Entry | None = None
    for entry in chain:
        yield from _place(before, entry, places)
        yield from _itself(entry)
        before = entry


def _place(before: Entry | None, entry: Entry, places: Mapping[str, Entry]) -> Iterator[str]:
    """Say whether an entry follows the one that it was chained to."""
    expected = before.n + 1 if before else 1
    follows = {before.digest, before.right_digest} if before else {FIRST}
    origin = places.get(entry.previous)
    if entry.previous in follows:
        if entry.n != expected:
            yield f"{entry.headed} has another number than when it was made: then it was entry {expected}."
    elif origin is not None or entry.previous == FIRST:
        then = f"it followed {origin.told}" if origin else "it was the first one"
        yield f"{entry.headed} is not in its original place: then {then}. Entries were moved or inserted."
    elif entry.n > expected:
        gone = (
            f"Entry {expected} is" if entry.n == expected + 1 else f"Entries {expected} to {entry.n - 1} are"
        )
        after = f"after {before.told} comes" if before else "the first one is"
        yield f"{gone} missing: {after} {entry.told}."
    else:
        other = before.told if before else "the start"
        yield (
            f"{entry.headed} does not follow {other}: an entry between them was removed, or one of the two was "
            "inserted or changed."
        )


def _itself(entry: Entry) -> Iterator[str]:
    """Say whether an entry says what it said when it was made, and was signed by the key that it names."""
    if entry.digest != entry.right_digest:
        yield f"{entry.headed} was changed after it was made: its digest does not fit what it says."
    elif entry.read is None:
        yield f"{entry.headed} was not made by this program: it does not hold what such an entry holds."
    if bool(entry.key) != bool(entry.signature):
        yield f"{entry.headed} lacks its {'signature' if entry.key else 'key'}: it was changed after it was made."
    elif entry.key and is_signed_by(entry.key, entry.digest, entry.signature) is False:
        yield f"{entry.headed} was not signed with the key that it names: it was inserted, or changed later."


def _gaps(chain: Sequence[Entry]) -> Iterator[str]:
    """Say which decision, waiver, seal or receipt there must have been: each kind is counted from 1."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for content in filter(None, (entry.read for entry in chain)):
        numbers[content.noun].add(content.number)
    for noun, there in numbers.items():
        missing = [n for n in range(1, min(max(there), len(chain) + MOST_GAPS)) if n not in there]
        for n in missing[:MOST_GAPS]:
            yield f"{noun.capitalize()} {n} is missing: there is {noun} {min(other for other in there if other > n)}."
        if missing[MOST_GAPS:]:
            yield f"More entries of the kind {noun} are missing: the highest number is {max(there)}."


# what came


def _receipts(chain: Sequence[Entry], rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Say whether the table of files says of each content what its receipt says."""
    told: dict[str, tuple[FilesReceived, ReceivedFile]] = {}
    for content in (entry.read for entry in chain):
        if isinstance(content, FilesReceived):
            for file in content.files:
                told.setdefault(file.sha256, (content, file))
    for row in rows:
        receipt = told.pop(str(row["sha256"]), None)
        if receipt is None:
            yield (
                f"{row['path']} ({str(row['sha256'])[:12]}) is in the table of files without a receipt: it was "
                "inserted, or its receipt was removed."
            )
        else:
            yield from _disagreement(*receipt, row)
    for content, file in told.values():
        yield (
            f"Receipt {content.number} is about {file.path} ({file.sha256[:12]}), which was removed from the table of "
            "files."
        )


def _disagreement(receipt: FilesReceived, file: ReceivedFile, row: Mapping[str, object]) -> Iterator[str]:
    day = receipt.day.isoformat() if receipt.day else None
    pairs = {
        "number": (row["n"], file.order), "path": (row["path"], file.path), "size": (row["size"], file.size),
        "day": (row["received"], day), "day stated": (bool(row["stated"]), receipt.stated),
    }  # fmt: skip
    other = [f"{what} {said} instead of {came}" for what, (said, came) in pairs.items() if said != came]
    if other:
        yield (
            f"{file.path} ({file.sha256[:12]}): the table of files was changed; it says {', '.join(other)}, as receipt "
            f"{receipt.number} has it."
        )
