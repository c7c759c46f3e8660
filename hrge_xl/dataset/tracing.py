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
class Traced:
    """An answer or a finding with the place that it was read from."""

    what: str  # whose it is, and what it is about
    said: str
    place: str  # sheet and cell
    file: str
    status: str


def trace_as_asked(
    store: Store, team: str = "", field: str = "", row: str = "", finding: str = ""
) -> list[Traced]:
    """Return the answers to a question, or the findings of a kind where one is named; of those that count, if any.

    What is not named may be any. Raises `UsageError` for a team, question, row or kind of finding that there is not,
    with what may have been meant.
    """
    table = "findings" if finding else "answers"
    view = store[table].c
    row_column = view.row_code if finding else view.row
    conditions = [view.submission.in_(_find_submissions(store, team))]
    if field:
        conditions.append(view.field == _find_code(view.field, field, store, "question"))
    if row:
        conditions.append(row_column == _find_code(row_column, row, store, "row"))
    if finding:
        conditions.append(view.code == _find_finding_code(store, view, finding))
    columns = FOUND if finding else ANSWERED
    rows = [*store.records(table, *conditions, columns=columns)]
    counting = [record for record in rows if record["current"]]
    describe = _describe_finding if finding else _describe_answer
    return _add_places(store, counting or rows, describe)


# columns of aggregates, with those of answers that say the same
OF_ANSWERS = {name: name for name in ("period", "country", "tool", "field", "code")} | {
    "row_code": "row"
}


def answers_behind(store: Store, table: Table, number: int) -> list[Traced]:
    """Return the answers that a row of an aggregate table counts or adds up; of other rows none.

    Raises `UsageError` past the last row.
    """
    row = _row(store, table, number)
    if not table.name.startswith(SUMMED) or row.get("refers_to"):
        return []
    answers = store["answers"].c
    conditions = [answers.current]
    for name, answer_column in OF_ANSWERS.items():
        if row.get(name) is not None:
            conditions.append(answers[answer_column] == row[name])
    if "total" in row:
        conditions.append(answers.number.is_not(None))
    rows = store.records("answers", *conditions, columns=ANSWERED)
    return _add_places(store, [*rows], _describe_answer)


def _add_places(
    store: Store, rows: Sequence[Record], describe: Callable[[Record], str]
) -> list[Traced]:
    """Return what rows say, each with its place; beside an answer the correction by the office, if there is one."""
    files = {row["submission"]: row for row in store.records("submissions", columns=FILE)}
    is_correction = store["findings"].c.code == CORRECTED_BY_OFFICE.code
    corrections = {
        (row["submission"], row["sheet"], row["cell"]): row["message"]
        for row in store.records("findings", is_correction, columns=FOUND)
    }
    traced = []
    for row in rows:
        about = _joined(row, " ", ("team", "tool", "row", "row_code", "field"))
        place = _joined(row, "!", ("sheet", "cell"))
        file = files[row["submission"]]
        text = describe(row)
        correction = corrections.get((row["submission"], row["sheet"], row["cell"]))
        if correction and describe is _describe_answer:
            text = f"{text} — {correction}"
        traced.append(Traced(about, text, place, file["path"], file["status"]))
    return traced


def _joined(row: Record, separator: str, columns: Sequence[str]) -> str:
    """Return the columns of a row that are filled in, in one text."""
    return separator.join(str(row[name]) for name in columns if row.get(name))


FILE = ("submission", "path", "status", "team", "country")
COMMON = ("submission", "team", "tool", "field", "sheet", "cell", "current")
ANSWERED = (*COMMON, "row", "code", "text", "number", "date", "original", "problem")
FOUND = (*COMMON, "row_code", "code", "severity", "message", "remedy")
VALUES = ("code", "text", "number", "date")


def _find_submissions(store: Store, team: str) -> list[str]:
    """Return the submissions of a team, by its code or its country; of any where none is named.

    Raises `UsageError` with the nearest one.
    """
    every = list(store.records("submissions", columns=FILE))
    if not team:
        return [row["submission"] for row in every]
    of_team = [row for row in every if str(row["team"]).casefold() == team.casefold()]
    if not of_team:
        spec = store.schema.spec
        country = countries(spec).code(team) if spec and spec.countries else team
        of_team = [row for row in every if row["country"] and row["country"] == country]
    if not of_team:
        codes = sorted({str(row["team"]) for row in every if row["team"]})
        raise UsageError(
            f"The dataset has no team '{team}'.",
            value=team,
            remedy=f"{did_you_mean(team, codes)}It has: {listed(codes)}.",
        )
    return [row["submission"] for row in of_team]


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
