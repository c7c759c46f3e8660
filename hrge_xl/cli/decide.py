"""`hrge-xl decide`: which of several returns counts, decided by a person, with the reason."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from ..kept_texts import said
from ..shell_words import quoted
from .common import (
    AS_SUITS,
    FOLDER,
    dataset_store_option,
    password_option,
    print_notes,
    today_option,
    warn_of_ledgers,
)
from .terminal import line, print_lines

if TYPE_CHECKING:
    from ..dataset.returns import Return

WAITS = {
    "conflict": "waits for a decision",
    "excluded": "is excluded",
    "waiting": "waits for a corrected version",
}
OPTIONS = {"counts": "use", "withdrawn": "withdraw"}


@click.command()
@click.argument("folder", metavar="DATASET", type=FOLDER)
@click.argument("returns", metavar="[RETURN]...", nargs=-1)
@click.option("--use", "choice", flag_value="counts", help="It counts; the others give way.")
@click.option("--withdraw", "choice", flag_value="withdrawn", help="It is withdrawn and never counts.")
@click.option("--undo", "choice", flag_value="undone", help="Take back what was decided about it.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it is kept with the decision.")
@click.option("--by", metavar="NAME", help="Who decides (default: the user of this machine).")
@dataset_store_option
@password_option
@today_option
def command(
    folder: Path, returns: tuple[str, ...], choice: str | None, by: str | None, password: str | None, today: date,
    **how: Any,
) -> None:  # fmt: skip
    """Decide which of several returns counts (X003, X004), or withdraw one. Dataset and overview follow at once.

    DATASET is a consolidated folder, or a round: what is new in it is taken in first. A RETURN is named by its file or
    by its submission. Without one, show what waits for a decision and what was decided.

    \b
    hrge-xl decide output/dataset
    hrge-xl decide output/dataset PAK_final.xlsx --use --reason "The team confirmed it."

    Next: hrge-xl report output/dataset --format overview
    """
    from ..consolidation import decide

    if not returns:
        print_lines(_overview(folder, today, password))
    elif choice is None:
        raise UsageError("Say what becomes of it: --use, --withdraw or --undo.")
    else:
        by = by or getpass.getuser()
        _tell(*decide(folder, returns, choice, by=by, day=today, jobs=AS_SUITS, password=password, **how))
    warn_of_ledgers(folder)


def _tell(before: Sequence[Return], after: Sequence[Return]) -> None:
    """Print what has become of each return whose status or reason has changed."""
    was = {each.submission: (each.status, each.reason) for each in before}
    changed = [each for each in after if was.get(each.submission) != (each.status, each.reason)]
    print_lines(f"{_named(each)}: {each.status}. {said(each.reason)}".rstrip() for each in changed)
    left = sum(each.status == "conflict" for each in after)
    line(f"{len(changed)} changed, {left} still wait for a decision.", err=True)


def _overview(folder: Path, day: date, password: str | None) -> Iterator[str]:
    """List what waits, what is excluded, and every decision ever made."""
    from ..dataset.deciding import possible
    from ..findings.identity import SENDER_NOT_THE_TEAMS
    from ..layout.wording import text
    from ..ledger.judgements import history
    from ..ledger.ledger import Ledger
    from ..rounds.datasets import one_dataset
    from ..rounds.round_status import is_in_doubt

    with one_dataset(folder, day, AS_SUITS, password) as dataset:
        print_notes(dataset)
        returns = dataset.returns()
    done = {each.submission: each for each in returns if each.status not in WAITS}
    for status, waits in WAITS.items():
        for each in (one for one in returns if one.status == status):
            other = done.get(each.superseded_by or "")  # what waits too has a line of its own
            against = f" Other: {_named(other)}." if other else ""
            yield f"{_named(each)} {waits}: {each.reason}{against}"
            for choice in possible(each):
                yield f'  hrge-xl decide {quoted(folder)} {each.submission} --{OPTIONS[choice]} --reason "…"'
    doubted = list(filter(is_in_doubt, returns))
    for each in doubted:
        finding = next(one for one in each.findings if one.code == SENDER_NOT_THE_TEAMS.code)
        words = text(finding)
        yield f"{_named(each)}: {finding.code} {words.message} {words.remedy}"
    with Ledger.open(folder, write=False) as ledger:
        made = history(ledger)
    yield from (f"decided {each.told}" for each in made)
    if not made and not doubted and not any(each.status in WAITS for each in returns):
        yield "Nothing waits for a decision, and none was made."


def _named(each: Return) -> str:
    team = f", {each.team}" if each.team else ""
    return f"{each.name} ({each.submission}{team})"
