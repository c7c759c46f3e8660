"""`hrge-xl decide`: which of several returns counts, decided by a person, with the reason."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import hrge_xl

from ..errors import UsageError
from ..kept_texts import said
from ..shell_words import quoted
from .common import (
    AS_SUITS,
    FOLDER,
    dataset_store_option,
    password_option,
    today_option,
    warn_of_ledgers,
)
from .terminal import line, print_lines

if TYPE_CHECKING:
    from .. import Return

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
    if not returns:
        print_lines(_overview(folder, today, password))
    elif choice is None:
        raise UsageError("Say what becomes of it: --use, --withdraw or --undo.")
    else:
        by, how["password"] = by or getpass.getuser(), password
        after = hrge_xl.decide(folder, returns, choice, by=by, day=today, jobs=AS_SUITS, **how)
        print_lines(f"{_named(each)}: {each.status}. {said(each.reason)}".rstrip() for each in after.changed)
        left = sum(each.status == "conflict" for each in after)
        line(f"{len(after.changed)} changed, {left} still wait for a decision.", err=True)
    warn_of_ledgers(folder)


def _overview(folder: Path, day: date, password: str | None) -> Iterator[str]:
    """List what waits, what is excluded, and every decision ever made."""
    found = hrge_xl.decisions(folder, day, AS_SUITS, password)
    print_lines(found.notes, err=True)
    done = {each.submission: each for each in found.returns if each.status not in WAITS}
    for status, waits in WAITS.items():
        for each in (one for one in found.returns if one.status == status):
            other = done.get(each.superseded_by or "")  # what waits too has a line of its own
            against = f" Other: {_named(other)}." if other else ""
            yield f"{_named(each)} {waits}: {each.reason}{against}"
            for choice in found.choices[each.submission]:
                yield f'  hrge-xl decide {quoted(folder)} {each.submission} --{OPTIONS[choice]} --reason "…"'
    yield from (f"{_named(each)}: {why}" for each, why in found.doubted)
    yield from (f"decided {each.told}" for each in found.made)
    if not found.made and not found.doubted and not any(each.status in WAITS for each in found.returns):
        yield "Nothing waits for a decision, and none was made."


def _named(each: Return) -> str:
    team = f", {each.team}" if each.team else ""
    return f"{each.name} ({each.submission}{team})"
