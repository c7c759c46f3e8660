"""`hrge-xl round`: set up a round: teams, deadlines, signing key."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from ..shell_words import quoted
from .common import Day, SpecName
from .groups import Group
from .terminal import line


@click.group(cls=Group)
def command() -> None:
    """A round is a folder: teams and deadlines, what was issued, what came back, the signing key.

    \b
    hrge-xl round init output/2026-H1 --spec hrge_toolkit --teams teams.csv

    Next: hrge-xl generate output/2026-H1
    """


@command.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--spec", type=SpecName(), required=True, metavar="SPEC", help="Name or folder of the spec.")
@click.option(
    "--teams",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="csv or xlsx with the columns team, country, language, deadline, contact, tools, profile.",
)
@click.option("--start", type=Day(), default=None, metavar="DAY", help="First day of the period.")
@click.option("--end", type=Day(), default=None, metavar="DAY", help="Last day of the period.")
def init(folder: Path, spec: str, teams: Path, start: date | None, end: date | None) -> None:
    """Set up a round folder from a list of teams.

    \b
    hrge-xl round init output/2026-H1 --spec hrge_toolkit --teams teams.csv

    Next: hrge-xl generate output/2026-H1
    """
    from ..rounds.rounds import init_round

    made = init_round(folder, spec, teams, start, end)
    line(f"{folder}: {len(made.teams)} teams. Next: hrge-xl generate {quoted(folder)}")


@command.command("update-spec")
@click.argument("folder", metavar="ROUND", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--spec",
    type=SpecName(),
    metavar="SPEC",
    help="Name or folder of the new version (default: the one of that name).",
)
def update_round(folder: Path, spec: str | None) -> None:
    """Move a round to another version of its spec, and say what that means.

    A round carries a copy of its spec, so that what becomes of the spec elsewhere changes nothing in it. This takes a
    new copy; the older ones stay in ROUND/spec, since workbooks were issued from them. `generate` then issues all
    workbooks anew; those that are out can still be returned, and `feedback` brings them into the new version.

    \b
    hrge-xl round update-spec output/2026-H1
    hrge-xl round update-spec output/2026-H1 --spec my_specs/hrge_toolkit

    Next: hrge-xl generate output/2026-H1
    """
    from ..reports.spec_diff import summary
    from ..rounds.update_spec import update_spec

    update = update_spec(folder, spec)
    if update.changes is None:
        line("The version before is not there any more: what has changed cannot be said.")
        return
    for told in summary(update.changes):
        line(told)
    if update.changes.changes:
        line(
            f"Each change: hrge-xl spec diff {quoted(update.before)} {quoted(update.after)} --returned {quoted(folder)}"
        )
