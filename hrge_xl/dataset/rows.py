"""Results as rows of facts, and back: submissions, findings and answers, with the place of everything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from ..answers.submission import (
    PROGRAM,
    Answer,
    CellKey,
    State,
    Submission,
    Unplaced,
    Value,
    to_pairs,
)
from ..core.dates import parse_day
from ..core.errors import error_context
from ..core.message_templates import MessageTemplate, as_json, from_json
from ..core.message_templates import text_of as in_english
from ..core.numerals import shown, to_serial
from ..core.paths import name_of
from ..core.words import storable, tidy, undirected
from ..exchange.validation import Result
from ..fields import kind_of
from ..findings import Finding, Severity, Waiver, Words
from ..layout import Layout
from ..layout.wording import wording_of
from ..spec.model import Spec
from .dimensions import HASHED, NumberedCell, Slots, entries, rows_of, slots_of
from .schema import (
    ANSWERS_FACT,
    FINDINGS_FACT,
    SLOTS,
    SUBMISSION_ID,
    SUBMISSIONS,
    Cell,
    Row,
    Rows,
    Schema,
    list_of,
)

ID_DIGITS = 16  # hex digits of a submission's id: a million files without two alike
# what stands outside every known cell
LOOSE_TEXT = "text"
COMMENT = "comment"


def submission_id(sha256: str | None, path: str) -> str:
    """Return the short name of a file by its content; one that could not be read goes by its path."""
    if sha256 is not None:
        return sha256[:ID_DIGITS]
    return hashlib.sha256(b"unread:" + path.encode("utf-8", "surrogatepass")).hexdigest()[
        :ID_DIGITS
    ]


def submission_number(submission: str) -> int:
    """Return the integer that facts go by: the short name without its last digit, which no database calls too large."""
    return int(submission[: ID_DIGITS - 1], 16)


def no_rows(schema: Schema) -> Rows:
    """Return every table whose rows come from files, and nothing in it yet."""
    facts = (table for table in schema.base if table.of_submissions)
    return {table.name: [] for table in (SUBMISSIONS, SLOTS, *facts)}


class DatasetCell(NamedTuple):
    """A cell of a layout as the dataset knows it: with the labels of its codes, and the tools that it refers to."""

    numbered: NumberedCell
    labels: Mapping[str, str]
    refers: Sequence[str]


class RowBuilder:
    """Turns results of one spec into rows. What depends on a layout only is worked out once.

    `slots_exist`: the cells that every workbook has are in the dataset already, and only further ones are written.
    """

    def __init__(self, schema: Schema, *, slots_exist: bool = True) -> None:
        self.schema = schema
        self._slots_exist = slots_exist
        spec = schema.spec
        self._cells: dict[tuple[str, str], dict[CellKey, DatasetCell | None]] = {}  # by layout
        # of a list in the language of the spec, by code
        self._labels = cache(
            lambda name: dict(entries(spec, name, schema.language)) if spec and name else {}
        )
        places = spec.places() if spec else ()
        # the fields that refer to rows of other tools
        self._refers = {(tool.code, field.code): field.to for tool, _, field in places if field.to}

    def rows(self, result: Result) -> Rows:
        """Return the rows of one file in every table."""
        with error_context(result.path):
            rows = no_rows(self.schema)
            spec = self.schema.spec
            sent = result.submission
            number = submission_number(submission_id(result.sha256, result.path))
            rows["submissions"].append(_submission(result))
            # in the language of the dataset, not of the team
            wording = wording_of(result.spec or spec)
            file = name_of(result.path)
            for n, finding in enumerate(result.findings, start=1):
                worded = wording.worded(finding, self.schema.language, file)
                rows["findings_fact"].append(finding_row(worded, number, n))
            for code, why in sorted(result.not_run.items()):
                reason = storable(in_english(why))
                details = storable(as_json({"why": why}))
                rows["checks_not_run"].append((number, code, reason, details))
            if sent is None or result.outcome is None:
                return rows
            for n, sheet in enumerate(result.outcome.sheets.values(), start=1):
                rows["sheets"].append((number, n, *sheet))
            outdated_answers = list[Unplaced]()
            if self.schema.answers and spec is not None:
                rows["listed_fact"] += _listed(result, spec, number)
                if sent.identity.spec == spec.name:
                    assert result.layout is not None
                    outdated_answers = self._add_answers(rows, spec, sent, result.layout, number)
            rows["unplaced_fact"] += _unplaced(sent, outdated_answers, number)
            return rows

    def _add_answers(
        self, rows: Rows, spec: Spec, sent: Submission, layout: Layout, number: int
    ) -> list[Unplaced]:
        """Add the facts of the answers of a file, the cells that not every workbook has, and what rows refer to.

        Return the answers that an earlier version asked for, and that have no place by now.
        """
        facts = list[Row]()
        outdated_answers = list[Unplaced]()
        further_cells = dict[CellKey, NumberedCell]()
        filled = set[RowKey]()
        referring = list[tuple[int, RowKey, Reference]]()
        slots = slots_of(spec)
        is_other_spec = layout.spec.digest != spec.digest
        cells = self._cells.setdefault((layout.digest, layout.language), {})
        for answer in sent.answers:
            key = answer.cell_key
            code = answer.code
            if key not in cells:
                cells[key] = self._cell(spec, slots, key, layout)
            cell = cells[key]
            if cell is not None and code is not None and cell.refers:
                referring.append((cell.numbered.slot, answer.key[:2], (code, cell.refers)))
            is_kept = answer.value is not None if answer.calculated else answer.state in KEPT
            if not is_kept:
                continue
            filled.add(answer.key[:2])
            if cell is not None and not (is_other_spec and _is_unknown_code(cell, code)):
                facts.append(_fact(answer, cell, number))
                if not self._slots_exist or cell.numbered.slot >= HASHED:
                    further_cells[key] = cell.numbered
            elif not answer.calculated:
                label = layout.slots[answer.key].field.label.say(layout.language)
                text = shown(answer.original or code or "")
                outdated_answers.append(Unplaced(answer.sheet, answer.cell, text, label))
        rows["answers_fact"] += sorted(facts, key=itemgetter(1))
        rows["slots"] += rows_of(further_cells, layout)
        # of several references in a row that of the first cell rules
        last_cell_first = sorted(referring, key=itemgetter(0), reverse=True)
        references = {row: reference for _, row, reference in last_cell_first}
        for tool, row in references:
            about = _about(references, filled, tool, row)
            rows["row_references"].append((number, tool, row, about))
        return outdated_answers

    def _cell(self, spec: Spec, slots: Slots, key: CellKey, layout: Layout) -> DatasetCell | None:
        """Return a cell as the dataset has it; None where its spec asks nothing of that kind there any more."""
        tool = spec.tool.get(key[0])
        issued_field = layout.slots[key[:3]].field
        current_field = tool.fields.get(key[2]) if tool else None
        if current_field is None or kind_of(current_field) is not kind_of(issued_field):
            return None
        if current_field.calculated != issued_field.calculated:
            return None
        if list_of(current_field) != list_of(issued_field):
            return None
        numbered = slots.cell(key, layout)
        return DatasetCell(
            numbered, self._labels(numbered.list), self._refers.get((key[0], key[2]), ())
        )


# about a file


def _is_unknown_code(cell: DatasetCell, code: str | None) -> bool:
    """Say whether a code is from no list that the dataset has for its cell."""
    return code is not None and bool(cell.labels) and code not in cell.labels


def _submission(result: Result) -> Row:
    """Return the row of a file; of one that could not be read it says no more than that."""
    name = submission_id(result.sha256, result.path)
    row: dict[str, Cell] = dict.fromkeys(
        ("team", "country", "period", "project", "intervention"), ""
    )
    for column, severity in zip(("errors", "warnings", "infos"), Severity, strict=True):
        row[column] = result.count(severity)
    row |= {
        SUBMISSION_ID: submission_number(name),
        "submission": name,
        "path": storable(result.path),
        "sha256": result.sha256,
        "size": result.size,
        "verdict": result.verdict,
        "current": False,
        "checked": result.checked,
        "read_for": result.read_for,
        "untouched": result.untouched,
        "waived": sum(not finding.open for finding in result.findings),
        "required": 0,
        "answered": 0,
    }
    if result.outcome is not None:
        sheets = result.outcome.sheets.values()
        row |= {
            "required": sum(sheet.required or 0 for sheet in sheets),
            "answered": sum(sheet.answered or 0 for sheet in sheets),
            "checks_run": " ".join(result.outcome.checks_run),
        }
    if result.submission is not None:
        row |= _stamped(result.submission)
        if result.spec is not None:
            row |= _return_key(result, result.submission, result.spec)
    return SUBMISSIONS.row(**row)


def _stamped(sent: Submission) -> dict[str, Cell]:
    """Return what a file says of itself in its stamp."""
    stamp = sent.identity
    pairs = dict(to_pairs(stamp))
    if stamp.program:
        pairs[PROGRAM] = stamp.program
    return {
        "language": stamp.language,
        "spec": stamp.spec,
        "spec_version": stamp.spec_version,
        "round": stamp.round,
        "copy": stamp.copy,
        "predecessor": storable(stamp.predecessor) or None,
        "issued": parse_day(stamp.issued),
        "saved": storable(sent.saved) or None,
        "signature": sent.signature,
        "last_answers": storable(sent.last) or None,
        "stamp": json.dumps(pairs, ensure_ascii=False),
    }


def _return_key(result: Result, sent: Submission, spec: Spec) -> dict[str, Cell]:
    """Tell who and what a return is about. The form counts for what it asks, the stamp for the rest.

    Its period is what its figures belong to: the round that it was issued for, else the days that its form says.
    """
    parts = {
        (spec.single_fields[code][0], "1", code): part for part, code in spec.identity.parts.items()
    }
    stated = dict[str, Value]()
    for answer in sent.answers:
        part = parts.get(answer.key)
        if part is None or answer.value is None:
            continue
        if answer.calculated or part not in stated:  # a calculated part is worked out again
            stated[part] = answer.value
    start = _day_or_none(stated.get("period_start"))
    end = _day_or_none(stated.get("period_end"))
    stated_period = f"{start}/{end}" if start and end else ""
    return {
        "team": result.team,
        "country": str(stated.get("country") or sent.identity.country),
        "period": sent.identity.round or stated_period,
        "period_start": start,
        "period_end": end,
        "project": _tidy_text(stated.get("project")),
        "intervention": _tidy_text(stated.get("intervention")),
    }


def _day_or_none(value: Value | None) -> date | None:
    return value if isinstance(value, date) else None


def _tidy_text(value: Value | None) -> str:
    """Return a name as it is compared: without marks of direction, and with single spaces."""
    return storable(tidy(undirected(shown(value or "")))) or ""


def _unplaced(
    submission: Submission, outdated_answers: Iterable[Unplaced], number: int
) -> Iterator[Row]:
    """Yield the texts of a file that stand in no known cell, then its comments."""
    texts = [(LOOSE_TEXT, text) for text in (*submission.unplaced, *outdated_answers)]
    texts += [(COMMENT, text) for text in submission.comments]
    for n, (kind, text) in enumerate(texts, start=1):
        question = storable(text.question) or None
        yield number, n, kind, text.sheet, text.cell, storable(text.text), question


def _listed(result: Result, spec: Spec, number: int) -> Iterator[Row]:
    """Yield the rows that the lists of a workbook show, in the order of the lists; `spec` is that of the dataset."""
    if result.outcome is None:
        return
    position = 0
    for (tool, block, source), rows in result.outcome.kept.items():
        shows = result.spec.tool[tool].blocks[block].sources[source].tool  # type: ignore[union-attr]
        if not {tool, shows} <= spec.tool.keys():
            continue
        for row in rows:
            position += 1
            yield number, position, tool, block, source, shows, row


# a finding as a row, and back


def reason_of(stored_reason: str, details: str | None) -> str | MessageTemplate:
    """Return why a check did not run, as it is told; as it was kept where its details say it too."""
    return from_json(details).get("why") or stored_reason


OWN = Finding.__dataclass_fields__.keys() & FINDINGS_FACT.at.keys()


def finding_row(finding: Finding, submission: int, n: int) -> Row:
    """Return the row of a finding that was put into words, the nth of its return."""
    values = asdict(finding)
    waiver = finding.waiver
    values |= values.pop("words") | {
        SUBMISSION_ID: submission,
        "n": n,
        "row_code": finding.row,
        "severity": finding.severity.value,
        "waived": not finding.open,
        "waiver": waiver and waiver.told,
        "waiver_number": waiver and waiver.number,
        "details": as_json(finding.details),
    }
    row = map(values.get, FINDINGS_FACT.names)
    return tuple(storable(value) if isinstance(value, str) else value for value in row)


def finding_of(row: Mapping[str, Any], waivers: Mapping[int, Waiver], language: str) -> Finding:
    """Return the finding of a row, in the words that stand there; `waivers` by number, `language` of the dataset.

    A copy to share has none, since they may quote an answer: then the name of the finding stands for them.
    """
    message = row["name"] if row["message"] is None else row["message"]
    values = {name: row[name] for name in OWN} | {
        "row": row["row_code"],
        "severity": Severity(row["severity"]),
        "details": from_json(row["details"]),
        "language": language,
        "waiver": waivers.get(row["waiver_number"]),
        "words": Words(message, row["remedy"] or "", row["label"]),
    }
    return Finding(**values)


# an answer as a row, and back; values that are worked out again stand among them

LONGEST_WAY = 4  # references that lead from one row to the next
KEPT = frozenset({State.ANSWERED, State.ERROR, State.NOT_CALCULATED})
NOTHING_SHOWN = ""  # the original of a value that is worked out again and was not shown
# of an original that is not text
NUMBER_TYPE = "number"
TRUTH_TYPE = "boolean"
RowKey = tuple[str, str]  # tool and row
Reference = tuple[str, Sequence[str]]  # the code of a row of some of these tools


def _fact(answer: Answer, cell: DatasetCell, submission: int) -> Row:
    """Return the row of an answer. What can be told from its other columns is left out."""
    text = storable(answer.text)
    calculated = answer.calculated
    original, original_type = _as_text(answer)
    label = cell.labels.get(answer.code or "")
    if original == (_as_shown(text, answer) if label is None else label):
        original = None
    return ANSWERS_FACT.row(
        submission_id=submission,
        slot=cell.numbered.slot,
        code=answer.code,
        text=text,
        number=answer.number,
        date=answer.day,
        original=original,
        original_type=original_type,
        state=None if calculated or answer.state is State.ANSWERED else answer.state.value,
        problem=None if calculated else answer.problem,
        cell=None if answer.cell == cell.numbered.cell else answer.cell,
    )


def _as_shown(text: str | None, answer: Answer) -> str | None:
    """Return what the view shows of a fact without an original; of fractions databases show other digits."""
    number = answer.number
    if text is not None:
        return text
    if number is not None:
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else None
    return answer.day.isoformat() if answer.day is not None else None


def _as_text(answer: Answer) -> tuple[str | None, str | None]:
    """Return what stood in the cell, as a person saw it, and its type where that is not the value's own."""
    value = answer.original
    if isinstance(value, str):
        return storable(value), None
    if value is None:
        return None if answer.value is None else NOTHING_SHOWN, None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE", TRUTH_TYPE
    if answer.day is not None:
        return answer.day.isoformat(), None if value == to_serial(answer.day) else NUMBER_TYPE
    return shown(value), None if answer.number == value else NUMBER_TYPE


def answer_of(row: Mapping[str, Any]) -> Answer:
    """Return the answer of a row of the view `answers`, with the type of its original beside."""
    values = {name: row[name] for name in Answer.__struct_fields__ if name in row}
    answer = Answer(**values | {"day": row["date"], "state": State(row["state"])})
    original = answer.original
    type_ = row["original_type"]
    if type_ == TRUTH_TYPE:
        answer.original = original == "TRUE"
    elif original is not None and answer.day is not None and original == answer.day.isoformat():
        answer.original = float(to_serial(answer.day))
    elif original is not None and answer.number is not None and type_ is None:
        answer.original = answer.number
    elif type_ == NUMBER_TYPE:
        answer.original = float(str(original))
    return answer


def _about(
    references: Mapping[RowKey, Reference], rows: Collection[RowKey], tool: str, row: str
) -> str | None:
    """Return what a row refers to in the end: from a value to its indicator, from there to the catalogue."""
    about = None
    for _ in range(LONGEST_WAY):
        if (tool, row) not in references:
            return about
        row, tools = references[tool, row]
        about = row
        tool = next((code for code in tools if (code, row) in rows), tools[0])
    return about
