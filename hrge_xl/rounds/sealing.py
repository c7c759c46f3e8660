"""Seals of reports and of the terms of rounds: made, looked up, and told as one chain with everything else entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from ..core.errors import UsageError
from ..ledger.chain import LedgerEntry
from ..ledger.events import Sealed, Terms
from ..ledger.files import only_writer
from ..ledger.ledger import Ledger, near
from ..ledger.seals import (
    LedgerCheck,
    NewSeal,
    Seal,
    check,
    doubts,
    is_trusted,
    limits,
    lines,
    of_report,
    of_terms,
    seal,
    seals,
)
from ..ledger.signing import load_key, trusted_keys
from .datasets import check_folder, check_own
from .rounds import is_among_returns, is_round, load_round, read_round, terms_of


def sign(
    folder: str | Path | None,
    report: str | Path,
    *,
    by: str,
    key: str | Path | None = None,
    passphrase: str | None = None,
) -> NewSeal:
    """Seal the bytes of a report, or the terms of a round that is named, in the ledger of a folder.

    Without a folder it is the one around the report. `key` is a file with a private key to sign with. Raises
    `UsageError`.
    """
    target = _target(report, folder)
    signer = load_key(Path(key), passphrase) if key else None
    check_folder(target.folder)
    with only_writer(target.folder), Ledger.open(target.folder) as ledger:
        existing_doubts = [*doubts(ledger, target.terms)]
        if target.report is not None and ledger.is_outgrown(target.report):
            existing_doubts.append(
                f"{target.report.name} was made before the dataset was last changed, and is sealed as it is."
            )
        new_seal = seal(ledger, target.sealed, by=by, signer=signer)
        return NewSeal(**asdict(new_seal), doubts=tuple(existing_doubts))


class SealCheck(NamedTuple):
    """What the ledger says of a report or of a round's terms: its name there, and what was found."""

    name: str
    found: LedgerCheck
    is_noted: bool  # one of its seals has the digest that was noted elsewhere, where one was
    is_trusted: bool  # one of them is signed with a key that is trusted, where some are
    lines: Sequence[str]  # what each seal shows, and who could have forged it

    @property
    def holds(self) -> bool:
        """Whether it is sealed, and nothing speaks against it."""
        return bool(self.found.seals) and self.found.holds and self.is_noted and self.is_trusted


def check_seal(
    folder: str | Path | None,
    report: str | Path,
    *,
    digest: str = "",
    trust: Sequence[str | Path] = (),
) -> SealCheck:
    """Look up whether a report, or the terms of a round, are as they were sealed; the folder is that of `sign`.

    `digest` is that of a seal as somebody noted it; `trust` are files with public keys. Raises `UsageError`.
    """
    target = _target(report, folder)
    trusted = trusted_keys([*map(Path, trust)])
    name = target.sealed.name
    with Ledger.open(target.folder, write=False) as ledger:
        ledger_check = check(ledger, target.sealed, target.terms)
    digest = digest.lower()
    seals_found = ledger_check.seals
    return SealCheck(
        name,
        ledger_check,
        is_noted=not digest or digest in [seal.digest for seal in seals_found],
        is_trusted=not trusted or any(is_trusted(seal, trusted) for seal in seals_found),
        lines=list(lines(ledger_check, name, trusted, digest)),
    )


class Chain(NamedTuple):
    """The entries of a ledger in their order, the seals among them, and what is wrong with the chain."""

    entries: Sequence[LedgerEntry]
    seals: Sequence[Seal]
    doubts: Sequence[str]
    limits: Sequence[str]  # what the chain does not show here


def chain(folder: str | Path | None, report: str | Path | None = None) -> Chain:
    """Return what people entered into a ledger, as one chain; the folder is that of `sign`. Raises `UsageError`."""
    target = _target(report, folder)
    with Ledger.open(target.folder, write=False) as ledger:
        entries = ledger.chain()
        return Chain(
            entries, seals(ledger), list(doubts(ledger, target.terms)), list(limits(entries))
        )


@dataclass(frozen=True, slots=True)
class SealTarget:
    """A report, or else the terms of a round alone; the folder that has the ledger, and the terms at hand."""

    folder: Path
    report: Path | None
    terms: dict[str, Terms]

    @property
    def sealed(self) -> Sealed:
        """As it is sealed."""
        return (
            of_report(self.report, self.terms)
            if self.report
            else of_terms(*next(iter(self.terms.items())))
        )


def _target(named: str | Path | None, folder: str | Path | None) -> SealTarget:
    """Find the ledger, and the rounds at hand. Raises `RoundError` where a folder is not a round, and `UsageError`."""
    report = None if named is None else Path(named)
    alone = report if report is not None and report.is_dir() else None
    if alone is not None:
        read_round(alone)  # raises RoundError for another folder
    elif report is not None and not report.is_file():
        raise UsageError("there is no such report.", place=report, remedy="Check the path.")
    parents = (report or Path() / "report").resolve().parents[: 2 if report else 3]
    around = [place for place in parents if not is_among_returns(place)]
    home = alone or near(*around) or next(filter(is_round, around), None)
    home = home if folder is None else Path(folder)
    if home is None:
        raise UsageError(
            "There is no ledger around the report.",
            remedy="Name the folder that has it: --ledger FOLDER.",
        )
    check_own(home)
    at_hand = dict.fromkeys(
        place.resolve() for place in (alone or home, *(() if alone or not report else parents))
    )
    rounds = [load_round(place) for place in at_hand if is_round(place)]
    return SealTarget(home, None if alone else report, terms_of(rounds))
