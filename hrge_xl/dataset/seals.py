"""Seals in the ledger: who signed which bytes of a report when, each seal chained to the one before.

The digest of a seal is the SHA-256 of the JSON list `[n, time, by, name, sha256, previous]` in UTF-8, without
spaces and with letters as they are; `previous` is the digest of the seal before, and 64 zeros for the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from ..errors import UsageError
from .ledger import Ledger

FIRST = "0" * 64

SEALS = sa.Table(
    "seals",
    sa.MetaData(),
    sa.Column("n", sa.Integer(), primary_key=True),
    *(sa.Column(name, sa.Text()) for name in ("time", "by", "name", "sha256", "previous", "digest")),
)


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal: number, UTC time, who, name and SHA-256 of the report, the seal before, and its own digest."""

    n: int
    time: str
    by: str
    name: str
    sha256: str
    previous: str
    digest: str = ""

    @property
    def right_digest(self) -> str:
        """What its digest must be."""
        parts = [self.n, self.time, self.by, self.name, self.sha256, self.previous]
        text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def told(self) -> str:
        """The seal in a line."""
        return f"seal {self.n} of {self.name}, by {self.by}, {self.time}"


def seals(ledger: Ledger) -> list[Seal]:
    """The chain, first to last."""
    return [Seal(**row) for row in ledger.entries(SEALS)]


def seal(ledger: Ledger, report: Path, *, by: str, time: str) -> Seal:
    """Seal the bytes of a report as they are. Raises `UsageError` without a name, or where the chain is broken."""
    if not by.strip():
        raise UsageError("A seal needs a name: --by NAME.")
    chain = seals(ledger)
    broken = list(faults(chain))
    if broken:
        raise UsageError(f"The chain of seals is broken, so nothing is added to it. {broken[0]}")
    previous = chain[-1].digest if chain else FIRST
    bare = Seal(len(chain) + 1, time, by.strip(), report.name, sha256_of(report), previous)
    made = Seal(**{**asdict(bare), "digest": bare.right_digest})
    ledger.add(SEALS, asdict(made))
    return made


def sha256_of(path: Path) -> str:
    """SHA-256 of the bytes of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def faults(chain: Sequence[Seal]) -> Iterator[str]:
    """What is wrong with a chain, a sentence each: a seal changed, put in or taken out."""
    previous = FIRST
    for n, each in enumerate(chain, start=1):
        if each.n != n:
            yield f"Seal {n} is missing: the next one is {each.n}."
            return
        if each.digest != each.right_digest:
            yield f"Seal {n} was changed after it was made: its digest does not fit what it says."
        if each.previous != previous:
            yield f"Seal {n} does not follow the seal before it."
        previous = each.digest


@dataclass(frozen=True, slots=True)
class Checked:
    """What the ledger says of a report: its seals, seals of other bytes under its name, faults of the chain."""

    sha256: str
    seals: tuple[Seal, ...]
    others: tuple[Seal, ...]
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the report: sealed as it is, or never sealed; the chain whole."""
        return not self.faults and (bool(self.seals) or not self.others)


def check(ledger: Ledger, report: Path) -> Checked:
    """Look a report up in the chain."""
    chain, sha256 = seals(ledger), sha256_of(report)
    return Checked(
        sha256,
        tuple(each for each in chain if each.sha256 == sha256),
        tuple(each for each in chain if each.sha256 != sha256 and each.name == report.name),
        tuple(faults(chain)),
    )


def lines(found: Checked, name: str) -> Iterator[str]:
    """What was found out, to read."""
    yield from found.faults
    yield from (f"Sealed: {each.told}; digest {each.digest}." for each in found.seals)
    if not found.seals and found.others:
        last = found.others[-1]
        yield (
            f"{name} is not what was sealed under this name ({last.told}): it was changed since, or is another "
            f"report. SHA-256 sealed: {last.sha256}, now: {found.sha256}."
        )
    elif not found.seals:
        yield f"{name} has no seal."
