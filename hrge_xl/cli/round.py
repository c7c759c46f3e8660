"""`hrge-xl round`: set up a round: teams, deadlines, signing key."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from .common import Day


@click.group()
def command() -> None:
    """A round is a folder: teams and deadlines, what was issued, what came back, the signing key."""


@command.command("init")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--spec", required=True, help="Name or folder of the spec.")
@click.option(
    "--teams",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="csv or xlsx with the columns team, country, language, deadline, contact, tools.",
)
@click.option("--start", type=Day(), default=None, metavar="DAY", help="First day of the period.")
@click.option("--end", type=Day(), default=None, metavar="DAY", help="Last day of the period.")
def init(folder: Path, spec: str, teams: Path, start: date | None, end: date | None) -> None:
    """Set up a round folder from a list of teams.

    \b
    hrge-xl round init output/2026-H1 --spec hrge_toolkit --teams teams.csv
    """
    from ..rounds.rounds import init_round

    made = init_round(folder, spec, teams, start, end)
    click.echo(f"{folder}: {len(made.teams)} teams. Next: hrge-xl generate {folder}")
