"""What the seals of a report show, and who could have forged them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .chain import faults
from .entries import Entry
from .kinds import Sealed, SealMade, TermsSealed
from .ledger import Ledger
from .seals import Seal, seals
from .signing import INSTALL, is_signed_by
from .terms import OfRounds, changes


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


def check(ledger: Ledger, name: str, sha256: str, terms: OfRounds | None = None) -> Checked:
    """Look up in the chain what bears a name; `terms` are those of the rounds at hand, as they are now."""
    known = seals(ledger)
    return Checked(
        sha256,
        tuple(each for each in known if each.sha256 == sha256),
        tuple(each for each in known if each.sha256 != sha256 and each.name == name),
        tuple(faults(ledger)),
        tuple(changed_terms(ledger, terms or {})),
    )


def doubts(ledger: Ledger, terms: OfRounds) -> Iterator[str]:
    """Tell what is wrong with the chain, and what rounds say otherwise now than when they were last sealed."""
    yield from faults(ledger)
    yield from changed_terms(ledger, terms)


def changed_terms(ledger: Ledger, now: OfRounds) -> Iterator[str]:
    """Tell what rounds say otherwise now than when their terms were last sealed; what to do about it comes last."""
    told = list(_changed_terms(ledger, now))
    yield from told
    if told:
        yield "If that is meant, seal the terms of the round as they are now: hrge-xl sign ROUND --by NAME."


def _changed_terms(ledger: Ledger, now: OfRounds) -> Iterator[str]:
    made = ledger.entries(SealMade, TermsSealed)
    last = {name: (entry, content) for entry, content in made for name in content.terms}
    for name, terms in now.items():
        if name in last:
            entry, content = last[name]
            yield from changes(content.terms[name], terms, f"{content.about} was made on {entry.time[:10]}")


def limits(chain: Sequence[Entry]) -> Iterator[str]:
    """Tell what a chain does not show here."""
    if any(is_signed_by(each.key, each.digest, each.signature) is None for each in chain if each.key):
        yield f"The signatures were not checked. {INSTALL}"
    last = max((each.n for each in chain if isinstance(each.read, Sealed)), default=0)
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
    for each in found.seals:
        yield f"Sealed: {each.told}; digest {each.digest}."
        yield _shown_by(each, trusted or {}, noted, whole=not found.faults)
    if not found.seals and found.others:
        last = found.others[-1]
        yield (
            f"{name} is not what was sealed under this name ({last.told}): it was changed afterwards, or is "
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
        return (
            f"{this} has the digest that was noted elsewhere: it was there by then, and is the same. {covers}"
        )
    if not seal.key:
        return (
            f"{this} is not signed: anybody who can write into this folder could have made it, and the whole chain, "
            "again. It proves something only with its digest noted elsewhere (--digest)."
        )
    signed = is_signed_by(seal.key, seal.digest, seal.signature)
    if signed is None:
        return f"{this} is signed, but the signature was not checked. {INSTALL}"
    if not signed:
        return f"{this} bears a signature that its key did not make: anybody could have put it there."
    if seal.key in trusted:
        owner = trusted[seal.key]
        return (
            f"{this} is signed with the key of {owner}: only who holds that key could have made it. {covers}"
        )
    known = "which is not among those that you trust" if trusted else "and nobody has said whose key that is"
    return (
        f"{this} is signed with the key {seal.key}, {known}: anybody could have made such a key, and sealed under the "
        f"name {seal.by}. Ask {seal.by} for the public key by another way, and name it with --trust."
    )
