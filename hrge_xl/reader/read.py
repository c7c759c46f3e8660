"""From the bytes of a returned file to a `Submission`, or to a `Refusal` that says why there is none."""

from __future__ import annotations

import math
from datetime import date
from functools import lru_cache
from pathlib import Path

from ..answers.submission import (
    SHORT,
    UNCHECKED,
    Answer,
    Answers,
    Identity,
    Key,
    State,
    Submission,
    Value,
    last_digest,
    last_to_text,
    read_last,
)
from ..core import message_templates
from ..core.numerals import Ambiguous, OtherCalendar, from_serial, parse_date
from ..core.words import tidy
from ..fields import CellValue, ColumnKind, Field, Reading, type_of
from ..findings import Need, needing
from ..findings.identity import LAST_ANSWERS_CHANGED
from ..findings.value import NOT_A_DATE, NOT_A_NUMBER, NOT_IN_LIST
from ..language import FIGURES, Type
from ..layout import Layout, address, build
from ..layout.model import CODE_COLUMN, CODE_ROW, TODAY_NAME
from ..spec.compiled import compiled
from ..spec.issuance import without_sensitive
from ..spec.load import names
from ..spec.model import Spec
from ..spec.supplements import COVER_KEY, LAST_KEY, LAST_SHEET
from ..workbook.book import content_hash
from ..workbook.helper_sheets import TEXT_COLUMN, TEXT_ROWS
from . import ooxml, other_formats
from .comparison import WorkbookComparison
from .expected import ExpectedWorkbook, LocatedCell, LocatedCells, ReadResult
from .gate import File, Refusal, open_untrusted
from .identity import (
    PENDING,
    ExpectedReturn,
    Stamp,
    chosen_tools,
    disagreements,
    is_older,
    load_spec,
    read_stamp,
    register_rows,
    sample,
    spec_of,
    unreadable,
)
from .other_formats import checks_lost
from .raw import CellKind, RawCell, RawWorkbook, Unreadable
from .retired_questions import OldSheet, was_issued
from .shown_results import ShownResults
from .tampering import (
    ListNames,
    dates_by_format,
    formatting,
    formatting_beside,
    lost_cells,
    names_lost,
    tampered,
)
from .tool_sheets import Axes, ToolSheet, assign, named_area, read_axes
from .unplaced import (
    copied_answers,
    every_text,
    note_overlays,
    old_sheet,
    orphaned_answers,
    unknown_sheet,
    unplaced_texts,
)


def read(
    path: str | Path, want: ExpectedReturn, *, password: str | None = None
) -> Submission | Refusal:
    """Read one file in this very process: for files that one made oneself; others go through `validate`."""
    file = open_untrusted(Path(path), [password] if password else ())
    return file if isinstance(file, Refusal) else read_content(file, want)


def read_content(file: File, want: ExpectedReturn) -> Submission | Refusal:
    """Read one file. Needs nothing but its arguments, so that it can run in a process of its own."""
    try:
        workbook = raw_workbook(file.data, file.format)
    except Unreadable as problem:
        return file.refused(problem.observation)
    return read_raw(workbook, file, want)


def raw_workbook(data: bytes, format: str) -> RawWorkbook:
    """Read what a workbook of any format holds; raises Unreadable."""
    if format in ("xlsx", "xlsm"):
        return ooxml.read(data)
    return other_formats.read(data, format)


def read_raw(workbook: RawWorkbook, file: File, want: ExpectedReturn) -> Submission | Refusal:
    """Read what a workbook says, compared with the layout that its stamp names."""
    stamp = read_stamp(workbook, file.name, want.key)
    made_up = sample(workbook, stamp, file.name)
    if made_up is not None:
        return file.refused(made_up)
    noticed = (*stamp.observations, *workbook.observations)
    if stamp.identity is None:
        return file.refused(*noticed)
    spec = spec_of(stamp.identity, want.spec)
    expected = spec or (load_spec(want.spec).name if want.spec else ", ".join(names()))
    why_not = unreadable(stamp.identity, expected, file.name)
    # of a stamp whose signature is checked by somebody else
    stamps = stamp.copies if stamp.signature == PENDING else ()
    if spec is None or why_not is not None:
        return file.refused(*filter(None, (why_not,)), *noticed, stamps=stamps)
    submission = _read(workbook, file, stamp, stamp.identity, spec)
    submission.period = want.period
    submission.stamps = stamps
    submission.observations = [
        *stamp.observations,
        *disagreements(stamp, spec, file.name, want),
        *workbook.observations,
        *submission.observations,
    ]
    return submission


AS_ISSUED = needing(Need.EDITION)


def _read(
    workbook: RawWorkbook, file: File, stamp: Stamp, identity: Identity, spec: Spec
) -> Submission:
    plan = plan_for(identity, spec)
    lost = frozenset(workbook.cannot_tell)
    older = is_older(identity, spec)
    same = identity.layout == plan.layout.digest
    issued_identity = (
        identity
        if same and identity.edition and identity.edition == content_hash(plan.layout)
        else None
    )
    last = last_answers(workbook, plan.layout, identity)
    submission = Submission(
        file.path,
        file.sha256,
        file.size,
        identity,
        stamp.signature,
        not_run={**checks_lost(workbook.cannot_tell, workbook.format)},
        calculated_on=day_on_cover(workbook)
        or _day(identity.today),  # on which the sheets were right
        older=older,
        saved=workbook.saved,
        last=last_to_text(last or {}),
    )
    read_result = ReadResult(plan, same, lost, issued_identity, last, submission)
    locate(workbook, read_result)
    submission.answers = answers(read_result, epoch_1904=workbook.epoch_1904)
    if (
        read_result.results and day_on_cover(workbook) is not None
    ):  # else nobody knows what the sheets had to show
        results = ShownResults(plan, read_result.results)
        if any(value is not None for value in results.shown):
            submission.shown_checks = results.checks()
            submission.shown_rows = results.rows()
            submission.shown_otherwise = list(results.differing(submission))
    if last is None:
        submission.observations.append(LAST_ANSWERS_CHANGED.at())
    reading_last = (rule.rule.code for rule in compiled(spec).rules if rule.reads_last)
    # why checks did not run; where several reasons hold, the last one is given
    for holds, codes, why in (
        (older, needing(Need.VERSION), message_templates.OLDER_VERSION),
        (stamp.signature == UNCHECKED, needing(Need.KEY), message_templates.NO_KEY),
        (last is None, reading_last, message_templates.OTHER_LAST),
        (
            issued_identity is None,
            AS_ISSUED,
            message_templates.OLDER_TEXTS if older else message_templates.OTHER_ISSUER,
        ),
    ):
        if holds:
            submission.not_run |= dict.fromkeys(codes, why)
    return submission


expected_workbook = lru_cache(maxsize=32)(ExpectedWorkbook)  # made once for all files of a layout


def plan_for(identity: Identity, spec: Spec) -> ExpectedWorkbook:
    """Return the layout that a workbook was issued with, made ready for reading."""
    tools = chosen_tools(identity, spec)
    rows = register_rows(identity)
    issued = without_sensitive(spec) if identity.lists == SHORT else spec
    return expected_workbook(
        build(issued, identity.language, tools, rows, last=bool(identity.last_digest))
    )


def expected_return(identity: Identity, source: str | None) -> ExpectedWorkbook:
    """Return what a workbook with this stamp is read against. Raises ValueError where the spec is another."""
    spec = spec_of(identity, source)
    if spec is None:
        raise ValueError(f"not read as a workbook of {source}")
    return plan_for(identity, spec)


# from raw cells to answers: the original kept beside what it means, and the kinds of nothing kept apart


NOTHING = Reading()
TEXT = CellKind.TEXT
ANSWERED = State.ANSWERED
STATES = dict.fromkeys(CellKind, ANSWERED) | {
    CellKind.BLANK: None,
    CellKind.ERROR: State.ERROR,
    CellKind.NOT_CALCULATED: State.NOT_CALCULATED,
}


def answers(read_result: ReadResult, *, epoch_1904: bool) -> list[Answer]:
    """Return an answer for every cell that holds something.

    Where a format tells no formulas, a calculated cell counts as whole: nobody can say that it was typed over.
    """
    answers_read: list[Answer] = []
    formulas_lost = "formulas" in read_result.lost
    for part, sheet, cell, raw in read_result.filled:
        state = _state(raw)
        if state is None:
            continue
        field = part.slot.field
        reading = (
            read_cell(field, raw, read_result.plan, epoch_1904) if state is ANSWERED else NOTHING
        )
        formula = raw.formula is not None or (formulas_lost and part.calculated)
        answer = Answer(
            *part.key, sheet, cell, state, raw.value, formula, calculated=part.calculated
        )
        answer.code, answer.text, answer.number, answer.day = reading[:4]
        answer.problem, answer.suggestion, answer.notes = reading[4:]
        answers_read.append(answer)
    return answers_read


def _state(raw: RawCell) -> State | None:
    """Return what kind of something or nothing a stored cell is; None where nobody wrote anything."""
    kind = raw.kind
    if kind is not TEXT:
        return STATES[kind]
    text = str(raw.value)
    if text[:1].isalnum() or tidy(text):
        return ANSWERED
    return None if raw.formula is None else State.EMPTY_TEXT


def read_cell(field: Field, raw: RawCell, plan: ExpectedWorkbook, epoch_1904: bool) -> Reading:
    """Read what a stored value means to its field."""
    value = raw.value
    if value is None or (
        isinstance(value, float) and not math.isfinite(value)
    ):  # it can be of no kind
        problems = {ColumnKind.NUMBER: NOT_A_NUMBER, ColumnKind.DATE: NOT_A_DATE}
        return Reading(problem=problems.get(field.type.kind, NOT_IN_LIST).code)
    return field.type.read(
        field, CellValue(value, raw.kind is CellKind.DATE, epoch_1904), plan.vocabularies
    )


# where every answer of the layout is in a returned workbook, or that it is missing


def locate(workbook: RawWorkbook, read_result: ReadResult) -> None:
    """Find every cell of the layout in a workbook, and note everything that is not as issued."""
    plan = read_result.plan
    submission = read_result.submission
    assigned = assign(workbook, plan)
    submission.observations += assigned.observations
    submission.sheets = {tool: tool_sheet.raw.name for tool, tool_sheet in assigned.tools.items()}
    submission.cells = {tool: {} for tool in plan.sheets}
    named = read_result.identity is not None and "names" not in read_result.lost
    names = ListNames.of(workbook, plan.layout) if named else ListNames()
    submission.observations += names_lost(names, workbook, plan.layout)
    with_answers = [sheet for sheet in assigned.tools.values() if sheet.plan.sheet.grids]
    read = [(sheet, _read_sheet(read_result, sheet, names)) for sheet in with_answers]
    if read_result.identity is not None:
        by_lines = [(sheet, axes) for sheet, axes in read if axes is not None]
        WorkbookComparison(read_result, read_result.identity).compare(assigned, by_lines)
    submission.observations += lost_cells(read_result)
    for copy in assigned.copies:
        copied_answers(read_result, copy)
    # those of another drawing apart from those that nobody issued
    old = [
        sheet
        for sheet in assigned.unknown_sheets
        if read_result.drawn_otherwise and was_issued(sheet, workbook)
    ]
    for sheet in old:
        old_sheet(read_result, sheet)
    for sheet in assigned.unknown_sheets:
        if sheet not in old:
            unknown_sheet(read_result, sheet)
    submission.observations += dates_by_format(read_result)
    submission.observations += formatting_beside(workbook, submission.unplaced)
    submission.unplaced += read_result.overwriting
    note_overlays(workbook, read_result)
    submission.unplaced += orphaned_answers(workbook)
    if submission.older:
        submission.observations = [
            finding
            for finding in submission.observations
            if finding.code not in needing(Need.VERSION)
        ]


def _read_sheet(read_result: ReadResult, tool_sheet: ToolSheet, names: ListNames) -> Axes | None:
    """Read the answers of a sheet, and note what was done to it; where its lines are, None where nobody can say."""
    submission = read_result.submission
    axes, observations = read_axes(read_result, tool_sheet)
    old = None
    if read_result.drawn_otherwise:
        described = OldSheet(tool_sheet.raw, tool_sheet.corner)
        # a sheet of this version that asks nothing is read by its own layout
        old = described if submission.older or described.checks else None
    if axes is None and old is not None and old.checks:
        # every question of the sheet is another one now
        old_sheet(read_result, tool_sheet.raw, tool_sheet.corner)
        return None
    submission.observations += observations
    if axes is None:
        every_text(read_result, tool_sheet)
        return None
    located = tool_sheet.plan.home if axes.unmoved else _located_cells(tool_sheet, axes)
    if old is not None:  # what was filled in then and is calculated now is not read
        located = LocatedCells(
            tuple(
                cell
                for cell in located.cells
                if not (cell.part.calculated and old.question(cell.row, cell.column) is not None)
            )
        )
        old.known = frozenset((cell.row, cell.column) for cell in located.cells)
    _take(read_result, tool_sheet, located)
    submission.observations += tampered(read_result, tool_sheet, located, names)
    unplaced_texts(read_result, tool_sheet, axes, old)
    submission.observations += formatting(read_result, tool_sheet.raw, located)
    return axes


def _located_cells(tool_sheet: ToolSheet, axes: Axes) -> LocatedCells:
    """Return every cell that was found, with its row and column."""
    rows = axes.rows.places
    columns = axes.columns.places
    return LocatedCells(
        tuple(
            LocatedCell(part, rows[part.row_code], columns[part.column_code])
            for part in tool_sheet.plan.parts
            if part.row_code in rows and part.column_code in columns
        )
    )


def _take(read_result: ReadResult, tool_sheet: ToolSheet, located: LocatedCells) -> None:
    """Note where every cell is, and take the values of those that hold one."""
    at_home = located is tool_sheet.plan.home
    raw = tool_sheet.raw
    plan = tool_sheet.plan
    moved = (
        {} if at_home else {part.key: address(row, column) for part, row, column in located.cells}
    )
    read_result.submission.cells[plan.tool] = plan.home_cells if at_home else moved
    blank = CellKind.BLANK
    name = raw.name
    take = read_result.filled.append
    for row, parts in located.by_row.items():
        stored = raw.cells.get(row)
        if not stored:
            continue
        for part, column in parts:
            cell = stored.get(column)
            if cell is not None and cell.kind is not blank:
                take((part, name, part.home if at_home else address(row, column), cell))


def last_answers(workbook: RawWorkbook, layout: Layout, identity: Identity) -> Answers | None:
    """Read what was issued with a workbook of the answers before; None where that is not what its stamp says."""
    if not identity.last_digest:
        return {}
    sheet = workbook.own_sheet(LAST_KEY, LAST_SHEET)
    cells = (sheet.cell(row, TEXT_COLUMN) for row in TEXT_ROWS if sheet)
    text = "".join(
        str(cell.value) for cell in cells if cell is not None and cell.kind is CellKind.TEXT
    )
    answers_by_key = read_last(text) if last_digest(text) == identity.last_digest else None
    return (
        answers_by_key
        if answers_by_key is not None
        and all(_fits(layout, *entry) for entry in answers_by_key.items())
        else None
    )


def _fits(layout: Layout, key: Key, value: Value) -> bool:
    """Say whether a value is one that its field can have; fields that the version in force does not have fit anyway."""
    field = layout.spec.tool[key[0]].fields.get(key[2]) if key[0] in layout.spec.tool else None
    kind = Type.TEXT if field is None else type_of(field)
    if kind in FIGURES:
        return isinstance(value, date if kind is Type.DATE else float)
    return isinstance(value, tuple if kind is Type.MANY else str)


KINDS_OF_DAYS = (CellKind.DATE, CellKind.NUMBER)


def day_on_cover(workbook: RawWorkbook) -> date | None:
    """Return the day that the cover shows; None where it shows none."""
    named = named_area(workbook, TODAY_NAME)
    cells = (
        sheet.cell(*named[1][:2]) for sheet in workbook.sheets if named and sheet.name == named[0]
    )
    cell = next(cells, None) or _by_code(workbook)
    if cell is not None and cell.kind in KINDS_OF_DAYS and isinstance(cell.value, float | int):
        return from_serial(
            float(cell.value), epoch_1904=workbook.epoch_1904 and cell.kind is not CellKind.DATE
        )
    return _day(str(cell.value)) if cell is not None and cell.kind is CellKind.TEXT else None


def _by_code(workbook: RawWorkbook) -> RawCell | None:
    """Return the one figure of the row with its code: some formats keep no names."""
    covers = (
        sheet for sheet in workbook.sheets if sheet.text_at(CODE_ROW, CODE_COLUMN) == COVER_KEY
    )
    rows = ((cells.get(CODE_COLUMN), cells) for cover in covers for cells in cover.cells.values())
    coded = (cells for code, cells in rows if code is not None and code.value == TODAY_NAME)
    return next(
        (cell for cells in coded for cell in cells.values() if cell.kind in KINDS_OF_DAYS), None
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except (Ambiguous, OtherCalendar):
        return None
