"""Seals in the ledger, and the chain that they stand in.

A seal tells who sealed which bytes of a report when, with the terms of its rounds, or these terms alone. What speaks
against one is told here: bytes or terms that are others now, entries that were changed, moved or removed, and a table
of files that says something else than the receipts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import __version__
from ..core.errors import UsageError
from ..core.versions import is_newer_program
from ..core.work import grouped
from .chain import FIRST, LedgerEntry, digest_of, journal_faults
from .events import (
    NEXT,
    FilesReceived,
    OfRounds,
    ReceivedFile,
    Sealed,
    SealMade,
    Terms,
    TermsSealed,
    changes,
)
from .files import sha256_of
from .ledger import Ledger
from .signing import INSTALL, KeyOwner, is_signed_by


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal: its number, UTC time, who, name and SHA-256 of what was sealed, and how it stands in the chain."""

    n: int
    time: str
    by: str
    name: str
    sha256: str
    entry: int  # its number among all entries
    previous: str
    digest: str
    key: str = ""
    signature: str = ""

    @property
    def text(self) -> str:
        """The seal in a line."""
        return f"seal {self.n} of {self.name}, by {self.by}, {self.time}"


@dataclass(frozen=True, slots=True)
class NewSeal(Seal):
    """A seal that was made now, and what was doubtful of its ledger before."""

    doubts: tuple[str, ...] = ()


def seals(ledger: Ledger) -> list[Seal]:
    """Return every seal, first to last."""
    return [
        Seal(
            made.number,
            entry.time,
            entry.by,
            made.name,
            made.sha256,
            entry.n,
            entry.previous,
            entry.digest,
            entry.key,
            entry.signature,
        )
        for entry, made in ledger.events(Sealed)
    ]


def of_report(report: Path, terms: OfRounds | None = None) -> Sealed:
    """Return what is sealed of a report: its bytes as they are, and the terms of its rounds."""
    return SealMade(
        number=NEXT, name=report.name, sha256=sha256_of(report), terms=dict(terms or {})
    )


def of_terms(name: str, terms: Terms) -> Sealed:
    """Return what is sealed of a round where its terms are sealed alone."""
    digest = digest_of(terms.model_dump(mode="json"))
    return TermsSealed(number=NEXT, name=f"round {name}", sha256=digest, terms={name: terms})


def seal(ledger: Ledger, what: Sealed, *, by: str, signer: KeyOwner | None = None) -> Seal:
    """Seal what there is. Raises `UsageError` without a name.

    A broken chain is gone on with: what is made now is chained to the last entry there is, and the break stays.
    """
    if not by.strip():
        raise UsageError("A seal needs a name: --by NAME.")
    ledger.enter(what, by=by.strip(), signer=signer)
    return seals(ledger)[-1]


# what the seals of a report show, and who could have forged them


@dataclass(frozen=True, slots=True)
class Checked:
    """What the ledger says of a report, or of the terms of a round.

    Its seals, seals of other bytes under its name, what is wrong with the chain, and what the rounds say otherwise now
    than when they were last sealed.
    """

    sha256: str
    seals: tuple[Seal, ...]
    others: tuple[Seal, ...]
    faults: tuple[str, ...]
    terms: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the report: sealed as it is, or never; chain and terms as they were."""
        return not self.faults and not self.terms and (bool(self.seals) or not self.others)


def check(ledger: Ledger, what: Sealed, terms: OfRounds) -> Checked:
    """Look up in the chain what may be sealed; `terms` are those of the rounds at hand, as they are now."""
    known = seals(ledger)
    return Checked(
        what.sha256,
        tuple(seal for seal in known if seal.sha256 == what.sha256),
        tuple(seal for seal in known if seal.sha256 != what.sha256 and seal.name == what.name),
        tuple(faults(ledger)),
        tuple(changed_terms(ledger, terms)),
    )


def doubts(ledger: Ledger, terms: OfRounds) -> Iterator[str]:
    """Tell what is wrong with the chain, and what rounds say otherwise now than when they were last sealed."""
    yield from faults(ledger)
    yield from changed_terms(ledger, terms)


def changed_terms(ledger: Ledger, now: OfRounds) -> Iterator[str]:
    """Tell what rounds say otherwise now than when their terms were last sealed; what to do about it comes last."""
    last = {
        name: (content.terms[name], f"{content.about} was made on {entry.time[:10]}")
        for entry, content in ledger.events(Sealed)
        for name in content.terms
    }
    changed = [
        change
        for name in now
        if name in last
        for change in changes(last[name][0], now[name], last[name][1])
    ]
    yield from changed
    if changed:
        yield "If that is meant, seal the terms of the round as they are now: hrge-xl sign ROUND --by NAME."


def limits(chain: Sequence[LedgerEntry]) -> Iterator[str]:
    """Tell what a chain does not show here."""
    if any(
        is_signed_by(entry.key, entry.digest, entry.signature) is None
        for entry in chain
        if entry.key
    ):
        yield f"The signatures were not checked. {INSTALL}"
    last = max((entry.n for entry in chain if isinstance(entry.event, Sealed)), default=0)
    if chain and chain[-1].n > last:
        yield (
            f"Entries from number {last + 1} on are not sealed: if the last of them were removed, that would not "
            "show here."
        )


def lines(
    found: Checked, name: str, trusted: Mapping[str, str] | None = None, noted: str = ""
) -> Iterator[str]:
    """Tell what was found out, to read. `trusted`: keys with names; `noted`: a digest that was noted elsewhere."""
    yield from found.faults
    yield from found.terms
    for seal in found.seals:
        yield f"Sealed: {seal.text}; digest {seal.digest}."
        yield _shown_by(seal, trusted or {}, noted, whole=not found.faults)
    if not found.seals and found.others:
        last = found.others[-1]
        yield (
            f"{name} is not what was sealed under this name ({last.text}): it was changed afterwards, or is "
            f"another report. SHA-256 sealed: {last.sha256}, now: {found.sha256}."
        )
    elif not found.seals:
        yield f"{name} has no seal."


def is_trusted(seal: Seal, trusted: Mapping[str, str]) -> bool:
    """Say whether a seal was signed with a key that somebody trusts."""
    return seal.key in trusted and bool(is_signed_by(seal.key, seal.digest, seal.signature))


def _shown_by(seal: Seal, trusted: Mapping[str, str], noted: str, *, whole: bool) -> str:
    """Say what a seal shows, and who could have forged it."""
    this = f"Seal {seal.n}"
    covers = (
        f"The entries 1 to {seal.entry} of the chain are covered by it."
        if whole
        else "But the chain is broken: the faults above may concern this seal."
    )
    if noted == seal.digest:
        return f"{this} has the digest that was noted elsewhere: it was there by then, and is the same. {covers}"
    if not seal.key:
        return (
            f"{this} is not signed: anybody who can write into this folder could have made it, and the whole chain, "
            "again. It proves something only with its digest noted elsewhere (--digest)."
        )
    signed = is_signed_by(seal.key, seal.digest, seal.signature)
    if signed is None:
        return f"{this} is signed, but the signature was not checked. {INSTALL}"
    if not signed:
        return (
            f"{this} bears a signature that its key did not make: anybody could have put it there."
        )
    if seal.key in trusted:
        owner = trusted[seal.key]
        return f"{this} is signed with the key of {owner}: only who holds that key could have made it. {covers}"
    known = (
        "which is not among those that you trust"
        if trusted
        else "and nobody has said whose key that is"
    )
    return (
        f"{this} is signed with the key {seal.key}, {known}: anybody could have made such a key, and sealed under the "
        f"name {seal.by}. Ask {seal.by} for the public key by another way, and name it with --trust."
    )


# whether what people entered into the ledger is as they entered it

MOST_GAPS = 5  # that are named


def faults(ledger: Ledger) -> Iterator[str]:
    """Tell what is wrong with the entries of a ledger, a sentence each."""
    chain = ledger.chain()
    places: dict[str, LedgerEntry] = {}
    for entry in chain:
        places.setdefault(entry.digest, entry)
    for before, entry in zip([None, *chain], chain, strict=False):
        yield from _place(before, entry, places)
        yield from _itself(entry)
    yield from _gaps(chain)
    yield from _receipts(chain, ledger.rows())
    yield from journal_faults(ledger.home, chain)


def _place(
    before: LedgerEntry | None, entry: LedgerEntry, places: Mapping[str, LedgerEntry]
) -> Iterator[str]:
    """Say whether an entry follows the one that it was chained to."""
    expected = before.n + 1 if before else 1
    follows = {before.digest, before.right_digest} if before else {FIRST}
    origin = places.get(entry.previous)
    if entry.previous in follows:
        if entry.n != expected:
            yield f"{entry.heading} has another number than when it was made: then it was entry {expected}."
    elif origin is not None or entry.previous == FIRST:
        then = f"it followed {origin.label}" if origin else "it was the first one"
        yield f"{entry.heading} is not in its original place: then {then}. Entries were moved or inserted."
    elif entry.n > expected:
        gone = (
            f"Entry {expected} is"
            if entry.n == expected + 1
            else f"Entries {expected} to {entry.n - 1} are"
        )
        after = f"after {before.label} comes" if before else "the first one is"
        yield f"{gone} missing: {after} {entry.label}."
    else:
        other = before.label if before else "the start"
        yield (
            f"{entry.heading} does not follow {other}: an entry between them was removed, or one of the two was "
            "inserted or changed."
        )


def _itself(entry: LedgerEntry) -> Iterator[str]:
    """Say whether an entry says what it said when it was made, and was signed by the key that it names."""
    if entry.digest != entry.right_digest:
        yield f"{entry.heading} was changed after it was made: its digest does not fit what it says."
    elif entry.event is None and is_newer_program(entry.program):
        yield (
            f"{entry.heading} was made by hrge-xl {entry.program}, which is newer than this program ({__version__}) "
            "and enters what this one does not know. Update this program."
        )
    elif entry.event is None:
        yield f"{entry.heading} was not made by this program: it does not hold what such an entry holds."
    if bool(entry.key) != bool(entry.signature):
        yield f"{entry.heading} lacks its {'signature' if entry.key else 'key'}: it was changed after it was made."
    elif entry.key and is_signed_by(entry.key, entry.digest, entry.signature) is False:
        yield f"{entry.heading} was not signed with the key that it names: it was inserted, or changed later."


def _gaps(chain: Sequence[LedgerEntry]) -> Iterator[str]:
    """Say which decision, waiver, seal or receipt there must have been: each kind is counted from 1."""
    events = filter(None, (entry.event for entry in chain))
    for noun, numbers in grouped((event.noun, event.number) for event in events).items():
        there = set(numbers)
        missing = [n for n in range(1, min(max(there), len(chain) + MOST_GAPS)) if n not in there]
        for n in missing[:MOST_GAPS]:
            yield f"{noun.capitalize()} {n} is missing: there is {noun} {min(other for other in there if other > n)}."
        if missing[MOST_GAPS:]:
            yield f"More entries of the kind {noun} are missing: the highest number is {max(there)}."


# what came


def _receipts(chain: Sequence[LedgerEntry], rows: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Say whether the table of files says of each content what its receipt says."""
    receipts: dict[str, tuple[FilesReceived, ReceivedFile]] = {}
    for content in (entry.event for entry in chain):
        if isinstance(content, FilesReceived):
            for file in content.files:
                receipts.setdefault(file.sha256, (content, file))
    for row in rows:
        receipt = receipts.pop(str(row["sha256"]), None)
        if receipt is None:
            yield (
                f"{row['path']} ({str(row['sha256'])[:12]}) is in the table of files without a receipt: it was "
                "inserted, or its receipt was removed."
            )
        else:
            yield from _disagreement(*receipt, row)
    for content, file in receipts.values():
        yield (
            f"Receipt {content.number} is about {file.path} ({file.sha256[:12]}), which was removed from the table of "
            "files."
        )


def _disagreement(
    receipt: FilesReceived, file: ReceivedFile, row: Mapping[str, object]
) -> Iterator[str]:
    day = receipt.day.isoformat() if receipt.day else None
    pairs = {
        "number": (row["n"], file.order),
        "path": (row["path"], file.path),
        "size": (row["size"], file.size),
        "day": (row["received"], day),
        "day stated": (bool(row["stated"]), receipt.stated),
    }
    other = [
        f"{what} {said} instead of {came}" for what, (said, came) in pairs.items() if said != came
    ]
    if other:
        yield (
            f"{file.path} ({file.sha256[:12]}): the table of files was changed; it says {', '.join(other)}, as receipt "
            f"{receipt.number} has it."
        )
