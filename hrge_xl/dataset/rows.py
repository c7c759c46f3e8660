"""Results as rows of the tables: what every file said, with the place of everything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ..findings import Finding, Severity
from ..layout import Layout, address
from ..numerals import shown
from ..spec.model import Field, FieldType, Spec
from ..submission import Answer, Key, State, Submission, Value
from ..validation import Result
from ..words import tidy
from .clean import clean
from .listed_rows import collected
from .matrix_rows import crossings
from .schema import (
    ANSWERS,
    COLLECTED,
    COMPLETENESS,
    CROSSINGS,
    FINDINGS,
    SUBMISSIONS,
    UNPLACED,
    Cell,
    Row,
    Rows,
    Schema,
    Table,
    field_column,
)

SHORT = 16  # hex digits of a submission's id: a million files without two alike
LONGEST_WAY = 4  # references that lead from one row to the next
STATES = {state: state.value for state in State}  # looked up faster than worked out
KEPT = (State.ANSWERED, State.ERROR, State.NOT_CALCULATED)


def submission_id(sha256: str | None, path: str) -> str:
    """The short name of a file by its content; one that could not be read goes by its path."""
    if sha256 is not None:
        return sha256[:SHORT]
    return hashlib.sha256(b"unread:" + path.encode("utf-8", "surrogatepass")).hexdigest()[:SHORT]


@dataclass(frozen=True, slots=True)
class ReturnKey:
    """Which return it is, by its stamp and by its form."""

    submission: str
    team: str = ""
    country: str = ""
    period: str = ""
    project: str = ""
    intervention: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def head(self) -> tuple[str, str, str, str]:
        """The columns that stand first in most tables."""
        return self.submission, self.team, self.country, self.period


def return_key(result: Result) -> ReturnKey:
    """Who and what a result is about. The form counts for what it asks, the stamp for the rest."""
    name = submission_id(result.sha256, result.path)
    submission = result.submission
    if submission is None or result.layout is None:
        return ReturnKey(name)
    said = _identity_answers(result, result.layout.spec)
    start, end = (_day(said.get(part)) for part in ("period_start", "period_end"))
    stamp = submission.identity
    period = f"{start}/{end}" if start and end else stamp.round
    country = str(said.get("country") or stamp.country)
    project, intervention = (tidy(shown(said.get(part) or "")) for part in ("project", "intervention"))
    return ReturnKey(name, stamp.team, country, period, project, intervention, start, end)


def _identity_answers(result: Result, spec: Spec) -> dict[str, Value]:
    """What the form says about the return itself, by part of the key; a calculated part as worked out again."""
    asked = {code: part for part, code in spec.identity.model_dump().items() if code}
    places = {(*_single(spec, code), code): part for code, part in asked.items()}
    calculated = result.outcome.calculated if result.outcome else {}
    found = {part: calculated[key] for key, part in places.items() if key in calculated}
    for answer in result.submission.answers if result.submission else ():
        part = places.get(answer.key)
        if part is not None and answer.value is not None and not answer.calculated:
            found.setdefault(part, answer.value)
    return found


def _single(spec: Spec, code: str) -> tuple[str, str]:
    return spec.single_fields[code][0], "1"


def _day(value: Value | None) -> date | None:
    return value if isinstance(value, date) else None


def all_rows(files: Iterable[Rows], schema: Schema) -> Rows:
    """The rows of several files, file after file; of none, no rows."""
    found = no_rows(schema)
    for rows in files:
        for name, lines in rows.items():
            found[name] += lines
    return found


def no_rows(schema: Schema) -> Rows:
    """Every table whose rows come from files, and nothing in it yet."""
    return {table.name: [] for table in schema.tables if table.of_submissions}


class RowBuilder:
    """Turns results of one spec into rows. What depends on a layout only is worked out once."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._orders: dict[tuple[str, str], dict[Key, int]] = {}
        self._places: dict[str, list[tuple[Table, dict[str, int]]]] = {}

    def rows(self, result: Result) -> Rows:
        """The rows of one file in every table."""
        rows = no_rows(self.schema)
        owner = return_key(result)
        self._file(rows, result, owner)
        self._answers(rows, result, owner)
        return rows

    # about a file

    def _file(self, rows: Rows, result: Result, owner: ReturnKey) -> None:
        rows[SUBMISSIONS.name].append(_submission(result, owner))
        rows[FINDINGS.name] += finding_rows(result.findings, owner, result.sha256)
        outcome, submission, layout = result.outcome, result.submission, result.layout
        if outcome is None or submission is None or layout is None:
            return
        for n, (tool, how_far) in enumerate(outcome.progress.items(), start=1):
            sheet = submission.sheets.get(tool, layout.sheet[tool].name)
            rows[COMPLETENESS.name].append(
                (owner.submission, n, owner.team, owner.country, tool, sheet, int(how_far.required),
                 int(how_far.answered), how_far.errors, how_far.warnings, True, result.sha256)
            )  # fmt: skip
        strays = [("text", each) for each in submission.unplaced]
        strays += [("comment", each) for each in submission.comments]
        for n, (what, each) in enumerate(strays, start=1):
            rows[UNPLACED.name].append(
                (
                    owner.submission,
                    n,
                    owner.team,
                    what,
                    each.sheet,
                    each.cell,
                    clean(each.text),
                    result.sha256,
                )
            )

    # answers

    def _answers(self, rows: Rows, result: Result, owner: ReturnKey) -> None:
        submission, layout, outcome = result.submission, result.layout, result.outcome
        if submission is None or layout is None or outcome is None:
            return
        order = self._order(layout)
        answers = [*_given(submission), *_calculated(submission, layout, outcome.calculated)]
        answers.sort(key=lambda answer: (order.get(answer.key, len(order)), answer.part))
        tail = (True, submission.sha256)
        rows[ANSWERS.name] += [
            (*owner.head, n, *_answer(answer), *tail) for n, answer in enumerate(answers, start=1)
        ]
        self._wide(rows, answers, owner, submission.sha256)
        if COLLECTED.name in rows:
            rows[COLLECTED.name] += collected(result, owner)
        if CROSSINGS.name in rows:
            rows[CROSSINGS.name] += crossings(layout.spec, answers, owner, submission.sha256)

    def _order(self, layout: Layout) -> dict[Key, int]:
        """The position of every question in the workbook."""
        key = (layout.digest, layout.language)
        if key not in self._orders:
            self._orders[key] = {slot: number for number, slot in enumerate(layout.slots)}
        return self._orders[key]

    def _wide(self, rows: Rows, answers: Iterable[Answer], owner: ReturnKey, sha256: str) -> None:
        by_row: dict[tuple[str, str], list[Answer]] = {}
        for answer in answers:
            if answer.value is not None:
                by_row.setdefault((answer.tool, answer.row), []).append(answer)
        for n, ((tool, row), found) in enumerate(by_row.items(), start=1):
            first = next((answer for answer in found if not answer.calculated), None)
            if first is None:  # nobody answered anything in this row
                continue
            head = (*owner.head, n, tool, row, self._about(by_row, tool, row))
            tail = (first.sheet, first.cell, True, sha256)
            said = _by_field(found)
            for table, at in self._homes(tool):
                line: list[Cell] = [None] * len(table.columns)
                line[:8], line[-4:] = head, tail
                for field, value in said.items():
                    line[at[field]] = value
                rows[table.name].append(tuple(line))

    def _about(self, rows: Mapping[tuple[str, str], list[Answer]], tool: str, row: str) -> str | None:
        """What a row refers to in the end: from a value to its indicator, from there to the catalogue."""
        about = None
        for _ in range(LONGEST_WAY):
            step = next((a for a in rows.get((tool, row), ()) if (a.tool, a.field) in self._references), None)
            if step is None or step.code is None:
                return about
            about = row = step.code
            tool = self._home_of_row(rows, self._references[step.tool, step.field], row)
        return about

    @cached_property
    def _references(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The fields that refer to rows of other tools."""
        spec = self.schema.spec
        places = spec.places() if spec else ()
        return {(t.code, f.code): f.to for t, _, f in places if f.type is FieldType.REFERENCE}

    @staticmethod
    def _home_of_row(rows: Mapping[tuple[str, str], list[Answer]], tools: Sequence[str], row: str) -> str:
        return next((tool for tool in tools if (tool, row) in rows), tools[0])

    def _homes(self, tool: str) -> list[tuple[Table, dict[str, int]]]:
        """The wide tables that take the rows of a tool, each with the positions of its fields."""
        if tool not in self._places:
            spec = self.schema.spec
            homes = [self.schema.wide[tool], *(t for t in self.schema.united.values() if tool in t.tools)]
            fields = spec.tool[tool].fields if spec else {}
            self._places[tool] = [(t, {code: t.at[field_column(code)] for code in fields}) for t in homes]
        return self._places[tool]


def _by_field(answers: Iterable[Answer]) -> dict[str, Cell]:
    """What stands in a row; several answers of one question in one text."""
    said: dict[str, Cell] = {}
    for answer in answers:
        value = answer.value
        value = clean(value) if isinstance(value, str) else value
        field = answer.field
        said[field] = f"{said[field]};{value}" if answer.part and field in said else value
    return said


def _submission(result: Result, owner: ReturnKey) -> Row:
    submission, progress = result.submission, result.outcome.progress.values() if result.outcome else ()
    stamp = submission.identity if submission else None
    return (
        owner.submission, clean(result.path), result.sha256, result.size, result.verdict,
        submission is not None, None, None, owner.team, owner.country, stamp.language if stamp else None,
        stamp.spec if stamp else None, stamp.spec_version if stamp else None, stamp.round if stamp else None,
        owner.period, owner.start, owner.end, clean(owner.project), clean(owner.intervention),
        stamp.copy if stamp else None, _iso(stamp.issued) if stamp else None,
        clean(submission.saved) or None if submission else None,
        submission.signature if submission else None,
        *(result.count(severity) for severity in Severity), sum(not each.open for each in result.findings),
        sum(int(each.required) for each in progress), sum(int(each.answered) for each in progress),
    )  # fmt: skip


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def finding_rows(
    findings: Iterable[Finding], owner: ReturnKey, sha256: str | None, first: int = 1
) -> list[Row]:
    """Findings as rows."""
    return [
        (owner.submission, n, owner.team, owner.country, each.code, each.name, each.severity.value, each.tool,
         each.row, each.field, each.label, each.sheet, each.cell, clean(each.value), clean(each.message),
         clean(each.remedy), clean(each.suggestion), not each.open,
         clean(each.waiver.told) if each.waiver else None, sha256)
        for n, each in enumerate(findings, start=first)
    ]  # fmt: skip


def _given(submission: Submission) -> Iterable[Answer]:
    return (each for each in submission.answers if not each.calculated and each.state in KEPT)


def _calculated(submission: Submission, layout: Layout, values: dict[Key, Value]) -> Iterable[Answer]:
    """Values worked out again, at the cells that show them; `original` is what these showed."""
    shows = {answer.key: answer for answer in submission.answers if answer.calculated}
    for key, value in values.items():
        slot = layout.slots.get(key)
        if slot is None:
            continue
        sheet = submission.sheets.get(slot.tool, layout.sheet[slot.tool].name)
        cell = submission.cell((*key, 0)) or address(*slot.cells[0])
        answer = Answer(*key, 0, sheet, cell, State.ANSWERED, calculated=True)
        if key in shows:
            answer.original, answer.sheet, answer.cell = (
                shows[key].original,
                shows[key].sheet,
                shows[key].cell,
            )
        _set(answer, slot.field, value)
        yield answer


def _set(answer: Answer, field: Field, value: Value) -> None:
    if isinstance(value, date):
        answer.day = value
    elif isinstance(value, float | int):
        answer.number = float(value)
    elif field.result == "level":
        answer.code = str(value)
    else:
        answer.text = str(value)


def _answer(answer: Answer) -> Row:
    return (
        answer.tool, answer.row, answer.field, answer.part, answer.code, clean(answer.text), answer.number,
        answer.day, answer.sheet, answer.cell, _original(answer), STATES[answer.state], answer.problem,
        answer.calculated,
    )  # fmt: skip


def _original(answer: Answer) -> str | None:
    """What stood in the cell, as a person saw it."""
    value = answer.original
    if value is None:
        return None
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return shown(answer.day if answer.day is not None else value)
