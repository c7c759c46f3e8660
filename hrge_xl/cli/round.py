"""`hrge-xl round`: set up a round: teams, deadlines, signing key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

import hrge_xl

from ..shell_words import quoted
from .common import ANYWHERE, DAY, FILE, SPEC, password_option, round_argument
from .groups import CommandGroup
from .terminal import line, print_lines, shown

if TYPE_CHECKING:
    from .. import TeamList


@click.group(cls=CommandGroup)
def command() -> None:
    """Set up and change a round: a folder with teams and deadlines, what was issued, what came back, the signing key.

    \b
    hrge-xl round init output/2026-H1 --spec hrge_toolkit --teams teams.csv

    Next: hrge-xl generate output/2026-H1
    """


@command.command("init")
@click.argument("folder", type=ANYWHERE)
@click.option("--spec", type=SPEC, required=True, metavar="SPEC", help="Name or folder of the spec.")
@click.option(
    "--teams",
    type=FILE,
    required=True,
    help="csv or xlsx with the columns team, country, language, deadline, contact, email, tools, profile.",
)
@click.option("--start", type=DAY, metavar="DAY", help="First day of the period.")
@click.option("--end", type=DAY, metavar="DAY", help="Last day of the period.")
@click.option("--dry-run", is_flag=True, help="Show how the list is understood; write nothing.")
@password_option
def init(
    folder: Path, spec: str, teams: Path, start: date | None, end: date | None, dry_run: bool, password: str | None
) -> None:  # fmt: skip
    """Set up a round folder from a list of teams.

    The list may have titles above its headings, headings in any language of the program, and other columns. Countries
    and languages are recognised by code or name, and days as real dates or in the format that the whole column uses.
    --dry-run shows how each team is understood.

    \b
    hrge-xl round init output/2026-H1 --spec hrge_toolkit --teams teams.xlsx --dry-run
    hrge-xl round init output/2026-H1 --spec hrge_toolkit --teams teams.xlsx

    Next: hrge-xl generate output/2026-H1
    """
    from ..words import counted

    if dry_run:
        print_lines(_understood(hrge_xl.read_list(teams, hrge_xl.load(spec), password)))
        line("Nothing was written (dry run).", err=True)
        return
    made = hrge_xl.init_round(folder, spec, teams, start, end, password=password)
    line(f"{folder}: {counted(len(made.teams), 'team')}. Next: hrge-xl generate {quoted(folder)}")


def _understood(read: TeamList) -> Iterator[str]:
    """Say how a list was understood: its teams as a table, what is above it, and what is not read."""
    from ..words import counted

    rows = [each.cells for each in read.teams]
    used = [column for column in rows[0] if any(row[column] for row in rows)]
    heads = dict(zip(used, used, strict=True))
    widths = {column: max(len(row[column]) for row in [*rows, heads]) for column in used}
    for row in [heads, *rows]:
        yield "  ".join(shown(row[column]).ljust(widths[column]) for column in used).rstrip()
    yield f"{counted(len(rows), 'team')}. The headings are in line {read.heads.line}."
    if read.titles:
        yield f"Above them: {'; '.join(read.titles)}"
    if read.heads.unknown:
        yield f"Columns that are not read: {', '.join(read.heads.unknown)}."


@command.command("update-spec")
@round_argument
@click.option(
    "--spec",
    type=SPEC,
    metavar="SPEC",
    help="Name or folder of the new version (default: the spec of the same name).",
)
def update_round(folder: Path, spec: str | None) -> None:
    """Move a round to another version of its spec, and say what that means.

    A round carries its own copy of its spec, so that a change to the spec elsewhere does not affect it. This takes a
    new copy; the older ones stay in ROUND/spec, since workbooks were issued from them. `generate` then issues all
    workbooks again; those already sent can still be returned, and `feedback` brings them into the new version.

    \b
    hrge-xl round update-spec output/2026-H1
    hrge-xl round update-spec output/2026-H1 --spec my_specs/hrge_toolkit

    Next: hrge-xl generate output/2026-H1
    """
    from ..reports.spec_diff import summary

    update = hrge_xl.update_spec(folder, spec)
    if update.changes is None:
        line("The previous version no longer exists: what has changed cannot be listed.")
        return
    print_lines(summary(update.changes))
    if update.changes.changes:
        line(
            f"Each change: hrge-xl spec diff {quoted(update.before)} {quoted(update.after)} --returned {quoted(folder)}"
        )


@command.command("contact")
@round_argument
@click.argument("team", metavar="TEAM")
@click.argument("address", metavar="ADDRESS")
@click.option("--also", is_flag=True, help="Keep the addresses that the team has, and add this one.")
def contact(folder: Path, team: str, address: str, also: bool) -> None:
    """Set the e-mail address of a team, in round.yaml.

    E-mails to the team go to all of its addresses. A return that was sent from none of them is reported (I017) and
    listed under "To decide" until its address is added here, or decided about; that holds for earlier returns too.

    \b
    hrge-xl round contact output/2026-H1 Kabul kabul@example.org
    hrge-xl round contact output/2026-H1 Kabul deputy@example.org --also

    Next: hrge-xl status output/2026-H1
    """
    made = hrge_xl.set_contact(folder, team, address, also=also)
    line(f"{made.code}: {made.email}. Next: hrge-xl status {quoted(folder)}")


@command.command("messages")
@round_argument
def messages(folder: Path) -> None:
    """Write the texts of e-mails to teams into ROUND/messages, for you to change: one file for each language.

    Existing files are left as they are. Mistakes in a changed text are reported before any e-mail is drafted.

    \b
    hrge-xl round messages output/2026-H1

    Next: hrge-xl drafts output/2026-H1
    """
    print_lines(hrge_xl.write_messages(folder))
