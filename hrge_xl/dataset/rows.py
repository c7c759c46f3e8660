"""Results as rows of facts: what every file said, with the place of everything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ..dates import parse_day
from ..errors import looking_at
from ..fields import Field
from ..findings import Finding, Severity, Told
from ..last_answers import written
from ..layout import Layout, address
from ..layout.wording import Rewording
from ..numerals import shown, to_serial
from ..spec.model import Spec
from ..stamp import to_pairs
from ..submission import Answer, CellKey, Key, State, Submission, Value
from ..validation import Result
from ..words import tidy
from .clean import clean
from .dimensions import codes
from .received import name_of
from .schema import (
    ANSWERS_FACT,
    CHECKS_NOT_RUN,
    FINDINGS_FACT,
    LISTED_FACT,
    ROW_REFERENCES,
    SHEETS,
    SLOTS,
    SUBMISSIONS,
    UNPLACED_FACT,
    Schema,
    spec_language,
)
from .slots import Known, Slots, rows_of, slots_of
from .table import Row, Rows

SHORT = 16  # hex digits of a submission's id: a million files without two alike
LONGEST_WAY = 4  # references that lead from one row to the next
KEPT = (State.ANSWERED, State.ERROR, State.NOT_CALCULATED)
NOTHING_SHOWN = ""  # the original of a value that is worked out again and was not shown
LOOSE_TEXT, COMMENT = "text", "comment"  # what stands outside every known cell
CodeKey = tuple[str, str]  # of a list
NUMBER_TYPE, TRUTH_TYPE = "number", "boolean"  # of an original that is no text


def submission_id(sha256: str | None, path: str) -> str:
    """Give the short name of a file by its content; one that could not be read goes by its path."""
    if sha256 is not None:
        return sha256[:SHORT]
    return hashlib.sha256(b"unread:" + path.encode("utf-8", "surrogatepass")).hexdigest()[:SHORT]


def submission_number(submission: str) -> int:
    """Give the integer that facts go by: the short name without its last digit, which no database calls too large."""
    return int(submission[: SHORT - 1], 16)


@dataclass(frozen=True, slots=True)
class ReturnKey:
    """Which return it is, by its stamp and by its form.

    `period` is what its figures belong to: the round that it was issued for, else the period that its form says.
    """

    submission: str
    team: str = ""
    country: str = ""
    period: str = ""
    project: str = ""
    intervention: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def number(self) -> int:
        """The integer that facts go by."""
        return submission_number(self.submission)


def return_key(result: Result) -> ReturnKey:
    """Tell who and what a result is about. The form counts for what it asks, the stamp for the rest."""
    name = submission_id(result.sha256, result.path)
    submission = result.submission
    if submission is None or result.layout is None:
        return ReturnKey(name)
    said = _identity_answers(result, result.layout.spec)
    start, end = (_day(said.get(part)) for part in ("period_start", "period_end"))
    stamp = submission.identity
    period = stamp.round or (f"{start}/{end}" if start and end else "")
    country = str(said.get("country") or stamp.country)
    project, intervention = (tidy(shown(said.get(part) or "")) for part in ("project", "intervention"))
    return ReturnKey(name, stamp.team, country, period, project, intervention, start, end)


def _identity_answers(result: Result, spec: Spec) -> dict[str, Value]:
    """What the form says about the return itself, by part of the key; a calculated part as worked out again."""
    asked = {code: part for part, code in spec.identity.parts.items()}
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
    """Put the rows of several files together, file after file; of none, no rows."""
    found = no_rows(schema)
    for rows in files:
        for name, lines in rows.items():
            found[name] += lines
    further: dict[str, Row] = {str(row[0]): row for row in found[SLOTS.name]}
    return found | {SLOTS.name: list(further.values())}


def no_rows(schema: Schema) -> Rows:
    """Give every table whose rows come from files, and nothing in it yet."""
    fill = (SUBMISSIONS, SLOTS, *(table for table in schema.base if table.of_submissions))
    return {table.name: [] for table in fill}


class RowBuilder:
    """Turns results of one spec into rows. What depends on a layout only is worked out once.

    `every_slot`: the cells that every workbook has are in the dataset already, and only further ones are written.
    """

    def __init__(self, schema: Schema, *, every_slot: bool = True) -> None:
        self.schema, self._every_slot = schema, every_slot
        self._furthers: dict[tuple[str, str], Mapping[CellKey, Known]] = {}
        self._rewordings: dict[int, Rewording] = {}

    def rows(self, result: Result) -> Rows:
        """Give the rows of one file in every table."""
        with looking_at(result.path):
            return self._rows(result)

    def _rows(self, result: Result) -> Rows:
        rows, owner = no_rows(self.schema), return_key(result)
        rows[SUBMISSIONS.name].append(_submission(result, owner))
        rows[FINDINGS_FACT.name] += finding_rows(self._findings(result), owner.number)
        rows[CHECKS_NOT_RUN.name] += [
            (owner.number, code, clean(why)) for code, why in sorted(result.not_run.items())
        ]
        if result.submission is not None and result.layout is not None and result.outcome is not None:
            rows[SHEETS.name] += _sheets(result, owner.number)
            rows[UNPLACED_FACT.name] += _unplaced(result.submission, owner.number)
            if self.schema.answers:
                rows[LISTED_FACT.name] += _listed(result, owner.number)
            if self.schema.answers and result.layout.spec.name == self._spec_name:
                self._answers(rows, result.submission, result.layout, result.outcome.calculated, owner.number)
        return rows

    @property
    def _spec_name(self) -> str | None:
        return self.schema.spec.name if self.schema.spec else None

    def _findings(self, result: Result) -> Iterator[Finding]:
        """Give what was found in the language of the dataset, whatever the team's is."""
        spec = result.layout.spec if result.layout is not None else self.schema.spec
        language, file = spec_language(self.schema.spec), name_of(result.path)
        reword = self._rewordings.setdefault(id(spec), Rewording(spec))
        return (reword(each, file, language) for each in result.findings)

    # answers

    def _answers(
        self, rows: Rows, submission: Submission, layout: Layout, values: dict[Key, Value], number: int
    ) -> None:
        further = self._further(layout)
        found: list[tuple[Known, Answer]] = []
        for answer in (*_given(submission), *_calculated(submission, layout, values)):
            key = (*answer.key, answer.part)
            found.append((self._slots.known(key) or further[key], answer))
        found.sort(key=lambda each: each[0].slot)
        rows[ANSWERS_FACT.name] += [
            (number, known.slot, *_fact(answer, known, self._labels)) for known, answer in found
        ]
        used = {(*answer.key, answer.part): known for known, answer in found}
        new = {key: known for key, known in used.items() if not self._every_slot or key in further}
        rows[SLOTS.name] += rows_of(new, layout)
        rows[ROW_REFERENCES.name] += self._references_of([answer for _, answer in found], number)

    @cached_property
    def _slots(self) -> Slots:
        assert self.schema.spec is not None
        return slots_of(self.schema.spec)

    @cached_property
    def _labels(self) -> dict[CodeKey, str]:
        """The label of every code in the language of the spec."""
        return {(str(name), str(code)): str(label) for name, _, code, label in codes(self.schema.spec)}

    def _further(self, layout: Layout) -> Mapping[CellKey, Known]:
        """The cells of a layout that not every workbook has."""
        key = (layout.digest, layout.language)
        if key not in self._furthers:
            self._furthers[key] = self._slots.further(layout)
        return self._furthers[key]

    def _references_of(self, answers: Iterable[Answer], number: int) -> Iterator[Row]:
        """For each row that refers to another one, what it refers to in the end."""
        referring: dict[tuple[str, str], Answer] = {}
        for answer in answers:
            if (answer.tool, answer.field) in self._reference_fields and answer.code is not None:
                referring.setdefault((answer.tool, answer.row), answer)
        rows = {(answer.tool, answer.row) for answer in answers}
        for tool, row in referring:
            yield number, tool, row, self._about(referring, rows, tool, row)

    def _about(
        self, referring: Mapping[tuple[str, str], Answer], rows: set[tuple[str, str]], tool: str, row: str
    ) -> str | None:
        """What a row refers to in the end: from a value to its indicator, from there to the catalogue."""
        about = None
        for _ in range(LONGEST_WAY):
            step = referring.get((tool, row))
            if step is None or step.code is None:
                return about
            about = row = step.code
            tools = self._reference_fields[step.tool, step.field]
            tool = next((each for each in tools if (each, row) in rows), tools[0])
        return about

    @cached_property
    def _reference_fields(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The fields that refer to rows of other tools."""
        spec = self.schema.spec
        places = spec.places() if spec else ()
        return {(t.code, f.code): f.to for t, _, f in places if f.to}


# about a file


def _submission(result: Result, owner: ReturnKey) -> Row:
    sent, progress = result.submission, result.outcome.progress.values() if result.outcome else ()
    stamp = sent.identity if sent else None
    return (
        owner.number, owner.submission, clean(result.path), result.sha256, result.size, result.verdict,
        None, False, None, None, owner.team, owner.country, stamp.language if stamp else None,
        stamp.spec if stamp else None, stamp.spec_version if stamp else None, stamp.round if stamp else None,
        owner.period, owner.start, owner.end, clean(owner.project), clean(owner.intervention),
        stamp.copy if stamp else None, clean(stamp.predecessor) or None if stamp else None,
        parse_day(stamp.issued) if stamp else None,
        clean(sent.saved) or None if sent else None, None, None, result.checked, result.read_for,
        sent.signature if sent else None, *(result.count(severity) for severity in Severity),
        sum(not each.open for each in result.findings),
        sum(int(each.required) for each in progress), sum(int(each.answered) for each in progress),
        " ".join(result.outcome.checks_run) if result.outcome else None,
        json.dumps(dict(to_pairs(stamp)), ensure_ascii=False) if stamp else None,
        clean(written(sent.last)) or None if sent else None,
    )  # fmt: skip


def _sheets(result: Result, number: int) -> Iterator[Row]:
    """The sheets of a file, those without anything to fill in too."""
    submission, layout, outcome = result.submission, result.layout, result.outcome
    assert submission is not None
    assert layout is not None
    assert outcome is not None
    for n, (tool, sheet) in enumerate(layout.sheet.items(), start=1):
        far = outcome.progress.get(tool)
        counts = (far.required, far.answered, far.errors, far.warnings) if far else (None,) * 4
        name = submission.sheets.get(tool, sheet.name)
        yield number, n, tool, name, *(None if each is None else int(each) for each in counts)


def _unplaced(submission: Submission, number: int) -> Iterator[Row]:
    texts = [(LOOSE_TEXT, each) for each in submission.unplaced]
    texts += [(COMMENT, each) for each in submission.comments]
    for n, (what, each) in enumerate(texts, start=1):
        yield number, n, what, each.sheet, each.cell, clean(each.text), clean(each.question) or None


def _listed(result: Result, number: int) -> Iterator[Row]:
    """The rows that the lists of a workbook show, in the order of the lists."""
    item = 0
    for (tool, block, source), rows in (
        result.outcome.kept.items() if result.outcome and result.layout else ()
    ):
        shows = result.layout.spec.tool[tool].blocks[block].sources[source].tool  # type: ignore[union-attr]
        for row in rows:
            item += 1
            yield number, item, tool, block, source, shows, row


def finding_rows(findings: Iterable[Finding], number: int, first: int = 1) -> list[Row]:
    """Give findings as rows."""
    return [
        (number, n, each.code, each.name, each.severity.value, each.tool, each.row, each.field, each.label,
         each.sheet, each.cell, clean(each.value), clean(each.message), clean(each.remedy),
         clean(each.suggestion), not each.open, clean(each.waiver.told) if each.waiver else None,
         each.waiver.number if each.waiver else None, details_as_text(each.details))
        for n, each in enumerate(findings, start=first)
    ]  # fmt: skip


def details_as_text(details: Told) -> str | None:
    """Give the details of a finding as JSON; None where there are none, as mostly."""
    return clean(json.dumps(dict(details), ensure_ascii=False)) if details else None


def read_details(text: str | None) -> Told:
    """Give the details of a finding as they were before `details_as_text`."""
    return tuple(json.loads(text).items()) if text else ()


# answers as facts


def _given(submission: Submission) -> Iterable[Answer]:
    return (each for each in submission.answers if not each.calculated and each.state in KEPT)


def _calculated(submission: Submission, layout: Layout, values: dict[Key, Value]) -> Iterable[Answer]:
    """Values worked out again, at the cells that show them; `original` is what these showed."""
    shows = {answer.key: answer for answer in submission.answers if answer.calculated}
    for key, value in values.items():
        slot = layout.slots.get(key)
        if slot is None:
            continue
        cell = submission.cell((*key, 0)) or address(*slot.cells[0])
        answer = Answer(*key, 0, "", cell, State.ANSWERED, calculated=True)
        if key in shows:
            answer.original, answer.cell = shows[key].original, shows[key].cell
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


def _fact(answer: Answer, known: Known, labels: Mapping[CodeKey, str]) -> Sequence[str | float | date | None]:
    """The columns of a fact after its key; what can be told from the others is left out."""
    text = clean(answer.text)
    original, type_ = _original(answer)
    label = labels.get((known.list or "", answer.code or ""))
    if original == (_shown(text, answer.number, answer.day) if label is None else label):
        original = None
    return (
        None if answer.state is State.ANSWERED else answer.state.value,
        answer.code, text, answer.number, answer.day, original, type_, answer.problem,
        None if answer.cell == known.cell else answer.cell,
    )  # fmt: skip


def _shown(text: str | None, number: float | None, day: date | None) -> str | None:
    """What the view shows of a fact without an original; of fractions databases show other digits."""
    if text is not None:
        return text
    if number is not None:
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else None
    return day.isoformat() if day is not None else None


def _original(answer: Answer) -> tuple[str | None, str | None]:
    """What stood in the cell, as a person saw it, and its type where that is not the value's own."""
    value = answer.original
    if value is None:
        return NOTHING_SHOWN if answer.value is not None else None, None
    if isinstance(value, str):
        return clean(value), None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE", TRUTH_TYPE
    if answer.day is not None:
        return answer.day.isoformat(), None if value == to_serial(answer.day) else NUMBER_TYPE
    return shown(value), None if answer.number == value else NUMBER_TYPE
