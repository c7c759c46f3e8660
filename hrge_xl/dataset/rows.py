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
from ..core.numerals import ALL_DIGITS_SHOWN, shown, to_serial
from ..core.paths import name_of
from ..core.words import storable, tidy, undirected
from ..exchange.validation import Result
from ..fields import kind_of
from ..findings import Finding, Severity, Waiver, Words
from ..layout import Layout
from ..layout.wording import wording_of
from ..spec.model import CollectBlock, Spec
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
    referred_tools: Sequence[str]


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
        self._referred_tools = {
            (tool.code, field.code): field.to for tool, _, field in places if field.to
        }

    def rows(self, result: Result) -> Rows:
        """Return the rows of one file in every table."""
        with error_context(result.path):
            rows = no_rows(self.schema)
            spec = self.schema.spec
            submission = result.submission
            number = submission_number(submission_id(result.sha256, result.path))
            rows["submissions"].append(_submission_row(result))
            # in the language of the dataset, not of the team
            wording = wording_of(result.spec or spec)
            file_name = name_of(result.path)
            for n, finding in enumerate(result.findings, start=1):
                worded = wording.worded(finding, self.schema.language, file_name)
                rows["findings_fact"].append(finding_row(worded, number, n))
            for code, why in sorted(result.not_run.items()):
                reason = storable(in_english(why))
                details = storable(as_json({"why": why}))
                rows["checks_not_run"].append((number, code, reason, details))
            if submission is None or result.outcome is None:
                return rows
            for n, sheet in enumerate(result.outcome.sheets.values(), start=1):
                rows["sheets"].append((number, n, *sheet))
            outdated_answers = list[Unplaced]()
            if self.schema.answers and spec is not None:
                rows["listed_fact"] += _listed_rows(result, spec, number)
                if submission.identity.spec == spec.name:
                    layout = result.layout
                    assert layout is not None
                    outdated_answers = self._add_answers(rows, spec, submission, layout, number)
            rows["unplaced_fact"] += _unplaced_rows(submission, outdated_answers, number)
            return rows

    def _add_answers(
        self, rows: Rows, spec: Spec, submission: Submission, layout: Layout, number: int
    ) -> list[Unplaced]:
        """Add the answers of a file, the cells that not every workbook has, and what rows refer to.

        Return the answers that an earlier version asked for, and that have no place by now.
        """
        answer_rows = list[Row]()
        outdated_answers = list[Unplaced]()
        further_cells = dict[CellKey, NumberedCell]()
        rows_in_use = set[RowKey]()
        references = list[tuple[int, RowKey, Reference]]()  # with the slots that they stand in
        slots = slots_of(spec)
        is_other_spec = layout.spec.digest != spec.digest
        cells = self._cells.setdefault((layout.digest, layout.language), {})
        for answer in submission.answers:
            key = answer.cell_key
            row_key = answer.key[:2]
            code = answer.code
            if key not in cells:
                cells[key] = self._dataset_cell(spec, slots, key, layout)
            cell = cells[key]
            if cell is not None and code is not None and cell.referred_tools:
                reference = (code, cell.referred_tools)
                references.append((cell.numbered.slot, row_key, reference))
            if not _is_stored(answer):
                continue
            rows_in_use.add(row_key)
            if is_other_spec and cell is not None and _is_unknown_code(cell, code):
                cell = None
            if cell is not None:
                answer_rows.append(_answer_row(answer, cell, number))
                if not self._slots_exist or cell.numbered.slot >= HASHED:
                    further_cells[key] = cell.numbered
            elif not answer.calculated:
                label = layout.slots[answer.key].field.label.say(layout.language)
                text = shown(answer.original or code or "")
                outdated_answers.append(Unplaced(answer.sheet, answer.cell, text, label))
        rows["answers_fact"] += sorted(answer_rows, key=itemgetter(1))
        rows["slots"] += rows_of(further_cells, layout)
        # of several references in a row that of the first cell rules
        last_cell_first = sorted(references, key=itemgetter(0), reverse=True)
        reference_of = {row_key: reference for _, row_key, reference in last_cell_first}
        for tool, row in reference_of:
            about = _follow_references(reference_of, rows_in_use, tool, row)
            rows["row_references"].append((number, tool, row, about))
        return outdated_answers

    def _dataset_cell(
        self, spec: Spec, slots: Slots, key: CellKey, layout: Layout
    ) -> DatasetCell | None:
        """Return a cell as the dataset has it; None where its spec asks nothing of that kind there any more."""
        tool_code, _, field_code, _ = key
        tool = spec.tool.get(tool_code)
        issued_field = layout.slots[key[:3]].field
        current_field = tool.fields.get(field_code) if tool else None
        if current_field is None or kind_of(current_field) is not kind_of(issued_field):
            return None
        if current_field.calculated != issued_field.calculated:
            return None
        if list_of(current_field) != list_of(issued_field):
            return None
        numbered = slots.cell(key, layout)
        referred_tools = self._referred_tools.get((tool_code, field_code), ())
        return DatasetCell(numbered, self._labels(numbered.list), referred_tools)


# about a file


def _is_unknown_code(cell: DatasetCell, code: str | None) -> bool:
    """Say whether a code is from no list that the dataset has for its cell."""
    return code is not None and bool(cell.labels) and code not in cell.labels


def _submission_row(result: Result) -> Row:
    """Return the row of a file; of one that could not be read it says no more than that."""
    name = submission_id(result.sha256, result.path)
    row: dict[str, Cell] = {
        "team": "",
        "country": "",
        "period": "",
        "project": "",
        "intervention": "",
        SUBMISSION_ID: submission_number(name),
        "submission": name,
        "path": storable(result.path),
        "sha256": result.sha256,
        "size": result.size,
        "verdict": result.verdict,
        "errors": result.count(Severity.ERROR),
        "warnings": result.count(Severity.WARNING),
        "infos": result.count(Severity.INFO),
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
        row |= _stamp_columns(result.submission)
        if result.spec is not None:
            row |= _key_columns(result, result.submission, result.spec)
    return SUBMISSIONS.row(**row)


def _stamp_columns(submission: Submission) -> dict[str, Cell]:
    """Return what a file says of itself in its stamp."""
    stamp = submission.identity
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
        "saved": storable(submission.saved) or None,
        "signature": submission.signature,
        "last_answers": storable(submission.last) or None,
        "stamp": json.dumps(pairs, ensure_ascii=False),
    }


def _key_columns(result: Result, submission: Submission, spec: Spec) -> dict[str, Cell]:
    """Return who and what a return is about. The form counts for what it asks, the stamp for the rest.

    Its period is what its figures belong to: the round that it was issued for, else the days that its form says.
    """
    parts = {
        (spec.single_fields[code][0], "1", code): part for part, code in spec.identity.parts.items()
    }
    stated = dict[str, Value]()
    for answer in submission.answers:
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
        "country": str(stated.get("country") or submission.identity.country),
        "period": submission.identity.round or stated_period,
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


def _unplaced_rows(
    submission: Submission, outdated_answers: Iterable[Unplaced], number: int
) -> Iterator[Row]:
    """Yield the texts of a file that stand in no known cell, then its comments."""
    texts = [(LOOSE_TEXT, text) for text in (*submission.unplaced, *outdated_answers)]
    texts += [(COMMENT, text) for text in submission.comments]
    for n, (kind, text) in enumerate(texts, start=1):
        question = storable(text.question) or None
        yield number, n, kind, text.sheet, text.cell, storable(text.text), question


def _listed_rows(result: Result, spec: Spec, number: int) -> Iterator[Row]:
    """Yield the rows that the lists of a workbook show, in the order of the lists; `spec` is that of the dataset."""
    if result.outcome is None or result.spec is None:
        return
    position = 0
    for (tool, block_number, source_number), rows in result.outcome.kept.items():
        block = result.spec.tool[tool].blocks[block_number]
        assert isinstance(block, CollectBlock)
        listed_tool = block.sources[source_number].tool
        if not {tool, listed_tool} <= spec.tool.keys():
            continue
        for row in rows:
            position += 1
            yield number, position, tool, block_number, source_number, listed_tool, row


# a finding as a row, and back


def reason_of(stored_reason: str, details: str | None) -> str | MessageTemplate:
    """Return why a check did not run: the template in its details where there is one, else the stored text."""
    return from_json(details).get("why") or stored_reason


# the fields of a finding that have a column of the same name
FINDING_COLUMNS = Finding.__dataclass_fields__.keys() & FINDINGS_FACT.at.keys()


def finding_row(finding: Finding, submission: int, n: int) -> Row:
    """Return the row of a finding that was put into words, the nth of its return."""
    values = asdict(finding)
    waiver = finding.waiver
    words = values.pop("words")
    values |= words
    values |= {
        SUBMISSION_ID: submission,
        "n": n,
        "row_code": finding.row,
        "severity": finding.severity.value,
        "waived": not finding.open,
        "waiver": waiver.told if waiver else None,
        "waiver_number": waiver.number if waiver else None,
        "details": as_json(finding.details),
    }
    row = map(values.get, FINDINGS_FACT.names)
    return tuple(storable(value) if isinstance(value, str) else value for value in row)


def finding_of(row: Mapping[str, Any], waivers: Mapping[int, Waiver], language: str) -> Finding:
    """Return the finding of a row, in the words that stand there; `waivers` by number, `language` of the dataset.

    A copy to share has none, since they may quote an answer: then the name of the finding stands for them.
    """
    message = row["name"] if row["message"] is None else row["message"]
    values = {name: row[name] for name in FINDING_COLUMNS} | {
        "row": row["row_code"],
        "severity": Severity(row["severity"]),
        "details": from_json(row["details"]),
        "language": language,
        "waiver": waivers.get(row["waiver_number"]),
        "words": Words(message, row["remedy"] or "", row["label"]),
    }
    return Finding(**values)


# an answer as a row, and back; values that are worked out again stand among them

MOST_STEPS = 4  # references that lead from one row to the next
STORED_STATES = frozenset({State.ANSWERED, State.ERROR, State.NOT_CALCULATED})
NOTHING_SHOWN = ""  # the original of a value that is worked out again and was not shown
# of an original that is not text
NUMBER_TYPE = "number"
TRUTH_TYPE = "boolean"
RowKey = tuple[str, str]  # tool and row
Reference = tuple[str, Sequence[str]]  # the code of a row of some of these tools


def _is_stored(answer: Answer) -> bool:
    if answer.calculated:
        return answer.value is not None
    return answer.state in STORED_STATES


def _answer_row(answer: Answer, cell: DatasetCell, submission: int) -> Row:
    """Return the row of an answer. What can be told from its other columns is left out."""
    text = storable(answer.text)
    original, original_type = _original_as_text(answer)
    implied_original = cell.labels.get(answer.code or "")
    if implied_original is None:
        implied_original = _implied_original(text, answer)
    is_plain = answer.calculated or answer.state is State.ANSWERED
    return ANSWERS_FACT.row(
        submission_id=submission,
        slot=cell.numbered.slot,
        code=answer.code,
        text=text,
        number=answer.number,
        date=answer.day,
        original=None if original == implied_original else original,
        original_type=original_type,
        state=None if is_plain else answer.state.value,
        problem=None if answer.calculated else answer.problem,
        cell=None if answer.cell == cell.numbered.cell else answer.cell,
    )


def _implied_original(text: str | None, answer: Answer) -> str | None:
    """Return what the view shows of an answer without an original; of fractions databases show other digits."""
    number = answer.number
    if text is not None:
        return text
    if number is not None:
        is_exact = number.is_integer() and abs(number) < ALL_DIGITS_SHOWN
        return str(int(number)) if is_exact else None
    return answer.day.isoformat() if answer.day is not None else None


def _original_as_text(answer: Answer) -> tuple[str | None, str | None]:
    """Return what stood in the cell, as a person saw it, and its type where that is not the value's own."""
    original = answer.original
    if isinstance(original, str):
        return storable(original), None
    if original is None:
        return None if answer.value is None else NOTHING_SHOWN, None
    if isinstance(original, bool):
        return "TRUE" if original else "FALSE", TRUTH_TYPE
    if answer.day is not None:
        is_serial = original == to_serial(answer.day)
        return answer.day.isoformat(), None if is_serial else NUMBER_TYPE
    return shown(original), None if original == answer.number else NUMBER_TYPE


def answer_of(row: Mapping[str, Any]) -> Answer:
    """Return the answer of a row of the view `answers`, with the type of its original beside."""
    values = {name: row[name] for name in Answer.__struct_fields__ if name in row}
    answer = Answer(**values | {"day": row["date"], "state": State(row["state"])})
    original = answer.original
    original_type = row["original_type"]
    if original_type == TRUTH_TYPE:
        answer.original = original == "TRUE"
    elif answer.day is not None and original == answer.day.isoformat():
        answer.original = float(to_serial(answer.day))
    elif original_type == NUMBER_TYPE:
        answer.original = float(str(original))
    elif original is not None and original_type is None and answer.number is not None:
        answer.original = answer.number
    return answer


def _follow_references(
    reference_of: Mapping[RowKey, Reference],
    rows_in_use: Collection[RowKey],
    tool: str,
    row: str,
) -> str | None:
    """Return the row that a row refers to in the end: from a value to its indicator, from there to the catalogue."""
    last_row = None
    for _ in range(MOST_STEPS):
        if (tool, row) not in reference_of:
            break
        row, tools = reference_of[tool, row]
        tool = next((code for code in tools if (code, row) in rows_in_use), tools[0])
        last_row = row
    return last_row
