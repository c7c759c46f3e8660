"""`hrge-xl status`: who has answered, and how far each team is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from math import floor
from pathlib import Path
from typing import Any

from rich.cells import cell_len, set_cell_size

import hrge_xl

from ..core.errors import UsageError, remedy_for
from ..core.paths import quoted
from ..core.words import Translate, and_more, translator
from .common import dataset_request, next_step, verb, warn_of_ledgers
from .terminal import (
    beside,
    hanging,
    has_room,
    line,
    output_to,
    print_json,
    print_lines,
    print_text,
    shown,
    style,
    width,
)

NARROW = (
    "team",
    "state",
    "completeness",
    "errors",
    "days_late",
    "deadline",
    "note",
)  # without --wide
HEADS = {
    "team": "Team",
    "country": "Country",
    "state": "State",
    "completeness": "Completeness",
    "errors": "Errors",
    "days_late": "Days late",
    "correction_overdue": "Correction overdue (days)",
    "deadline": "Deadline",
    "day": "Day",
    "by": "By",
    "files": "Files",
    "version": "Version",
    "file": "File",
    "note": "Note",
}
COLUMNS = tuple(HEADS)
FIGURES = ("completeness", "errors", "days_late")
COLOURS = {  # of states; the word stands there too
    "accepted": "green",
    "returned": "yellow",
    "late": "red",
    "blank": "red",
    "refused": "red",
    "to decide": "magenta",
    "not in this round": "magenta",
}
GAP = "  "
MOST_REFUSED = 20  # files of nobody that are told one by one; --json and --xlsx have all
LEAST_TEAM = 12  # columns, of the code of a team
DISPENSABLE = ("deadline", "completeness", "days_late")  # where the terminal is narrow
DAYS = ("deadline", "day")
SAID = ("state", "by")  # columns whose values are words of ours
Line = Mapping[str, Any]  # a team, as JSON has it


@verb("status")
def status(  # noqa: PLR0913 (one parameter an option)
    folder: Path,
    ledger: Path | None,
    as_json: bool,
    xlsx: Path | None,
    wide: bool,
    output: Path | None,
    language: str,
    team: str,
    **options: Any,
) -> None:
    """Show team by team: issued, late, blank, returned, accepted or to decide; completeness, errors, days late.

    What is new in `returned/` is taken into the dataset of the round; nothing is read twice. Lateness is counted from
    `day`: when the file arrived, if that was stated, otherwise when it was saved or first seen (`by`). Of
    several versions the first one counts: a correction that is overdue is another figure.

    With --team, everything that happened with one team: workbooks and drafts, returns, decisions, waivers, changes and
    notes, and what comes next.

    \b
    hrge-xl status output/2026-H1
    hrge-xl status output/2026-H1 --team Kabul

    Next: hrge-xl validate output/2026-H1
    """
    if team and (wide or xlsx is not None):
        raise UsageError(
            "--team tells of one team, and --wide and --xlsx are about all. Leave out one or the other."
        )
    from ..outputs.feedback_files import lacks_feedback

    hrge_xl.load_round(folder)  # raises RoundError for another folder
    request = dataset_request([str(folder)], {"ledger": ledger, **options})
    with hrge_xl.datasets(request) as (dataset,):
        teams = hrge_xl.status(dataset, request.today)
        if team:
            with output_to(output):
                _print_team(dataset, teams, team, as_json=as_json)
            print_text(*dataset.notes, err=True)
            warn_of_ledgers(folder, ledger or folder)
            return
        lines = [
            *dataset.notes,
            *dataset.totals().lines(language),
            *_summary(dataset, teams, language),
            *(change.lines(language) if (change := hrge_xl.last_change(dataset.folder)) else ()),
        ]
        states = {team_status.state for team_status in teams if team_status.team.code}
        to_give_back = not states.isdisjoint(("returned", "blank")) and lacks_feedback(dataset)
    rows = [_line(team_status, language) for team_status in teams]
    with output_to(output):
        if as_json:
            print_json(rows)
        else:
            show = _print_wide if wide else _print_narrow
            say = translator(language)
            hidden_rows = max(
                sum(row["state"] == "refused" for row in rows) - MOST_REFUSED, 0
            )  # they come last
            show(rows[: len(rows) - hidden_rows], say)
            if hidden_rows:
                line(f"{and_more(hidden_rows).strip()} {say('refused')}")
    if xlsx is not None:
        _workbook(rows, xlsx, language)
    print_text(*lines, *hrge_xl.not_made_again(ledger or folder), err=True)
    warn_of_ledgers(folder, ledger or folder)
    if not as_json:
        _next(folder, states, language, to_give_back=to_give_back)


def _print_team(
    dataset: hrge_xl.Dataset, teams: Sequence[hrge_xl.TeamStatus], team: str, *, as_json: bool
) -> None:
    """Print what happened with one team. Raises `UsageError` for one that nobody knows."""
    codes = {
        candidate.team.code.casefold(): candidate for candidate in teams if candidate.team.code
    }
    team_status = codes.get(team.casefold())
    if team_status is None:
        names = [candidate.team.code for candidate in codes.values()]
        raise UsageError(f"There is no team '{team}' in this round. {remedy_for(team, names)}")
    happened = hrge_xl.team_history(dataset, team_status)
    if as_json:
        print_json([happening._asdict() for happening in happened])
        return
    line(f"{style(team_status.team.code, bold=True)}: {team_status.state}")
    for day, kind, text in happened:
        first = f"{day or ''!s:10}{GAP}{kind:8}{GAP}"
        print_lines(beside(first, text, width(), indent=len(first)))
    assert dataset.round is not None
    next_action = hrge_xl.what_comes_next(team_status)
    if next_action and not dataset.round.closed:
        line(f"Next: {next_action}.", err=True)


def _next(folder: Path, states: Collection[str], language: str, *, to_give_back: bool) -> None:
    """Say what to do next; what to decide was said already."""
    if "to decide" in states:
        return
    if to_give_back:
        next_step("feedback", folder, and_then=" -o feedback", language=language)
    elif "not issued" in states:
        next_step("generate", folder, language=language)
    elif states == {"accepted"}:
        next_step("consolidate", folder, language=language)


def _summary(
    dataset: hrge_xl.Dataset, teams: Sequence[hrge_xl.TeamStatus], language: str
) -> Iterator[str]:
    """Say how many teams are in each state, then what there is to do; files are in the totals."""
    say = translator(language)
    counts = Counter(team_status.state for team_status in teams if team_status.team.code)
    yield ", ".join(f"{number} {say(state)}" for state, number in counts.items()) + "."
    silent = [team_status.team.code for team_status in teams if team_status.state in hrge_xl.OPEN]
    if silent:
        yield f"{say('Not answered')}: {', '.join(silent)}."
    late = {
        "Late now": [team_status.team.code for team_status in teams if team_status.late_now],
        "Arrived late": [
            team_status.team.code for team_status in teams if team_status.arrived_late
        ],
    }
    for term, codes in late.items():
        if codes:
            yield f"{say(term)}: {', '.join(codes)}."
    if hrge_xl.to_decide(teams):
        yield f"{say('To decide')}: hrge-xl decide {quoted(str(dataset.folder))}"


def _line(team_status: hrge_xl.TeamStatus, language: str) -> dict[str, Any]:
    """Return a team as JSON data."""
    team = team_status.team
    newest = team_status.newest
    (day, by) = team_status.lateness
    return {
        "team": team.code,
        "country": team.country,
        "language": team.language,
        "deadline": team.deadline,
        "state": team_status.state,
        "returns": len(team_status.returns),
        "version": (newest.spec_version if newest else None) or "",
        "required": team_status.required,
        "answered": team_status.answered,
        "errors": team_status.errors,
        "days_late": team_status.days_late,
        "correction_overdue": team_status.correction_overdue,
        "received": newest.arrived if newest else None,
        "day": day,
        "by": by,
        "path": newest.path if newest else "",
        "note": "; ".join(team_status.notes(language)),
        "files": [_file(return_) for return_ in team_status.returns],
        "completeness": team_status.completeness,
    }


def _file(return_: hrge_xl.Return) -> dict[str, str]:
    from ..core.message_templates import text_of

    day, by = return_.lateness
    return {
        "path": return_.path,
        "submission": return_.submission,
        "received": str(return_.arrived or ""),
        "day": str(day or ""),
        "by": by,
        "verdict": return_.verdict,
        "state": return_.status,
        "reason": text_of(return_.reason),
    }


def _value(line: Line, column: str) -> Any:
    if column == "file":
        return Path(line["path"]).name
    return line["returns"] if column == "files" else line[column]


def _shown(line: Line, column: str, say: Translate) -> str:
    value = _value(line, column)
    if column in SAID and value:
        return say(value)
    if value is None or value == "" or (value == 0 and column != "completeness"):
        return ""
    return (
        f"{floor(100 * value)}%" if column == "completeness" else str(value)
    )  # 100% is all of them


def _table(
    lines: Sequence[Line], columns: Sequence[str], say: Translate
) -> tuple[list[dict[str, str]], dict[str, int]]:
    """Return heads and rows of cells, and how wide each column is that says something about anybody."""
    rows = [{column: shown(_shown(line, column, say)) for column in columns} for line in lines]
    heads = {column: say(HEADS[column]) for column in columns if any(row[column] for row in rows)}
    widths = {column: max(cell_len(row[column]) for row in (heads, *rows)) for column in heads}
    return [heads, *rows], widths


def _print_narrow(lines: Sequence[Line], say: Translate) -> None:
    """Print a line per team, as wide as the terminal; columns that say nothing about anybody are left out."""
    # what is of nobody goes by its file
    named = [{**line, "team": line["team"] or Path(line["path"]).name} for line in lines]
    rows, widths = _table(named, NARROW, say)
    columns = width()
    if columns:
        widths = _fitted(widths, columns)
    if not has_room(
        sum(wide + len(GAP) for name, wide in widths.items() if name != "note"), columns
    ):
        rows[0]["note"] = ""  # notes stand below
    for row, state in zip(rows, ("", *(team["state"] for team in lines)), strict=True):
        _print_row(row, widths, columns, COLOURS.get(state))


def _fitted(widths: Mapping[str, int], columns: int) -> dict[str, int]:
    """Return the widths with which a line fits: columns that one can do without give way first, then long names."""
    fitted_widths = dict(widths)
    for column in ("", *DISPENSABLE):
        fitted_widths.pop(column, None)
        room = columns - sum(
            wide + len(GAP) for name, wide in fitted_widths.items() if name not in ("team", "note")
        )
        if room >= min(LEAST_TEAM, fitted_widths["team"]):
            break
    return {**fitted_widths, "team": min(fitted_widths["team"], room)}


def _print_row(
    row: Mapping[str, str], widths: Mapping[str, int], columns: int | None, colour: str | None
) -> None:
    """Print a team: its name on several lines where it is long, and so its note."""
    *above, name = hanging(row["team"], widths["team"])
    print_lines(style(text, bold=True) for text in above)
    cells = [style(set_cell_size(name, widths["team"]), bold=True)]
    fixed = {column: wide for column, wide in widths.items() if column not in ("team", "note")}
    for column, wide in fixed.items():
        spare = " " * (wide - cell_len(row[column]))
        cell = spare + row[column] if column in FIGURES else row[column] + spare
        cells.append(style(cell, fg=colour) if column == "state" else cell)
    first = GAP.join(cells)
    if "note" in widths and row["note"]:
        start = sum(wide + len(GAP) for wide in (widths["team"], *fixed.values()))
        print_lines(beside(first + GAP, row["note"], columns, indent=start))
    else:
        line(first.rstrip())


def _print_wide(lines: Sequence[Line], say: Translate) -> None:
    """Print a line per team, of any length; columns that say nothing about anybody are left out."""
    rows, widths = _table(lines, COLUMNS, say)
    for row in rows:
        line(GAP.join(set_cell_size(row[column], wide) for column, wide in widths.items()).rstrip())


def _workbook(lines: Sequence[Line], path: Path, language: str) -> None:
    """Write a workbook: figures and days as such, so that they can be sorted; texts never as formulas."""
    from io import BytesIO

    from ..core.paths import write_whole
    from ..workbook.plain_sheets import PlainSheet, add_sheet, new_book

    target = BytesIO()
    say = translator(language)
    with new_book(target) as book:
        sheet = add_sheet(book, say("Status"), language)
        styles = {column: book.add_format({"num_format": "yyyy-mm-dd"}) for column in DAYS}
        styles |= {"completeness": book.add_format({"num_format": "0%"})}
        pen = PlainSheet(sheet, {"head": book.add_format({"bold": True})})
        for place, column in enumerate(COLUMNS):
            pen.put(0, place, say(HEADS[column]), "head")
            for row, line in enumerate(lines, start=1):
                value = _shown(line, column, say) if column in SAID else _value(line, column)
                pen.put(row, place, value, styles.get(column))
        sheet.autofilter(0, 0, len(lines), len(COLUMNS) - 1)
        sheet.freeze_panes(1, 1)
        sheet.autofit()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    write_whole(path, target.getvalue())
