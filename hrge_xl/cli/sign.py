"""`hrge-xl sign`: seal a report or the terms of a round, so that a later change shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from ..errors import Exit, UsageError
from .common import ANYWHERE, FILE, FOLDER, THERE, first_line
from .terminal import line, print_lines

if TYPE_CHECKING:
    from ..ledger.events import Sealed, Terms


class What(NamedTuple):
    """What is sealed or looked up: a report, else the terms of a round alone; and the folder that has the ledger."""

    folder: Path
    report: Path | None
    terms: dict[str, Terms]  # of the rounds at hand

    @property
    def sealed(self) -> Sealed:
        """As it is sealed."""
        from ..ledger.seals import of_report, of_terms

        return (
            of_report(self.report, self.terms) if self.report else of_terms(*next(iter(self.terms.items())))
        )


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
    what = _what(report, ledger)
    if listed or everything:
        return _list(what, everything=everything)
    if report is None:
        raise UsageError("Say which report: hrge-xl sign REPORT --by NAME; or --list.")
    if check or digest or trust:
        return _check(what, (digest or "").lower(), trust)
    return _seal(what, by, key, passphrase)


def _new_key(file: Path, passphrase: str | None, by: str) -> Exit:
    from ..ledger.signing import new_key

    public, public_file = new_key(file, by, passphrase)
    line(public)
    told = (
        f"The private key is in {file}. Keep it outside round folders, and do not give it to anybody.",
        f"The public key, as above, is in {public_file}: for those who check your seals (--trust).",
    )
    print_lines(told, err=True)
    return Exit.OK


def _what(report: Path | None, ledger: Path | None) -> What:
    """Find what is meant, with the terms of the rounds at hand. Raises `RoundError` where a folder is not a round."""
    from ..rounds.datasets import check_own
    from ..rounds.rounds import is_round, load_round, read_round, terms_of

    alone = report if report is not None and report.is_dir() else None
    if alone is not None:
        read_round(alone)  # raises RoundError for another folder
    folder = ledger or alone or _around(report)
    check_own(folder)
    around = [] if alone or report is None else report.resolve().parents[:2]
    named = dict.fromkeys(each.resolve() for each in (alone or folder, *around))
    rounds = [load_round(each) for each in named if is_round(each)]
    return What(folder, None if alone else report, terms_of(rounds))


def _around(report: Path | None) -> Path:
    from ..ledger.ledger import near
    from ..rounds.rounds import is_among_returns, is_round

    parents = (report or Path() / "report").resolve().parents[: 2 if report else 3]
    around = [each for each in parents if not is_among_returns(each)]
    found = near(*around) or next(filter(is_round, around), None)
    if found is None:
        raise UsageError(
            "There is no ledger around the report. Name the folder that has it: --ledger FOLDER."
        )
    return found


def _seal(what: What, by: str, key: Path | None, passphrase: str | None) -> Exit:
    from ..ledger.files import only_writer
    from ..ledger.ledger import Ledger
    from ..ledger.seals import doubts, seal
    from ..ledger.signing import load_key
    from ..rounds.datasets import check_folder

    signer = load_key(key, passphrase) if key else None
    check_folder(what.folder)
    with only_writer(what.folder), Ledger.open(what.folder) as ledger:
        before = list(doubts(ledger, what.terms))
        made = seal(ledger, what.sealed, by=by, signer=signer)
    line(f"Sealed: {made.told}.")
    line(f"SHA-256 of the {'report' if what.report else 'terms'}: {made.sha256}")
    line(f"Digest of the seal: {made.digest}")
    print_lines((f"Before this seal: {told}" for told in before), err=True)
    line("Note the digest of the seal outside this folder: see docs/auditing.md.", err=True)
    return Exit.OK


def _check(what: What, digest: str, trust: Sequence[Path]) -> Exit:
    from ..ledger.ledger import Ledger
    from ..ledger.seals import check, is_trusted, lines
    from ..ledger.signing import trusted_keys

    trusted, sealed = trusted_keys(trust), what.sealed
    name = sealed.name
    with Ledger.open(what.folder, write=False) as ledger:
        found = check(ledger, sealed, what.terms)
    print_lines(lines(found, name, trusted, digest))
    noted = not digest or digest in [each.digest for each in found.seals]
    if not noted:
        line(f"No seal of {name} has the digest {digest}: the ledger or the report was replaced.")
    known = not trusted or any(is_trusted(each, trusted) for each in found.seals)
    if not known:
        line(f"No seal of {name} is signed with a key that you trust.")
    return Exit.OK if found.seals and found.holds and noted and known else Exit.FINDINGS


def _list(what: What, *, everything: bool) -> Exit:
    from ..ledger.ledger import Ledger
    from ..ledger.seals import doubts, limits, seals
    from ..words import counted

    with Ledger.open(what.folder, write=False) as ledger:
        chain, found = ledger.chain(), seals(ledger)
        broken = list(doubts(ledger, what.terms))
    if everything:
        for entry in chain:
            by = f" {entry.by}" if entry.by else ""
            line(f"{entry.n}: {entry.time}{by}: {entry.about}; digest {entry.digest}")
    else:
        print_lines(
            f"{each.n}: {each.time} {each.by}: {each.name} {each.sha256}; digest {each.digest}"
            for each in found
        )
    print_lines(broken)
    print_lines(limits(chain), err=True)
    line(f"{counted(len(found), 'seal')}, {counted(len(chain), 'entry', 'entries')}.", err=True)
    return Exit.FINDINGS if broken else Exit.OK
