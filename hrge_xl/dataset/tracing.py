"""From a row of the dataset back to the file, sheet and cell it was read from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..core.errors import UsageError, did_you_mean, listed, plain, remedy_for
from ..findings.value import CORRECTED_BY_OFFICE
from ..spec.lookup import countries
from .schema import Cell, Record, Table
from .store import Store

SUMMED = (
    "aggregate_answers",
    "aggregate_numbers",
)  # how tables begin that come from single answers
ABOUT = ("path", "sha256", "team", "verdict", "status", "issued")  # what is told of the file


class TracedValue(NamedTuple):
    """A value of a row, or of the file that it comes from, with the name of its column."""

    column: str
    value: Cell

    def __str__(self) -> str:
        return f"{self.column}: {_text(self.value)}"


def trace(store: Store, table: Table, number: int) -> list[TracedValue]:
    """Return every column of a row, counted from 1, then the file it comes from. Raises `UsageError` past the last."""
    row = _row(store, table, number)
    values = [TracedValue(name, value) for name, value in row.items()]
    of_submission = store["submissions"].c.submission == row.get("submission", "")
    for file in store.records("submissions", of_submission, columns=ABOUT):
        values += [TracedValue(f"file {name}", value) for name, value in file.items()]
    return values


def _row(store: Store, table: Table, number: int) -> Record:
    row = next(islice(store.rows(table.name), number - 1, None), None) if number > 0 else None
    if row is None:
        raise UsageError(f"The table '{table.name}' has no row {number}.")
    return dict(zip(table.names, row, strict=True))


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


# as one asks


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """What is asked about: of which team, which question and row, which kind of finding; empty: of any."""

    team: str = ""
    field: str = ""
    row: str = ""
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Traced:
    """An answer or a finding with the place that it was read from."""

    what: str  # whose it is, and what it is about
    said: str
    place: str  # sheet and cell
    file: str
    status: str


def trace_as_asked(store: Store, query: TraceQuery) -> list[Traced]:
    """Return the answers, or the findings, that are asked about: of returns that count, where there are any.

    Raises `UsageError` for a team, question, row or kind of finding that there is not, with what may have been meant.
    """
    table, columns, describe = (
        ("findings", FOUND, _describe_finding)
        if query.finding
        else ("answers", ANSWERED, _describe_answer)
    )
    view = store[table].c
    rows_of = view.row_code if query.finding else view.row
    conditions = [
        view.submission.in_(_find_submissions(store, query.team)),
        *(
            [view.field == _find_code(view.field, query.field, store, "question")]
            if query.field
            else []
        ),
        *([rows_of == _find_code(rows_of, query.row, store, "row")] if query.row else []),
        *([view.code == _find_finding_code(store, view, query.finding)] if query.finding else []),
    ]
    rows = [*store.records(table, *conditions, columns=columns)]
    return _add_places(store, [row for row in rows if row["current"]] or rows, describe)


# columns of aggregates, with those of answers that say the same
OF_ANSWERS = {name: name for name in ("period", "country", "tool", "field", "code")} | {
    "row_code": "row"
}


def answers_behind(store: Store, table: Table, number: int) -> list[Traced]:
    """Return the answers that a row of an aggregate table counts or adds up; of other rows none.

    Raises `UsageError` past the last row.
    """
    row = _row(store, table, number)
    answers = store["answers"].c
    if not table.name.startswith(SUMMED) or row.get("refers_to"):
        return []
    alike = [
        answers[answer_column] == row[name]
        for name, answer_column in OF_ANSWERS.items()
        if row.get(name) is not None
    ]
    summed = [answers.number.is_not(None)] if "total" in row else []
    rows = store.records("answers", answers.current, *alike, *summed, columns=ANSWERED)
    return _add_places(store, [*rows], _describe_answer)


def _add_places(
    store: Store, rows: Sequence[Record], describe: Callable[[Record], str]
) -> list[Traced]:
    files = {row["submission"]: row for row in store.records("submissions", columns=FILE)}
    is_correction = store["findings"].c.code == CORRECTED_BY_OFFICE.code
    corrections = {
        (row["submission"], row["sheet"], row["cell"]): row["message"]
        for row in store.records("findings", is_correction, columns=FOUND)
    }
    traced = []
    for row in rows:
        about = " ".join(
            str(row[name]) for name in ("team", "tool", "row", "row_code", "field") if row.get(name)
        )
        place = "!".join(str(row[name]) for name in ("sheet", "cell") if row[name])
        file = files[row["submission"]]
        correction = corrections.get((row["submission"], row["sheet"], row["cell"]))
        answer = describe(row)
        if correction and describe is _describe_answer:
            answer = f"{answer} — {correction}"
        traced.append(Traced(about, answer, place, file["path"], file["status"]))
    return traced


FILE = ("submission", "path", "status", "team", "country")
COMMON = ("submission", "team", "tool", "field", "sheet", "cell", "current")
ANSWERED = (*COMMON, "row", "code", "text", "number", "date", "original", "problem")
FOUND = (*COMMON, "row_code", "code", "severity", "message", "remedy")
VALUES = ("code", "text", "number", "date")


def _find_submissions(store: Store, team: str) -> list[str]:
    """Return the submissions of a team, by its code or its country. Raises `UsageError` with the nearest one."""
    every = list(store.records("submissions", columns=FILE))
    spec = store.schema.spec
    country = countries(spec).code(team) if team and spec and spec.countries else team
    team_rows = [row for row in every if str(row["team"]).casefold() == team.casefold()] or [
        row for row in every if row["country"] and row["country"] == country
    ]
    if team and not team_rows:
        team_codes = sorted({str(row["team"]) for row in every if row["team"]})
        hint = did_you_mean(team, team_codes)
        raise UsageError(
            f"The dataset has no team '{team}'.",
            value=team,
            remedy=f"{hint}It has: {listed(team_codes)}.",
        )
    return [row["submission"] for row in (team_rows if team else every)]


def _find_code(column: sa.Column[Any], text: str, store: Store, noun: str) -> str:
    """Return a code as the dataset has it. Raises `UsageError` with the nearest one."""
    codes = sorted(str(row[0]) for row in store.select(sa.select(column).distinct()) if row[0])
    by_fold = {plain(code): code for code in codes}
    if plain(text) not in by_fold:
        raise UsageError(
            f"The dataset has nothing for the {noun} '{text}'.",
            value=text,
            remedy=remedy_for(text, codes),
        )
    return by_fold[plain(text)]


def _find_finding_code(store: Store, columns: Any, text: str) -> str:
    """Return the code of a kind of finding that occurs, by code or name. Raises `UsageError` with the nearest one."""
    pairs = list(store.select(sa.select(columns.code, columns.name).distinct()))
    by_fold = {plain(name): code for code, name in pairs} | {plain(code): code for code, _ in pairs}
    if plain(text) not in by_fold:
        known_codes = sorted(code for code, _ in pairs)
        hint = did_you_mean(text, [*known_codes, *(name for _, name in pairs)])
        raise UsageError(
            f"The dataset has no finding '{text}'.",
            value=text,
            remedy=f"{hint}It has: {listed(known_codes)}.",
        )
    return str(by_fold[plain(text)])


def _describe_answer(row: Record) -> str:
    value = next((_text(row[name]) for name in VALUES if row[name] is not None), "")
    typed = f" (typed: “{row['original']}”)" if row["original"] not in (None, value) else ""
    problem = f" [{row['problem']}]" if row["problem"] else ""
    return f"{value or 'no answer that could be read'}{typed}{problem}"


def _describe_finding(row: Record) -> str:
    return f"{row['code']} {row['severity']}: {row['message']} {row['remedy']}"
