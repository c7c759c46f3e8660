"""`hrge-xl decide`: which of several returns counts, decided by a person, with the reason."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from .common import cores, password_option, spec_option, the_day, today_option

if TYPE_CHECKING:
    from ..validation import ValidationRequest

Row = dict[str, Any]
FOUND = {
    "conflict": "waits for a decision",
    "set aside": "set aside",
    "waiting": "waits for a corrected version",
}


@click.command()
@click.argument("folder", metavar="DATASET", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("returns", metavar="[RETURN]...", nargs=-1)
@click.option("--use", "choice", flag_value="counts", help="It counts; what stood against it gives way.")
@click.option("--withdraw", "choice", flag_value="withdrawn", help="It is taken away and counts in no case.")
@click.option("--undo", "choice", flag_value="undone", help="Take back what was decided about it.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it is kept with the decision.")
@click.option("--by", default=None, metavar="NAME", help="Who decides (default: the user of this machine).")
@click.option("--store", default=None, metavar="URL", help="The database that the dataset is also in.")
@password_option
@spec_option
@today_option
def command(  # noqa: PLR0913 (one parameter an option)
    folder: Path, returns: tuple[str, ...], choice: str | None, reason: str, by: str | None,
    store: str | None, password: str | None, spec: str | None, today: date | None,
) -> None:  # fmt: skip
    """Decide which of several returns counts (X003, X004), or take one away.

    DATASET is the folder of a dataset, or a round that was consolidated. A RETURN is named by its file or by its
    submission. Without one: what waits for a decision, and what was decided.

    \b
    hrge-xl decide output/dataset
    hrge-xl decide output/dataset PAK_final.xlsx --use --reason "The team confirmed it."
    """
    before = _ledger(folder)
    if not returns:
        for line in _overview(folder, before):
            click.echo(line)
        return
    if choice is None:
        raise UsageError("Say what becomes of it: --use, --withdraw or --undo.")
    _decide(folder, returns, choice, reason, by or getpass.getuser(), the_day(today))
    _settle(folder, _asked(folder, spec, today, password), store)
    _tell(before, _ledger(folder))


def _ledger(folder: Path) -> list[Row]:
    """The ledger as it stands. Raises `UsageError` where there is none."""
    from ..dataset.ledger import NAME, Ledger

    if not (folder / NAME).is_file():
        raise UsageError(f"{folder} holds no ledger. Run `hrge-xl consolidate … -o {folder}` first.")
    with Ledger.open(folder, write=False) as ledger:
        return ledger.rows()


def _decide(folder: Path, returns: Sequence[str], choice: str, reason: str, by: str, day: date) -> None:
    from ..dataset.decisions import decide
    from ..dataset.files import only_writer
    from ..dataset.ledger import Ledger

    with only_writer(folder), Ledger.open(folder) as ledger:
        decide(ledger, returns, choice, reason=reason, by=by, day=day)


def _asked(folder: Path, spec: str | None, today: date | None, password: str | None) -> ValidationRequest:
    """What the dataset is asked for: no file is read again, but the spec must be known."""
    from ..intake import Wanted
    from ..rounds.rounds import FILE, spec_at
    from ..validation import ValidationRequest

    if spec is None and (folder / FILE).is_file():
        spec = str(folder)
    source = spec_at(spec) if spec is not None else None
    return ValidationRequest(Wanted(source), the_day(today), password=password)


def _settle(folder: Path, asked: ValidationRequest, store: str | None) -> None:
    """Let the dataset follow."""
    from ..dataset import consolidate

    consolidate([], folder, asked=asked, store=store, jobs=cores())


def _tell(before: Sequence[Row], after: Sequence[Row]) -> None:
    """What has become of each return whose state or reason is another one now."""
    was = {row["submission"]: (row["state"], row["reason"]) for row in before}
    changed = [row for row in after if was.get(row["submission"]) != (row["state"], row["reason"])]
    for row in changed:
        click.echo(f"{_named(row)}: {row['state']}. {row['reason'] or ''}".rstrip())
    left = sum(row["state"] == "conflict" for row in after)
    click.echo(f"{len(changed)} changed, {left} still wait for a decision.", err=True)


def _overview(folder: Path, rows: Sequence[Row]) -> Iterator[str]:
    """What waits, what was set aside, and every decision ever made."""
    from ..dataset.decisions import history
    from ..dataset.ledger import Ledger

    by_name = {row["submission"]: row for row in rows}
    for state, said in FOUND.items():
        for row in (each for each in rows if each["state"] == state):
            other = by_name.get(row["superseded_by"])
            against = f" Other: {_named(other)}." if other else ""
            yield f"{_named(row)} {said}: {row['reason']}{against}"
            if state == "conflict":
                yield f'  hrge-xl decide {_quoted(folder)} {row["submission"]} --use --reason "…"'
    with Ledger.open(folder, write=False) as ledger:
        made = history(ledger)
    yield from (f"decided {each.told}" for each in made)
    if not made and not any(row["state"] in FOUND for row in rows):
        yield "Nothing waits for a decision, and none was made."


def _quoted(folder: Path) -> str:
    return f'"{folder}"' if " " in str(folder) else str(folder)


def _named(row: Row) -> str:
    from ..dataset.decisions import file_of

    team = f", {row['team']}" if row["team"] else ""
    return f"{file_of(row)} ({row['submission']}{team})"
