"""`hrge-xl round` and `generate`: set up a round, and issue workbooks to teams."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from click import confirm, group
from rich.cells import cell_len, set_cell_size

import hrge_xl

from ..core.errors import UsageError
from ..core.paths import quoted
from .common import CommandGroup, day_is_stated, is_set, verb
from .terminal import line, print_lines, shown


@group(cls=CommandGroup)
def round() -> None:
    """Set up and change a round: a folder with teams and deadlines, what was issued, what came back, the signing key.

    \b
    hrge-xl round init output/2026-H1 --spec hrge_toolkit --teams teams.csv

    Next: hrge-xl generate output/2026-H1
    """


@verb("round init", round)
def init(
    folder: Path,
    spec: str | None,
    teams: Path | None,
    start: date | None,
    end: date | None,
    dry_run: bool,
    **options: Any,
) -> None:
    """Set up a round folder from a list of teams, from an earlier round, or from both.

    The list may have titles above its headings, headings in any language of the program, and other columns. Countries
    and languages are recognised by code or name, and days as real dates or in the format that the whole column uses.
    --dry-run shows how each team is understood.

    With --from, the teams are those of the earlier round as they are now: with those that joined late, and under the
    codes that they have today. If a list is given too, the list counts, and each difference is shown. Deadlines that
    have passed are refused: name the new one with --deadline.

    \b
    hrge-xl round init output/2026-H1 --spec hrge_toolkit --teams teams.xlsx --dry-run
    hrge-xl round init output/2026-H1 --spec hrge_toolkit --teams teams.xlsx
    hrge-xl round init output/2026-H2 --from output/2026-H1 --deadline 2027-01-31

    Next: hrge-xl generate output/2026-H1
    """
    from ..core.words import counted

    earlier = options["earlier"]
    if spec is None:
        if earlier is None:
            raise UsageError("Of which spec is the round?", remedy="Name it with --spec.")
        spec = hrge_xl.spec_of_next(earlier)
    listed = hrge_xl.read_teams(spec, teams, **options)
    if dry_run:
        print_lines(_understood(listed))
        line("Nothing was written (dry run).", err=True)
        return
    print_lines(listed.differences, err=True)
    round_ = hrge_xl.init_round(folder, spec, teams, start, end, **options)
    onward = "" if earlier is None else f" --from {quoted(earlier)}"
    line(
        f"{folder}: {counted(len(round_.teams), 'team')}. Next: hrge-xl generate {quoted(folder)}{onward}"
    )


def _understood(read: hrge_xl.TeamList) -> Iterator[str]:
    """Say how a list was understood: its teams as a table, what is above it, and what is not read."""
    from ..core.words import counted

    rows = [team.cells for team in read.teams]
    used = [column for column in rows[0] if any(row[column] for row in rows)]
    cells = [used]
    for row in rows:
        cells.append([shown(row[column]) for column in used])
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    yield from ("  ".join(map(set_cell_size, row, widths)).rstrip() for row in cells)
    headings = f" The headings are in line {read.heads.line}." if read.heads.line else ""
    yield f"{counted(len(rows), 'team')}.{headings}"
    yield from read.differences
    if read.titles:
        yield f"Above them: {'; '.join(read.titles)}"
    if read.total:
        yield f"Below them, and not a team: {read.total}"
    if read.heads.unknown:
        yield f"Columns that are not read: {', '.join(read.heads.unknown)}."


@verb("round export-teams", round)
def export_teams(folder: Path, output: Path) -> None:
    """Write the teams of a round as they are now into a workbook: a list that `round init` takes.

    \b
    hrge-xl round export-teams output/2026-H1 -o teams.xlsx

    Next: hrge-xl round init output/2026-H2 --spec hrge_toolkit --teams teams.xlsx
    """
    line(hrge_xl.export_teams(folder, output))


@verb("round update-spec", round)
def update_round(folder: Path, spec: str | None, dry_run: bool) -> None:
    """Move a round to another version of its spec, and say what that means.

    A round carries its own copy of its spec, so that a change to the spec elsewhere does not affect it. This takes a
    new copy; the older ones stay in ROUND/spec, since workbooks were issued from them. `generate` then issues all
    workbooks again; those already sent can still be returned, and `feedback` brings them into the new version.

    \b
    hrge-xl round update-spec output/2026-H1 --dry-run
    hrge-xl round update-spec output/2026-H1 --spec my_specs/hrge_toolkit

    Next: hrge-xl generate output/2026-H1
    """
    from ..core.words import counted
    from ..outputs.specs import summary

    update = hrge_xl.update_spec(folder, spec, dry_run=dry_run)
    print_lines(
        f"{language}: {counted(count, 'text')} not translated; teams see the first language of the spec there."
        for language, count in update.untranslated.items()
    )
    if update.changes is None:
        line("The previous version no longer exists: what has changed cannot be listed.")
    else:
        print_lines(summary(update.changes))
    if dry_run:
        line("Nothing was written (dry run).", err=True)
    elif update.changes and update.changes.changes:
        line(
            f"Each change: hrge-xl spec diff {quoted(update.before)} {quoted(update.after)} --returned {quoted(folder)}"
        )


def _is_meant(planned: hrge_xl.PlannedChange, *, yes: bool) -> bool:
    """Show what will be different, and ask whether it is meant.

    Raises `UsageError` where nobody sits there who could be asked.
    """
    print_lines(planned.lines)
    if not yes and not sys.stdin.isatty():
        raise UsageError(
            "Nothing was changed: nobody is there who could be asked whether this is meant.",
            remedy="If it is, add --yes.",
        )
    meant = yes or confirm("Make this change?", err=True)
    if not meant:
        line("Nothing was changed.", err=True)
    return meant


def _make(
    planned: hrge_xl.PlannedChange, *, reason: str, by: str | None, today: date, yes: bool = True
) -> None:
    """Show a change, and make it where it is meant."""
    if _is_meant(planned, yes=yes):
        changed = hrge_xl.change_round(
            planned, reason=reason, by=by or getpass.getuser(), day=today
        )
        if planned.before != planned.after and not planned.undone:
            line(
                f'Changed. To take it back: hrge-xl round undo {quoted(planned.folder)} --reason "…"',
                err=True,
            )
        print_lines(hrge_xl.orphaned(changed), err=True)


@verb("round add-team", round)
def add_team(
    folder: Path, team: str, reason: str, by: str | None, yes: bool, today: date, **details: str
) -> None:
    """Add a team to a round, in round.yaml. It stands in the ledger, with the reason, a name and the day.

    \b
    hrge-xl round add-team output/2026-H1 Osh --country KGZ --language ru --deadline 2026-07-31 --reason "Joined in May"

    Next: hrge-xl generate output/2026-H1
    """
    _make(hrge_xl.add_team(folder, team, **details), yes=yes, by=by, reason=reason, today=today)


@verb("round rename-team", round)
def rename_team(folder: Path, team: str, code: str, **options: Any) -> None:
    """Give a team of a round another code, in round.yaml.

    It keeps its returns, its workbooks and its history. A workbook that was issued under the old code can still
    be filled in: what comes back counts for the team under its new code.

    \b
    hrge-xl round rename-team output/2026-H1 Osh Osh-South --reason "The office was divided"

    Next: hrge-xl status output/2026-H1 --team Osh-South
    """
    _make(hrge_xl.rename_team(folder, team, code), **options)


@verb("round merge-teams", round)
def merge_teams(folder: Path, teams: tuple[str, ...], into: str, **options: Any) -> None:
    """Put teams of a round together: those that are named go into another one, in round.yaml.

    It gets their returns, their workbooks, their history and their addresses, and keeps its own deadline, language and
    sheets. Where two returns are about the same intervention, neither counts until you decide.

    \b
    hrge-xl round merge-teams output/2026-H1 Osh Khujand --into Dushanbe --reason "One office for all three"

    Next: hrge-xl decide output/2026-H1
    """
    _make(hrge_xl.merge_teams(folder, teams, into), **options)


@verb("round extend", round)
def extend(folder: Path, deadline: date, teams: tuple[str, ...], **options: Any) -> None:
    """Move the deadline of some teams, or of all, in round.yaml.

    Lateness, reminders and feedback go by the new day at once. An issued workbook keeps its own on the
    cover until it is issued again.

    \b
    hrge-xl round extend output/2026-H1 2026-08-15 --reason "Elections in July"
    hrge-xl round extend output/2026-H1 2026-08-15 Osh Dushanbe --reason "Roads were closed"

    Next: hrge-xl status output/2026-H1
    """
    _make(hrge_xl.extend(folder, deadline, teams), **options)


@verb("round note", round)
def note(folder: Path, text: str, teams: tuple[str, ...], **options: Any) -> None:
    """Write a note on a round, or on teams of it, into its ledger; `status --team` shows it.

    \b
    hrge-xl round note output/2026-H1 "Called; the office moves until the 12th." --team Osh

    Next: hrge-xl status output/2026-H1 --team Osh
    """
    _make(hrge_xl.note(folder, text, teams), reason=text, **options)


@verb("round undo", round)
def undo(folder: Path, **options: Any) -> None:
    """Take back the last change that a command made to round.yaml; again, the one before it.

    \b
    hrge-xl round undo output/2026-H1 --reason "It was another team"

    Next: hrge-xl status output/2026-H1
    """
    _make(hrge_xl.undo(folder), **options)


@verb("round contact", round)
def contact(folder: Path, team: str, address: str, also: bool, reason: str, **options: Any) -> None:
    """Set the e-mail address of a team, in round.yaml.

    E-mails to the team go to all of its addresses. A return that was sent from none of them is reported (I017) and
    listed under "To decide" until its address is added here, or decided about; that holds for earlier returns too.

    \b
    hrge-xl round contact output/2026-H1 Kabul kabul@example.org
    hrge-xl round contact output/2026-H1 Kabul deputy@example.org --also

    Next: hrge-xl status output/2026-H1
    """
    planned = hrge_xl.set_contact(folder, team, address, also=also)
    _make(planned, reason=reason or "Its address", **options)


@verb("round close", round)
def close(
    folder: Path, password: str | None, reason: str, by: str | None, yes: bool, today: date
) -> None:
    """Close a round: its figures stay as they are, under seals; what comes later waits.

    What is new is taken in first, and what is left open is said. data.xlsx, overview, brief and validation report are
    brought up to date and sealed. From then on changes, decisions and waivers are refused, and files that come are
    listed as waiting, until the round is reopened.

    \b
    hrge-xl round close output/2026-H1 --reason "Reported to the board" --by "A. Name"

    Next: hrge-xl sign output/2026-H1/reports/overview.html --check
    """
    planned = hrge_xl.close(folder, today, password)
    by = by or getpass.getuser()
    if _is_meant(planned, yes=yes):
        for seal in hrge_xl.close_round(
            planned, reason=reason, by=by, day=today, password=password
        ):
            line(f"{seal.text}; digest {seal.digest}")
        line(
            f'Closed. To go on with it: hrge-xl round reopen {quoted(folder)} --reason "…"',
            err=True,
        )


@verb("round reopen", round)
def reopen(folder: Path, reason: str, by: str | None, yes: bool, today: date) -> None:
    """Go on with a round that was closed. What came since is taken in with the next refresh.

    The seals stay: they show what is different since.

    \b
    hrge-xl round reopen output/2026-H1 --reason "Kabul corrected its figures"

    Next: hrge-xl refresh output/2026-H1
    """
    planned = hrge_xl.reopen(folder)
    if _is_meant(planned, yes=yes):
        hrge_xl.change_round(planned, reason=reason, by=by or getpass.getuser(), day=today)


@verb("round messages", round)
def messages(folder: Path) -> None:
    """Write the texts of e-mails to teams into ROUND/messages, for you to change: one file for each language.

    Existing files are left as they are. Mistakes in a changed text are reported before any e-mail is drafted.

    \b
    hrge-xl round messages output/2026-H1

    Next: hrge-xl drafts output/2026-H1
    """
    print_lines(hrge_xl.write_messages(folder))


# generate


APART = {  # what a round says itself: the parameter, its option, and what to do instead
    "language": ("--language", "Set the `language` of the team in {file}."),
    "sample": ("--sample", "A sample is of a spec: hrge-xl generate {spec} --sample"),
    "profile": ("--profile", "Set the `profile` of the team in {file}."),
    "tools": ("--tools", "Set the `tools` of the team in {file}."),
    "blank_rows": (
        "--blank-rows",
        "The workbooks of a round have the rows that its spec or their profile says. For another number, "
        "outside the round: hrge-xl generate {spec} --country … --blank-rows N",
    ),
    "leave_out_sensitive": (
        "--leave-out-sensitive",
        "Write `sensitive: leave out` for the team in {file}.",
    ),
    "answers": (
        "--answers",
        "Each team of a round continues from its own answers: hrge-xl generate {round} --from EARLIER_ROUND. "
        "One workbook outside the round: hrge-xl generate {spec} --country … --answers FILE",
    ),
    "password": (
        "--password-file",
        "It opens the returns of --from, or the workbook of --answers.",
    ),
    "output": (
        "-o",
        "They go into {folder}, where `hrge-xl status {round}` looks for them. Copy them from there.",
    ),
}


@verb("generate")
def generate(
    spec: str,
    countries: tuple[str, ...],
    earlier: str | None,
    reissue: tuple[str, ...],
    today: date,
    **choices: Any,
) -> None:
    """Write one workbook for each country of a SPEC (a name or a folder), or one for each team of a ROUND folder.

    A SPEC that does not ask for a country needs none and gives one workbook. Sheets that the chosen ones depend on are
    included, and the command says which.

    A round already states who gets what in which language (round.yaml). It takes only the options --country (only the
    teams of these countries), --from, --reissue and --today. A workbook that was already issued stays as it is, unless
    --reissue names its team.

    With --from, each team starts with its own answers: those of the return that counts in the earlier round, where the
    spec carries them over (its option `carry`). The earlier answer is shown beside the cell, and the checks that
    compare the two run. Closed rows are not carried over. A team without such a return gets a blank workbook, and is
    named.

    \b
    hrge-xl generate hrge_toolkit --country PAK --country Afghanistan
    hrge-xl generate hrge_toolkit --country PAK --profile quick --tools 3.4
    hrge-xl generate hrge_toolkit --sample --profile standard
    hrge-xl generate output/2026-H1
    hrge-xl generate output/2026-H2 --from output/2026-H1

    Next: hrge-xl status output/2026-H2
    """
    round_ = hrge_xl.round_named(spec)
    chosen = {name: value for name, value in choices.items() if value}
    if round_ is not None:
        _refuse(round_, chosen if earlier is None else {**chosen, "password": None})
        round_options = {
            name: chosen[name] for name in ("password", "allow_draft") if name in chosen
        }
        issued = hrge_xl.issue_round(
            round_.folder,
            countries,
            today=today,
            earlier=earlier,
            reissue=reissue,
            **round_options,
        )
    elif earlier is not None:
        raise UsageError(
            "--from continues from one round to another: name the new round instead of the spec. For one workbook: "
            f"hrge-xl generate {quoted(spec)} --country … --answers FILE"
        )
    elif reissue:
        raise UsageError(
            "--reissue is for the teams of a round.", remedy="Name the round instead of the spec."
        )
    else:
        unfit_for_samples = {
            "--country": countries,
            "--today": day_is_stated(),
            "--answers": choices["answers"],
        }
        if choices["sample"] and (
            wrong := [option for option, value in unfit_for_samples.items() if value]
        ):
            raise UsageError(
                *(
                    f"{option} is not for a sample, which defines its own content."
                    for option in wrong
                )
            )
        issued = hrge_xl.issue_spec(spec, countries, today=today, **chosen)
    print_lines(issued.notes, err=True)
    if not is_set("quiet"):
        print_lines(issued.paths)


def _refuse(round_: hrge_xl.Round, chosen: Mapping[str, Any]) -> None:
    """Raise `UsageError` for every option that a round has no use for, with what to do instead."""
    folder = round_.folder
    facts = {
        "file": folder / "round.yaml",
        "folder": folder / "issued",
        "spec": round_.spec,
        "round": quoted(folder),
    }
    wrong = [
        f"{option} is not for a round. {reason.format_map(facts)}"
        for name, (option, reason) in APART.items()
        if chosen.get(name)
    ]
    if wrong:
        raise UsageError(*wrong)
