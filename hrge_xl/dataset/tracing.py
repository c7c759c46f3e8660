"""From a row of the dataset back to the file, sheet and cell it was read from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..core.errors import UsageError, did_you_mean, listed, plain, remedy_for
from ..findings.value import CORRECTED_BY_OFFICE
from ..spec.lookup import countries
from .aggregates.counts import NO_REFERENCE
from .aggregates.risks import STEPS, placed_risks, risk_parts
from .aggregates.sql import OF_COUNTRIES, Sources
from .schema import Cell, Record, Table
from .store import Store

ABOUT = ("path", "sha256", "team", "verdict", "status", "issued")  # what is told of the file


class TracedValue(NamedTuple):
    """A value of a row, or of the file that it comes from, with the name of its column."""

    column: str
    value: Cell

    def __str__(self) -> str:
        return f"{self.column}: {text_of(self.value)}"


def trace(store: Store, table: Table, number: int) -> list[TracedValue]:
    """Return every column of a row, counted from 1, then the file it comes from. Raises `UsageError` past the last."""
    row = _row(store, table, number)
    values = [TracedValue(name, value) for name, value in row.items()]
    of_submission = store["submissions"].c.submission == row.get("submission", "")
    for file in store.records("submissions", of_submission, columns=ABOUT):
        values += [TracedValue(f"file {name}", value) for name, value in file.items()]
    return values


def _row(store: Store, table: Table, number: int) -> Record:
    rows = store.rows(table.name, columns=table.names)
    row = next(islice(rows, number - 1, None), None) if number > 0 else None
    if row is None:
        raise UsageError(f"The table '{table.name}' has no row {number}.")
    return dict(zip(table.names, row, strict=True))


def text_of(value: Any) -> str:
    """Return a value as text: a whole number without a point, nothing for a blank."""
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


@dataclass(frozen=True, slots=True)
class FigureHit(Traced):
    """A place where a figure stands: a row of a table, or a line on a page; sheet and cell where it is an answer.

    `rows` of a `table` are behind it, numbered from 1, and `command` leads from them to the cells; it is empty where no
    row of the dataset is.
    """

    command: str
    table: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FigureHits:
    """The places where a figure stands on one page or in one table: how many, and the first of them."""

    where: str
    count: int
    hits: Sequence[FigureHit]


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
    describe = _describe_finding if finding else describe_answer
    return add_places(store, counting or rows, describe)


# what a figure is made of


def answers_behind(store: Store, table: Table, number: int) -> list[Traced]:
    """Return what a row of an aggregate table counts or adds up: answers, findings, rows of a matrix, returns.

    Of rows that are no figures nothing. Raises `UsageError` past the last row.
    """
    rows_behind = BEHIND.get(table.name.removesuffix(OF_COUNTRIES))
    row = _row(store, table, number)
    return rows_behind(store, row) if rows_behind else []


def _answers_counted(store: Store, row: Record) -> list[Traced]:
    """Return the answers with a code, or the numbers of which there is a total."""
    answers = store["answers"].c
    columns = ("period", "country", "tool", "field", "code")
    same = [*_alike(answers, row, *columns), *_alike(answers, row, row_code="row")]
    if "total" in row:
        same.append(answers.number.is_not(None))
    if row.get("refers_to"):
        same.append(_refers_to(store, row["refers_to"]))
    return _answers(store, *same)


def _refers_to(store: Store, code: str) -> sa.ColumnElement[bool]:
    """Say whether an answer stands in a row that refers to a code, or to none."""
    answers = store["answers"].c
    files = store["submissions"].c
    rows = store["row_references"].c
    is_its_row = sa.exists(1).where(
        files.submission == answers.submission,
        rows.submission_id == files.submission_id,
        rows.tool == answers.tool,
        rows.row_code == answers.row,
    )
    if code == NO_REFERENCE:
        return sa.not_(is_its_row.where(rows.refers_to.is_not(None)))
    return is_its_row.where(rows.refers_to == code)


def _answers_with_no(store: Store, row: Record) -> list[Traced]:
    answers = store["answers"].c
    figures = store.schema.spec.figures.questions if store.schema.spec else None
    same = [*_alike(answers, row, "period", "tool", "field"), *_alike(answers, row, row_code="row")]
    return _answers(store, *same, answers.code.in_(figures.no if figures else ()))


def _parts_of_values(store: Store, row: Record) -> list[Traced]:
    """Return the answers that are the same part of each value of an indicator."""
    answers = store["answers"].c
    values = store["indicator_values"].c
    of_value = sa.exists(1).where(
        values.submission == answers.submission,
        values.tool == answers.tool,
        values.row_code == answers.row,
        values.counted,
        *_alike(values, row, "indicator", "value_period"),
    )
    return _answers(store, answers.field == row["part"], answers.number.is_not(None), of_value)


def _answers(store: Store, *where: Any) -> list[Traced]:
    current = store["answers"].c.current
    return add_places(
        store, [*store.records("answers", current, *where, columns=ANSWERED)], describe_answer
    )


def _values_added(store: Store, row: Record) -> list[Traced]:
    """Return the values that the total of an indicator adds up."""
    values = store["indicator_values"].c
    same = _alike(values, row, "indicator", "value_period")
    rows = store.records("indicator_values", values.counted, *same)
    return add_places(store, [*rows], lambda value: text_of(value["value"]))


def _rows_of_matrix(store: Store, row: Record) -> list[Traced]:
    matrix_rows = store["matrix_rows"].c
    columns = ("period", "tool", "matrix_row_field", "matrix_column_field", *STEPS)
    rows = store.records("matrix_rows", matrix_rows.current, *_alike(matrix_rows, row, *columns))
    return add_places(store, [*rows], _level_of)


def _risks_placed(store: Store, row: Record) -> list[Traced]:
    """Return the risks in a cell of the matrix, or those of them that belong to a part."""
    figure = risk_parts if "breakdown" in row else placed_risks
    risks = figure(Sources(store, date.min)).subquery()  # no risk goes by the day
    same = _alike(risks.c, row, "period", "stage", *STEPS)
    if "breakdown" in row:
        same += [
            risks.c.breakdown == row["breakdown"],
            risks.c.code.is_not_distinct_from(row["code"]),
        ]
    rows = store.select(sa.select(*(risks.c[name] for name in PLACE)).where(*same).distinct())
    return add_places(store, [dict(zip(PLACE, place, strict=True)) for place in rows], _level_of)


def _level_of(row: Record) -> str:
    return str(row["level"])


def _what_is_missing(store: Store, row: Record) -> list[Traced]:
    """Return how far each sheet of the returns that count is, and what is missing or wrong there."""
    columns = ("submission", "period", "country", "team", "tool")
    sheets = store["completeness"].c
    findings = store["findings"].c
    of_sheets = store.records("completeness", sheets.current, *_alike(sheets, row, *columns))
    wrong = store.records(
        "findings",
        findings.current,
        findings.severity.in_(("error", "warning")),
        *_alike(findings, row, *columns),
        columns=FOUND,
    )
    return [
        *add_places(
            store, [*of_sheets], lambda sheet: f"{sheet['answered']} of {sheet['required']}"
        ),
        *add_places(store, [*wrong], _describe_finding),
    ]


def _returns_counted(store: Store, row: Record) -> list[Traced]:
    files = store.records("submissions", *_alike(store["submissions"].c, row, "period"))
    return add_places(store, [*files], lambda file: f"{file['verdict']}, {file['status']}")


BEHIND: Mapping[str, Callable[[Store, Record], list[Traced]]] = {
    "aggregate_answers": _answers_counted,
    "aggregate_numbers": _answers_counted,
    "aggregate_gaps": _answers_with_no,
    "aggregate_splits": _parts_of_values,
    "aggregate_indicators": _values_added,
    "aggregate_matrix": _rows_of_matrix,
    "aggregate_risks": _risks_placed,
    "aggregate_risks_by_part": _risks_placed,
    "aggregate_completeness": _what_is_missing,
    "completeness": _what_is_missing,
    "teams": _what_is_missing,
    "periods": _returns_counted,
    "reconciliation": _returns_counted,
}
"""By the name of a table of figures: what a row of it is made of."""
PLACE = ("submission", "team", "tool", "row_code", "level", "sheet", "cell")


def _alike(view: Any, row: Record, *names: str, **columns: str) -> list[sa.ColumnElement[bool]]:
    """Return conditions for rows that agree with a row in what it says; columns by its own names."""
    pairs = {name: name for name in names} | columns
    return [
        view[column] == row[name] for name, column in pairs.items() if row.get(name) is not None
    ]


def add_places(
    store: Store, rows: Sequence[Record], describe: Callable[[Record], str]
) -> list[Traced]:
    """Return rows with the files that they are of, and what they say; beside an answer, what the office corrected."""
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
        correction = corrections.get((row["submission"], row.get("sheet"), row.get("cell")))
        if correction and describe is describe_answer:
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


def describe_answer(row: Record) -> str:
    """Return what was answered, with what was typed where that is something else, and what is wrong with it."""
    value = next((text_of(row[name]) for name in VALUES if row[name] is not None), "")
    typed = f" (typed: “{row['original']}”)" if row["original"] not in (None, value) else ""
    problem = f" [{row['problem']}]" if row["problem"] else ""
    return f"{value or 'no answer that could be read'}{typed}{problem}"


def _describe_finding(row: Record) -> str:
    return f"{row['code']} {row['severity']}: {row['message']} {row['remedy']}"
