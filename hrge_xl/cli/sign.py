"""`hrge-xl sign`: seal a report or the terms of a round, so that a later change shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import hrge_xl

from ..errors import Exit, UsageError
from .common import ANYWHERE, FILE, FOLDER, THERE, first_line
from .terminal import line, print_lines

if TYPE_CHECKING:
    from .. import Chain, SealCheck


@click.command()
@click.argument("report", metavar="[REPORT|ROUND]", required=False, type=THERE)
@click.option("--by", default="", metavar="NAME", help="Who seals it.")
@click.option("--key", type=FILE, metavar="FILE", help="Sign with the private key in this file.")
@click.option(
    "--new-key", type=ANYWHERE, metavar="FILE",
    help="Make a private key in this file; the public one is printed, and saved beside it as FILE.pub.",
)  # fmt: skip
@click.option(
    "--passphrase-file", type=FILE, metavar="FILE",
    help="A text file whose first line is the passphrase of the key.",
)  # fmt: skip
@click.option("--check", is_flag=True, help="Do not seal: say whether the report is as it was sealed.")
@click.option(
    "--digest", metavar="HEX", help="With --check: this seal must be there (its digest as noted elsewhere)."
)
@click.option(
    "--trust", type=FILE, multiple=True, metavar="FILE",
    help="With --check: public keys that you trust, as PEM or as lines of 64 hex digits and a name. May be repeated.",
)  # fmt: skip
@click.option(
    "--list", "listed", is_flag=True, help="Every seal of the ledger, and whether the chain is whole."
)
@click.option("--all", "everything", is_flag=True, help="With --list: every entry of the chain.")
@click.option(
    "--ledger",
    type=FOLDER,
    metavar="FOLDER",
    help="Round or consolidated folder (default: the one around the report).",
)
def command(  # noqa: PLR0913 (one parameter an option)
    report: Path | None, by: str, key: Path | None, new_key: Path | None, passphrase_file: Path | None, check: bool,
    digest: str | None, trust: tuple[Path, ...], listed: bool, everything: bool, ledger: Path | None,
) -> Exit:  # fmt: skip
    """Write the SHA-256 of a report into the ledger, chained to the previous entry. The report itself stays as it is.

    For a round, its terms are sealed: period, spec, teams and deadlines. They are also sealed with each of its reports.

    \b
    hrge-xl sign 2026-H1/reports/validation.json --by "A. Name" --key mine.pem
    hrge-xl sign 2026-H1/reports/validation.json --check --trust colleagues.txt
    hrge-xl sign --new-key mine.pem

    Next: hrge-xl verify reports/validation.json --returned returned
    """
    passphrase = first_line(passphrase_file) if passphrase_file else None
    if new_key is not None:
        return _new_key(new_key, passphrase, by)
    if listed or everything:
        return _list(hrge_xl.chain(ledger, report), everything=everything)
    if report is None:
        hrge_xl.chain(ledger)  # where there is no ledger either, that is told first
        raise UsageError("Say which report: hrge-xl sign REPORT --by NAME; or --list.")
    if check or digest or trust:
        digest = (digest or "").lower()
        return _check(hrge_xl.check_seal(ledger, report, digest=digest, trust=trust), digest)
    made = hrge_xl.sign(ledger, report, by=by, key=key, passphrase=passphrase)
    line(f"Sealed: {made.told}.")
    line(f"SHA-256 of the {'terms' if report.is_dir() else 'report'}: {made.sha256}")
    line(f"Digest of the seal: {made.digest}")
    print_lines((f"Before this seal: {told}" for told in made.doubts), err=True)
    line("Note the digest of the seal outside this folder: see docs/auditing.md.", err=True)
    return Exit.OK


def _new_key(file: Path, passphrase: str | None, by: str) -> Exit:
    public, public_file = hrge_xl.new_key(file, by, passphrase)
    line(public)
    told = (
        f"The private key is in {file}. Keep it outside round folders, and do not give it to anybody.",
        f"The public key, as above, is in {public_file}: for those who check your seals (--trust).",
    )
    print_lines(told, err=True)
    return Exit.OK


def _check(seal: SealCheck, digest: str) -> Exit:
    print_lines(seal.lines)
    if not seal.is_noted:
        line(f"No seal of {seal.name} has the digest {digest}: the ledger or the report was replaced.")
    if not seal.is_trusted:
        line(f"No seal of {seal.name} is signed with a key that you trust.")
    return Exit.OK if seal.holds else Exit.FINDINGS


def _list(chain: Chain, *, everything: bool) -> Exit:
    from ..words import counted

    if everything:
        for entry in chain.entries:
            by = f" {entry.by}" if entry.by else ""
            line(f"{entry.n}: {entry.time}{by}: {entry.about}; digest {entry.digest}")
    else:
        print_lines(
            f"{each.n}: {each.time} {each.by}: {each.name} {each.sha256}; digest {each.digest}"
            for each in chain.seals
        )
    print_lines(chain.doubts)
    print_lines(chain.limits, err=True)
    told = f"{counted(len(chain.seals), 'seal')}, {counted(len(chain.entries), 'entry', 'entries')}."
    line(told, err=True)
    return Exit.FINDINGS if chain.doubts else Exit.OK
