"""`hrge-xl sign`: seal a report, so that a later change shows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from ..errors import Exit, UsageError
from .terminal import line


@click.command()
@click.argument("report", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", default="", metavar="NAME", help="Who seals it.")
@click.option("--check", is_flag=True, help="Do not seal: say whether the report is as it was sealed.")
@click.option(
    "--digest", metavar="HEX", help="With --check: this seal must be there (its digest as noted elsewhere)."
)
@click.option(
    "--list", "listed", is_flag=True, help="Every seal of the ledger, and whether the chain is whole."
)
@click.option(
    "--ledger",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    metavar="FOLDER",
    help="Round or consolidated folder (default: the one around the report).",
)
def command(
    report: Path | None, by: str, check: bool, digest: str | None, listed: bool, ledger: Path | None
) -> int:
    """Write the SHA-256 of a report into the ledger, chained to the seal before. The report itself stays as it is.

    \b
    hrge-xl sign 2026-H1/reports/validation.json --by "A. Name"
    hrge-xl sign 2026-H1/reports/validation.json --check
    """
    from ..rounds.datasets import check_own

    folder = ledger or _around(report)
    check_own(folder)
    if listed:
        return _list(folder)
    if report is None:
        raise UsageError("Say which report: hrge-xl sign REPORT --by NAME; or --list.")
    if check or digest:
        return _check(folder, report, digest)
    return _seal(folder, report, by)


def _around(report: Path | None) -> Path:
    from ..dataset.ledger import near
    from ..rounds.rounds import is_among_returns, is_round

    parents = (report or Path() / "report").resolve().parents[: 2 if report else 3]
    around = [each for each in parents if not is_among_returns(each)]
    found = near(*around) or next(filter(is_round, around), None)
    if found is None:
        raise UsageError(
            "There is no ledger around the report. Name the folder that has it: --ledger FOLDER."
        )
    return found


def _seal(folder: Path, report: Path, by: str) -> int:
    from ..dataset.ledger import Ledger
    from ..dataset.seals import seal
    from ..rounds.datasets import check_folder

    check_folder(folder)
    with Ledger.open(folder) as ledger:
        made = seal(ledger, report, by=by, time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    line(f"Sealed: {made.told}.")
    line(f"SHA-256 of the report: {made.sha256}")
    line(f"Digest of the seal: {made.digest}")
    line("Note the digest of the seal outside this folder: see docs/auditing.md.", err=True)
    return int(Exit.OK)


def _check(folder: Path, report: Path, digest: str | None) -> int:
    from ..dataset.ledger import Ledger
    from ..dataset.seals import check, lines

    with Ledger.open(folder, write=False) as ledger:
        found = check(ledger, report)
    for told in lines(found, report.name):
        line(told)
    noted = digest is None or digest.lower() in {each.digest for each in found.seals}
    if not noted:
        line(f"No seal of {report.name} has the digest {digest}: the ledger or the report was replaced.")
    return int(Exit.OK if found.seals and found.holds and noted else Exit.FINDINGS)


def _list(folder: Path) -> int:
    from ..dataset.ledger import Ledger
    from ..dataset.seals import faults, seals

    with Ledger.open(folder, write=False) as ledger:
        chain = seals(ledger)
    for each in chain:
        line(f"{each.n}: {each.time} {each.by}: {each.name} {each.sha256}; digest {each.digest}")
    broken = list(faults(chain))
    for told in broken:
        line(told)
    line(f"{len(chain)} seal{'s' if len(chain) != 1 else ''}.", err=True)
    return int(Exit.FINDINGS if broken else Exit.OK)
