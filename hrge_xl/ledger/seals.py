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
            sealed.number,
            entry.time,
            entry.by,
            sealed.name,
            sealed.sha256,
            entry.n,
            entry.previous,
            entry.digest,
            entry.key,
            entry.signature,
        )
        for entry, sealed in ledger.events(Sealed)
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


def seal(ledger: Ledger, sealed: Sealed, *, by: str, signer: KeyOwner | None = None) -> Seal:
    """Seal what there is. Raises `UsageError` without a name.

    A broken chain is gone on with: what is made now is chained to the last entry there is, and the break stays.
    """
    if not by.strip():
        raise UsageError("A seal needs a name: --by NAME.")
    ledger.enter(sealed, by=by.strip(), signer=signer)
    return seals(ledger)[-1]


# what the seals of a report show, and who could have forged them


@dataclass(frozen=True, slots=True)
class LedgerCheck:
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


def check(ledger: Ledger, sealed: Sealed, terms: OfRounds) -> LedgerCheck:
    """Look up in the chain what may be sealed; `terms` are those of the rounds at hand, as they are now."""
    every_seal = seals(ledger)
    return LedgerCheck(
        sealed.sha256,
        tuple(seal for seal in every_seal if seal.sha256 == sealed.sha256),
        tuple(
            seal for seal in every_seal if seal.sha256 != sealed.sha256 and seal.name == sealed.name
        ),
        tuple(faults(ledger)),
        tuple(changed_terms(ledger, terms)),
    )


def doubts(ledger: Ledger, terms: OfRounds) -> Iterator[str]:
    """Tell what is wrong with the chain, and what rounds say otherwise now than when they were last sealed."""
    yield from faults(ledger)
    yield from changed_terms(ledger, terms)


def changed_terms(ledger: Ledger, current_terms: OfRounds) -> Iterator[str]:
    """Tell what rounds say otherwise now than when their terms were last sealed; what to do about it comes last."""
    last = {
        name: (content.terms[name], f"{content.about} was made on {entry.time[:10]}")
        for entry, content in ledger.events(Sealed)
        for name in content.terms
    }
    changed = [
        change
        for name in current_terms
        if name in last
        for change in changes(last[name][0], current_terms[name], last[name][1])
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
    checked: LedgerCheck, name: str, trusted: Mapping[str, str] | None = None, noted: str = ""
) -> Iterator[str]:
    """Tell what was found out, to read. `trusted`: keys with names; `noted`: a digest that was noted elsewhere."""
    yield from checked.faults
    yield from checked.terms
    for seal in checked.seals:
        yield f"Sealed: {seal.text}; digest {seal.digest}."
        yield _shown_by(seal, trusted or {}, noted, whole=not checked.faults)
    if not checked.seals and checked.others:
        last = checked.others[-1]
        yield (
            f"{name} is not what was sealed under this name ({last.text}): it was changed afterwards, or is "
            f"another report. SHA-256 sealed: {last.sha256}, now: {checked.sha256}."
        )
    elif not checked.seals:
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
    trust_text = (
        "which is not among those that you trust"
        if trusted
        else "and nobody has said whose key that is"
    )
    return (
        f"{this} is signed with the key {seal.key}, {trust_text}: anybody could have made such a key, and sealed under "
        f"the name {seal.by}. Ask {seal.by} for the public key by another way, and name it with --trust."
    )


# whether what people entered into the ledger is as they entered it

MOST_GAPS = 5  # that are named


def faults(ledger: Ledger) -> Iterator[str]:
    """Tell what is wrong with the entries of a ledger, a sentence each."""
    chain = ledger.chain()
    places: dict[str, LedgerEntry] = {}
    for entry in chain:
        places.setdefault(entry.digest, entry)
    for previous, entry in zip([None, *chain], chain, strict=False):
        yield from _place(previous, entry, places)
        yield from _itself(entry)
    yield from _gaps(chain)
    yield from _receipts(chain, ledger.rows())
    yield from journal_faults(ledger.home, chain)


def _place(
    previous: LedgerEntry | None, entry: LedgerEntry, places: Mapping[str, LedgerEntry]
) -> Iterator[str]:
    """Say whether an entry follows the one that it was chained to."""
    expected = previous.n + 1 if previous else 1
    follows = {previous.digest, previous.right_digest} if previous else {FIRST}
    origin = places.get(entry.previous)
    if entry.previous in follows:
        if entry.n != expected:
            yield f"{entry.heading} has another number than when it was made: then it was entry {expected}."
    elif origin is not None or entry.previous == FIRST:
        original_place = f"it followed {origin.label}" if origin else "it was the first one"
        yield f"{entry.heading} is not in its original place: then {original_place}. Entries were moved or inserted."
    elif entry.n > expected:
        gone = (
            f"Entry {expected} is"
            if entry.n == expected + 1
            else f"Entries {expected} to {entry.n - 1} are"
        )
        predecessor_text = f"after {previous.label} comes" if previous else "the first one is"
        yield f"{gone} missing: {predecessor_text} {entry.label}."
    else:
        predecessor = previous.label if previous else "the start"
        yield (
            f"{entry.heading} does not follow {predecessor}: an entry between them was removed, or one of the two was "
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
        used_numbers = set(numbers)
        missing = [
            n
            for n in range(1, min(max(used_numbers), len(chain) + MOST_GAPS))
            if n not in used_numbers
        ]
        for n in missing[:MOST_GAPS]:
            following = min(used for used in used_numbers if used > n)
            yield f"{noun.capitalize()} {n} is missing: there is {noun} {following}."
        if missing[MOST_GAPS:]:
            yield f"More entries of the kind {noun} are missing: the highest number is {max(used_numbers)}."


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
    disagreements = [
        f"{column} {row_value} instead of {receipt_value}"
        for column, (row_value, receipt_value) in pairs.items()
        if row_value != receipt_value
    ]
    if disagreements:
        yield (
            f"{file.path} ({file.sha256[:12]}): the table of files was changed; it says {', '.join(disagreements)}, as "
            f"receipt {receipt.number} has it."
        )
