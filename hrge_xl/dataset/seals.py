"""Seals in the ledger: who sealed which bytes of a report when, and the terms of its rounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from .entries import Entry, Signer, digest_of
from .files import sha256_of
from .kinds import Sealed, SealMade, TermsSealed
from .ledger import Ledger
from .terms import OfRounds, Terms


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
    def told(self) -> str:
        """The seal in a line."""
        return f"seal {self.n} of {self.name}, by {self.by}, {self.time}"


def seals(ledger: Ledger) -> list[Seal]:
    """Give every seal, first to last."""
    return [_seal(entry, content) for entry, content in ledger.entries(SealMade, TermsSealed)]


def _seal(entry: Entry, content: Sealed) -> Seal:
    return Seal(
        content.number, entry.time, entry.by, content.name, content.sha256, entry.n, entry.previous, entry.digest,
        entry.key, entry.signature,
    )  # fmt: skip


def seal(
    ledger: Ledger, report: Path, *, by: str, terms: OfRounds | None = None, signer: Signer | None = None
) -> Seal:
    """Seal the bytes of a report as they are, and the terms of its rounds. Raises `UsageError` without a name.

    A broken chain is gone on with: what is made now is chained to the last entry there is, and the break stays.
    """
    number = ledger.next_number(SealMade, TermsSealed)
    made = SealMade(number=number, name=report.name, sha256=sha256_of(report), terms=dict(terms or {}))
    return _seal(ledger.enter(made, by=_named(by), signer=signer), made)


def seal_terms(ledger: Ledger, name: str, terms: Terms, *, by: str, signer: Signer | None = None) -> Seal:
    """Seal the terms of a round alone. Raises `UsageError` without a name."""
    number, (named, digest) = ledger.next_number(SealMade, TermsSealed), as_sealed(name, terms)
    made = TermsSealed(number=number, name=named, sha256=digest, terms={name: terms})
    return _seal(ledger.enter(made, by=_named(by), signer=signer), made)


def as_sealed(name: str, terms: Terms) -> tuple[str, str]:
    """Give what a round is sealed as when its terms are sealed alone: a name, and the digest of them."""
    return f"round {name}", digest_of(terms.model_dump(mode="json"))


def _named(by: str) -> str:
    if not by.strip():
        raise UsageError("A seal needs a name: --by NAME.")
    return by.strip()
